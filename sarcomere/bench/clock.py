"""Clocks: what a piece of work costs, beside other work and in other processes."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Cost(NamedTuple):
    """What one round costs, s: the least of several, as other work on the machine only ever adds to it."""

    cpu: float  # of all threads together
    wall: float
    median_cpu: float  # the median round


def cost_of(
    *works: Callable[[], object], rounds: int = 7, before_round: Callable[[int], None] | None = None
) -> list[Cost]:
    """Clock pieces of work; their rounds take turns, so that a busy minute meets all of them.

    Parameters
    ----------
    *works : callable
        Each does one round of its work.
    rounds : int
        How many of each.
    before_round : callable, optional
        Called with the number of each round, from 0.

    Returns
    -------
    list of Cost
        One for each piece of work.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in works]
    for number in range(rounds):
        if before_round:
            before_round(number)
        for work, times in zip(works, taken, strict=True):
            cpu, wall = time.process_time(), time.perf_counter()
            work()
            times.append((time.process_time() - cpu, time.perf_counter() - wall))
    columns = [tuple(zip(*times, strict=True)) for times in taken]
    return [Cost(min(cpu), min(wall), statistics.median(cpu)) for cpu, wall in columns]


def cpu_of_children() -> float:
    """Return CPU seconds of processes that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system
