"""Whatever it is given, a command ends soon, in little memory, with a sentence: input drawn by hypothesis.

The short form is the same each time; the long one, ``pytest -m slow``, draws anew.
"""

from __future__ import annotations

import gzip
import itertools
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from click.exceptions import Exit
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sarcomere
from sarcomere.scenario.keys import keys_of
from sarcomere.scenario.kinds import scenario_classes
from tests.support.mutate import JUNK, HungError, edited, edits, encodings, junk, survive
from tests.support.refusal import GOOD, SMALL, SMALL_LOOP, unseal

LONG = 14  # times as many in the long form
COURSE = '[protocol.length]\nfile = "course.csv"\nrelative = true\n'
COURSE_FILE = "# nm\ntime_s,value\n0.0,0.0\n0.001,1.5\n0.001,2\n0.002,-1.0\n"
SERIES = """\
title = "series"
[run]
duration_s = 0.002
[protocol.pCa]
time_s = [0.0, 0.001]
value = [5.0, 4.5]
[[motor_units]]
id = 1
[lattice]
n_thick = 1
[[series.vary]]
key = ["run.hs_length", "chemistry.atp_mM"]
values = [[1300.0, 8.0], [1200.0, 4.0]]
"""
SWEEP = """\
scenario = "mine.toml"
replicates = 2
seed = 1
[set]
lattice.n_thick = 1
[[vary]]
key = "chemistry.atp_mM"
values = [8.0, 2.0]
[[vary]]
key = "chemistry.pi_mM"
from = 0.5
to = 8.0
count = 3
log = true
"""
POINTS = "chemistry.atp_mM;drive.discharge_file\n8;mine.csv\n0,5;mine.csv\n"
DISCHARGES = (
    GOOD,
    "sep=;\nMotor_Unit;time_ms;x\nMU1;1,5;a\nMU2;1,75;b\n",
    '{"FSAMP": 2048, "MUPULSES": [[1, 4], [2, 9]]}',
    '{"FSAMP": "2048.0", "MUPULSES": "[[1, 4], [2, 9]]"}',
)
KEYS = sorted({key for root in scenario_classes() for key in keys_of(root)})
VARIED = ("a,b", "1:2:3", "0.1:10:5log", "1:2", "0.1:10log", "[1],[2]", '"a","b"', "true,false")


@pytest.fixture(scope="module")
def good_run(kernels: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run file of two samples."""
    place = tmp_path_factory.mktemp("good")
    (place / "mine.toml").write_text(SMALL)
    (place / "mine.csv").write_text(GOOD)
    return sarcomere.record(place / "mine.toml", place / "good.h5")


@pytest.fixture(autouse=True)
def accepted(good_run: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Good input is accepted, and nothing is run."""

    def enough(*_: Any, **__: Any) -> None:
        raise Exit(0)

    monkeypatch.setattr("sarcomere.simulation.api.record", enough)
    monkeypatch.setattr("sarcomere.ensemble.workers.driver.carry_out", enough)
    monkeypatch.setattr("sarcomere.cli.progress.compile_kernels", lambda *_, **__: None)
    os.mkfifo("pipe")
    Path("course.csv").write_text(COURSE_FILE)
    shutil.copy(good_run, "good.h5")


RUN = ["run", "mine.toml", "-o", "run.h5", "--no-figure", "--threads", "1"]
SWEEPING = ["sweep", "mine.toml", "-o", "many", "--workers", "1"]


def write(name: str, text: str, encoding: str, packed: bool = False) -> None:
    content = text.encode(encoding, "replace" if encoding == "latin-1" else "surrogatepass")
    Path(name).write_bytes(gzip.compress(content) if packed else content)


@given(st.sampled_from([SMALL, SMALL + COURSE, SMALL_LOOP, SERIES]), edits, encodings)
def scenario(text: str, drawn: list, encoding: str) -> None:
    write("mine.toml", edited(text, drawn), encoding)
    survive(RUN)


@given(st.sampled_from([SMALL, SMALL_LOOP]), st.sampled_from(KEYS) | junk, junk, st.sampled_from(JUNK) | st.none())
def setting(text: str, key: str, value: str, second: str | None) -> None:
    write("mine.toml", text, "utf-8")
    more = ["--set", f"{key}={second}"] if second is not None else []
    survive([*RUN, "--set", f"{key}={value}", *more])


@given(st.sampled_from(DISCHARGES), edits, encodings, st.booleans(), st.sampled_from(["", "1000.0", "0", "nan"]))
def discharges(text: str, drawn: list, encoding: str, packed: bool, clock: str) -> None:
    write("mine.toml", SMALL, "utf-8")
    write("mine.csv", edited(text, drawn), encoding, packed)
    survive([*RUN, *(["--set", f"drive.clock_Hz={clock}"] if clock else [])])


@given(edits, encodings, st.booleans())
def course(drawn: list, encoding: str, packed: bool) -> None:
    write("mine.toml", SMALL + COURSE, "utf-8")
    write("mine.csv", GOOD, "utf-8")
    write("course.csv", edited(COURSE_FILE, drawn), encoding, packed)
    survive(RUN)


@given(edits, encodings)
def sweep_file(drawn: list, encoding: str) -> None:
    write("mine.toml", SMALL, "utf-8")
    write("mine.csv", GOOD, "utf-8")
    write("sweep.toml", edited(SWEEP, drawn), encoding)
    survive(["sweep", "sweep.toml", *SWEEPING[2:]])


@given(st.sampled_from(KEYS) | junk, st.sampled_from(VARIED) | junk, st.sampled_from(["", "0", "4", "9" * 400]))
def varied(key: str, values: str, sobol: str) -> None:
    write("mine.toml", SMALL, "utf-8")
    write("mine.csv", GOOD, "utf-8")
    survive([*SWEEPING, "--vary", f"{key}={values}", *(["--sobol", sobol] if sobol else [])])


@given(edits, encodings)
def points(drawn: list, encoding: str) -> None:
    write("mine.toml", SMALL, "utf-8")
    write("mine.csv", GOOD, "utf-8")
    write("points.csv", edited(POINTS, drawn), encoding)
    survive([*SWEEPING, "--points", "points.csv"])


def alter(place: h5py.File, way: str, chosen: int, value: Any) -> None:
    """Alter an attribute or a variable of a run file."""
    owners = [place, *(place[name] for name in sorted(place))]
    owner = owners[chosen % len(owners)]
    names = sorted(owner.attrs)
    if way == "variable" and owner is not place:
        name = owner.name
        del place[name]
        place[name] = np.array(value)
    elif way == "no variable" and owner is not place:
        del place[owner.name]
    elif names and way == "no attribute":
        del owner.attrs[names[chosen % len(names)]]
    elif names:
        owner.attrs[names[chosen % len(names)]] = value


VALUES = (
    *(0, -1, 1e308, np.nan, "", "x", "{}", "[" * 100_000, "[1]", [1, 2, 3], [[1.0]], np.zeros(0), "\x1b", "9" * 5000),
)


number = itertools.count()


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=3),
    st.sampled_from(["bytes", "variable", "no variable", "attribute", "no attribute"]),
    st.integers(0, 500),
    st.sampled_from(VALUES),
)
def run_file(bytes_drawn: list, way: str, chosen: int, value: Any) -> None:
    path = Path(f"run-{next(number)}.h5")  # HDF5 may hold a damaged one open
    shutil.copy("good.h5", path)
    if way == "bytes":
        content = bytearray(path.read_bytes())
        for place, byte in bytes_drawn:
            content[place % len(content)] = byte
        path.write_bytes(content)
    else:
        unseal(path)
        with h5py.File(path, "r+") as file:
            alter(file, way, chosen, value)
    for command in ("info", "verify") if way == "bytes" else ("info",):
        survive([command, str(path)])
    path.unlink()


# Which input, and how many of it in the short form.
INPUT: dict[str, tuple[Callable[..., None], int]] = {
    "scenario": (scenario, 110),
    "setting": (setting, 60),
    "discharges": (discharges, 60),
    "course": (course, 40),
    "sweep file": (sweep_file, 30),
    "varied": (varied, 30),
    "points": (points, 20),
    "run file": (run_file, 8),
}
EASY: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "phases": (Phase.generate, Phase.shrink),
    "suppress_health_check": list(HealthCheck),
}


def test_the_forms_are_as_long_as_is_said() -> None:
    short = sum(count for _, count in INPUT.values())
    assert short >= 300
    assert short * LONG >= 5000


@pytest.mark.parametrize("name", INPUT)
def test_input_drawn_the_same_each_time(name: str) -> None:
    action, count = INPUT[name]
    settings(max_examples=count, derandomize=True, **EASY)(action)()


@pytest.mark.slow
@pytest.mark.parametrize("name", INPUT)
def test_input_drawn_anew(name: str) -> None:
    action, count = INPUT[name]
    settings(max_examples=count * LONG, **EASY)(action)()


def test_good_input_is_accepted_and_bad_is_not() -> None:
    assert survive(RUN) == 0
    assert survive(["sweep", "mine.toml", "-o", "many", "--workers", "1"]) == 0
    assert survive([*RUN, "--set", "lattice.n_thick=0"]) == 2


def test_a_traceback_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.scenario.reading.parse_toml", lambda text: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        survive(RUN)


def test_a_command_without_end_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.mutate.WAIT_S", 0.2)
    monkeypatch.setattr("sarcomere.scenario.reading.parse_toml", lambda text: time.sleep(5))
    with pytest.raises(HungError):
        survive(RUN)
