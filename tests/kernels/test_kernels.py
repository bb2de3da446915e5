"""What holds for every kernel: one signature, the published random stream, nothing allocated."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from sarcomere.parameters import LatticeParameters, load_fibre
from sarcomere_kernels import advance, rng
from sarcomere_kernels import types as k
from tests.support.bench import bench
from tests.support.organs import balance_forces, balance_rows, fill_words, uniform

compiled_only = pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="needs compiled kernels")


@compiled_only
def test_advance_is_compiled_once() -> None:
    for name, clamped in (("fast", True), ("slow", False)):
        bench(load_fibre(name), clamped=clamped, impulses=(5,)).run(2.0)
    assert len(advance.signatures) == 1


def test_rows_of_a_batch_are_advanced_from_compiled_code() -> None:
    """A kernel that takes views of rows leaves in each the bits that it leaves in a half-sarcomere alone."""
    benches = [bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=1), seed=seed) for seed in (1, 2)]
    for b in benches:
        b.run(3.0)
        b.state.mechanics[k.Mechanical.IMPOSED_LENGTH] += 1.0
    states = k.State(*(np.stack(arrays) for arrays in zip(*(b.state for b in benches), strict=True)))
    assert balance_rows(states, benches[0].model, benches[0].scratch) == k.OK
    for i, b in enumerate(benches):
        before = b.state.thin_shift.copy()
        balance_forces(b.state, b.model, b.scratch)
        assert not np.array_equal(b.state.thin_shift, before)
        assert all(np.array_equal(ours[i], alone) for ours, alone in zip(states, b.state, strict=True))


def test_single_stream_is_xoshiro256plusplus() -> None:
    """First words from state 1, 2, 3, 4, as the authors' C code gives them."""
    stream = np.array([1, 2, 3, 4], dtype=np.uint64)
    words = [41943041, 58720359, 3588806011781223, 3591011842654386]
    assert [uniform(stream) for _ in range(4)] == [(word >> 11) * 2.0**-53 for word in words]


def test_every_lane_is_xoshiro128plusplus() -> None:
    """First words from state 1, 2, 3, 4, as the authors' C code gives them; other lanes do not disturb."""
    lanes = np.random.SeedSequence(3).generate_state(64, np.uint32).reshape(4, 16)
    lanes[:, 5] = 1, 2, 3, 4
    draws = np.zeros(64, dtype=np.uint32)
    fill_words(lanes, draws, 50)
    assert draws[5::16].tolist() == [641, 1573767, 3222811527, 3517856514]
    assert np.unique(draws).size == 64


@pytest.mark.parametrize("word", [0, 1, 2**31, 2**32 - 1])
def test_a_word_stands_for_the_middle_of_its_share_of_the_unit_interval(word: int) -> None:
    assert rng.to_unit(np.uint32(word)) == (word + 0.5) * 2.0**-32


PROGRAM = """
import warnings; warnings.simplefilter("ignore")  # uint64 arithmetic wraps on purpose
from sarcomere.parameters import LatticeParameters, load_fibre
from sarcomere.parameters import Numerics
from tests.support.bench import bench
b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=1, n_crown=5, n_ru=33), clamped=False, impulses=(1,),
          numerics=Numerics(strain_bin_nm=0.5), sample_ms=0.1)
trace = b.run(3.0)
s = b.state
random = s.stream.tolist(), s.lanes.tolist()
print([float(x).hex() for x in trace.force], s.head_state.tolist(), random, s.ru_open.sum())
"""


def test_compiled_equals_interpreted() -> None:
    """The same sources, run by Python itself: the same trajectory; force to rounding, as compilers fuse and reorder."""

    def run(**environment: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split("] ", 1)

    (force, rest), (force_slow, rest_slow) = run(), run(NUMBA_DISABLE_JIT="1")
    assert rest == rest_slow
    numbers, slow = ([float.fromhex(w.strip("[]' \n")) for w in text.split(",")] for text in (force, force_slow))
    assert np.allclose(numbers, slow, rtol=1e-9, atol=1e-9)
