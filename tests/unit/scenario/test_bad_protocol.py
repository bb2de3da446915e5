"""A protocol or series that cannot be run ends in one sentence, and whatever was there stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sarcomere.cli import main
from tests.support.refusal import check, files, refuse, run

pytestmark = pytest.mark.usefixtures("folder")

ACTIVE = """\
title = "small"
[run]
duration_s = 0.06
[drive]
pCa = 4.5
[[motor_units]]
id = 1
fibre = "fast"
[lattice]
n_thick = 1
"""
SKINNED = ACTIVE.replace("[drive]\npCa = 4.5\n", "")
IMPULSES = ACTIVE.replace("pCa = 4.5", "train = { frequency_Hz = 50.0, count = 2 }")
LOAD = "[protocol.load]\ntime_s = [0.04, 0.05]\nvalue = 0.3\nrelative = true\n"
VARY = '[[series.vary]]\nkey = "drive.pCa"\nvalues = [4.5, 6.0]\n'


def course(name: str, time_s: str, value: str, more: str = "") -> str:
    """A table of a course."""
    return f"[protocol.{name}]\ntime_s = {time_s}\nvalue = {value}\n{more}"


# What the scenario is, and what the sentence must hold.
COURSE = {
    "backwards": (
        ACTIVE + course("length", "[0.0, 0.02, 0.01]", "[1300.0, 1300.0, 1290.0]"),
        "line 11",
        "0.01 after 0.02",
        "sort",
    ),
    "NaN value": (ACTIVE + course("length", "[0.0, 0.02]", "[1300.0, nan]"), "protocol.length.value.1 = nan", "finite"),
    "infinite time": (
        ACTIVE + course("length", "[0.0, inf]", "[1300.0, 1300.0]"),
        "protocol.length.time_s.1 = inf",
        "finite",
    ),
    "unequal lists": (
        ACTIVE + course("length", "[0.0, 0.02]", "[1300.0]"),
        "time_s has 2 entries",
        "value has 1",
        "one value",
    ),
    "no point": (ACTIVE + course("length", "[]", "[]"), "protocol.length: has no point", "give time_s and value"),
    "jump of three": (
        ACTIVE + course("length", "[0, 0.02, 0.02, 0.02]", "[1300, 1300, 1290, 1280]"),
        "0.02 more than twice",
    ),
    "begins late": (ACTIVE + course("length", "[0.01, 0.02]", "[1300.0, 1290.0]"), "begins at 0.01 s", "begin it at 0"),
    "begins before": (
        ACTIVE + course("length", "[-0.01, 0.02]", "[1300.0, 1290.0]"),
        "begins at -0.01 s",
        "begin it at 0",
    ),
    "text": (ACTIVE + course("length", "[0.0, 0.02]", '[1300.0, "short"]'), "value.1 = 'short'", "give a number"),
    "text for a list": (ACTIVE + course("length", "[0.0]", '"short"'), "value = 'short'", "give a list in brackets"),
    "number for a table": (ACTIVE + "[protocol]\nlength = 1300.0\n", "protocol.length = 1300.0", "make it a table"),
    "no value": (ACTIVE + "[protocol.length]\ntime_s = [0.0]\n", "protocol.length.value is missing", "add it"),
    "unknown course": (ACTIVE + course("lenght", "[0.0]", "[1300.0]"), "unknown key protocol.lenght", "'length'"),
    "unknown key": (ACTIVE + course("length", "[0.0]", "[1300.0]", "slak = true\n"), "line 14", "'slack'"),
    "beyond overlap": (
        ACTIVE + course("length", "[0.0, 0.02]", "[1300.0, 2150.0]"),
        "at 0.02 s = 2150",
        "use less than 2120.5",
    ),
    "into the Z-line": (
        ACTIVE + course("length", "[0.0, 0.02]", "[1300.0, 120.0]"),
        "at 0.02 s = 120",
        "more than 130",
    ),
    "into the Z-line by steps": (
        ACTIVE + course("length", "[0.0, 0.02, 0.02]", "[0.0, 0.0, -1180.0]", "relative = true\n"),
        "protocol.length at 0.02 s = 120",
        "leaves no head a site",
    ),
    "negative length": (
        ACTIVE + course("length", "[0.0, 0.02]", "[1300.0, -5.0]"),
        "-5 at 0.02 s",
        "give 0 to 2200 nm",
    ),
    "pCa of 50": (
        SKINNED + course("pCa", "[0.0, 0.02]", "[9.0, 50.0]"),
        "50 at 0.02 s is out of range",
        "give 2 to 10",
    ),
    "pCa beside a train": (IMPULSES + course("pCa", "[0.0]", "[9.0]"), "protocol.pCa holds calcium", "drive.train"),
    "pCa twice": (
        ACTIVE + course("pCa", "[0.0]", "[9.0]"),
        "drive.pCa = 4.5 is not where protocol.pCa begins, 9",
        "leave",
    ),
    "hot": (
        ACTIVE + course("temperature_C", "[0.0, 0.02]", "[37.0, 60.0]"),
        "60 at 0.02 s",
        "give 0 to 45 degree_Celsius",
    ),
    "ATP negative": (
        ACTIVE + course("atp_mM", "[0.0, 0.02]", "[8.0, -1.0]"),
        "-1 at 0.02 s",
        "more than 0 to 100 mmol/L",
    ),
    "ATP none": (ACTIVE + course("atp_mM", "[0.0, 0.02]", "[8.0, 0.0]"), "0 at 0.02 s", "more than 0 to 100 mmol/L"),
    "phosphate": (ACTIVE + course("pi_mM", "[0.0]", "[500.0]"), "500 at 0 s", "to 200 mmol/L"),
    "ADP": (ACTIVE + course("adp_uM", "[0.0]", "[0.0]"), "0 at 0 s", "more than 0 to 10000 umol/L"),
    "negative load": (ACTIVE + LOAD.replace("0.3", "-0.3"), "protocol.load: -0.3 at 0.04 s", "give 0 to 5 times"),
    "absurd load": (ACTIVE + course("load", "[0.0, 0.02]", "1e6"), "1e+06 at 0 s", "give 0 to 10000 pN"),
    "load at one time": (
        ACTIVE + LOAD.replace("0.04, 0.05", "0.04"),
        "from 0.04 to 0.04 s",
        "the last after the first",
    ),
    "load before the start": (ACTIVE + course("load", "[-0.01, 0.02]", "9.0"), "from -0.01 to 0.02 s"),
    "load with no force before": (
        ACTIVE + LOAD.replace("0.04,", "0.0,"),
        "sets in at 0 s relative",
        "relative = false",
    ),
    "no length step": (
        ACTIVE + "[numerics]\nlength_step_nm = 0.0\n",
        "numerics.length_step_nm = 0.0",
        "at least 0.001 nm",
    ),
    "file and lists": (ACTIVE + course("length", "[0.0]", "[1300.0]", 'file = "x.csv"\n'), "give either"),
    "no such file": (
        ACTIVE + '[protocol.length]\nfile = "x.csv"\n',
        "x.csv: no such file",
        "check protocol.length.file",
    ),
}


@pytest.mark.parametrize("case", COURSE.values(), ids=COURSE)
def test_a_bad_course_is_refused(case: tuple) -> None:
    text, *words = case
    Path("mine.toml").write_text(text)
    refuse(run(), *words)


CSV = {
    "no header": ("0.0,1300.0\n", "make it time_s,value"),
    "empty": ("", "make it time_s,value"),
    "text": ("time_s,value\n0.0,long\n", "length.csv, line 2", "'0.0,long'", "is not two numbers"),
    "three columns": (
        "time_s,value\n0.0,1,2\n",
        "line 2",
        "has 3 columns, the header 2",
        "time_s,value with a decimal point",
    ),
    "NaN": ("# mine\ntime_s,value\n0.0,nan\n", "line 3", "is not finite"),
    "backwards": (
        "time_s,value\n0,1300\n0.2,1300\n0.1,1300\n",
        "length.csv, line 4",
        "runs backwards, 0.1 after 0.2",
        "sort the points",
    ),
    "binary": (b"\x89HDF\r\n\xff", "is an HDF5 file, not text", "as CSV"),
}


@pytest.mark.parametrize("case", CSV.values(), ids=CSV)
def test_a_bad_course_file_is_refused(case: tuple) -> None:
    content, *words = case
    Path("mine.toml").write_text(ACTIVE + '[protocol.length]\nfile = "length.csv"\n')
    Path("length.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    refuse(run(), *words)


SERIES = {
    "unknown key": (ACTIVE + VARY.replace("drive.pCa", "drive.pca"), "condition pca = 4.5", "'pCa'"),
    "unknown table": (ACTIVE + VARY.replace("drive.pCa", "drve.pCa"), "unknown key drve", "'drive'"),
    "value out of range": (ACTIVE + VARY.replace("6.0", "50.0"), "condition pCa = 50", "at most 10"),
    "no values": (ACTIVE + VARY.replace("4.5, 6.0", ""), "values of drive.pCa is empty", "at least one value"),
    "no vary": (ACTIVE + "[series]\nvary = []\n", "series.vary = []", "at least one table"),
    "rows too short": (
        ACTIVE + '[[series.vary]]\nkey = ["drive.pCa", "run.hs_length"]\nvalues = [[4.5, 1300.0], [6.0]]\n',
        "[6.0] has not one value for each of the keys drive.pCa, run.hs_length",
    ),
    "names too few": (ACTIVE + VARY + 'name = ["a", "b"]\n', "has not one name for each key"),
    "taken name": (ACTIVE + VARY + 'name = "force"\n', "cannot call a coordinate 'force'", "free word"),
    "same name twice": (ACTIVE + VARY + VARY, "cannot call a coordinate 'pCa'", "free word"),
    "too many": (
        ACTIVE + f'[[series.vary]]\nkey = "run.seed"\nvalues = {list(range(1001))}\n',
        "makes 1001 conditions",
        "at most 1000",
    ),
    "different durations": (
        ACTIVE + '[[series.vary]]\nkey = "run.duration_s"\nvalues = [0.06, 0.05]\n',
        "run.duration_s differs between conditions, 0.06 and 0.05",
    ),
    "different lattices": (
        ACTIVE + '[[series.vary]]\nkey = "lattice.n_thick"\nvalues = [1, 2]\n',
        "lattice.n_thick differs between conditions, 1 and 2",
    ),
    "beyond a list": (
        ACTIVE + '[[series.vary]]\nkey = "motor_units.1.fibre"\nvalues = ["slow"]\n',
        "motor_units has entries 0 to 0, not '1'",
    ),
    "several motor units": (
        ACTIVE.replace("[lattice]", "[[motor_units]]\nid = 2\n[lattice]") + VARY,
        "motor_units has 2",
        "keep one",
    ),
}


@pytest.mark.parametrize("case", SERIES.values(), ids=SERIES)
def test_a_bad_series_is_refused(case: tuple) -> None:
    text, *words = case
    Path("mine.toml").write_text(text)
    refuse(run(), *words)


WHILE_RUNNING = {
    "no force before": (
        ACTIVE.replace("4.5", "9.0").replace("[run]", "[run]\nhs_length = 1100.0") + LOAD,
        "0 pN",
        "at 40 ms",
        "activate",
    ),
    "load too heavy": (ACTIVE + course("load", "[0.03, 0.06]", "5000.0"), "load of 5000 pN", "where the overlap ends"),
    "load too light": (
        ACTIVE.replace("[run]", "[run]\nhs_length = 600.0")
        + "[mechanics]\nstiffness_contact = 0.0\nslack_hs_length = 100.0\n"  # titin pulls to where no site is left
        + course("load", "[0.03, 0.06]", "0.0"),
        "load of 0 pN",
        "no head has a site left",
        "raise the load",
    ),
    "one condition of many": (
        ACTIVE
        + course("load", "[0.03, 0.06]", "100.0")
        + '[[series.vary]]\nkey = "protocol.load.value"\nname = "pN"\nvalues = [100.0, 5000.0]\n',
        "Condition pN = 5000.0: under a load of 5000 pN",
    ),
}


@pytest.mark.parametrize("case", WHILE_RUNNING.values(), ids=WHILE_RUNNING)
def test_a_load_that_no_lattice_holds_ends_the_run_in_one_sentence(case: tuple) -> None:
    text, *words = case
    Path("mine.toml").write_text(text)
    result = CliRunner().invoke(main, run())
    check(result.exit_code, result.stderr, tuple(words))
    assert set(files()) <= {"mine.toml", "mine.csv", "run.h5.part"}
