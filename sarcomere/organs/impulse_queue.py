"""Impulses under way: sent at one time, due at a later one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import SolverError

Steps = NDArray[np.int64]


class Queue:
    """Impulses that have not arrived yet, in arrays of fixed size so that a run can be saved and go on.

    Parameters
    ----------
    room : int
        Impulses that can be under way at once.
    """

    def __init__(self, room: int) -> None:
        self._unit = np.zeros(room, dtype=np.int32)
        self._step = np.zeros(room, dtype=np.int64)
        self._count = np.zeros(1, dtype=np.int64)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that changes, by name."""
        return {"unit": self._unit, "step": self._step, "count": self._count}

    def put(self, unit: NDArray[np.int32], step: Steps) -> None:
        """Send impulses of some units, due at some steps."""
        begin = int(self._count[0])
        end = begin + unit.size
        if end > self._unit.size:
            raise SolverError(f"{end} impulses are under way at once, room is for {self._unit.size}: report this.")
        self._unit[begin:end], self._step[begin:end] = unit, step
        self._count[0] = end

    def take(self, before: int) -> tuple[NDArray[np.int32], Steps]:
        """Those due before a step, in order of time, of units at one time."""
        n = int(self._count[0])
        unit, step = self._unit[:n].copy(), self._step[:n].copy()
        due = step < before
        left = n - int(due.sum())
        self._unit[:left], self._step[:left] = unit[~due], step[~due]
        self._count[0] = left
        order = np.lexsort((unit[due], step[due]))
        return unit[due][order], step[due][order]
