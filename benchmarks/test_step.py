"""Speed of the step and its parts, in CPU time; extra_info holds head-steps per core-second.

python -m pytest benchmarks
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from sarcomere.parameters import LatticeParameters, load_fibre
from sarcomere_kernels import types as k
from sarcomere_kernels.crossbridge import cycle_heads
from sarcomere_kernels.mechanics import balance_forces
from sarcomere_kernels.rng import fill_uniform
from sarcomere_kernels.thin_filament import switch_thin
from tests.bench import bench


def cpu_of(work, rounds: int = 7) -> float:
    """Least CPU time of several rounds: the machine's other work only ever adds."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


@pytest.mark.parametrize("n_thick", [4, 16, 64])
@pytest.mark.parametrize("pca", [4.5, 5.8, 9.0])
@pytest.mark.parametrize("fibre", ["fast", "slow"])
def test_step(benchmark, fibre: str, pca: float, n_thick: int) -> None:
    """The whole step at 0.1 ms, compliant filaments, isometric."""
    b = bench(load_fibre(fibre), lattice=LatticeParameters(n_thick=n_thick), pca=pca, sample_ms=10.0)
    b.run(300.0)
    steps = 6400 // n_thick
    benchmark.pedantic(lambda: b.run(steps * 0.1), rounds=1)
    cpu = cpu_of(lambda: b.run(steps * 0.1))
    rate = b.state.head_state.size * steps / cpu
    benchmark.extra_info.update(
        head_steps_per_core_second=round(rate), head_seconds_per_core_second=round(rate * 1e-4),
        microseconds_per_step=round(cpu / steps * 1e6, 1), bound=int(b.state.counters[k.N_BOUND]),
    )  # fmt: skip
    print(f"\n{fibre} pCa {pca} {n_thick} thick: {rate / 1e6:.1f} M head-steps/core-s, {cpu / steps * 1e6:.0f} us/step")


@pytest.mark.parametrize("part", ["random numbers", "thin filament", "heads", "force balance"])
def test_part(benchmark, part: str) -> None:
    """Parts of one step, 16 thick filaments, fast, pCa 4.5; each call from Python adds some 10 us."""
    b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=16))
    b.run(300.0)
    m, s, scratch = b.model, b.state, b.scratch
    work = {
        "random numbers": lambda: fill_uniform(s.stream, scratch.head_draw),
        "thin filament": lambda: switch_thin(s, m.lattice, m.regulation, 31.6, 0.1, scratch),
        "heads": lambda: cycle_heads(s, m.lattice, m.cycle, m.table, m.thick, 0.1, 1.0, scratch),
        "force balance": lambda: (
            cycle_heads(s, m.lattice, m.cycle, m.table, m.thick, 0.1, 1.0, scratch),
            balance_forces(s, m.lattice, m.cycle, m.mechanics, scratch),
        ),
    }[part]
    benchmark(work)
    cpu = cpu_of(lambda: [work() for _ in range(200)]) / 200
    benchmark.extra_info["cpu_microseconds"] = round(cpu * 1e6, 1)
    print(f"\n{part}: {cpu * 1e6:.1f} us")


def test_start_up(benchmark) -> None:
    """A new process with compiled kernels on disk, up to and including the first millisecond of a run."""
    program = "from sarcomere.simulate import load_kernels; load_kernels()"

    def start() -> float:
        before = os.times()
        subprocess.run([sys.executable, "-c", program], check=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    cpu = min(start() for _ in range(3))
    benchmark.pedantic(start, rounds=1)
    benchmark.extra_info["cpu_seconds"] = round(cpu, 2)
    print(f"\nstart-up: {cpu:.2f} CPU-s")
    assert np.isfinite(cpu)
