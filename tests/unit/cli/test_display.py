"""What is shown of a result never fails it: the file is whole, the exit code says so, a note says what is not."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import matplotlib
import pytest
import xarray as xr
from click.testing import CliRunner

from sarcomere.cli import main
from sarcomere.cli.telling import noting
from sarcomere.recording.opening import load_run
from sarcomere.simulation.api import record
from tests.support.forked import UNREAD, forked
from tests.support.refusal import GOOD, SMALL, run

pytestmark = pytest.mark.usefixtures("folder")
DRAWN = [arg for arg in run() if arg != "--no-figure"]


@pytest.fixture(autouse=True, scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have all in memory that a run needs, so that forks need not load it."""
    folder = tmp_path_factory.mktemp("loaded")
    (folder / "mine.toml").write_text(SMALL.replace("mine.csv", str(folder / "mine.csv")))
    (folder / "mine.csv").write_text(GOOD)
    args = ["run", str(folder / "mine.toml"), "-o", str(folder / "run.h5"), "--threads", "1"]
    assert CliRunner().invoke(main, args).exit_code == 0


def whole(path: str = "run.h5") -> bool:
    return load_run(path).sizes["time"] > 0 and not os.path.exists(f"{path}.part")


FULL = "Note: run.h5 is whole; standard output cannot be written (No space left on device)."
STREAMS = {
    "full standard output": ({"stdout": "/dev/full"}, FULL),
    "full standard error": ({"stderr": "/dev/full"}, ""),
    "both": ({"stdout": "/dev/full", "stderr": "/dev/full"}, ""),
    "a reader that goes away": ({"stdout": UNREAD}, ""),
    "of both": ({"stdout": UNREAD, "stderr": UNREAD}, ""),
}


@pytest.mark.parametrize("case", STREAMS.values(), ids=STREAMS)
def test_a_stream_that_is_full_fails_no_run(case: tuple[dict[str, str], str]) -> None:
    streams, note = case
    ended = forked(run(), **streams)
    assert ended.code == 0, ended.stderr
    assert [line for line in ended.stderr.splitlines() if "simulated" not in line] == ([note] if note else [])
    assert whole()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_an_encoding_without_our_characters_fails_no_run(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    ended = forked(run())
    assert (ended.code, "Error" in ended.stderr) == (0, False), ended.stderr
    assert "Result: run.h5" in Path("out.txt").read_text(encoding)


def drawing(error: Exception) -> Any:
    def fail(*_: object) -> None:
        raise error

    return fail


FIGURES = [
    (ValueError("ParseException: $x_{\nline two"), "ValueError: ParseException: $x_{"),
    (MemoryError(), "MemoryError: "),
    (OSError(5, "Input/output error"), r"OSError: [Errno 5] Input/output error"),
    (ImportError("no matplotlib"), "ImportError: no matplotlib"),
]


@pytest.mark.parametrize("case", FIGURES, ids=lambda case: type(case[0]).__name__)
def test_a_broken_figure_is_told_and_the_run_kept(case: tuple[Exception, str], monkeypatch: pytest.MonkeyPatch) -> None:
    error, shown = case
    monkeypatch.setattr("sarcomere.plot.figure.figure_for", drawing(error))
    result = CliRunner().invoke(main, DRAWN)
    assert result.exit_code == 0, result.stderr
    note = f"Note: run.h5 is whole, but without its figure ({shown}); try again with 'sarcomere plot run.h5'.\n"
    assert result.stderr.endswith(note)
    assert result.stdout.endswith("Result: run.h5\n")
    assert whole()


def test_a_figure_that_does_not_fit_the_run_is_told_and_the_run_kept() -> None:
    Path("mine.toml").write_text('figure = "force-pca"\n' + Path("mine.toml").read_text())
    result = CliRunner().invoke(main, DRAWN)
    assert result.exit_code == 0, result.stderr
    assert "run.h5: holds no 'pCa'" in result.stderr.split("Note: run.h5 is whole, but without its figure (")[1]
    assert whole()


def test_a_run_that_memory_cannot_hold_is_told_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.recording.opening.free_memory", lambda: 2048)
    result = CliRunner().invoke(main, DRAWN)
    assert result.exit_code == 0, result.stderr
    assert "Note: run.h5 is whole, but without its summary and figure (run.h5: " in result.stderr


def test_a_broken_summary_is_told_and_the_figure_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.explain.summary.print_summary", drawing(ZeroDivisionError("x")))
    result = CliRunner().invoke(main, DRAWN)
    assert result.exit_code == 0, result.stderr
    assert "but without its summary (ZeroDivisionError: x); see 'sarcomere info run.h5'." in result.stderr
    assert result.stdout == "\nResult: run.h5\nFigure: run.png\n"


def test_a_backend_of_a_notebook_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "inline of a notebook")
    with pytest.raises(ValueError, match="inline of a notebook"):  # what import matplotlib would say to it
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]
    CliRunner().invoke(main, ["scenarios"])
    assert "MPLBACKEND" not in os.environ


def test_without_a_figure_nothing_is_loaded_that_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert CliRunner().invoke(main, run()).exit_code == 0


FILES = {
    "plot": (["plot", "run.h5"], "run.png"),
    "animate": (["animate", "run.h5", "-o", "run.gif"], "run.gif"),
    "sweep": (["sweep", "mine.toml", "-o", "many", "--workers", "1"], "many"),
    "merge": (["merge", "many", "-o", "one.h5"], "one.h5"),
    "explain": (["explain", "run.h5", "--json", "why.json"], "why.json"),
}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    record("mine.toml", "run.h5")
    assert CliRunner().invoke(main, FILES["sweep"][0]).exit_code == 0

    class Found:
        def to_json(self) -> str:
            return "{}"

    monkeypatch.setattr("sarcomere.plot.animation.animating.carry_out", lambda planned, _: planned.output)
    monkeypatch.setattr("sarcomere.explain.explain", lambda *_, **__: Found())
    monkeypatch.setattr("sarcomere.explain.printing.print_explanation", lambda found: print(found, flush=True))


def test_commands_that_write_files_do_not_fail_for_the_line_that_says_so(made: None) -> None:
    for args, result in FILES.values():
        ended = forked(args, stdout="/dev/full")
        assert ended.code == 0, ended.stderr
        assert f"Note: {result} is whole; standard output cannot be written (No space" in ended.stderr


def test_a_command_whose_result_is_what_it_says_fails(made: None) -> None:
    for args in (["info", "run.h5"], ["status", "many"], ["scenarios"], ["explain", "run.h5"]):
        ended = forked(args, stdout="/dev/full")
        assert ended.code == 2, args
        assert "Error: Standard output cannot be written (No space left on device); free space" in ended.stderr


def test_a_warning_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    usual = warnings.showwarning
    with noting():
        for _ in range(2):
            warnings.showwarning("\x1bsomething", UserWarning, "x.py", 1)
        assert capsys.readouterr().err == "Note: \\x1bsomething\n"
        with pytest.warns(RuntimeWarning, match="overflow"):
            warnings.warn("overflow", RuntimeWarning, stacklevel=1)
    assert warnings.showwarning is usual


def test_titles_reach_neither_the_terminal_nor_mathtext() -> None:
    record("mine.toml", "run.h5")
    ds = xr.load_dataset("run.h5").assign_attrs(title="$x_{$ \x1b]0;owned\x07")
    ds.to_netcdf("other.h5", engine="h5netcdf")
    ended = forked(["plot", "other.h5"])
    assert ended.code == 0, ended.stderr
    assert "\x1b" not in ended.stderr + Path("out.txt").read_text()
