"""Recordings as people have them: read where they can mean one thing only, else refused with the line and the cure."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from sarcomere.scenario import text_file
from sarcomere.scenario.course_file import read_course
from sarcomere.scenario.discharge_file import SOONEST_S, read_discharges
from tests.support.refusal import refused

TIMES = {1: [0.05, 0.1, 0.15], 2: [0.025, 0.075]}
ROWS = [(unit, time) for unit, times in TIMES.items() for time in times]
GOOD = "motor_unit,time_s\n" + "".join(f"{unit},{time}\n" for unit, time in ROWS)


def table(header: str, row: str, rows: list[tuple[int, float]] = ROWS) -> str:
    """A line for each discharge, from ``{unit}`` and ``{time}``, with decimal comma as ``{comma}``."""
    shown = (row.format(i=i, unit=u, time=t, comma=str(t).replace(".", ",")) for i, (u, t) in enumerate(rows))
    return "\n".join([header, *shown, ""])


def early_openhdemg() -> str:
    """A list of JSON texts, as openhdemg 0.1.0-beta wrote it: FSAMP follows MUPULSES."""
    entries = [{"SOURCE": "OTB"}, {"REF_SIGNAL": "{}"}, [[50, 100, 150], [25, 75]], {"FSAMP": "1000"}, {"IED": 8}]
    return json.dumps([json.dumps(entry) for entry in entries])


MATLAB = io.BytesIO()
savemat(MATLAB, {"MUPulses": np.zeros(3)})
NUMPY, NPZ, ZIP = io.BytesIO(), io.BytesIO(), io.BytesIO()
np.save(NUMPY, np.zeros(3))
np.savez(NPZ, np.zeros(3))
with zipfile.ZipFile(ZIP, "w") as packed:
    packed.writestr("mine.csv", GOOD)

READ = {
    "semicolons and decimal commas": table("motor_unit;time_s", "{unit};{comma}"),
    "semicolons and points": table("motor_unit;time_s", "{unit};{time}"),
    "tabs and decimal commas": table("motor_unit\ttime_s", "{unit}\t{comma}"),
    "blanks": table("motor_unit  time_s", "{unit}   {time}"),
    "quoted decimal commas": table("motor_unit,time_s", '{unit},"{comma}"'),
    "columns swapped": table("time_s,motor_unit", "{time},{unit}"),
    "capitals": table("Motor_Unit,TIME_S", "{unit},{time}"),
    "unit of time in brackets": table("Motor Unit,Time (s)", "{unit},{time}"),
    "milliseconds by name": table("motor_unit,time_ms", "{unit},{time}", [(u, t * 1000) for u, t in ROWS]),
    "a column more": table("motor_unit,time_s,accuracy", "{unit},{time},0.9"),
    "samples beside times": table("sample,motor_unit,unit,time_s", "{i},{unit},9,{time}"),
    "an index without a name": table(",motor_unit,time_s", "{i},{unit},{time}"),
    "empty columns of Excel": table("motor_unit,time_s,,", "{unit},{time},,").replace("\n", "\r\n") + ",,,\r\n",
    "the separator line of Excel": "sep=;\r\n" + table("motor_unit;time_s", "{unit};{time}"),
    "carriage returns": GOOD.replace("\n", "\r"),
    "units with a name": table("motor_unit,time_s", "MU{unit},{time}"),
    "units as pandas writes them": table("motor_unit,time_s", "{unit}.0,{time}"),
    "another name of the column": table("unit,time_s", "{unit},{time}"),
    "UTF-16": GOOD.encode("utf-16"),
    "UTF-16 of Windows": b"\xff\xfe" + GOOD.encode("utf-16-le"),
    "Latin-1 in a comment": ("# Müller\n" + GOOD).encode("latin-1"),
    "packed": gzip.compress(GOOD.encode()),
    "openhdemg": json.dumps({"FSAMP": 1000, "MUPULSES": [[50, 100, 150], [25, 75]]}),
    "FSAMP in a list": json.dumps({"FSAMP": [1000], "MUPULSES": [[50, 100, 150], [25, 75]]}),
    "FSAMP in quotes": json.dumps({"FSAMP": '"1000"', "MUPULSES": "[[50, 100, 150], [25, 75]]"}),
    "openhdemg 0.1.0-beta": early_openhdemg(),
}


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_what_can_mean_one_thing_only_is_read(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = {unit: times.tolist() for unit, times in read_discharges(path).items()}
    assert found == {unit: pytest.approx(times, rel=1e-15) for unit, times in TIMES.items()}


CLOCKED = {
    "milliseconds": ("motor_unit,time_s\n1,50.293\n1,100.098\n", 1000.0, 0.050293),
    "samples": ("motor_unit,sample\n1,512\n1,1024\n", 2048.0, 0.25),
    "a time without a unit": ("motor_unit,time\n1,512\n", 2048.0, 0.25),
    "another sampling rate than FSAMP": ('{"FSAMP": 1.0, "MUPULSES": [[512]]}', 2048.0, 0.25),
    "a column for each unit": ("REF_SIGNAL,MUPULSES (1),MUPULSES (2)\n0.1,512,51\n0.2,1024,\n", 2048.0, 0.25),
}


@pytest.mark.parametrize("case", CLOCKED.values(), ids=CLOCKED)
def test_the_unit_of_time_can_be_told(case: tuple, tmp_path: Path) -> None:
    content, clock, first = case
    path = tmp_path / "mine"
    path.write_text(content)
    assert read_discharges(path, clock)[1][0] == first


def test_a_clock_that_could_be_of_two_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("motor_unit,sample,time_s\n1,512,0.25\n")
    refused(("mine.csv, line 1", "clock_Hz could be of either"), lambda: read_discharges(path, 2048.0))


def test_one_unit_may_be_a_plain_list(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text('{"FSAMP": 1000, "MUPULSES": [50, 100]}')
    assert read_discharges(path)[1].tolist() == [0.05, 0.1]


REFUSED = {
    "decimal commas between commas": ("motor_unit,time_s\n1,0,05\n", "line 2", "3 columns", "decimal point"),
    "two decimal signs": ("motor_unit;time_s\n1;0,05\n1;0.1\n", "line 3", "'.' where others have ','", "all alike"),
    "thousands": ("motor_unit;time_s\n1;1.000,5\n", "line 2", "'1.000,5' is not a number"),
    "an underscore": ("motor_unit,time_s\n1,1_0\n", "line 2", "'1_0' is not a number"),
    "units by name alone": ("motor_unit,time_s\nbiceps,0.1\n", "line 2", "'biceps'", "number the units"),
    "units spelt in two ways": ("motor_unit,time_s\nMU1,0.1\n1,0.2\n", "line 3", "unlike those before"),
    "a column twice": ("motor_unit,time_s,time_s\n1,0.1,0.1\n", "line 1", "make it motor_unit,time_s"),
    "a time without a unit": ("motor_unit,time\n1,0.1\n", "line 1", "drive.clock_Hz", "make a second"),
    "columns of samples": ("MUPULSES (1),MUPULSES (2)\n103,51\n", "line 1", "drive.clock_Hz"),
    "the same discharge twice": ("motor_unit,time_s\n1,0.05\n1,0.05\n", "line 3", "there twice", "take one out"),
    "found twice": ("motor_unit,time_s\n1,0.05\n1,0.0501\n", "line 3", "0.1 ms after 0.05", "take one out"),
    "twice in JSON": ('{"FSAMP": 2048, "MUPULSES": [[103, 205, 205]]}', "unit 1, entry 3", "there twice"),
    "a blank cell": ("motor_unit,time_s\n1,\n", "line 2", "'' is not a number"),
    "an empty file": ("", "has no header", "make it motor_unit,time_s"),
    "Spike2": ('"INFORMATION"\n"rec01"\n', "line 1", "make it motor_unit,time_s"),
    "NUL": ("motor_unit,time_s\n1,0.05\0\n", "line 2", r"'\x00'", "give CSV"),
    "a quote without end": ('motor_unit,time_s\n1,"0.05\n', "line 2", "cannot be read"),
    "MATLAB": (MATLAB.getvalue(), "is a MATLAB file", "openhdemg", "JSON"),
    "MATLAB 7.3": (b"MATLAB 7.3 MAT-file", "is a MATLAB file"),
    "NumPy": (NUMPY.getvalue(), "is a NumPy array", "numpy.savetxt"),
    "several of NumPy": (NPZ.getvalue(), "is a ZIP archive, as .npz", "numpy.savetxt"),
    "ZIP": (ZIP.getvalue(), "is a ZIP archive", "unpack it"),
    "HDF5": (b"\x89HDF\r\n\x1a\n", "is an HDF5 file", "as CSV"),
    "xz": (b"\xfd7zXZ\x00", "is packed with xz", "gzip"),
    "a number of 400 digits": (f'{{"FSAMP": 2048, "MUPULSES": [[{"9" * 400}]]}}', "entry 1", "inf"),
    "early openhdemg without FSAMP": ("[1, 2]", "has no FSAMP"),
    "JSON without end": ("[" * 100_000, "is not valid JSON", "export it"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_told_with_line_and_cure(case: tuple, tmp_path: Path) -> None:
    content, *words = case
    path = tmp_path / "mine.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(("mine.csv", *words), lambda: read_discharges(path))


def test_discharges_may_follow_each_other_as_fast_as_a_doublet(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"motor_unit,time_s\n1,0.5\n1,{0.5 + 1.01 * SOONEST_S}\n")
    assert read_discharges(path)[1].size == 2


def test_files_without_end_are_refused_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "MAX_LINES", 1000)
    path = tmp_path / "mine.csv"
    for content in ("#\n" * 2000, GOOD + "\r" * 2000):
        path.write_text(content)
        refused(("mine.csv", "more than 1000 lines", "cut it down"), lambda: read_discharges(path))
    monkeypatch.setattr("sarcomere.scenario.discharge_file.MAX_LINES", 1000)
    path.write_text(json.dumps({"FSAMP": 1000, "MUPULSES": [list(range(2000))]}))
    refused(("mine.csv", "more than 1000 entries", "cut it down"), lambda: read_discharges(path))


COURSES = {
    "semicolons and decimal commas": "time_s;value\n0;1300\n0,1;1310\n",
    "a column more, swapped": "force,value,Time_S\n5,1300,0\n6,1310,0.1\n",
    "milliseconds": "time_ms,value\n0,1300\n100,1310\n",
    "an indented comment": "time_s,value\n  # settled\n0,1300\n0.1,1310\n",
    "Latin-1": "# Länge\ntime_s,value\n0,1300\n0.1,1310\n".encode("latin-1"),
    "UTF-16": "time_s,value\n0,1300\n0.1,1310\n".encode("utf-16"),
}


@pytest.mark.parametrize("content", COURSES.values(), ids=COURSES)
def test_courses_are_read_alike(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert read_course(path, "protocol.length") == {"time_s": [0.0, 0.1], "value": [1300.0, 1310.0]}


BAD_COURSES = {
    "backwards": ("time_s,value\n0,1\n0.2,1\n0.1,1\n", "mine.csv, line 4", "0.1 after 0.2", "sort the points"),
    "blank": ("time_s,value\n0,1300\n0.1,\n", "mine.csv, line 3", "'0.1,' is not two numbers"),
    "not finite": ("time_s,value\n0,1300\n0.1,NaN\n", "mine.csv, line 3", "is not finite"),
    "a time without a unit": ("time,value\n0,1\n", "mine.csv, line 1", "protocol.length.clock_Hz"),
    "Excel": (b"PK\x03\x04", "mine.csv: is a ZIP archive, as .npz and .xlsx are", "save it as CSV"),
}


@pytest.mark.parametrize("case", BAD_COURSES.values(), ids=BAD_COURSES)
def test_courses_are_refused_alike(case: tuple, tmp_path: Path) -> None:
    content, *words = case
    path = tmp_path / "mine.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(tuple(words), lambda: read_course(path, "protocol.length"))
