"""Run files of strangers and damaged ones: every command that reads them answers in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

import sarcomere
from sarcomere import StoreError
from sarcomere.cli import main
from sarcomere.recording.opening import load_run
from sarcomere.simulation.api import record
from tests.support.refusal import refuse, run, unseal

pytestmark = pytest.mark.usefixtures("folder")
COMMANDS = ("info", "plot", "explain", "animate")
OWN = "\x1b]0;owned\x07"


@pytest.fixture
def run_file(folder: Path) -> Path:
    """A run of two milliseconds, without its digest, as another program would save it."""
    path = Path("run.h5")
    record(sarcomere.read("mine.toml"), path)
    unseal(path)
    return path


def without(attribute: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file.attrs[attribute]

    return change


def with_(attribute: str, value: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        file.attrs[attribute] = value

    return change


def parameters(**changes: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        table = json.loads(file.attrs["parameters"])
        file.attrs["parameters"] = json.dumps({**table, **changes})

    return change


def of_force(attribute: str, value: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        file["force"].attrs[attribute] = value

    return change


def endless(name: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        if name in file:
            del file[name]
        file.create_dataset(name, shape=(10**12,), chunks=(2**20,), dtype="f8")

    return change


def no_samples(file: h5py.File) -> None:
    del file["time"]


def instead(name: str, make: Callable[[h5py.File], object]) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        if name in file:
            del file[name]
        made = make(file)
        if made is not None:
            file[name] = made

    return change


def kept_elsewhere(file: h5py.File) -> None:
    Path("secret").write_bytes(b"hunter2!")
    file.create_dataset("force", (1,), "f8", external=[("secret", 0, 8)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(3,), dtype="f8")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape=(3,))
    file.create_virtual_dataset("force", layout)


def compound(file: h5py.File) -> None:
    file.create_dataset("force", data=np.zeros(3, dtype=[("a", "f8"), ("b", "i4")]))


HOSTILE = {
    "a link to a file": (instead("x", lambda _: h5py.ExternalLink("secret", "/x")), "points to another place with 'x'"),
    "a soft link": (instead("x", lambda _: h5py.SoftLink("/force")), "points to another place with 'x'"),
    "samples in another file": (instead("force", kept_elsewhere), "keeps 'force' in another file"),
    "virtual samples": (instead("force", virtual), "keeps 'force' in another file"),
    "samples of pairs": (instead("force", compound), "holds 'force', which is neither number nor text"),
    "words as times": (instead("time", lambda _: ["now", "then"]), "no samples against time"),
    "a number as figure": (with_("figure", 3), "has a figure that is no text"),
    "a list as kind": (with_("kind", [1, 2]), "has a kind that is no text"),
    "a text as n_explicit": (with_("n_explicit", "two"), "has an n_explicit that is no number"),
    "no title": (without("title"), "has no text title"),
    "a number as title": (with_("title", 3), "has no text title"),
    "no kernel hash": (without("kernel_hash"), "was not written by sarcomere"),
    "no seed": (without("seed"), "has no seed"),
    "a text as seed": (with_("seed", "one"), "has no seed"),
    "no parameters": (without("parameters"), "was not written by sarcomere"),
    "parameters that are no JSON": (with_("parameters", "{"), "no JSON table"),
    "parameters that are a list": (with_("parameters", "[1]"), "no JSON table"),
    "deep parameters": (with_("parameters", "[" * 20_000 + "]" * 20_000), "no JSON table"),
    "parameters nested in tables": (with_("parameters", '{"a":' * 500 + "1" + "}" * 500), "no JSON table"),
    "parameters with controls": (with_("parameters", OWN), r"'\x1b]0;owned\x07'"),
    "no run": (parameters(run=None), "without run.duration_s"),
    "no duration": (parameters(run={"seed": 1}), "without run.duration_s"),
    "a text as duration": (parameters(run={"duration_s": "long"}), "without run.duration_s"),
    "a text as scale": (of_force("scale_factor", "two"), "the text 'two' as scale_factor of 'force'"),
    "a text as offset": (of_force("add_offset", "two"), "the text 'two' as add_offset of 'force'"),
    "a number as unit": (of_force("units", 3), "no text as units of 'force'"),
    "endless time": (endless("time"), "more than memory holds"),
    "endless stranger": (endless("stranger"), "more than memory holds"),
    "no samples": (no_samples, "no samples against time"),
}


@pytest.mark.parametrize("case", HOSTILE.values(), ids=HOSTILE)
def test_a_run_file_that_is_none_is_refused_by_all(case: tuple, run_file: Path) -> None:
    change, *words = case
    with h5py.File(run_file, "r+") as file:
        change(file)
    for command in COMMANDS:
        refuse([command, "run.h5"], "run.h5: ", *words)
    verified = CliRunner().invoke(main, ["verify", "run.h5"])
    assert isinstance(verified.exception, SystemExit)
    assert verified.stderr.startswith("Error: run.h5: carries no digest")


def test_a_run_file_larger_than_memory_is_opened_but_not_loaded(
    run_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with h5py.File(run_file, "r+") as file:
        file.create_dataset("grid", shape=(10**6, 10**6), chunks=(1024, 1024), dtype="f8")
        file["grid"].attrs.update(units="1", long_name="a grid")
    with sarcomere.open_run(run_file) as ds:
        assert ds.grid.nbytes == 8 * 10**12
    with pytest.raises(StoreError, match=r"needs 7450\.\d GiB of memory"):
        load_run(run_file)
    assert CliRunner().invoke(main, ["info", "run.h5"]).exit_code == 0
    for command in ("plot", "explain", "animate"):
        refuse([command, "run.h5"], "needs 7450", "sarcomere.open_run")


def test_control_characters_of_a_run_file_never_reach_the_terminal(run_file: Path) -> None:
    with h5py.File(run_file, "r+") as file:
        file.attrs["title"] = f"[/b]{OWN}"
        file.attrs["processor"] = OWN
        file["force"].attrs["long_name"] = OWN
    for command in ("info", "plot"):
        result = CliRunner().invoke(main, [command, "run.h5"])
        assert result.exit_code == 0, result.stderr
        assert "\x1b" not in result.output
    shown = CliRunner().invoke(main, ["info", "run.h5"]).stdout
    assert shown.startswith(r"[/b]\x1b]0;owned\x07")


def test_a_run_without_units_is_described(run_file: Path) -> None:
    with h5py.File(run_file, "r+") as file:
        del file["force"].attrs["units"], file["force"].attrs["long_name"], file.attrs["packages"]
    result = CliRunner().invoke(main, ["info", "run.h5"])
    assert result.exit_code == 0, result.stderr
    assert "? (?)" in result.stdout


def test_damaged_samples_are_told(run_file: Path) -> None:
    with h5py.File(run_file, "r") as file:
        offset = file["force"].id.get_chunk_info(0).byte_offset
    raw = bytearray(run_file.read_bytes())
    raw[offset + 8 : offset + 16] = bytes(np.invert(np.frombuffer(raw[offset + 8 : offset + 16], dtype=np.uint8)))
    run_file.write_bytes(raw)
    for command in ("plot", "explain"):
        refuse([command, "run.h5"], "run.h5: is damaged", "copy it again", "run the scenario again")


def test_a_title_of_another_file_is_no_mark(run_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sarcomere.explain.summary import print_summary

    for title in ("[/b]", "[red]x[/red]", OWN):
        ds = load_run(run_file).assign_attrs(title=title)
        print_summary(ds)
        shown = capsys.readouterr().out
        assert title.replace("\x1b", r"\x1b").replace("\x07", r"\x07") in shown
        assert "\x1b" not in shown


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
def test_a_run_saved_again_is_a_run(engine: str, run_file: Path) -> None:
    load_run(run_file).to_netcdf("again.h5", engine=engine)
    assert load_run("again.h5").identical(load_run(run_file))


def test_the_run_of_these_tests_is_read(run_file: Path) -> None:
    for command in ("info", "plot"):
        assert CliRunner().invoke(main, [command, str(run_file)]).exit_code == 0
    refuse(run(), "run.h5: exists already")
