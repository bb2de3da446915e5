"""What a run does not reach of what is imposed is said, names and keys are found where they are meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import sarcomere
from sarcomere.cli import main
from tests.support.refusal import refuse, run

pytestmark = pytest.mark.usefixtures("folder")


def test_discharges_in_milliseconds_are_noticed() -> None:
    assert not list(sarcomere.read("mine.toml", {"run.duration_s": 2.0}).late_events())
    late = "motor_unit,time_s\n1,50\n1,100\n2,70\n"
    Path("mine.csv").write_text(late)
    result = CliRunner().invoke(main, run())
    assert result.exit_code == 0
    assert "Note: all 3 discharges of mine.csv come after the end of the run" in result.stderr


def test_what_is_done_after_the_end_is_noticed() -> None:
    (sentence,) = sarcomere.read("nocturnal-calf-cramp", {"run.duration_s": 1.5}).late_events()
    assert sentence == "the effort at 2 s comes after the end of the run (1.5 s)."


def test_a_discharge_file_is_found_where_it_is_named() -> None:
    Path("sub").mkdir()
    Path("sub/mine.toml").write_text(Path("mine.toml").read_text())
    Path("here.csv").write_text("motor_unit,time_s\n1,0.001\n2,0.001\n")
    arguments = run("--set", "drive.discharge_file=here.csv")
    result = CliRunner().invoke(main, [a if a != "mine.toml" else "sub/mine.toml" for a in arguments])
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize(("key", "meant"), [("duration_s", "run.duration_s"), ("atp_mM", "chemistry.atp_mM")])
def test_a_key_without_its_table_is_found(key: str, meant: str) -> None:
    refuse(run("--set", f"{key}=1"), f"unknown key {key}", f"did you mean '{meant}'?")


def test_the_unit_of_a_bound_is_said() -> None:
    refuse(run("--set", "run.hs_length=1.3"), "use a value of at least 100 nm")


def test_modules_are_there_without_being_imported() -> None:
    assert callable(sarcomere.explain.explain)
    assert callable(sarcomere.plot.figure_for)
    assert callable(sarcomere.plot.animation.animate)
