"""Every bad number given to reflexes and to driven pools ends in one sentence: what, which value, what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sarcomere.organs.nerve.inputs import PoolInputs
from sarcomere.organs.nerve.pool import MotoneuronPool, load_pool
from sarcomere.organs.nerve.terminal import terminal_excitability
from sarcomere.organs.nerve.terminals import TerminalGenerator
from sarcomere.organs.reflex import fresh_reflex, pack_reflex
from sarcomere.parameters.motoneuron import IonParameters
from sarcomere.parameters.reflex import ReflexParameters
from sarcomere.parameters.terminal import TerminalParameters
from tests.support.refusal import refused

PACKS = {
    "long window": ({}, 15, ("exchange_ms = 15", "Ia pathway", "14 ms", "use 1 to 14")),
    "no window": ({}, 0, ("exchange_ms = 0", "use 1 to 14")),
    "short nerve": ({"path_m": 0.1, "velocity_ib": 120.0}, 5, ("exchange_ms = 5", "2 ms", "use 1 to 2")),
    "early shock": ({"tendon_stimulus": {"onset_ms": 20.0}}, 5, ("tendon stimulus pathway", "3 ms", "use 1 to 3")),
    "shock before its time": (
        {"tendon_stimulus": {"onset_ms": 10.0}},
        5,
        ("tendon stimulus pathway", "after -7 ms", "slow it"),
    ),
    "phases": ({"tendon_stimulus": {"second_onset_ms": 40.0}}, 5, ("second_onset_ms = 40", "onset_ms = 48", "swap")),
}


@pytest.mark.parametrize("case", PACKS.values(), ids=PACKS)
def test_what_cannot_be_packed_is_refused(case: tuple) -> None:
    changes, window, words = case
    refused(words, lambda: pack_reflex(ReflexParameters.model_validate(changes), window))


@pytest.mark.parametrize("change", [{"gain_ib": -0.1}, {"path_m": 0.0}, {"gain_ia": float("nan")}, {"gain_ic": 0.1}])
def test_a_bad_parameter_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(change))):
        ReflexParameters.model_validate(change)


@pytest.mark.parametrize(("force", "length"), [(float("nan"), 1.0), (0.1, float("inf"))])
def test_a_muscle_that_is_no_number_is_refused(force: float, length: float) -> None:
    reflex = pack_reflex(ReflexParameters(), 5)
    refused((f"force = {force:g}", f"length = {length:g}", "finite"), lambda: fresh_reflex(reflex, force, length))


@pytest.mark.parametrize(
    ("ions", "word"),
    [((0.0, 0.6, 4.0), "calcium_mM = 0"), ((1.2, -1.0, 4.0), "magnesium_mM = -1"), ((1.2, 0.6, float("nan")), "= nan")],
)
def test_ions_no_muscle_holds_are_refused(ions: tuple[float, float, float], word: str) -> None:
    refused((word, "use"), lambda: terminal_excitability(TerminalParameters(), IonParameters(), *ions))


def test_a_drive_for_another_step_and_no_excitability_are_refused() -> None:
    pool = MotoneuronPool(load_pool("open_loop_prone", {"n_units": 2}), PoolInputs())
    drive = pool.courses.drive(5, 10)
    refused(("drive.first_step = 5", "give 0"), lambda: pool.advance_driven(drive))
    terminals = TerminalGenerator(TerminalParameters(), load_pool("open_loop_prone", {"n_units": 2}), [])
    none = np.zeros(0, dtype=np.int64)
    refused(("excitability = 0.0", "above 0"), lambda: terminals.advance_driven(np.ones(10), none, 0.0))
