"""What the table of measured muscle says of its lines, fitted or predicted, is what the fits read."""

from __future__ import annotations

import re
from pathlib import Path

from joint_fit.targets import bands, line_of

from sarcomere.parameters import FIBRE_TYPES
from sarcomere.validate import Role, Target, read_targets

ROOT = Path(__file__).parents[2]
Name = tuple[int, str]
# Lines that something else is fitted to or chosen by, and the file that says so.
ELSEWHERE: dict[str, dict[int, str]] = {
    "data/calibration/fit_fibres.py": {5: "pCa50_.*|nH_.*", 21: ".*", 22: "ratio_.*", 23: "ratio_.*"},
    "data/calibration/joint_fit/targets.py": {7: "ratio_12"},
    "sarcomere/parameters/lattice.py": {6: "shift_.*", 9: "up_.*"},
    "sarcomere/parameters/thin_filament.py": {15: "onset_.*"},
}
# Lines that compare two others, both of them fitted.
COMPARED: dict[Name, tuple[Name, Name]] = {
    (2, "ratio"): ((2, "tension_fast"), (2, "tension_slow")),
    (5, "difference"): ((5, "pCa50_fast"), (5, "pCa50_slow")),
    (19, "agree"): ((7, "slack_slow"), (7, "hill_slow")),
}


def name(target: Target) -> Name:
    return target.row, target.line


def jointly_fitted() -> set[Name]:
    """Lines with a band in the joint fit of a fibre type."""
    wanted = {fibre: bands(fibre) for fibre in FIBRE_TYPES}
    return {name(t) for t in read_targets() for fibre in FIBRE_TYPES if line_of(fibre, *name(t)) in wanted[fibre]}


def fitted_elsewhere() -> set[Name]:
    """Lines of ELSEWHERE."""
    lines = [lines for by_row in ELSEWHERE.values() for lines in by_row.items()]
    return {name(t) for t in read_targets() for row, line in lines if t.row == row and re.fullmatch(line, t.line)}


def test_fitted_lines_are_those_that_a_fit_reads_and_no_others() -> None:
    marked = {name(t) for t in read_targets() if t.role is Role.FITTED}
    assert len(jointly_fitted()) > 50
    assert marked == jointly_fitted() | fitted_elsewhere() | COMPARED.keys()
    assert {part for pair in COMPARED.values() for part in pair} <= marked


def test_files_that_fit_or_choose_name_the_rows() -> None:
    for file, by_row in ELSEWHERE.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        lists = " ".join(re.findall(r"\brows? (\d+(?:(?:, | and )\d+)*)", text))
        named = {int(number) for number in re.findall(r"\d+", lists)}
        assert by_row.keys() <= named, file


def test_a_line_that_no_fit_reads_is_predicted() -> None:
    predicted = {name(t) for t in read_targets() if t.role is Role.PREDICTED}
    assert {(20, "low_fast"), (24, "slowing_slow"), (9, "down_fast"), (1, "force_fast")} <= predicted
    assert not predicted & jointly_fitted()


def test_cramp_lines_have_roles_of_every_kind() -> None:
    assert {t.role for t in read_targets(table="cramp")} == set(Role)
