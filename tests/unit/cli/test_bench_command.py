"""``sarcomere bench``: its options, its file, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sarcomere.bench import FULL, QUICK, Case, Figures, Machine, Phases, Plan, SmallRows, Speed
from sarcomere.cli import main

pytestmark = pytest.mark.usefixtures("folder")
SPEED = Speed(
    half_sarcomeres=1,
    threads=1,
    step_us=100.0,
    median_step_us=101.0,
    head_steps_per_core_second=47e6,
    head_seconds_per_core_second=4704.0,
    head_seconds_per_second=4700.0,
)
FIGURES = Figures(
    machine=Machine(
        processor="A processor",
        compiled_for="generic",
        cores=1,
        system="Linux x86_64",
        sarcomere="0.1.0",
        kernel_hash="0" * 16,
        python="3.11",
        numpy="2.0",
        numba="0.61",
        llvmlite="0.44",
        llvm="15.0.7",
        load=None,
    ),
    start_up_cpu_s=1.0,
    compile_cpu_s=None,
    cases=[
        Case(
            fibre="fast",
            pCa=4.5,
            n_thick=16,
            heads=4704,
            step_ms=0.1,
            one_core=SPEED,
            all_cores=SPEED,
            phases=Phases(thin_us=10.0, heads_us=50.0, balance_us=40.0, iterations=(0.0, 0.25, 0.75)),
        )
    ],
    small_rows=[SmallRows(fibre="fast", pCa=4.5, step_ms=0.1, rows=SPEED, lattice=SPEED, cost_ratio=1.0)],
)


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """What was to be measured, in place of measuring it."""
    asked: list[Plan] = []

    def measure(plan: Plan, progress: Any) -> Figures:
        progress("a case", 0.0)
        asked.append(plan)
        return FIGURES

    monkeypatch.setattr("sarcomere.bench.measure", measure)
    return asked


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", *arguments])


def test_options_say_what_is_measured(plans: list[Plan]) -> None:
    for arguments in ([], ["--quick"], ["--longer-step", "0.2", "--compile"], ["--longer-step", "0.1"]):
        result = bench(*arguments)
        assert result.exit_code == 0, result.output
    assert plans == [
        FULL,
        QUICK,
        FULL._replace(steps_ms=(0.1, 0.2), compile_anew=True),
        FULL._replace(steps_ms=(0.1,)),
    ]


def test_json_holds_every_figure(plans: list[Plan]) -> None:
    Path("figures.json").write_text("old")
    result = bench("--json", "figures.json")
    assert result.exit_code == 0, result.output
    assert "0 % a case" in result.output
    assert "Figures: figures.json" in result.output
    values = json.loads(Path("figures.json").read_text())
    assert values == json.loads(FIGURES.model_dump_json())
    assert set(values) == {"machine", "start_up_cpu_s", "compile_cpu_s", "cases", "small_rows"}


def test_the_table_fits_a_terminal_of_80_columns(plans: list[Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    output = bench().output
    assert "fast   4.5     16   0.1  100.0   101.0" in output
    assert "…" not in output


@pytest.mark.parametrize("step", ["0", "-0.1", "0.6", "nan", "inf"])
def test_a_step_that_cannot_be_is_refused_before_the_work_begins(plans: list[Plan], step: str) -> None:
    result = bench("--longer-step", step)
    assert result.exit_code == 2
    assert f"Error: --longer-step {step}: " in result.output
    assert len(result.output.splitlines()) == 1
    assert not plans


def test_a_file_that_cannot_be_written_is_refused_before_the_work_begins(plans: list[Plan]) -> None:
    result = bench("--json", "no/such/folder/figures.json")
    assert result.exit_code == 2
    assert result.output.startswith("Error: ")
    assert not plans
