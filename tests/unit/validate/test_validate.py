"""The table of measured muscle: complete, judged as it says, written whole.  What it finds is no test."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from sarcomere.cli import judging, main
from sarcomere.parameters.shipped import data_path
from sarcomere.validate import Finding, Report, Role, Target, read_targets, tree
from sarcomere.validate.deficits import DEFICITS
from sarcomere.validate.experiment import QUICK, Row
from sarcomere.validate.runner import EXPERIMENTS, ROWS, measure
from sarcomere.validate.targets import row_verdict
from sarcomere.validate.tree import model_version
from tests.support.refusal import refuse

pytestmark = pytest.mark.usefixtures("folder")

TIER_1 = {1, 2, 3, 5, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 21, 22, 23}


def target(low: float = 1.0, high: float = 2.0, needs: str = "", role: Role = Role.PREDICTED) -> Target:
    return Target(1, "line", "title", "quantity", "1", low, high, 1, role, "source", "how", needs)


def test_the_table_has_every_row_with_band_tier_and_source() -> None:
    targets = read_targets()
    assert {t.row for t in targets} == set(range(1, 25)) == ROWS.keys()
    assert {t.row for t in targets if t.tier == 1} == TIER_1
    for t in targets:
        assert t.source, t
        assert t.title, t
        assert t.quantity, t
        assert t.tier in (1, 2, 3), t
        assert t.needs or t.low < t.high, t
        assert t.needs or t.how, t
    assert len({(t.row, t.line) for t in targets}) == len(targets)


def test_every_experiment_is_a_scenario_and_is_used() -> None:
    used = {name for row in ROWS.values() for name in row.experiments}
    assert used == EXPERIMENTS.keys()
    assert {name for deficit in DEFICITS for name in deficit.row.experiments} <= used
    for name in sorted(used):
        assert EXPERIMENTS[name](QUICK).conditions[0].motor_units[0].fibre in ("fast", "slow")


@pytest.mark.parametrize(
    ("value", "sem", "verdict", "sure"),
    [
        (1.5, 0.1, "inside", True),
        (1.5, 0.3, "inside", False),
        (2.0, 0.1, "inside", False),
        (2.5, 0.1, "outside", True),
        (2.5, 0.3, "outside", False),
        (0.5, 0.1, "outside", True),
        (math.nan, math.nan, "no value", False),
        (1.5, math.nan, "inside", False),
    ],
)
def test_a_line_is_judged_by_its_value_and_is_sure_two_errors_from_the_edge(
    value: float, sem: float, verdict: str, sure: bool
) -> None:
    found = Finding(target(), value, sem)
    assert (found.verdict, found.is_sure) == (verdict, sure)


def test_an_open_band_has_one_edge() -> None:
    assert Finding(target(1.0, math.inf), 1e9, 1.0).is_sure
    assert Finding(target(-math.inf, 2.0), 3.0, 0.1).verdict == "outside"
    assert target(-math.inf, 2.0).band == "≤ 2"


def test_a_row_is_inside_only_if_all_its_lines_are() -> None:
    inside, outside = Finding(target(), 1.5, 0.1), Finding(target(), 3.0, 0.1)
    missing, none = Finding(target(needs="a second half-sarcomere")), Finding(target())
    assert row_verdict([inside, inside]) == "inside"
    assert row_verdict([inside, outside, missing]) == "outside"
    assert row_verdict([inside, missing]) == "cannot run"
    assert row_verdict([inside, none, missing]) == "no value"


def test_lines_are_counted_by_role_and_say_theirs() -> None:
    fitted, predicted = target(role=Role.FITTED), target()
    findings = [Finding(fitted, 1.5, 0.1), Finding(fitted, 3.0, 0.1), Finding(predicted, 1.2, 0.1)]
    report = Report(findings, [], quick=False, seconds=60.0, provenance={"source": "sarcomere 0", "seed": 1})
    assert report.summary == "tier 1: 0 of 1 rows inside; 2 of 3 lines inside: 1 of 2 fitted, 1 of 1 predicted."
    table = [line.split("|") for line in report.markdown("sarcomere validate").splitlines() if line.startswith("|")]
    assert {len(cells) for cells in table} == {len(table[0])}
    roles = [cells[table[0].index(" role ")].strip() for cells in table]
    assert roles == ["role", "---", "", "fitted", "fitted", "predicted"]


def test_standard_errors_are_those_of_the_mean() -> None:
    draws = xr.Dataset({"x": ("replicate", np.random.default_rng(1).normal(size=12))})
    row = Row(("draws",), lambda ds: {"mean": float(ds.x.mean())})
    values, errors = measure(row, {"draws": draws})
    assert values["mean"] == pytest.approx(float(draws.x.mean()))
    assert errors["mean"] == pytest.approx(float(draws.x.std(ddof=1)) / math.sqrt(12))


def test_a_row_runs_and_is_written_for_people_and_machines() -> None:
    result = CliRunner().invoke(
        main, ["validate", "--quick", "--rows", "2,3", "--threads", "1", "--json", "found.json"]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(Path("found.json").read_text())
    assert found["rows"].keys() == {"2", "3"}
    lines = {(line["row"], line["line"]): line for line in found["lines"]}
    assert len(lines) == len(read_targets([2, 3]))
    assert 50 < lines[2, "tension_fast"]["value"] < 1000
    assert 0 < lines[2, "tension_fast"]["sem"] < 50
    rows = list(csv.DictReader(Path("validation.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["quantity"] for row in rows] == [line["quantity"] for line in found["lines"]]
    text = Path("validation.md").read_text(encoding="utf-8")
    assert "`sarcomere validate --quick --rows 2,3`" in text
    assert "unsourced" in text
    assert model_version() in text


def test_tables_of_the_documentation_are_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Path]] = []
    monkeypatch.setattr(judging, "_validate_table", lambda table, rows, page, *_, **__: asked.append((table, page)))
    docs = data_path("measurements").parents[1] / "docs"
    assert CliRunner().invoke(main, ["validate", "--update-docs"]).exit_code == 0
    assert asked == [("muscle", docs / "validation.md"), ("cramp", docs / "cramp-validation.md")]
    assert CliRunner().invoke(main, ["validate", "cramp", "--update-docs"]).exit_code == 0
    assert asked[2:] == asked[1:2]


def test_a_changed_parameter_changes_the_version_of_the_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = model_version()
    shutil.copytree(data_path("parameters"), tmp_path / "parameters")
    monkeypatch.setattr(tree, "data_path", lambda name: tmp_path / name)
    assert model_version() == before
    fast = tmp_path / "parameters/fast.toml"
    fast.write_text("# another comment\n" + fast.read_text(encoding="utf-8"), encoding="utf-8")
    assert model_version() == before
    fast.write_text(
        fast.read_text(encoding="utf-8").replace("ca_rest_uM = 0.05", "ca_rest_uM = 0.06"), encoding="utf-8"
    )
    assert model_version() != before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--rows", "25"], ("--rows", "no row 25", "1 to 24")),
        (["--rows", "two"], ("--rows 'two'", "--rows 3,7,21")),
        (["--rows", ""], ("--rows ''",)),
        (["--json", "nowhere/found.json"], ("nowhere/found.json: the folder nowhere does not exist", "--json")),
        (["-o", "nowhere/table.md"], ("nowhere/table.md: the folder nowhere does not exist",)),
        (["-o", "table.csv"], ("table.csv: would be written twice",)),
        (["--update-docs", "--quick"], ("--update-docs", "leave out --quick")),
        (["cramps", "--update-docs"], ("'cramps'", "no table of targets")),
    ],
)
def test_bad_arguments_are_refused_before_the_work(args: list[str], words: tuple[str, ...]) -> None:
    refuse(["validate", *args], *words)
