"""Renshaw inhibition against its double exponential, and pool and terminals driven window by window."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from sarcomere.organs.nerve.inputs import PoolInputs, stimulation
from sarcomere.organs.nerve.pack import pack_recurrent
from sarcomere.organs.nerve.pool import MotoneuronPool, load_pool
from sarcomere.organs.nerve.terminal import terminal_excitability
from sarcomere.organs.nerve.terminals import TerminalGenerator
from sarcomere.parameters.motoneuron import IonParameters
from sarcomere.parameters.terminal import TerminalParameters
from sarcomere_kernels import motoneuron_types as k

INPUTS = PoolInputs(x_base=[(0.0, 0.25), (0.2, 1.3)], potassium_mM=4.2, stimuli_s=stimulation(20.0, 4, 0.05))


def pool_with(gain: float, inputs: PoolInputs = INPUTS, **overrides: float) -> MotoneuronPool:
    return MotoneuronPool(load_pool("open_loop_prone", {"recurrent.gain": gain, "n_units": 40, **overrides}), inputs, 2)


def test_inhibition_is_the_sum_of_double_exponentials_of_all_spikes() -> None:
    """Every spike, antidromic too, adds 0.05/(15 Hz N) (e^(-t/40) - e^(-t/10))/30 ms."""
    pool = pool_with(0.05)
    spikes: list[float] = []
    antidromic = 0
    for _ in range(20):
        _, time, back = pool.advance(0.0303)
        spikes.extend(1e3 * time)
        antidromic += int(back.sum())
        since = 1e3 * pool.time_s - np.array(spikes)
        expected = (0.05 * 1e3 / (15.0 * 40)) * ((np.exp(-since / 40) - np.exp(-since / 10)) / 30).sum()
        assert pool.state.shared[k.Shared.RENSHAW] == pytest.approx(expected, rel=1e-9)
    assert antidromic > 20
    assert expected > 0.03


def test_steady_value_and_course_are_those_of_the_two_equations() -> None:
    """A pool that fires at 15 Hz as a continuous input, solved by scipy: 0.05 in the end."""
    p = load_pool("open_loop_prone", {"recurrent.gain": 0.05})
    recurrent = pack_recurrent(p)
    spikes_per_step = p.n_units * 15.0 * p.step_ms * 1e-3
    drive, inhibition, course = 0.0, 0.0, []
    for _ in range(6000):
        drive += recurrent.increment * spikes_per_step
        inhibition = inhibition * recurrent.inhibition_decay + drive * recurrent.transfer
        drive *= recurrent.drive_decay
        course.append(inhibition)
    solved = solve_ivp(
        lambda t, y: [(0.05 - y[0]) / 10, (y[0] - y[1]) / 40],
        (0, 600),
        [0.0, 0.0],
        t_eval=[10, 50, 200, 600],
        rtol=1e-9,
    )
    assert [course[i] for i in (99, 499, 1999, 5999)] == pytest.approx(solved.y[1], rel=0.02)
    assert course[-1] == pytest.approx(0.05, rel=0.01)


def test_equal_time_constants_are_the_limit_of_nearly_equal_ones() -> None:
    near, equal = (
        pack_recurrent(load_pool("open_loop_prone", {"recurrent.gain": 0.05, "recurrent.rise_ms": rise})).transfer
        for rise in (40.0001, 40.0)
    )
    assert near == pytest.approx(equal, rel=1e-5)


def test_renshaw_cells_slow_the_pool() -> None:
    """The same cells and noise; without gain nothing is there to subtract."""
    free, slowed = pool_with(0.0), pool_with(0.2)
    counts = [pool.advance(1.0)[0].size for pool in (free, slowed)]
    assert free.state.shared[k.Shared.RENSHAW] == 0.0
    assert counts[1] < 0.95 * counts[0]


def test_windows_of_a_drive_are_the_run_in_one_piece() -> None:
    whole, parts = pool_with(0.05), pool_with(0.05)
    unit, time, back = whole.advance(0.6)
    taken = [parts.advance_driven(parts.courses.drive(first, 50)) for first in range(0, 6000, 50)]
    columns = [np.concatenate(column) for column in zip(*taken, strict=True)]
    assert unit.size > 100
    assert np.array_equal(columns[0], unit)
    assert np.array_equal(columns[1] * (0.1 * 1e-3), time)
    assert np.array_equal(columns[2], back)
    assert all(np.array_equal(a, b) for a, b in zip(whole.state, parts.state, strict=True))


def terminals() -> TerminalGenerator:
    return TerminalGenerator(TerminalParameters(), load_pool("open_loop_prone"), stimulation(16.0, 30, 0.1), 0.75, 4)


def driven(excitability: float) -> tuple[np.ndarray, np.ndarray]:
    """Four seconds in windows of 20 ms."""
    generator, stimuli = terminals(), np.round(np.array(stimulation(16.0, 30, 0.1)) * 1e4).astype(np.int64)
    gate = generator.gate(np.full(200, 0.75))
    taken = [generator.advance_driven(gate, stimuli, excitability) for _ in range(200)]
    axon, step = (np.concatenate(column) for column in zip(*taken, strict=True))
    return axon, step


def test_terminals_driven_by_windows_are_the_run_in_one_piece_and_excitability_adds_bursts() -> None:
    axon, time = terminals().advance(4.0)
    same = driven(1.0)
    assert np.array_equal(same[0], axon)
    assert np.array_equal(same[1] * (0.1 * 1e-3), time)
    more = driven(2.0)
    assert np.unique(more[0]).size > 1.5 * np.unique(axon).size > 0
    after = 0.1 + 29 / 16.0
    assert (more[1] * 1e-4 > after).sum() > 2 * (time > after).sum()


def test_terminals_are_excited_by_little_calcium_and_much_potassium() -> None:
    p, ions = TerminalParameters(), IonParameters()
    assert terminal_excitability(p, ions, 1.2, 0.6, 4.0) == 1.0
    low_calcium = terminal_excitability(p, ions, 0.96, 0.6, 4.0)
    assert low_calcium == pytest.approx((1.38 / 1.14) ** (18 / 5 / np.log(10)), rel=1e-12)
    assert 18 / low_calcium == pytest.approx(13.4, abs=0.1)
    assert 18 / terminal_excitability(p, ions, 1.2, 0.6, 6.5) == pytest.approx(13.9, abs=0.1)
    assert terminal_excitability(p, ions, 2.4, 0.6, 4.0) < 0.5
    assert terminal_excitability(p, ions, 1.2, 0.4, 4.0) > 1.0
