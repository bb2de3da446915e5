"""Speed of the step and its parts, in CPU time; extra_info holds head-steps per core-second.

python -m pytest benchmarks
"""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

from sarcomere.bench.clock import cpu_of_children
from sarcomere.half_sarcomere.phases import PhaseClock
from sarcomere.parameters import LatticeParameters, Numerics, load_fibre
from sarcomere_kernels import types as k
from tests.support.bench import bench
from tests.support.organs import fill_words

pytestmark = pytest.mark.benchmark(timer=time.process_time)


def measure(benchmark, fibre: str, pca: float, n_thick: int, step: float) -> None:
    """Head-steps and head-seconds per core-second, compliant filaments, isometric."""
    lattice = LatticeParameters(n_thick=n_thick)
    b = bench(load_fibre(fibre), lattice=lattice, pca=pca, numerics=Numerics(step_ms=step), sample_ms=4.0)
    b.run(300.0)
    steps = 40 * max(1, 64 // n_thick)
    benchmark.pedantic(lambda: b.run(steps * step), rounds=25)
    cpu = benchmark.stats["min"]
    heads = b.state.head_state.size
    rate = heads * steps / cpu
    benchmark.extra_info.update(
        head_steps_per_core_second=round(rate), head_seconds_per_core_second=round(rate * step * 1e-3),
        microseconds_per_step=round(cpu / steps * 1e6, 1), bound=int(b.state.counters[k.Count.N_BOUND]),
    )  # fmt: skip
    print(
        f"\n{fibre} pCa {pca}, {n_thick} thick, {step} ms: {rate / 1e6:.1f} M head-steps/core-s, "
        f"{rate * step * 1e-3:.0f} head-s/core-s, {cpu / steps * 1e6:.0f} us/step"
    )


@pytest.mark.parametrize("step", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("pca", [4.5, 5.8, 9.0])
@pytest.mark.parametrize("fibre", ["fast", "slow"])
def test_step(benchmark, fibre: str, pca: float, step: float) -> None:
    """The whole step, 16 thick filaments."""
    measure(benchmark, fibre, pca, 16, step)


@pytest.mark.parametrize("n_thick", [4, 8, 36, 64, 100])
def test_step_over_lattices(benchmark, n_thick: int) -> None:
    """The cost per head must not depend on how many there are."""
    measure(benchmark, "fast", 4.5, n_thick, 0.1)


@pytest.mark.parametrize("step", [0.1, 0.2, 0.4])
def test_phases(benchmark, step: float) -> None:
    """Phases of one step, 16 thick filaments, fast, pCa 4.5."""
    b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=16), numerics=Numerics(step_ms=step), sample_ms=2.0)
    b.run(300.0)
    clock = PhaseClock(b.state, b.model, 50)
    benchmark.pedantic(clock.round, rounds=40)
    phases = clock.phases()
    benchmark.extra_info.update({name: np.round(value, 3).tolist() for name, value in phases._asdict().items()})
    print(
        f"\nstep {step} ms: thin filament {phases.thin_us:.1f}, heads {phases.heads_us:.1f}, "
        f"force balance {phases.balance_us:.1f} us"
    )


def test_random_numbers(benchmark) -> None:
    """A draw for every head."""
    b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=16))
    n, heads = 50, b.state.head_state.size
    benchmark.pedantic(lambda: [fill_words(b.state.lanes, b.scratch.draw, heads) for _ in range(n)], rounds=40)
    cpu = benchmark.stats["min"] / n
    benchmark.extra_info["cpu_microseconds"] = round(cpu * 1e6, 1)
    print(f"\n{heads} random numbers: {cpu * 1e6:.1f} us")


@pytest.mark.benchmark(timer=cpu_of_children)
def test_start_up(benchmark) -> None:
    """A new process with compiled kernels on disk, up to and including the first millisecond of a run."""
    command = [sys.executable, "-c", "from sarcomere.simulation.warm_up import load_kernels; load_kernels()"]
    benchmark.pedantic(lambda: subprocess.run(command, check=True), rounds=3)
    benchmark.extra_info["cpu_seconds"] = round(benchmark.stats["min"], 2)
    print(f"\nstart-up: {benchmark.stats['min']:.2f} CPU-s")
