"""Whether what was read from a file can be the state of the loop: kernels index by it without looking."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from sarcomere.half_sarcomere.state_checks import (
    HUGE,
    check_half_sarcomere,
    check_numbers,
    check_stream,
    check_whole,
    require,
)
from sarcomere.organs.loop import CLOCK, Loop
from sarcomere_kernels import motoneuron_types as m
from sarcomere_kernels import types as k


def check_loop(loop: Loop, clock_ms: int) -> None:
    """Refuse a state in which an index leaves its array, a number is none, or clocks disagree.

    Parameters
    ----------
    loop : Loop
        One replicate, all that changes in it read from a file.
    clock_ms : int
        Time that it must have reached.

    Raises
    ------
    ValueError
        Naming the array.
    """
    arrays = loop.arrays
    units, per_ms = loop.scenario.pool.n_units, round(1.0 / loop.scenario.pool.step_ms)
    for name, values in arrays.items():
        if values.dtype.kind != "u":  # words of random streams may be any
            check_numbers(name, values)
    for name in ("nerve_pool_stream", "nerve_terminals_stream"):
        check_stream(name, arrays[name])
    check_stream("excitation_stream", arrays["excitation_stream"].T)
    for queue in ("nerve_axons", "excitation_aps"):
        check_whole(f"{queue}_count", arrays[f"{queue}_count"], 0, arrays[f"{queue}_unit"].size)
        check_whole(f"{queue}_unit", arrays[f"{queue}_unit"], 0, units - 1)
        check_whole(f"{queue}_step", arrays[f"{queue}_step"], 0, int(HUGE))
    _check_clocks(loop, arrays, clock_ms, per_ms)
    _check_junctions(loop, arrays, clock_ms * per_ms)
    ticks = round(clock_ms / loop.scenario.numerics.step_ms) * k.TICKS_PER_STEP
    for group, lattice in loop.lattices.items():
        check_half_sarcomere(lattice.state, lattice.base, ticks, f"lattice{group}_")
        require(lattice.chemistry > 0, f"lattice{group}_chemistry", "positive")


def _check_clocks(loop: Loop, arrays: dict[str, NDArray[Any]], clock_ms: int, per_ms: int) -> None:
    require(loop.scalars[CLOCK] == clock_ms, "loop_scalars", "at the time of the last sample")
    require(arrays["reflex_counters"] == clock_ms, "reflex_counters", "at the time of the last sample")
    for part in ("nerve_pool", "nerve_terminals"):
        counters = arrays[f"{part}_counters"]
        require(counters[m.Counter.STEP] == clock_ms * per_ms, f"{part}_counters", "at the time of the last sample")
        check_whole(f"{part}_counters", counters, 0, int(HUGE))


def _check_junctions(loop: Loop, arrays: dict[str, NDArray[Any]], step: int) -> None:
    """Vesicles and counts."""
    ready = arrays["excitation_ready"]
    require((ready >= 0) & (ready <= loop.scenario.junction.vesicles), "excitation_ready", "a number of vesicles")
    check_whole("excitation_counts", arrays["excitation_counts"], 0, int(HUGE))
    for name in ("nerve_pool_last_spike", "excitation_last_event", "excitation_last_ap", "excitation_tubule_step"):
        check_whole(name, arrays[name], -int(HUGE), step)
    check_whole("nerve_terminals_interval", arrays["nerve_terminals_interval"], 0, int(HUGE))
