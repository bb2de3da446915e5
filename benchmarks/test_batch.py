"""Many half-sarcomeres: how they share cores, what each costs, what it takes in memory.  Fast fibre, pCa 4.5."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from sarcomere.bench.batch import go_on, warm_batch
from sarcomere.bench.clock import cost_of
from sarcomere.half_sarcomere.control import fibre_models
from sarcomere.half_sarcomere.initial_state import scratch_for
from sarcomere.simulation.fibre import FibreSimulation

pytestmark = pytest.mark.benchmark(timer=time.process_time)
N_THICK, STEP_MS, WARM_UP_MS, ROUND_MS = 16, 0.1, 40.0, 4.0


def batch(half_sarcomeres: int, round_ms: float) -> FibreSimulation:
    """A batch in which heads have attached; it is sampled once a round."""
    return warm_batch(
        "fast", 4.5, N_THICK, rows=half_sarcomeres, round_steps=round(round_ms / STEP_MS), warm_up_ms=WARM_UP_MS
    )


@pytest.mark.parametrize("n", [1, 2, 4, 8, 16, 32, 64])
def test_half_sarcomeres(benchmark: Any, n: int) -> None:
    """The cost of a half-sarcomere must not depend on how many there are."""
    simulation = batch(n, ROUND_MS)
    benchmark.pedantic(lambda: go_on(simulation), rounds=5 + 32 // n)
    rate = simulation.n_heads * ROUND_MS * 1e-3 / benchmark.stats["min"]
    benchmark.extra_info.update(head_seconds_per_core_second=round(rate))
    print(f"\n{n} half-sarcomeres: {rate:.0f} head-s/core-s")


def test_two_cores(benchmark: Any) -> None:
    """Two threads against one, on the same 8 half-sarcomeres; says nothing where other work holds the second core."""
    simulation = batch(8, 20.0)
    with ThreadPoolExecutor(max_workers=2) as pool:
        benchmark.pedantic(lambda: go_on(simulation, pool), rounds=1)
        one, two = cost_of(lambda: go_on(simulation), lambda: go_on(simulation, pool), rounds=9)
    benchmark.extra_info.update(
        speed_up_by_the_clock=round(one.wall / two.wall, 2),
        cpu_of_two_over_one=round(two.cpu / one.cpu, 3),
        cores_got=round(two.cpu / two.wall, 2),
    )
    print(
        f"\ntwo threads: {one.wall / two.wall:.2f} x one by the clock, with {two.cpu / two.wall:.2f} cores got; "
        f"CPU time {two.cpu / one.cpu:.3f} x that of one"
    )


def test_memory(benchmark: Any) -> None:
    """Bytes that each half-sarcomere holds of its own, per head; the tables of the model are shared."""
    simulation = benchmark.pedantic(lambda: batch(1, ROUND_MS), rounds=1)
    (hs,) = simulation.batch
    heads = hs.state.head_state.size
    arrays = {
        f"{type(group).__name__}.{name}": array.nbytes
        for group in (hs.state, scratch_for(fibre_models(simulation.scenario, "fast").base))
        for name, array in group._asdict().items()
        if isinstance(array, np.ndarray)
    }
    total = sum(arrays.values()) / heads
    benchmark.extra_info["bytes_per_head"] = round(total, 1)
    print(f"\nState and Scratch: {total:.0f} bytes a head, of which")
    for name, size in sorted(arrays.items(), key=lambda item: -item[1])[:12]:
        print(f"  {name:<22} {size / heads:6.1f}")
