"""Steps with a clock between their phases are the steps of every run."""

from __future__ import annotations

import numpy as np
import pytest

from sarcomere.bench.clock import cost_of
from sarcomere.errors import SolverError
from sarcomere.half_sarcomere.phases import MANY, PhaseClock
from sarcomere.parameters import LatticeParameters, load_fibre
from sarcomere_kernels import types as k
from tests.support.bench import Bench, bench

pytestmark = pytest.mark.usefixtures("kernels")
N_STEPS, ROUNDS = 20, 3


def warm() -> Bench:
    """A half-sarcomere in which heads have attached."""
    b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=2))
    b.run(20.0)
    return b


def clocked(b: Bench, n_steps: int = N_STEPS) -> PhaseClock:
    """A few rounds from where a half-sarcomere stands."""
    clock = PhaseClock(b.state, b.model, n_steps)
    for _ in range(ROUNDS):
        clock.round()
    return clock


def test_clocked_steps_have_the_bits_of_a_run() -> None:
    b = warm()
    clock, before = clocked(b), b.state.strain.copy()
    b.run(N_STEPS * ROUNDS * b.model.sampling.step)
    for name, array in clock.state._asdict().items():
        np.testing.assert_array_equal(array, getattr(b.state, name), err_msg=name)
    assert not np.array_equal(before, b.state.strain)


def test_iterations_are_those_that_the_state_counts() -> None:
    b = warm()
    before = int(b.state.counters[k.Count.SOLVER_ITERATIONS])
    clock = clocked(b)
    phases = clock.phases()
    assert sum(phases.iterations) == pytest.approx(1.0)
    assert phases.iterations[MANY] == 0  # so that the shares tell how many there were
    told = N_STEPS * ROUNDS * float(np.dot(phases.iterations, np.arange(MANY + 1)))
    assert told == pytest.approx(clock.state.counters[k.Count.SOLVER_ITERATIONS] - before)


def test_phases_add_up_to_a_step() -> None:
    """But for the call from Python and the sampling, a few percent; the band allows for a busy machine."""
    b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=16), sample_ms=10.0)
    b.run(20.0)
    (run,) = cost_of(lambda: b.run(10.0), rounds=5)
    phases = clocked(b, 100).phases()
    spent = np.array([phases.thin_us, phases.heads_us, phases.balance_us])
    assert (spent > 1.0).all()
    assert 0.5 < spent.sum() / (run.cpu / 100 * 1e6) < 1.5


def test_a_step_without_balance_is_an_error() -> None:
    b = warm()
    mechanics = b.model.mechanics._replace(tolerance=1e-300, max_iterations=1)
    with pytest.raises(SolverError, match="max_iterations"):
        clocked(b._replace(model=b.model._replace(mechanics=mechanics)))
