"""Numbers that junction, fibre action potential and axon refuse."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sarcomere.organs.junction import pack_junctions, release_factor
from sarcomere.parameters.axon import AxonParameters
from sarcomere.parameters.fibre_wave import FibreApParameters
from sarcomere.parameters.junction import JunctionParameters
from tests.support.refusal import refused

IONS = {
    "no calcium": (0.0, 0.5, "calcium_mM = 0", "above 0"),
    "calcium not a number": (float("nan"), 0.5, "calcium_mM = nan", "finite"),
    "negative magnesium": (1.2, -0.1, "magnesium_mM = -0.1", "at least 0"),
    "infinite magnesium": (1.2, float("inf"), "magnesium_mM = inf", "finite"),
}


@pytest.mark.parametrize("case", IONS.values(), ids=IONS)
def test_bad_ions_are_refused(case: tuple) -> None:
    calcium, magnesium, *words = case
    refused(tuple(words), lambda: release_factor(JunctionParameters(), calcium, magnesium))


def test_no_magnesium_is_allowed() -> None:
    assert release_factor(JunctionParameters(), 1.2, 0.0) > 1.0


def test_a_refractory_period_between_steps_is_refused() -> None:
    fibre_ap = FibreApParameters(refractory_ms=3.05)
    refused(("refractory_ms = 3.05", "0.1 ms"), lambda: pack_junctions(JunctionParameters(), fibre_ap, 0.1))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"distal_m": 0.9}, "distal_m = 0.9 is above length_m"),
        ({"velocity_smallest_m_s": 60.0}, "swap them"),
        ({"length_m": 0.0}, "greater than 0"),
    ],
)
def test_a_bad_axon_is_refused(given: dict[str, float], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        AxonParameters(**given)
