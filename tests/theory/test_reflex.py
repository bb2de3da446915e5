"""Reflexes: static values, delays, the tendon organ against scipy, sameness whatever the window, switches."""

from __future__ import annotations

import math
import os
from collections.abc import Callable

import numpy as np
import pytest
from scipy.signal import cont2discrete, dlsim

from sarcomere.organs.reflex import fresh_reflex, pack_reflex, resting_signals
from sarcomere.parameters.reflex import ReflexParameters, SpindleParameters, TendonOrganParameters
from sarcomere_kernels import advance_reflex
from sarcomere_kernels.reflex import Signal
from sarcomere_kernels.types import F8, NOT_FINITE, OK
from tests.support.reflex_bench import AT_ONCE, OFF, at, quiet, run, stretch


@pytest.mark.parametrize(("length", "force", "expected"), [(0.75, 0.3, 0.02), (1.1, 0.5, 0.19), (1.5, 1.0, 0.25)])
def test_tendon_organs_hardly_inhibit_a_short_muscle(length: float, force: float, expected: float) -> None:
    """With a gain of 0.25 and a floor of 0.1 a cramp in the short muscle is not stopped, one in the long muscle is."""
    found = at(force, length, gain_ib=0.25, tendon_organ={"gate_floor": 0.1})[1]
    assert found == pytest.approx(expected, abs=0.005)
    gate = 0.1 + 0.9 / (1 + math.exp(-(length - 0.95) / 0.05))
    assert found == pytest.approx(0.25 * gate * math.log(1 + 25 * force) / math.log(26), rel=1e-12)


def test_tendon_organs_feel_active_force_and_hardly_what_a_resting_muscle_pulls_with() -> None:
    """Passive force counts beyond its threshold; without one, as much as active force."""
    gate = 0.036 + 0.964 / (1 + math.exp(-3.0))

    def inhibition(passive: float, **changes: float) -> float:
        p = ReflexParameters.model_validate({**OFF, "gain_ib": 1.0, "tendon_organ": changes})
        force, length, signals = np.zeros(100), np.full(100, 1.1), resting_signals(100)
        signals[:, Signal.PASSIVE] = passive
        return float(run(p, force, length, signals)[1][-1])

    assert inhibition(0.025) == 0.0
    assert at(0.001, 1.1)[1] > 0.0
    assert inhibition(0.125) == pytest.approx(at(0.1, 1.1)[1], rel=1e-12)
    assert inhibition(0.05, passive_threshold=0.0) == pytest.approx(at(0.05, 1.1)[1], rel=1e-12)
    assert at(1.0, 1.1)[1] == pytest.approx(gate, rel=1e-12)


@pytest.mark.parametrize(("length", "ia", "ii"), [(0.75, 0.0, 0.0), (0.99, 12.5, 5.5), (1.1, 40.0, 33.0)])
def test_spindles_follow_length_and_never_fall_below_silence(length: float, ia: float, ii: float) -> None:
    assert at(0.0, length)[0] == pytest.approx(0.05 * (ia - 15) / 50, rel=1e-12)
    assert at(0.0, length, gain_ia=0.0, gain_ii=0.002)[0] == pytest.approx(0.002 * (ii - 8), rel=1e-12)


def test_an_abrupt_stretch_excites_more_than_a_slow_one() -> None:
    """From 0.75 to 1.1 L0; on a ramp the rate is 80 v^0.6 + 250(L - 1) + 15."""
    peaks = {ms: stretch(ms) for ms in (100, 2000)}
    for ms, found in peaks.items():
        rate = 80 * (350 / ms) ** 0.6 + 40
        assert found["peak Ia (Hz)"] == pytest.approx(rate, rel=0.01)
        assert found["peak x_Ia"] == pytest.approx(0.001 * (rate - 15), rel=0.05)
    assert 0.15 < peaks[100]["peak x_Ia"] < 0.25
    assert peaks[100]["peak net"] > 0.05  # a firing pool is excited before it is inhibited
    assert peaks[2000]["peak net"] < 0.0


def _signal(column: int) -> Callable[[F8, F8, F8], None]:
    def change(force: F8, length: F8, signals: F8) -> None:
        signals[100:, column] = 1.0

    return change


def _force(force: F8, length: F8, signals: F8) -> None:
    force[100:] = 0.5


def _length(force: F8, length: F8, signals: F8) -> None:
    length[100:] = 1.05


DELAYS = {  # 0.8 m at 60, 60, 30, 60, 2 m/s; 0.5 ms a synapse and 1 ms an interneuron
    "Ia": (_signal(Signal.GAMMA), {"gain_ia": 0.001}, 14),
    "Ib": (_force, {"gain_ib": 0.25}, 15),
    "II": (_length, {"gain_ii": 0.001}, 28),
    "reciprocal": (_signal(Signal.ANTAGONIST), {"gain_reciprocal": 0.0015}, 15),
    "nociceptive": (_signal(Signal.NOCICEPTION), {"gain_nociceptive": 0.03}, 402),
    "mechanical": (_signal(Signal.MECHANICAL), {"gain_nociceptive": 0.03}, 402),
    "tendon": (_signal(Signal.TENDON_STIMULUS), {}, 31),
}


@pytest.mark.parametrize("case", DELAYS.values(), ids=DELAYS)
def test_a_pathway_brings_news_after_its_delay(case: tuple) -> None:
    change, gain, delay = case
    p = ReflexParameters(**(OFF | gain))
    force, length, signals = quiet(600)
    still = run(p, force, length, signals)
    change(force, length, signals)
    moved = run(p, force, length, signals)
    differs = (moved[0] != still[0]) | (moved[1] != still[1])
    assert np.flatnonzero(differs)[0] == 100 + delay


def test_tendon_organs_adapt_as_their_transfer_function() -> None:
    """Against scipy's discretisation of the polynomials, for a force that jumps and wanders."""
    n = 6000
    force, length, signals = quiet(n)
    force[1000:] = 0.6
    force[2500:] += 0.2 * np.sin(np.arange(n - 2500) / 150.0)
    force[4000:] = 0.3
    p = ReflexParameters(**(OFF | {"gain_ib": 0.25, "tau_ib_ms": AT_ONCE}))
    found = run(p, force, length, signals)[1]
    static = 60 * np.log(1 + 25 * force)
    system = cont2discrete(([1.7, 2.58, 0.4], [1.0, 2.2, 0.4]), 1e-3, method="zoh")
    rate = static[0] + dlsim(system, static - static[0])[1][:, 0]
    gate = 0.036 + 0.964 / (1 + math.exp(-1.0))
    full = 60 * math.log(26)
    expected = 0.25 * gate * np.maximum(rate, 0.0) / full
    np.testing.assert_allclose(found[15:], expected[:-15], rtol=1e-9)
    assert found[1015] - found[1014] == pytest.approx(1.7 * (static[1000] - static[999]) * 0.25 * gate / full, rel=1e-4)


def wandering(n: int, seed: int) -> tuple[F8, F8, F8]:
    rng = np.random.default_rng(seed)
    signals = rng.uniform(size=(n, len(Signal)))
    signals[:, Signal.ANTAGONIST] *= 100.0
    signals[:, Signal.TENDON_STIMULUS] *= rng.uniform(size=n) < 0.01
    length = 1.0 + 0.2 * np.sin(np.arange(n) / 60.0) + 0.01 * rng.standard_normal(n)
    return rng.uniform(0.0, 1.0, n), length, signals


def test_windows_change_no_bit() -> None:
    p = ReflexParameters(gain_ii=0.001, fatigue_ia=0.3, fatigue_ib=0.5)
    given = wandering(900, 3)
    whole = run(p, *given, windows=[14] * 64 + [4])
    mixed = run(p, *given, windows=[1, 2, 3, 5, 7, 12] * 30)
    assert np.ptp(whole[0]) > 0.1
    assert np.ptp(whole[1]) > 0.1
    assert np.array_equal(whole[0], mixed[0])
    assert np.array_equal(whole[1], mixed[1])


def test_a_saved_state_continues_the_same_run() -> None:
    p = ReflexParameters()
    reflex = pack_reflex(p, 10)
    force, length, signals = wandering(500, 4)
    state = fresh_reflex(reflex, 0.1, 1.0)
    out = [np.zeros(10) for _ in range(4)]
    for i in range(0, 490, 10):
        cut = slice(i, i + 10)
        assert advance_reflex(state, reflex, force[cut], length[cut], signals[cut], out[0], out[1]) == OK
        if i == 240:
            saved = [field.copy() for field in state]
    other = fresh_reflex(reflex, 0.9, 1.3)
    for field, kept in zip(other, saved, strict=True):
        field[:] = kept
    for i in range(250, 490, 10):
        cut = slice(i, i + 10)
        assert advance_reflex(other, reflex, force[cut], length[cut], signals[cut], out[2], out[3]) == OK
    assert np.array_equal(out[0], out[2])
    assert np.array_equal(out[1], out[3])
    assert all(np.array_equal(a, b) for a, b in zip(state, other, strict=True))


def test_each_gain_switches_its_pathway_off_and_no_other() -> None:
    given = wandering(600, 5)
    gains = {"gain_ia": 0.001, "gain_ii": 0.001, "gain_ib": 0.25, "gain_nociceptive": 0.03, "gain_reciprocal": 0.0015}
    shock = {"tendon_stimulus": {"gain": 0.0}}
    everything = run(ReflexParameters(**gains), *given)
    alone = [run(ReflexParameters(**(OFF | shock | {name: gain})), *given) for name, gain in gains.items()]
    alone.append(run(ReflexParameters(**OFF), *given))
    for side in (0, 1):
        assert all(part[side].any() == (i in ((0, 1, 3), (2, 4, 5))[side]) for i, part in enumerate(alone))
        np.testing.assert_allclose(sum(part[side] for part in alone), everything[side], atol=1e-14)
    nothing = run(ReflexParameters(**(OFF | shock)), *given)
    assert not nothing[0].any()
    assert not nothing[1].any()


@pytest.mark.parametrize("gain", [0.03, -0.03])
def test_nociception_takes_seconds_and_its_sign_is_the_gain_s(gain: float) -> None:
    force, length, signals = quiet(4000)
    signals[1000:, Signal.NOCICEPTION] = 0.4
    signals[1000:, Signal.MECHANICAL] = 0.8  # the larger counts
    x_base, x_inhibition, _ = run(ReflexParameters(**(OFF | {"gain_nociceptive": gain})), force, length, signals)
    since = np.arange(1, 4000 - 1402 + 1)
    np.testing.assert_allclose(x_base[1402:], gain * 0.8 * (1 - np.exp(-since / 2000.0)), rtol=1e-9)
    assert not x_inhibition.any()


def test_fatigue_weakens_tendon_organs_and_strengthens_spindles_only_if_wanted() -> None:
    force, length, signals = quiet(1000)
    length += 0.1
    rested = run(ReflexParameters(), force, length, signals)
    signals[:, Signal.FATIGUE] = 1.0
    off = run(ReflexParameters(), force, length, signals)
    wanted = run(ReflexParameters(fatigue_ia=0.3, fatigue_ib=0.5), force, length, signals)
    for side in (0, 1):
        assert np.array_equal(off[side], rested[side])
    rate = 15.0 + rested[0][-1] / 0.001  # of Ia afferents, Hz
    assert wanted[0][-1] == pytest.approx(0.001 * (1.3 * rate - 15.0), rel=1e-9)
    assert wanted[1][-1] == pytest.approx(0.5 * rested[1][-1], rel=1e-9)


def test_a_blocked_nerve_brings_nothing_but_the_antagonist() -> None:
    force, length, signals = quiet(6000)
    length += 0.1
    signals[:, [Signal.NOCICEPTION, Signal.TENDON_STIMULUS, Signal.AFFERENT_OPEN]] = 1.0, 1.0, 0.0
    signals[:, Signal.ANTAGONIST] = 100.0
    x_base, x_inhibition, _ = run(ReflexParameters(), force, length, signals)
    assert x_base[-1] == pytest.approx(-0.015, rel=1e-9)  # x_0 counts on afferents at rest
    assert x_inhibition[-1] == pytest.approx(0.15, rel=1e-9)


def test_a_shock_to_the_tendon_inhibits_twice_and_less_in_a_short_muscle() -> None:
    """47-49 ms for 67 ms, then 187-193 ms for less than 40 ms, in the EMG 17 ms after the motoneurons."""
    strength = {}
    for at_length in (0.75, 1.1):
        force, length, signals = quiet(600)
        length[:] = at_length
        signals[[50, 60], Signal.TENDON_STIMULUS] = 1.0, 0.6
        x = run(ReflexParameters(**OFF), force, length, signals)[1]
        strength[at_length] = x.max()
        gate = 0.036 + 0.964 / (1 + math.exp(-(at_length - 0.95) / 0.05))
        expected = np.zeros(600)
        for begin, lasts, share in ((60 + 173, 40, 0.3), (50 + 173, 40, 0.5), (60 + 31, 67, 0.6), (50 + 31, 67, 1.0)):
            expected[begin : begin + lasts] = 0.25 * gate * share
        np.testing.assert_allclose(x, expected, rtol=1e-12)
    assert strength[1.1] > 8 * strength[0.75]


def test_a_force_that_is_no_number_stops_the_kernel() -> None:
    reflex = pack_reflex(ReflexParameters(), 5)
    state = fresh_reflex(reflex, 0.0, 1.0)
    force = np.array([0.1, np.nan])
    assert advance_reflex(state, reflex, force, np.ones(2), resting_signals(2), np.zeros(2), np.zeros(2)) == NOT_FINITE


def test_velocity_and_adaptation_can_be_switched_off() -> None:
    still = ReflexParameters(
        spindle=SpindleParameters(velocity_gain=0.0),
        tendon_organ=TendonOrganParameters(adaptation_fast=0.0, adaptation_slow=0.0),
        tau_ia_ms=AT_ONCE,
        tau_ib_ms=AT_ONCE,
    )
    force, length, signals = quiet(100)
    force[50:], length[50:] = 0.5, 1.1
    x_base, x_inhibition, _ = run(still, force, length, signals)
    assert np.array_equal(np.unique(x_base[64:]), [at(0.5, 1.1)[0]])
    np.testing.assert_allclose(x_inhibition[65:], at(0.5, 1.1)[1], rtol=1e-12)


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="needs compiled kernels")
def test_reflexes_are_compiled_once() -> None:
    run(ReflexParameters(), *quiet(20))
    at(0.0, 1.0)
    assert len(advance_reflex.signatures) == 1
