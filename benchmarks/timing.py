"""Clocks of the benchmarks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import NamedTuple


class Cost(NamedTuple):
    """Least of several rounds, s: other work on the machine only ever adds."""

    cpu: float  # of all threads together
    wall: float


def cost_of(*works: Callable[[], object], rounds: int = 7) -> list[Cost]:
    """Cost of each piece of work; rounds take turns, so that a busy minute meets all of them."""
    taken: list[list[Cost]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            cpu, wall = time.process_time(), time.perf_counter()
            work()
            times.append(Cost(time.process_time() - cpu, time.perf_counter() - wall))
    return [Cost(*(min(column) for column in zip(*times, strict=True))) for times in taken]


def cpu_of_children() -> float:
    """CPU seconds of processes that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system
