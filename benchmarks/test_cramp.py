"""The whole loop: what a simulated second of the default cramp costs, and what its parts take."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest

from sarcomere.bench.clock import cost_of
from sarcomere.scenario.reading import read
from sarcomere.simulation.loop import LoopSimulation

pytestmark = pytest.mark.benchmark(timer=time.process_time)
SAMPLES = 50  # of 10 ms: half a second a round
CRAMP = 12.0  # s into the run, long after the burst


def scenario(at_s: float, **settings: Any) -> LoopSimulation:
    """The shipped cramp, taken to a time."""
    scenario = read("nocturnal-calf-cramp", {"run.duration_s": 1000.0, **settings})
    simulation = LoopSimulation(scenario)
    go_on(simulation, round(at_s * 1e3 / scenario.record.sample_interval_ms), 2)
    return simulation


def go_on(simulation: LoopSimulation, samples: int = SAMPLES, threads: int = 1) -> None:
    with contextlib.closing(simulation.blocks(threads, samples)) as blocks:
        next(blocks)


@pytest.mark.parametrize("explicit", [0, 8])
@pytest.mark.parametrize("at_s", [0.5, CRAMP], ids=["rest", "cramp"])
def test_simulated_second(benchmark: Any, explicit: int, at_s: float) -> None:
    """CPU seconds of a simulated second, with and without lattices."""
    simulation = scenario(at_s, **{"muscle.explicit_units": explicit})
    benchmark.pedantic(lambda: go_on(simulation), rounds=5)
    seconds = SAMPLES * simulation.scenario.record.sample_interval_ms * 1e-3
    cost = benchmark.stats["min"] / seconds
    benchmark.extra_info.update(cpu_seconds_per_second=round(cost, 3), heads=simulation.n_heads)
    print(f"\n{explicit} lattices, at {at_s:g} s: {cost:.3f} CPU-s a simulated second; {simulation.news}")


def test_two_cores(benchmark: Any) -> None:
    """Two threads against one in the cramp; says nothing where other work holds the second core."""
    simulation = scenario(CRAMP)
    benchmark.pedantic(lambda: go_on(simulation, threads=2), rounds=1)
    one, two = cost_of(lambda: go_on(simulation), lambda: go_on(simulation, threads=2), rounds=5)
    seconds = SAMPLES * simulation.scenario.record.sample_interval_ms * 1e-3
    benchmark.extra_info.update(speed_up=round(one.wall / two.wall, 2), real_time=round(seconds / two.wall, 2))
    print(
        f"\ntwo threads: {one.wall / two.wall:.2f} x one, {seconds / two.wall:.2f} x real time by the clock, "
        f"with {two.cpu / two.wall:.2f} cores got"
    )
