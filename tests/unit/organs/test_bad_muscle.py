"""Every muscle that cannot be made is refused in one sentence: what, which value, what to do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from sarcomere.errors import InputError
from sarcomere.organs.muscle import groups
from sarcomere.parameters.muscle import MuscleParameters, shipped_twitch_units

SHARING = {
    "more lattices than units": ({"explicit_units": 9}, 8, "explicit_units = 9", "8 motor units", "at most 8"),
    "one lattice for two types": ({"explicit_units": 1}, 8, "explicit_units = 1", "2 and more"),
    "no units": ({}, 0, "n_units = 0", "at least 1"),
}


@pytest.mark.parametrize("case", SHARING.values(), ids=SHARING)
def test_units_that_cannot_be_shared_out_are_refused(case: tuple) -> None:
    values, n_units, *words = case
    with pytest.raises(InputError) as caught:
        groups(MuscleParameters(**values), n_units)
    message = str(caught.value)
    assert re.fullmatch(r"[^\n]*[^.\n][.?]", message), message
    assert not [word for word in words if word not in message], message


@pytest.mark.parametrize(
    "values",
    [
        {"slow_share": 1.1},
        {"twitch_range": 0.5},
        {"explicit_units": -1},
        {"explicit_units": 2.5},
        {"pcsa_cm2": 0.0},
        {"territory": 0.0},
        {"memory_s": float("nan")},
        {"prior_activation": 0.0},
        {"tendon": {"stretch": -0.1}},
        {"tendon": {"tau": 20.0}},
    ],
    ids=str,
)
def test_a_parameter_out_of_range_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        MuscleParameters(**values)
    assert caught.value.error_count() == 1


@pytest.mark.parametrize("overlap", [[1.0] * 17, [1.0] * 17 + [-0.1]], ids=["a point missing", "pushing"])
def test_an_overlap_that_is_none_is_refused(overlap: list[float]) -> None:
    table = shipped_twitch_units().model_dump()
    table["slow"]["overlap"] = overlap
    with pytest.raises(ValidationError) as caught:
        MuscleParameters(twitch_units=table)
    assert caught.value.errors()[0]["loc"][:2] == ("twitch_units", "slow")
