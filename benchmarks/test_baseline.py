"""The compiled step against the plain NumPy one: 16 thick filaments, fast fibre, pCa 4.5, 0.1 ms."""

from __future__ import annotations

import time

import pytest

from benchmarks.numpy_step import NumpyHalfSarcomere
from sarcomere.bench.clock import cost_of
from sarcomere.parameters import LatticeParameters, Numerics, load_fibre
from tests.support.bench import bench

pytestmark = pytest.mark.benchmark(timer=time.process_time)
KERNEL_STEPS, NUMPY_STEPS, WARM_UP_MS = 200, 10, 80.0
NUMERICS = Numerics(step_ms=0.1)


def test_ratio_to_numpy(benchmark) -> None:
    b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=16), numerics=NUMERICS, sample_ms=20.0)
    plain = NumpyHalfSarcomere(b.model, b.ca, seed=1)

    def walk(steps: int) -> None:
        for _ in range(steps):
            plain.step()

    b.run(WARM_UP_MS)
    walk(round(WARM_UP_MS / NUMERICS.step_ms))
    benchmark.pedantic(lambda: walk(NUMPY_STEPS), rounds=1)
    kernel, numpy = cost_of(lambda: b.run(KERNEL_STEPS * NUMERICS.step_ms), lambda: walk(NUMPY_STEPS), rounds=25)
    kernel_us, numpy_us = kernel.cpu / KERNEL_STEPS * 1e6, numpy.cpu / NUMPY_STEPS * 1e6
    benchmark.extra_info.update(
        kernel_microseconds_per_step=round(kernel_us, 1),
        numpy_microseconds_per_step=round(numpy_us, 1),
        ratio=round(numpy_us / kernel_us, 1),
    )
    print(f"\nkernel : NumPy = 1 : {numpy_us / kernel_us:.0f} ({kernel_us:.0f} and {numpy_us:.0f} us a step)")
