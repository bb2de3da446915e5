"""What can be got wrong in a scenario of any kind ends in one sentence: which file and key, which value, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sarcomere.cli import main
from tests.support.kinds import Kind
from tests.support.refusal import GOOD, check, files, refuse, run, shell


@pytest.fixture(autouse=True)
def folder(kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in that holds a good scenario of a kind; nothing of it may be run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sarcomere.cli.progress.compile_kernels", None)  # calling it would fail
    Path("mine.toml").write_text(kind.text)
    Path("mine.csv").write_text(GOOD)
    return tmp_path


def test_unchanged_the_scenario_of_these_tests_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.cli.progress.compile_kernels", lambda *_, **__: None, raising=False)
    result = CliRunner().invoke(main, run())
    assert result.exit_code == 0, result.output
    assert "run.h5" in files()


CYCLE = "[fibres.slow.cycle]\n"
# What to replace, by what, which part of that the line named begins with ("" names none), and what the sentence holds.
SCENARIO = {
    "misspelt key": ("title =", "ttle =", "ttle", "ttle = 'small", "'title'"),
    "unknown key": ("[run]", 'colour = "red"\n[run]', "colour", "colour = 'red'", "use one of: "),
    "key in lattice": ("n_thick", "n_thik", "n_thik", "lattice.n_thik = 1", "'n_thick'"),
    "key in cycle": ("[lat", CYCLE + "k_atach = 3.0\n[lat", "k_atach", "k_atach = 3.0", "'k_attach'"),
    "misspelt section": ("[lattice]", "[latice]", "[latice]", "latice", "'lattice'"),
    "misspelt needed section": ("[run]", "[runn]", "[runn]", "runn", "'run'"),
    "fibre table": ("[lattice]", "[fibres.fsat]\n[lattice]", "", "fibres.fsat", "'fast'"),
    "negative rate": ("[lat", CYCLE + "k_attach = -3.0\n[lat", "k_attach", "-3.0", "at least 0"),
    "text for a number": (
        "duration_s = ",
        'duration_s = "long" # ',
        "duration_s",
        "run.duration_s = 'long'",
        "a number",
    ),
    "truth for a number": ("n_thick = 1", "n_thick = true", "n_thick", "lattice.n_thick = true", "a whole number"),
    "fraction for a number": ("n_thick = 1", "n_thick = 1.5", "n_thick", "lattice.n_thick = 1.5", "a whole number"),
    "number for text": ("title = ", "title = 3 # ", "title", "title = 3", "give text in quotes"),
    "number for all fibres": ("[run]", "fibres = 3\n[run]", "", "fibres = 3", "write [fibres.slow.cycle]"),
    "NaN": ("duration_s = ", "duration_s = nan # ", "duration_s", "run.duration_s = nan", "give a finite number"),
    "missing key": ("duration_s = ", "# ", "", "run.duration_s is missing", "add it (simulated time"),
    "no duration": ("duration_s = ", "duration_s = 0.0 # ", "duration_s", "run.duration_s = 0.0", "greater than 0"),
    "less than a sample": ("duration_s = ", "duration_s = 1e-4 # ", "", "run.duration_s = 0.0001", "run for longer"),
    "no replicates": ("[run]", "[run]\nreplicates = 0", "replicates", "run.replicates = 0", "at least 1"),
    "crowns beyond the tip": ("n_thick = 1", "n_crown = 60", "", "lattice.n_crown = 60", "use fewer crowns"),
    "a strand of one unit": ("n_thick = 1", "n_ru = 1", "n_ru", "lattice.n_ru = 1", "at least 2"),
    "long step": ("[lat", "[numerics]\nstep_ms = 0.6\n[lat", "step_ms", "step_ms = 0.6", "at most 0.5"),
    "step too long for a rate": (
        "[lat",
        "[numerics]\nstep_ms = 0.2\n[fibres.fast.cycle]\nk_attach = 9e3\n[lat",
        "",
        "numerics.step_ms = 0.2",
        "fibres.fast.cycle.k_attach",
        "9000 /s",
        "use at most 0.055555",
    ),
    "broken TOML": ("n_thick = 1", "n_thick = ", "n_thick", "mend that line"),
    "key twice": ("n_thick = 1", "n_thick = 1\nn_thick = 2", "n_thick = 2", "mend that line"),
}


@pytest.mark.parametrize("case", SCENARIO.values(), ids=SCENARIO)
def test_a_bad_scenario_is_refused(case: tuple, kind: Kind) -> None:
    old, new, fault, *words = case
    assert old in kind.text
    text = kind.text.replace(old, new, 1)
    Path("mine.toml").write_text(text)
    line = [f"line {text[: text.index(fault)].count(chr(10)) + 1}"] if fault else []
    refuse(run(), "mine.toml", *line, *words)


COMMAND = {
    "--set without =": (run("--set", "lattice.n_thick"), "'lattice.n_thick'", "key=value", "--set lattice.n_thick=4"),
    "--set unknown key": (run("--set", "lattice.n_thik=2"), "command line", "lattice.n_thik = 2", "'n_thick'"),
    "--set unknown section": (run("--set", "latice.n_thick=2"), "command line", "latice", "'lattice'"),
    "--set through a value": (run("--set", "lattice.n_thick.x=2"), "lattice.n_thick = 1 is a value", "shorten the key"),
    "--set wrong type": (run("--set", "run.seed=x"), "mine.toml, command line: run.seed = 'x'", "whole number"),
    "--seed -1": (run("--seed", "-1"), "mine.toml, command line: run.seed = -1", "at least 0"),
    "--seed beyond 64 bit": (run("--seed", str(2**70)), "run.seed = 118", "at most 9223372036854775807"),
    "--replicates 0": (run("--replicates", "0"), "run.replicates = 0", "at least 1"),
    "output is this folder": (run("-o", "."), ".: is a folder", "give a file name"),
    "output is no name": (("validate", "-o", "."), ".: is a folder", "found.md"),
    "animation of a folder": (("animate", "."), ".: is a folder", "give a file name"),
    "output folder missing": (run("-o", "no/run.h5"), "no/run.h5", "create it or choose another with -o"),
    "output below a file": (run("-o", "mine.csv/run.h5"), "mine.csv", "choose another with -o"),
    "output not writable": (run("-o", "/proc/run.h5"), "/proc/run.h5", "choose another name or folder with -o"),
    "endless output name": (run("-o", 300 * "x"), "File name too long", "choose another name"),
    "output exists": (run("-o", "mine.csv"), "mine.csv: exists already", "-o", "--overwrite"),
}


@pytest.mark.parametrize("case", COMMAND.values(), ids=COMMAND)
def test_a_bad_command_is_refused(case: tuple) -> None:
    args, *words = case
    refuse(args, *words)


def test_an_unknown_number_of_threads_is_a_usage_error() -> None:
    result = CliRunner().invoke(main, run("--threads", "0"))
    assert (result.exit_code, "--threads" in result.stderr) == (2, True)


def test_a_real_process_refuses_alike() -> None:
    before, result = files(), shell(run("--set", "lattice.n_thik=2"))
    check(result.returncode, result.stderr, ("command line", "lattice.n_thik = 2", "'n_thick'"))
    assert files() == before
