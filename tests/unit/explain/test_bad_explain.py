"""What sarcomere explain refuses."""

from __future__ import annotations

from pathlib import Path

import h5py
import pytest

from tests.support.refusal import refuse, run, unseal

pytestmark = pytest.mark.usefixtures("folder")

IMPULSES = {
    "unsorted": ("[0.2, 0.1]", "0.1 after 0.2", "give times from 0 on, sorted"),
    "negative": ("[-0.1, 0.1]", "-0.1", "give times from 0 on, sorted"),
    "text": ('["soon"]', "soon", "give a number"),
    "not a list": ("0.5", "0.5", "give a list in brackets"),
    "beside another drive": ("[0.1]", "discharge_file and impulses_s", "give exactly one"),
}


@pytest.mark.parametrize("case", IMPULSES.items(), ids=IMPULSES)
def test_bad_impulses_are_refused(case: tuple[str, tuple[str, ...]]) -> None:
    name, (value, *words) = case
    if name != "beside another drive":
        text = Path("mine.toml").read_text().replace('discharge_file = "mine.csv"', "impulses_s = []")
        Path("mine.toml").write_text(text)
    refuse(run("--set", f"drive.impulses_s={value}"), *words)


def recorded(*settings: str) -> None:
    from click.testing import CliRunner

    from sarcomere.cli import main

    assert CliRunner().invoke(main, run(*settings)).exit_code == 0


def test_what_cannot_be_explained_is_refused() -> None:
    refuse(["explain", "none.h5"], "none.h5", "no such run file")
    Path("text.h5").write_text("text")
    refuse(["explain", "text.h5"], "text.h5", "is no HDF5 file")
    recorded()
    refuse(["explain", "run.h5", "--unit", "9"], "--unit 9", "no such unit", "use one of: 1, 2")
    refuse(["explain", "run.h5", "--command-ends", "300"], "--command-ends 300", "outside the record", "give seconds")
    refuse(["explain", "run.h5", "--json", "no/where.json"], "no/where.json", "create it", "--json")
    unseal(Path("run.h5"))
    with h5py.File("run.h5", "r+") as file:
        file.attrs["parameters"] = '{"title": "old"}'
    refuse(["explain", "run.h5"], "parameters", "run it again")
    with h5py.File("run.h5", "r+") as file:
        file.attrs["parameters"] = "{"
    refuse(["explain", "run.h5"], "parameters", "as 'sarcomere run' wrote it")


def test_imposed_calcium_and_load_are_refused() -> None:
    text = Path("mine.toml").read_text()
    Path("mine.toml").write_text(text.replace('discharge_file = "mine.csv"', "pCa = 5.0"))
    recorded()
    refuse(["explain", "run.h5"], "imposes pCa", "driven by impulses")
    Path("run.h5").unlink()
    Path("mine.toml").write_text(text + "[protocol.load]\ntime_s = [0.0, 0.001]\nvalue = 1.0\n")
    recorded()
    refuse(["explain", "run.h5"], "imposes load", "imposed length")
