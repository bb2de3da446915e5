"""What a run does not reach of what is imposed is said, names and keys are found where they are meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.exceptions import Exit
from click.testing import CliRunner

import sarcomere
from sarcomere.cli import main
from sarcomere.ensemble.api import asked
from sarcomere.ensemble.design.sweep_file import read_points
from sarcomere.ensemble.workers.cluster import anywhere
from sarcomere.ensemble.workers.driver import planned
from sarcomere.errors import Notice
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.reading import parse_override
from tests.support.refusal import refuse, run

pytestmark = pytest.mark.usefixtures("folder")


# Discharges as read in seconds, for a run of 0.2 s, and what is said of them.
DOUBTS = {
    "in ms, the first within the run": ("1,0.1\n1,99.7\n1,180.4\n2,120.5\n", "90.2 s apart", "milliseconds (1000)"),
    "in ms, all late": ("1,50.3\n1,100.1\n2,70\n", "all 3 discharges of mine.csv come after the end", "(1000)"),
    "in samples": ("1,51\n1,154\n2,103\n2,205\n", "look like samples (give the sampling rate) or milliseconds"),
    "late": ("1,0.5\n1,0.6\n2,0.7\n", "all 3 discharges of mine.csv come after the end of the run (0.2 s)"),
}


@pytest.mark.parametrize("case", DOUBTS.values(), ids=DOUBTS)
def test_discharges_in_another_unit_are_noticed(case: tuple) -> None:
    rows, *words = case
    Path("mine.csv").write_text("motor_unit,time_s\n" + rows)
    (sentence,) = sarcomere.read("mine.toml", {"run.duration_s": 0.2}).notes()
    assert not [word for word in words if word not in sentence], sentence
    if "milli" in sentence:
        assert not list(sarcomere.read("mine.toml", {"run.duration_s": 0.2, "drive.clock_Hz": 1000.0}).notes())


def test_part_of_a_recording_is_no_matter() -> None:
    Path("mine.csv").write_text("motor_unit,time_s\n" + "".join(f"{u},{t / 8}\n" for t in range(1, 99) for u in (1, 2)))
    assert not list(sarcomere.read("mine.toml", {"run.duration_s": 0.2}).notes())
    assert not list(sarcomere.read("voluntary-contraction", {"run.duration_s": 0.2, "drive.start_s": 20.0}).notes())


COURSES = {
    "in ms": ("[0.0, 100.0, 200.0]", "protocol.length lasts 200 s, the run 0.2 s", "samples (give the sampling rate)"),
    "in ms, not whole": ("[0.0, 0.5, 200.5]", "protocol.length lasts 200.5 s", "like milliseconds (1000)"),
    "late": ("[0.0, 0.5, 0.6]", "protocol.length changes nothing", "begin at 0.5 s, the run ends at 0.2 s"),
}


@pytest.mark.parametrize("case", COURSES.values(), ids=COURSES)
def test_courses_in_another_unit_are_noticed(case: tuple) -> None:
    times, *words = case
    course = f"[protocol.length]\ntime_s = {times}\nvalue = [1300.0, 1300.0, 1310.0]\n"
    Path("mine.toml").write_text(Path("mine.toml").read_text() + course)
    (sentence,) = sarcomere.read("mine.toml", {"run.duration_s": 0.2}).notes()
    assert not [word for word in words if word not in sentence], sentence


def test_a_course_in_ms_is_read_with_a_clock() -> None:
    Path("length.csv").write_text("time_s,value\n0,1300\n100,1310\n")
    Path("mine.toml").write_text(Path("mine.toml").read_text() + '[protocol.length]\nfile = "length.csv"\n')
    course = sarcomere.read("mine.toml", {"protocol.length.clock_Hz": 1000.0}).protocol.length
    assert course is not None
    assert course.time_s == [0.0, 0.1]
    for clock in (0, "fast", 1e9):
        refuse(run("--set", f"protocol.length.clock_Hz={clock}"), "protocol.length.clock_Hz = ", "from 1 to 1e6")


def test_a_clock_of_no_file_is_refused() -> None:
    course = "[protocol.length]\ntime_s = [0.0]\nvalue = [1300.0]\nclock_Hz = 1000.0\n"
    Path("mine.toml").write_text(Path("mine.toml").read_text() + course)
    refuse(run(), "line 14", "clock_Hz = 1000 is of a file, and there is none", "give time_s in seconds")


def test_impulses_after_the_end_are_noticed() -> None:
    text = Path("mine.toml").read_text()
    Path("mine.toml").write_text(text.replace('discharge_file = "mine.csv"', "impulses_s = [5.0]"))
    (sentence,) = sarcomere.read("mine.toml").notes()
    assert sentence.startswith("all 1 impulses of drive.impulses_s come after the end of the run (0.002 s)")


def enough(*_: object, **__: object) -> None:
    raise Exit(0)


def test_what_looks_wrong_is_said_once_before_the_work_wherever_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("mine.csv").write_text("motor_unit,time_s\n1,50\n1,100\n2,70\n")
    words = "all 3 discharges of mine.csv come after the end of the run"
    monkeypatch.setattr("sarcomere.simulation.api.write", enough)
    result = CliRunner().invoke(main, run())
    assert (result.exit_code, result.stderr.count(f"Note: {words}")) == (0, 1), result.stderr
    with pytest.warns(Notice, match=words), pytest.raises(Exit):
        sarcomere.record("mine.toml", "run.h5")
    monkeypatch.setattr("sarcomere.simulation.api.simulation_of", enough)
    with pytest.warns(Notice, match=words), pytest.raises(Exit):
        sarcomere.run("mine.toml")
    monkeypatch.setattr("sarcomere.ensemble.workers.driver.carry_out", enough)
    monkeypatch.setattr("sarcomere.ensemble.api.carry_out", enough)
    vary = ["sweep", "mine.toml", "-o", "many", "--workers", "1", "--vary", "lattice.n_crown=3,4"]
    result = CliRunner().invoke(main, vary)
    assert (result.exit_code, result.stderr.count(f"Note: at 2 of 2 points, {words}")) == (0, 1), result.stderr
    with pytest.warns(Notice, match=f"at 2 of 2 points, {words}"), pytest.raises(Exit):
        sarcomere.sweep("mine.toml", {"lattice.n_crown": [3, 4]}, folder="many", workers=1)


def test_what_is_done_after_the_end_is_noticed() -> None:
    (sentence,) = sarcomere.read("nocturnal-calf-cramp", {"run.duration_s": 1.5}).notes()
    assert sentence == "the effort at 2 s comes after the end of the run (1.5 s)."


def impulses(scenario: Scenario) -> float:
    assert isinstance(scenario, FibreScenario)
    return float(scenario.discharges()[1][0])


def test_a_recording_is_found_beside_the_scenario_then_here_then_among_those_shipped(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same from Python, ``--set``, ``--vary`` and ``--points``, and for workers that run elsewhere."""
    Path("sub").mkdir()
    Path("sub/mine.toml").write_text(Path("mine.toml").read_text())
    for name, time in (("sub/both.csv", 0.001), ("both.csv", 0.002), ("here.csv", 0.003), ("sub/beside.csv", 0.004)):
        Path(name).write_text(f"motor_unit,time_s\n1,{time}\n2,{time}\n")
    Path("points.csv").write_text("drive.discharge_file\nboth.csv\nhere.csv\nbeside.csv\n")
    key, expected = "drive.discharge_file", {"both.csv": 0.001, "here.csv": 0.003, "beside.csv": 0.004}
    for name, time in expected.items():
        assert impulses(sarcomere.read("sub/mine.toml", {key: name})) == time
        assert impulses(sarcomere.read("sub/mine.toml", dict([parse_override(f"{key}={name}")]))) == time
    one_unit = {"motor_units": [{"id": 1}], key: "here.csv"}
    assert impulses(sarcomere.read("voluntary-contraction", one_unit)) == 0.003
    assert impulses(sarcomere.read("sub/mine.toml", {key: "vastus_lateralis_25mvc_discharges.csv"})) > 1
    varied: tuple[dict[str, Any], ...] = (
        {"vary": [f"{key}={','.join(expected)}"]},
        {"points": read_points("points.csv")},
    )
    for design in varied:
        found = planned(asked("sub/mine.toml", **design), folder / "many")
        tasks = [anywhere(found.task("many", shard)) for shard in found.manifest.shards]
        with monkeypatch.context() as elsewhere:
            elsewhere.chdir("/")
            assert [impulses(task.scenario()) for task in tasks] == list(expected.values())


def test_a_course_is_looked_for_in_the_same_places() -> None:
    Path("sub").mkdir()
    Path("sub/mine.toml").write_text(Path("mine.toml").read_text() + '[protocol.length]\nfile = "length.csv"\n')
    Path("length.csv").write_text("time_s,value\n0,1200\n")
    scenario = sarcomere.read("sub/mine.toml")
    assert isinstance(scenario, FibreScenario)
    assert scenario.initial_length == 1200.0


def test_where_a_missing_recording_was_looked_for_is_said_in_short(folder: Path) -> None:
    refuse(run("--set", "drive.discharge_file=none.csv"), "none.csv: no such discharge file beside", str(folder))
    refuse(run("--set", f"drive.discharge_file={'a' * 5000}"), f" {'a' * 200}: no such discharge file beside")


@pytest.mark.parametrize(("key", "meant"), [("duration_s", "run.duration_s"), ("atp_mM", "chemistry.atp_mM")])
def test_a_key_without_its_table_is_found(key: str, meant: str) -> None:
    refuse(run("--set", f"{key}=1"), f"unknown key {key}", f"did you mean '{meant}'?")


def test_the_unit_of_a_bound_is_said() -> None:
    refuse(run("--set", "run.hs_length=1.3"), "use a value of at least 100 nm")


def test_modules_are_there_without_being_imported() -> None:
    assert callable(sarcomere.explain.explain)
    assert callable(sarcomere.plot.figure_for)
    assert callable(sarcomere.plot.animation.animate)
