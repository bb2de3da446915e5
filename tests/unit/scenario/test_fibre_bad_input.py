"""What can be got wrong in a run of fibres ends in one sentence: which line or key, which value, what to do."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import h5py
import pytest

from tests.support.refusal import HEADER, SMALL, check, files, refuse, run, shell

pytestmark = pytest.mark.usefixtures("folder")

NO_UNITS = SMALL[: SMALL.index("[[")] + "[lattice]\nn_thick = 1\n"
SECONDS, SORT, COLUMNS = "give seconds", "sort the times", "give motor_unit,time_s"
EXPORT = "export it from openhdemg again"


def hdemg(**entries: object) -> str:
    """Text of an openhdemg file; an entry that is ... is left out."""
    table = {"FSAMP": 2048.0, "MUPULSES": [[1, 2], [3]], **entries}
    return json.dumps({key: value for key, value in table.items() if value is not ...})


CSV = {
    "negative": (HEADER + "1,-0.1\n", "line 2", "-0.1", "count time from the start"),
    "unsorted": (HEADER + "1,0.2\n2,0.1\n1,0.1\n", "line 4", "0.1 is not after 0.2", SORT),
    "duplicate": (HEADER + "1,0.2\n1,0.2\n", "line 3", "0.2 is there twice", "take one out"),
    "NaN": (HEADER + "1,nan\n", "line 2", "'nan'", SECONDS),
    "infinite": (HEADER + "1,0.1\n1,inf\n", "line 3", "'inf'", SECONDS),
    "text": (HEADER + "1,soon\n", "line 2", "'soon'", SECONDS),
    "empty cell": (HEADER + "1,\n", "line 2", "''", SECONDS),
    "empty file": ("", "has no header", HEADER.strip()),
    "missing column": (HEADER + "1\n", "line 2", "'1'", COLUMNS),
    "extra column": (HEADER + "1,0.1,3\n", "line 2", "'1,0.1,3'", COLUMNS),
    "endless cell": (HEADER + "1," + 200_000 * "9", "line 2", "200002 characters", "write one entry a line"),
    "wrong header": ("unit;time\n1;0.1\n", "line 1", "'unit;time'", HEADER.strip()),
    "no header": ("# mine\n1,0.1\n", "line 2", "'1,0.1'", HEADER.strip()),
    "no rows": (HEADER, "holds no discharge", "give lines such as 1,0.250"),
    "fraction of a unit": (HEADER + "1.5,0.1\n", "line 2", "'1.5'", "number the units 1, 2"),
    "negative unit": (HEADER + "-1,0.1\n", "line 2", "-1", "number the units 1, 2"),
    "lacking unit": (HEADER + "1,0.1\n3,0.1\n", "no motor unit 2", "use one of: 1, 3"),
    "binary junk": (b"\x89HDF\r\n\x1a\n\xff\xfe", "is an HDF5 file, not text", "as CSV"),
    "zeros": (bytes(500), "line 1", r"'\x00'", "give CSV or openhdemg JSON"),
}


@pytest.mark.parametrize("case", CSV.values(), ids=CSV)
def test_a_bad_discharge_csv_is_refused(case: tuple) -> None:
    content, *words = case
    Path("mine.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    refuse(run(), "mine.csv", *words)


HDEMG = {
    "no FSAMP": (hdemg(FSAMP=...), "FSAMP", "export the decomposed recording"),
    "negative FSAMP": (hdemg(FSAMP="-2048"), "FSAMP = -2048", "give samples per second"),
    "text FSAMP": (hdemg(FSAMP='"fast"'), "FSAMP = 'fast'", "give samples per second"),
    "bare text FSAMP": (hdemg(FSAMP="fast"), "FSAMP = 'fast'", EXPORT),
    "boundless FSAMP": (hdemg(FSAMP=10**400), "FSAMP = inf", "give samples per second"),
    "no MUPULSES": (hdemg(MUPULSES=...), "MUPULSES", "export the decomposed recording"),
    "MUPULSES not a list": (hdemg(MUPULSES="{}"), "MUPULSES = {}", EXPORT),
    "MUPULSES half flat": (hdemg(MUPULSES=[1, [2]]), "MUPULSES = [1.0, [2.0]]", EXPORT),
    "no units": (hdemg(MUPULSES=[]), "holds no discharge", "MUPULSES"),
    "unsorted": (hdemg(MUPULSES=[[1], [2048, 1024]]), "unit 2, entry 2", "0.5 is not after 1", SORT),
    "negative": (hdemg(MUPULSES=[[-2048]]), "unit 1, entry 1", "-1", "count time from the start"),
    "NaN": (hdemg(MUPULSES="[[NaN]]"), "unit 1, entry 1", "nan", "remove it"),
    "text": (hdemg(MUPULSES=[["5"]]), "unit 1, entry 1", "'5'", "give the sample"),
    "true": (hdemg(MUPULSES=[[True]]), "unit 1, entry 1", "True", "give the sample"),
    "boundless": (hdemg(MUPULSES=[[10**400]]), "unit 1, entry 1", "inf", "remove it"),
    "truncated gzip": (gzip.compress(hdemg().encode())[:-9], "ended before", "give CSV or openhdemg JSON"),
    "damaged gzip": (gzip.compress(hdemg().encode())[:10] + 40 * b"\xff", "cannot be read", "openhdemg JSON"),
    "broken JSON": ('{"FSAMP": 2048, ', "line 1", EXPORT),
    "lacking unit": (hdemg(MUPULSES=[[1], []]), "no motor unit 2", "use one of: 1"),
}


@pytest.mark.parametrize("case", HDEMG.values(), ids=HDEMG)
def test_a_bad_openhdemg_file_is_refused(case: tuple) -> None:
    content, *words = case
    Path("mine.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    refuse(run("--set", "drive.discharge_file=mine.json"), "mine.json", *words)


def test_a_missing_discharge_file_is_refused_before_the_kernels_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.cli.progress.compile_kernels", None)  # calling it would fail
    Path("mine.csv").unlink()
    refuse(run(), "mine.csv", "no such discharge file", "check drive.discharge_file")


# What to replace in SMALL, by what, and what the sentence must hold.
SCENARIO = {
    "key in a unit": ("fibre =", "fiber =", "line 11", "motor_units.1.fiber = 'fast'", "'fibre'"),
    "fibre type": ('"fast"', '"medium"', "line 11", "motor_units.1.fibre = 'medium'", "use 'slow' or 'fast'"),
    "negative id": ("id = 2", "id = -2", "line 10", "motor_units.1.id = -2", "at least 0"),
    "truth for a number": ("seed = 1", "seed = true", "line 4", "run.seed = true", "give a whole number"),
    "number for truth": ("seed = 1", "regulated = 1", "line 4", "run.regulated = 1", "give true or false"),
    "number for a table": ("[lattice]\nn_thick = 1", "[mechanics]\n[fibres]\nslow = 3", "fibres.slow = 3", "a table"),
    "missing section": ('[drive]\ndischarge_file = "mine.csv"', "", "drive is missing", "add it (table [drive]"),
    "two drives": ("[drive]", "[drive]\npCa = 5.0", "line 5", "discharge_file and pCa", "give exactly one"),
    "no drive": ('discharge_file = "mine.csv"', "", "line 5", "has none", "give exactly one"),
    "same id twice": ("id = 2", "id = 1", "motor_units", "[1, 1]", "give each unit its own"),
    "interval between steps": (
        "[lat",
        "[record]\nsample_interval_ms = 0.25\n[lat",
        "sample_interval_ms = 0.25",
        "use a multiple such as 0.2",
    ),
    "short sarcomere": ("seed = 1", "hs_length = 120.0", "run.hs_length = 120", "more than 130"),
    "shortest sarcomere": ("seed = 1", "hs_length = 50.0", "line 4", "run.hs_length = 50", "at least 100"),
}


@pytest.mark.parametrize("case", SCENARIO.values(), ids=SCENARIO)
def test_a_bad_scenario_is_refused(case: tuple) -> None:
    old, new, *words = case
    assert old in SMALL
    Path("mine.toml").write_text(SMALL.replace(old, new, 1))
    refuse(run(), "mine.toml", *words)


WHOLE = {
    "empty": (b"", "is empty", "write title, [run]"),
    "no motor units": (NO_UNITS.encode(), "motor_units is missing", "add it (one table [[motor_units]]"),
    "empty motor units": (b"motor_units = []\n" + NO_UNITS.encode(), "line 1", "motor_units = []", "at least one"),
    "binary": (b"\x89PNG\r\n", "byte 1", "save the file as UTF-8"),
    "a result": (b"\x89HDF\r\n", "is a result, not a scenario", "sarcomere info"),
}


@pytest.mark.parametrize("case", WHOLE.values(), ids=WHOLE)
def test_a_scenario_file_that_is_none_is_refused(case: tuple) -> None:
    content, *words = case
    Path("mine.toml").write_bytes(content)
    refuse(run(), "mine.toml", *words)


def make_foreign_hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["x"] = [1, 2, 3]


COMMAND = {
    "no such scenario": (["run", "none.toml"], "none.toml", "voluntary-contraction"),
    "misspelt shipped name": (["run", "voluntary-contractoin"], "did you mean 'voluntary-contraction'?"),
    "folder as scenario": (["run", "."], "no such scenario file", "give an existing .toml"),
    "endless scenario name": (["run", 300 * "x"], "no scenario of that name", "use one of"),
    "--set beyond the list": (run("--set", "motor_units.9.id=2"), "motor_units.9.id", "entries 0 to 1"),
    "--set a list entry": (run("--set", "motor_units.1=2"), "motor_units.1", "such as motor_units.0.fibre"),
    "info without a file": (["info", "none.h5"], "none.h5: no such run file", "give the .h5"),
    "info of a folder": (["info", "."], "is a folder", "give the .h5", "sarcomere.select_run"),
    "info of text": (["info", "mine.csv"], "mine.csv: is no HDF5 file", "give the .h5"),
    "info of another's HDF5": (["info", "foreign.h5"], "foreign.h5: was not written by sarcomere", "give the .h5"),
    "plot of another's HDF5": (["plot", "foreign.h5"], "foreign.h5: was not written by sarcomere", "give the .h5"),
}


@pytest.mark.parametrize("case", COMMAND.values(), ids=COMMAND)
def test_a_bad_command_is_refused(case: tuple) -> None:
    args, *words = case
    make_foreign_hdf5(Path("foreign.h5"))
    refuse(args, *words)


IN_SHELL = {
    "discharges": (run("--set", "drive.discharge_file=none.csv"), "none.csv", "check drive.discharge_file"),
    "scenario": (["run", "none.toml"], "none.toml", "give an existing .toml"),
    "result": (["info", "mine.csv"], "mine.csv", "give the .h5"),
}


@pytest.mark.parametrize("case", IN_SHELL.values(), ids=IN_SHELL)
def test_a_real_process_refuses_alike(case: tuple) -> None:
    args, *words = case
    before, result = files(), shell(args)
    check(result.returncode, result.stderr, tuple(words))
    assert files() == before
