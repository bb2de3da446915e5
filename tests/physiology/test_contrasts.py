"""Four contractions that a muscle could be in are told apart: voluntary, cramp, rigor contracture, slow calcium pump.

Seeds are fixed.  Without a hold, the excess over the control scatters with a standard deviation of 0.028 of the normal
force (100 seeds, two replicates of two thick filaments, as here); to be called one it must exceed 0.05 and three
standard errors, which 2 of the 100 did: a false-alarm rate of 2 % for each of the first two tests, which are the
negative controls of the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sarcomere
from sarcomere.explain import Explanation, explain
from sarcomere.parameters import load_fibre
from sarcomere.scenario.checking import from_dict

FALLING_ATP = {"time_s": [0.0, 0.3, 0.3, 0.5, 0.5, 0.7, 0.7], "value": [8.0, 8.0, 2.0, 2.0, 0.1, 0.1, 1e-4]}


def explained(command_end: float | None = None, **changes: Any) -> Explanation:
    table = {
        "title": "contrast",
        "run": {"duration_s": 3.0},
        "drive": {"train": {"frequency_Hz": 15.0, "start_s": 0.05, "count": 15}},
        "motor_units": [{"id": 1, "fibre": "slow"}],
        "lattice": {"n_thick": 2},
        "numerics": {"step_ms": 0.2},
        **changes,
    }
    ds = sarcomere.run(from_dict(table), threads=2)
    return explain(ds, command_end=command_end, quick=True, threads=2)


def cramp_like() -> list[float]:
    """Intervals of 15 /s on average with the coefficient of variation of a cramp, 0.45, none below 10 ms."""
    rng = np.random.default_rng(4)
    times = np.cumsum(np.maximum(rng.gamma(1 / 0.45**2, 0.45**2 / 15.0, 30), 0.01))
    return times.tolist()


def test_a_voluntary_contraction_is_held_by_its_drive() -> None:
    found = explained()
    assert found.held_by == ("drive",)
    assert found.contrast == "voluntary or evoked contraction"
    assert found.stop is not None
    assert found.stop.ratio < 1.5
    assert found.stretch is not None
    assert found.stretch.releases
    assert found.observed.rigor_am < 0.02
    assert any(sentence.startswith("No latch") for sentence in found.sentences)


def test_a_cramp_is_held_by_impulses_that_nobody_wants() -> None:
    found = explained(drive={"impulses_s": cramp_like()})
    assert found.held_by == ("drive",)
    assert found.contrast == "cramp"
    assert found.observed.rigor_am < 0.02
    assert found.observed.cost == pytest.approx(found.reference.cost, rel=0.3)


def test_rigor_holds_without_impulses_and_against_stretch() -> None:
    falling_adp = {**FALLING_ATP, "value": [2.5 * atp for atp in FALLING_ATP["value"]]}  # 20 uM at 8 mM
    found = explained(protocol={"atp_mM": FALLING_ATP, "adp_uM": falling_adp})
    assert found.contrast == "rigor contracture"
    assert found.observed.rigor_am > 0.3
    assert found.observed.cost < 0.1 * found.reference.cost
    assert np.isnan(found.observed.from_impulse)
    assert found.stretch is not None
    assert not found.stretch.releases
    removed = {a.name: a.removed.mean for a in found.attributions}
    assert removed["atp_mM"] > 0.9
    assert removed["calcium"] < 0.5


def test_a_slow_pump_holds_by_calcium_with_cycling_heads() -> None:
    found = explained(fibres={"slow": {"calcium": {"v_pump_mM_s": 0.3 * load_fibre("slow").calcium.v_pump_mM_s}}})
    assert found.held_by == ("calcium",)
    assert found.observed.calcium_below > 3 * found.reference.calcium_below
    assert found.observed.rigor_am < 0.02
    assert found.observed.cost == pytest.approx(found.reference.cost, rel=0.3)


def test_strong_cooperativity_is_found_out_as_cooperative_hold() -> None:
    """Cooperativity much stronger than calibrated relaxation allows holds by construction: ablation must say so."""
    found = explained(fibres={"slow": {"regulation": {"crossbridge_cooperativity": 0.003}}})
    assert found.held_by == ("cooperative_hold",)
    assert max(found.attributions, key=lambda a: a.removed.mean).name == "crossbridge_cooperativity"
