"""Runs that were selected, averaged, joined or renamed and saved again: what still can be done is, the rest is told."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from matplotlib.figure import Figure

from sarcomere import InputError
from sarcomere.analysis.select.reading import in_order, reading
from sarcomere.cli import main
from sarcomere.explain import api
from sarcomere.plot.animation import animating
from sarcomere.plot.figure import FIGURES, figure_for
from sarcomere.recording import opening, seal
from sarcomere.recording.opening import load_run
from sarcomere.recording.replay import of_lattice_run, place_of
from sarcomere.simulation.api import record
from tests.support.kinds import FIBRE, LOOP
from tests.support.refusal import refuse, unseal

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
Change = Callable[[xr.Dataset], xr.Dataset]


@pytest.fixture(scope="module")
def runs(kernels: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of each kind, of two replicates."""
    folder = tmp_path_factory.mktemp("runs")
    duration = {"fibre": 0.02, "loop": 0.05}
    return {
        kind.name: record(
            kind.scenario({"run.replicates": 2, "run.duration_s": duration[kind.name]}), folder / f"{kind.name}.h5"
        )
        for kind in (FIBRE, LOOP)
    }


@pytest.fixture(scope="module")
def loaded(runs: dict[str, Path]) -> dict[str, xr.Dataset]:
    """What they hold."""
    return {name: load_run(path) for name, path in runs.items()}


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    """An explanation that ends where a run was accepted."""

    def accepted(scenario: Any, *_: object) -> None:
        raise InputError(said_of(scenario))

    monkeypatch.setattr(api.counterfactuals, "prepared", accepted)


def said_of(scenario: Any) -> str:
    return f"ACCEPTED: unit {scenario.motor_units[0].id}, {1e3 * scenario.run.duration_s:.0f} ms"


def explained(ds: xr.Dataset) -> str:
    with pytest.raises(InputError) as told:
        api.explain(ds)
    return str(told.value)


def animated(ds: xr.Dataset) -> str:
    try:
        with reading(ds):
            return said_of(animating._chosen(ds, None, None)[0])
    except InputError as error:
        return str(error)


def drawn(ds: xr.Dataset) -> str:
    try:
        return DRAWN if figure_for(ds) else ""
    except InputError as error:
        return str(error)


def other_seed(ds: xr.Dataset) -> xr.Dataset:
    return ds.assign_coords(replicate=ds.replicate + 2).assign_attrs(seed=99)


LACKS = "holds no '{}', which"
NO_RUN = "has the dimension '{}' in"
EARLIER = "begins at 0.01 s, and what came before is needed"
DRAWN, ACCEPTED = "drawn", "ACCEPTED"
# What was done to a run of half-sarcomeres, and what plot, explain and animate say.
CHANGES: dict[str, tuple[Change, str, str, str]] = {
    "mean of replicates": (
        lambda ds: ds.mean("replicate", keep_attrs=True),
        *(3 * [LACKS.format("replicate")]),
    ),
    "one replicate": (lambda ds: ds.isel(replicate=[1]), DRAWN, ACCEPTED, ACCEPTED),
    "one motor unit": (lambda ds: ds.isel(motor_unit=0), *(3 * [LACKS.format("motor_unit")])),
    "a list of one motor unit": (lambda ds: ds.isel(motor_unit=[1]), DRAWN, "ACCEPTED: unit 2", "ACCEPTED: unit 2"),
    "no calcium": (lambda ds: ds.drop_vars("ca"), LACKS.format("ca"), ACCEPTED, ACCEPTED),
    "the end": (lambda ds: ds.sel(time=slice(0.01, None)), DRAWN, EARLIER, EARLIER),
    "the beginning": (lambda ds: ds.sel(time=slice(0.01)), DRAWN, *(2 * [", 10 ms"])),
    "two runs as replicates": (
        lambda ds: xr.concat(
            [ds, other_seed(ds)], "replicate", data_vars="minimal", coords="minimal", combine_attrs="override"
        ),
        DRAWN,
        *(2 * ["has 4 replicates, among them 2, and its parameters speak of 2"]),
    ),
    "two runs in a row": (
        lambda ds: xr.concat([ds, ds.assign_coords(time=ds.time + 0.021)], "time", data_vars="minimal"),
        DRAWN,
        *(2 * ["ends at 0.041 s, and its parameters speak of a run of 0.02 s"]),
    ),
    "a new dimension": (lambda ds: ds.expand_dims("subject"), *(3 * [NO_RUN.format("subject")])),
    "a renamed dimension": (lambda ds: ds.rename(motor_unit="unit"), *(3 * [NO_RUN.format("unit")])),
    "a renamed variable": (lambda ds: ds.rename(force="kraft"), *(3 * [LACKS.format("force")])),
    "other ids": (
        lambda ds: ds.assign_coords(motor_unit=[8, 9]),
        DRAWN,
        *(2 * ["of which its parameters"]),
    ),
    "times in ms": (lambda ds: ds.assign_coords(time=1e3 * ds.time), DRAWN, *(2 * ["ends at 20 s, and its param"])),
    "times from another zero": (lambda ds: ds.assign_coords(time=ds.time - 9), DRAWN, *(2 * ["begins at -9 s"])),
    "backwards": (lambda ds: ds.isel(time=slice(None, None, -1)), DRAWN, *(2 * ["has times that do not increase"])),
    "a sample": (lambda ds: ds.isel(time=[0]), DRAWN, *(2 * ["has a single sample, at 0 s"])),
    "no replicates": (lambda ds: ds.isel(replicate=slice(0)), *(3 * [LACKS.format("replicate")])),
    "masked": (lambda ds: ds.where(ds.time > 0.01), *(3 * [NO_RUN.format("time") + " 'impulse_time'"])),
    "forces masked": (lambda ds: ds.assign(force=ds.force.where(ds.time > 0.01)), DRAWN, ACCEPTED, ACCEPTED),
    "another fibre": (lambda ds: ds.assign_coords(fibre=("motor_unit", ["a", "b"])), DRAWN, ACCEPTED, ACCEPTED),
}


@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES)
def test_a_changed_run_is_used_as_far_as_it_goes(
    case: tuple[Change, str, str, str],
    loaded: dict[str, xr.Dataset],
    stopping: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change, plot, explanation, animation = case
    if plot == DRAWN:  # the drawing itself is tried below
        monkeypatch.setitem(FIGURES, "overview", lambda _: Figure())
    ds = change(loaded["fibre"])
    assert plot in drawn(ds)
    assert explanation in explained(ds)
    assert animation in animated(ds)


TO_DRAW: dict[str, Change] = {
    "another fibre": lambda ds: ds.assign_coords(fibre=("motor_unit", ["a", "b"])),
    "forces masked": lambda ds: ds.assign(force=ds.force.where(ds.time > 0.01)),
    "transposed": lambda ds: in_order(ds.transpose()),
}


@pytest.mark.parametrize("change", TO_DRAW.values(), ids=TO_DRAW)
def test_what_can_be_drawn_is(change: Change, loaded: dict[str, xr.Dataset]) -> None:
    assert drawn(change(loaded["fibre"])) == DRAWN


CHANGES_OF_LOOP: dict[str, tuple[Change, str, str]] = {
    "one replicate": (lambda ds: ds.isel(replicate=[1]), ACCEPTED, ACCEPTED),
    "a replicate alone": (lambda ds: ds.isel(replicate=0), *(2 * [LACKS.format("replicate")])),
    "one group": (lambda ds: ds.isel(group=0), *(2 * [LACKS.format("group")])),
    "the end": (lambda ds: ds.sel(time=slice(0.03, None)), *(2 * [EARLIER.replace("0.01", "0.03")])),
    "no action potentials": (lambda ds: ds.drop_dims("fibre_ap"), *(2 * [LACKS.format("fibre_ap_time")])),
    "called a fibre": (lambda ds: ds.assign_attrs(kind="fibre"), *(2 * [LACKS.format("impulse_time")])),
}


@pytest.mark.parametrize("case", CHANGES_OF_LOOP.values(), ids=CHANGES_OF_LOOP)
def test_a_changed_run_of_the_loop_is_explained_as_far_as_it_goes(
    case: tuple[Change, str, str], loaded: dict[str, xr.Dataset], stopping: None
) -> None:
    change, explanation, animation = case
    ds = change(loaded["loop"])
    assert explanation in explained(ds)
    assert animation in animated(ds)


SAVED: dict[str, tuple[Change, str]] = {
    "mean over time": (lambda ds: ds.mean("time", keep_attrs=True), "run.h5: has no samples against time"),
    "no attributes": (lambda ds: ds.mean("replicate", keep_attrs=False), "run.h5: was not written by sarcomere"),
}


@pytest.mark.parametrize("case", SAVED.values(), ids=SAVED)
def test_a_file_that_is_no_run_any_more_is_refused(
    case: tuple[Change, str], loaded: dict[str, xr.Dataset], mine: Path
) -> None:
    change, words = case
    change(loaded["fibre"]).to_netcdf(mine, engine="h5netcdf")
    for command in ("info", "plot"):
        refuse([command, "run.h5"], words, "give the .h5 that 'sarcomere run' wrote")


def test_a_file_that_was_saved_again_is_named(runs: dict[str, Path], mine: Path) -> None:
    xr.load_dataset(runs["fibre"]).mean("replicate", keep_attrs=True).to_netcdf(mine, engine="h5netcdf")
    refuse(["plot", "run.h5"], "run.h5: holds no 'replicate', which", "keep it in a selection")
    refuse(["verify", "run.h5"], "run.h5: was saved by another program", "no digest", "verify the original")


def test_info_says_which_part_of_which_run(runs: dict[str, Path], mine: Path) -> None:
    assert "  finished: 0.020 of 0.02 s\n" in CliRunner().invoke(main, ["info", "run.h5"]).stdout
    xr.load_dataset(runs["fibre"]).sel(time=slice(0.005, 0.01)).to_netcdf(mine, engine="h5netcdf")
    shown = CliRunner().invoke(main, ["info", "run.h5"]).stdout
    assert "  saved by another program or version, perhaps in part or joined: 0.005 to 0.010 of 0.02 s\n" in shown


def test_a_selected_unit_is_replayed_as_itself(loaded: dict[str, xr.Dataset]) -> None:
    whole = loaded["fibre"]
    for ids in ([2], [2, 1]):
        part = whole.sel(motor_unit=ids)
        assert of_lattice_run(part, 2) == of_lattice_run(whole, 2)
        assert place_of(part, 2) == ids.index(2)
    with pytest.raises(InputError, match="--unit 1: this run has no such unit; use one of: 2"):
        of_lattice_run(whole.sel(motor_unit=[2]), 1)


def test_a_fault_of_the_program_on_a_whole_file_keeps_its_traceback(
    loaded: dict[str, xr.Dataset], mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("x")

    monkeypatch.setattr("sarcomere.plot.figure.figure_for", broken)
    assert isinstance(CliRunner().invoke(main, ["plot", "run.h5"]).exception, ValueError)
    loaded["fibre"].to_netcdf(mine, engine="h5netcdf")
    words = "run.h5: was saved by another program or version, and what it holds does not fit (ValueError: x)"
    refuse(["plot", "run.h5"], words, "use the file that 'sarcomere run' wrote")


@pytest.fixture
def mine(runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run file of its own, here."""
    monkeypatch.chdir(tmp_path)
    Path("run.h5").write_bytes(runs["fibre"].read_bytes())
    return Path("run.h5")


def text(path: Path) -> None:
    path.write_text("hunter2:secret")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def altered(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-3000] ^= 1
    path.write_bytes(content)


def netcdf3(path: Path) -> None:
    xr.Dataset({"x": 1.0}).to_netcdf(path, engine="scipy")


def superblock(path: Path) -> None:
    unseal(path)
    content = bytearray(path.read_bytes())
    content[8] = 99  # version of the format
    path.write_bytes(content)


SPOILT = {
    "a text": (text, "is no HDF5 file", "give the .h5"),
    "empty": (lambda path: path.write_bytes(b""), "is no HDF5 file", "give the .h5"),
    "netCDF-3": (netcdf3, "is no HDF5 file", "give the .h5"),
    "cut": (cut, "is cut short", "copy it again from where it was made"),
    "altered": (altered, "was altered since it was written", "copy it again", "run the scenario again"),
    "a newer format": (superblock, "is of another HDF5 than this", "update h5py"),
}


@pytest.mark.parametrize("case", SPOILT.values(), ids=SPOILT)
def test_each_way_to_be_unreadable_has_its_sentence(case: tuple, mine: Path) -> None:
    spoil, *words = case
    spoil(mine)
    for command in ("info", "plot"):
        refuse([command, "run.h5"], "run.h5: ", *words)
    result = CliRunner().invoke(main, ["verify", "run.h5"])
    assert result.exit_code in (1, 2)
    assert result.stderr.startswith("Error: run.h5: ")
    assert "hunter2" not in result.stderr


def test_a_locked_file_is_not_called_damaged(mine: Path) -> None:
    with open(mine, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as HDF5 does where it writes
        for command in ("info", "verify"):
            refuse([command, "run.h5"], "run.h5: is locked", "close it where it is open", "HDF5_USE_FILE_LOCKING")
        altered(mine)  # the writer is at work
        refuse(["info", "run.h5"], "run.h5: is locked")


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOLCK, 524])
def test_every_lock_that_hdf5_meets_is_told(number: int, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(f"Unable to open file (unable to lock file, errno = {number}, error message = '…')")

    monkeypatch.setattr(opening.h5py, "File", fail)
    refuse(["info", "run.h5"], "run.h5: is locked (Unable to open file", "HDF5_USE_FILE_LOCKING=FALSE")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_a_file_that_the_system_does_not_read_is_told(number: int, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(seal, "check", fail)
    refuse(["info", "run.h5"], f"run.h5: cannot be read ({os.strerror(number)})", "permissions or its disk")


def test_a_newer_version_is_named_where_it_matters(mine: Path) -> None:
    unseal(mine)
    with h5py.File(mine, "r+") as file:
        file.attrs["sarcomere_version"] = "9.1.0"
    assert CliRunner().invoke(main, ["info", "run.h5"]).exit_code == 0
    newer_words = ("run.h5: was written by sarcomere '9.1.0', which is newer than this", "update sarcomere")
    with h5py.File(mine, "r+") as file:
        file.attrs["parameters"] = str(file.attrs["parameters"]).replace('"lattice"', '"mesh"')
    refuse(["explain", "run.h5"], *newer_words)
    with h5py.File(mine, "r+") as file:
        file.attrs["parameters"] = '{"run": 1}'
    for command in ("info", "plot"):
        refuse([command, "run.h5"], *newer_words)


def test_a_transposed_run_is_read_as_recorded(runs: dict[str, Path], tmp_path: Path) -> None:
    ds = load_run(runs["fibre"])
    ds.transpose("head_state", "time", ...).to_netcdf(tmp_path / "t.h5", engine="h5netcdf")
    again = load_run(tmp_path / "t.h5")
    assert again.head_state_fraction.dims == ds.head_state_fraction.dims
    np.testing.assert_array_equal(again.head_state_fraction, ds.head_state_fraction)
