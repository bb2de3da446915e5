"""Steps with a clock between their phases are the steps of every run."""

from __future__ import annotations

import numpy as np
import pytest

from sarcomere.bench.clock import cost_of
from sarcomere.errors import SolverError
from sarcomere.half_sarcomere.phases import MANY, time_phases
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


def test_clocked_steps_have_the_bits_of_a_run() -> None:
    clocked, run = warm(), warm()
    time_phases(clocked.state, clocked.model, n_steps=N_STEPS, rounds=ROUNDS)
    before = {name: array.copy() for name, array in run.state._asdict().items()}
    run.run(N_STEPS * ROUNDS * run.model.sampling.step)
    for name, array in clocked.state._asdict().items():
        np.testing.assert_array_equal(array, getattr(run.state, name), err_msg=name)
    assert not np.array_equal(before["strain"], run.state.strain)


def test_iterations_are_those_that_the_state_counts() -> None:
    b = warm()
    before = int(b.state.counters[k.Count.SOLVER_ITERATIONS])
    phases = time_phases(b.state, b.model, n_steps=N_STEPS, rounds=ROUNDS)
    assert sum(phases.iterations) == pytest.approx(1.0)
    assert phases.iterations[MANY] == 0  # so that the shares tell how many there were
    told = N_STEPS * ROUNDS * float(np.dot(phases.iterations, np.arange(MANY + 1)))
    assert told == pytest.approx(b.state.counters[k.Count.SOLVER_ITERATIONS] - before)


def test_phases_add_up_to_a_step() -> None:
    """But for the call from Python and the sampling, a few percent; the band allows for a busy machine."""
    b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=16), sample_ms=10.0)
    b.run(20.0)
    (run,) = cost_of(lambda: b.run(10.0), rounds=5)
    phases = time_phases(b.state, b.model, n_steps=100, rounds=5)
    spent = np.array([phases.thin_us, phases.heads_us, phases.balance_us])
    assert (spent > 1.0).all()
    assert 0.5 < spent.sum() / (run.cpu / 100 * 1e6) < 1.5


def test_a_step_without_balance_is_an_error() -> None:
    b = warm()
    mechanics = b.model.mechanics._replace(tolerance=1e-300, max_iterations=1)
    with pytest.raises(SolverError, match="max_iterations"):
        time_phases(b.state, b.model._replace(mechanics=mechanics), n_steps=1, rounds=1)
