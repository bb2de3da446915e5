"""The four contractions told apart in runs of the whole loop, by ``sarcomere explain``: pytest -m slow -k of_the_loop.

Twelve minutes of CPU time.  Seeds are fixed; the lattices' scatter and its false alarms are those of test_contrasts.py.
"""

from __future__ import annotations

from typing import Any

import pytest

import sarcomere
from sarcomere.explain import Explanation, explain

LATTICES = {"muscle.explicit_units": 2, "lattice.n_thick": 2}


def explained(scenario: str, changes: dict[str, Any]) -> Explanation:
    return explain(sarcomere.run(sarcomere.read(scenario, changes), threads=2), quick=True, threads=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "changes", "contrast"),
    [
        ("control-mvc", LATTICES, "voluntary or evoked contraction"),
        ("nocturnal-calf-cramp", {**LATTICES, "run.duration_s": 14.0}, "cramp"),
        ("rigor-mcardle", {"run.duration_s": 56.0}, "rigor contracture"),
        ("sr-pump-slow", {}, "slow removal of calcium"),
    ],
)
def test_contrasts_of_the_loop_are_told_apart(scenario: str, changes: dict[str, Any], contrast: str) -> None:
    found = explained(scenario, changes)
    assert found.contrast == contrast, found.sentences
    if contrast == "rigor contracture":
        assert found.observed.cost < 0.3 * found.reference.cost  # heads hardly cycle
        assert found.stretch is not None
        assert not found.stretch.releases
    elif contrast == "cramp":
        assert found.drive.after_command > 5.0
