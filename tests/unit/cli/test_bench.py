"""``sarcomere bench``: what it measures adds up, and its file holds them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sarcomere.cli import main
from sarcomere.cli.bench import Figures, Plan, measure, table

pytestmark = pytest.mark.usefixtures("folder")
TINY = Plan(conditions=(("slow", 4.5),), n_thick=(1,), warm_up_ms=1.0, round_ms=1.0, rounds=2, starts=1)


TOLD: list[tuple[int, int, str]] = []


@pytest.fixture(scope="module")
def figures(kernels: None) -> Figures:
    return measure(TINY, lambda *step: TOLD.append(step))


def test_figures_add_up(figures: Figures) -> None:
    (case,) = figures.cases
    assert (case.fibre, case.pCa, case.n_thick, case.heads) == ("slow", 4.5, 1, 294)
    for speed in (case.one_core, case.all_cores):
        head_seconds = speed.head_steps_per_core_second * case.step_ms * 1e-3
        assert speed.head_seconds_per_core_second == pytest.approx(head_seconds)
        assert speed.head_seconds_per_second > 0
    assert case.one_core.half_sarcomeres == 1
    assert case.all_cores.half_sarcomeres == figures.cores
    assert figures.start_up_cpu_s > 0.1  # python and numpy alone take that


def test_json_holds_every_figure(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.cli.bench.measure", lambda **_: figures)
    Path("figures.json").write_text("old")
    result = CliRunner().invoke(main, ["bench", "--json", "figures.json"])
    assert result.exit_code == 0, result.output
    values = json.loads(Path("figures.json").read_text())
    assert set(values) == {"cpu", "cores", "start_up_cpu_s", "cases", "sarcomere", "kernel_hash", "python", "numba"}
    assert values["cpu"]
    speed = {"half_sarcomeres", "head_steps_per_core_second", "head_seconds_per_core_second", "head_seconds_per_second"}
    (case,) = values["cases"]
    assert set(case) == {"fibre", "pCa", "n_thick", "heads", "step_ms", "one_core", "all_cores"}
    assert set(case["one_core"]) == set(case["all_cores"]) == speed


def test_table_has_a_row_a_case(figures: Figures) -> None:
    assert table(figures).row_count == 1


def test_progress_is_told_before_each_measurement(figures: Figures) -> None:
    assert TOLD == [(0, 2, "slow fibre, pCa 4.5, 1 thick filaments"), (1, 2, "start-up")]
