"""A fixed piece of work by which the step is measured, so that it does not matter how fast or busy the machine is.

It does what a step does, of the size of 16 thick filaments: draws with branches that nobody foresees, look-ups in a
table of 128 KiB, sums scattered over nodes and gathered again, tridiagonal systems side by side. Where neighbours on
the machine come and go, its time moves as that of a step does: the ratio stays within 2 % (s.d.), with a table of
256 KiB within 4 %. From process to process it varies by up to 5 %. It must never change: recorded ratios refer to it.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

N_HEADS, N_NODES, N_FILAMENTS, N_TABLE = 4704, 1728, 32, 2**14
PASSES = 15  # of a round, about a ms
MOVED = 22043  # heads that change in the first round: what says that the work is the same

_njit: Any = numba.njit(cache=True, error_model="numpy")


@_njit
def _passes(word: Any, state: Any, node: Any, load: Any, pivot: Any, table: Any, n: int) -> int:
    moved, rows = 0, load.size // N_FILAMENTS
    x = word[0]
    for _ in range(n):
        for head in range(state.size):
            x ^= x << np.uint64(13)
            x ^= x >> np.uint64(7)
            x ^= x << np.uint64(17)
            if (x >> np.uint64(32)) & np.uint64(15) < np.uint64(4 + state[head]):
                state[head] = table[x >> np.uint64(50)]
                moved += 1
        load[:] = 0.0
        for head in range(state.size):
            load[node[head]] += state[head]
        for row in range(1, rows):
            here, before = load[row * N_FILAMENTS : (row + 1) * N_FILAMENTS], load[(row - 1) * N_FILAMENTS :]
            for f in range(N_FILAMENTS):
                pivot[row, f] = 1.0 / (2.5 - pivot[row - 1, f])
                here[f] = (here[f] + before[f]) * pivot[row, f]
        for row in range(rows - 2, -1, -1):
            here, after = load[row * N_FILAMENTS : (row + 1) * N_FILAMENTS], load[(row + 1) * N_FILAMENTS :]
            for f in range(N_FILAMENTS):
                here[f] += pivot[row, f] * after[f]
        for head in range(state.size):
            if load[node[head]] < 0.0:
                state[head] = 0
    word[0] = x
    return moved


class Reference:
    """The work, from its start on."""

    def __init__(self) -> None:
        self._word = np.array([0x9E3779B97F4A7C15], dtype=np.uint64)
        self._state = np.zeros(N_HEADS, dtype=np.int64)
        self._node = np.arange(N_HEADS) * 7919 % N_NODES
        self._table = (np.arange(N_TABLE) * 2654435761 >> 7) & 3
        self._load, self._pivot = np.zeros(N_NODES), np.zeros((N_NODES // N_FILAMENTS, N_FILAMENTS))

    def round(self, passes: int = PASSES) -> int:
        """Work for about a ms; returns how many heads changed."""
        return int(_passes(self._word, self._state, self._node, self._load, self._pivot, self._table, passes))
