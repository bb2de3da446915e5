"""A merged sweep is the sweep, opens with xarray alone, and is there whole or not at all."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from sarcomere import InputError, StoreError, each_point, merge, open_ensemble, open_run, select_run
from sarcomere.cli import main
from sarcomere.ensemble.reading import copying
from sarcomere.ensemble.shards import shard
from sarcomere.ensemble.shards.folder import process_part
from sarcomere.ensemble.shards.verify import verify_file
from sarcomere.scenario.reading import read
from tests.support.refusal import check, refuse, shell
from tests.support.sweep_folder import shards_of, without, write_scenario, write_sweep
from tests.support.swept import LOOP, LOOP_VARY, SERIES, TABLE, VARY, opened

SNAPSHOTS = {**TABLE, "record": {"snapshot_interval_ms": 5.0}}
KEPT = ("compression", "compression_opts", "shuffle", "fletcher32")


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sweeps of every kind, whole and with holes."""
    folder = tmp_path_factory.mktemp("sweeps")
    sweeps = {
        "lengths": write_sweep(folder / "lengths", SNAPSHOTS, VARY),
        "loop": write_sweep(folder / "loop", LOOP, LOOP_VARY),
        "series": write_sweep(folder / "series", SERIES, {"chemistry.atp_mM": [4.0, 8.0]}, one_shard_a_run=False),
        "axes": write_sweep(folder / "axes", TABLE, {"record.sample_interval_ms": [1.0, 2.0]}, replicates=1),
        "nothing varied": write_sweep(folder / "one", TABLE, {}),
    }
    return sweeps | {
        "lengths with holes": without(sweeps["lengths"], folder / "holed", 3, 4, 5),
        "loop with holes": without(sweeps["loop"], folder / "holed loop", 1),
    }


KINDS = ("lengths", "lengths with holes", "loop", "loop with holes", "series", "axes", "nothing varied")


@pytest.mark.parametrize("kind", KINDS)
def test_xarray_alone_opens_what_open_ensemble_gives(sweeps: dict[str, Path], kind: str, tmp_path: Path) -> None:
    path, expected = merge(sweeps[kind], tmp_path / "all.h5"), opened(sweeps[kind]).load()
    for engine in ("netcdf4",) if "loop" in kind else ("h5netcdf", "netcdf4"):  # one opens loops in seconds
        with xr.open_dataset(path, engine=engine) as ds:
            found = ds.load()
        assert len(found.attrs.pop("file_sha256")) == 64
        xr.testing.assert_identical(found, expected)
        assert list(found.data_vars) == list(expected.data_vars)
        assert {n: v.dtype for n, v in found.variables.items() if v.dtype.kind not in "UOT"} == {
            n: v.dtype for n, v in expected.variables.items() if v.dtype.kind not in "UOT"
        }
    assert not verify_file(path).fault
    assert json.loads(found.attrs["sweep"])["format"] == "sarcomere sweep 1"
    found.attrs["sweep"] = ""
    with pytest.raises(AssertionError):  # what compares would see a difference
        xr.testing.assert_identical(found, expected)


def test_runs_are_taken_from_a_merged_file(sweeps: dict[str, Path], tmp_path: Path) -> None:
    path = merge(sweeps["loop with holes"], tmp_path / "all.h5")
    folder, merged = opened(sweeps["loop with holes"]), opened(path)
    for units in LOOP_VARY["pool.n_units"]:
        xr.testing.assert_identical(select_run(merged, n_units=units), select_run(folder, n_units=units))
    peak = each_point(lambda run: run.relative_force.max("time"), merged)
    assert np.isnan(peak.values).tolist() == [[False, True], [False, False]]


def test_chunks_are_copied_as_they_lie_and_missing_ones_take_no_room(
    sweeps: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recompressed: list[str] = []
    original = copying._copy_values
    monkeypatch.setattr(copying, "_copy_values", lambda s, t, w: (recompressed.append(t.name), original(s, t, w)))
    folder = without(sweeps["nothing varied"], tmp_path / "half", 1)
    with h5py.File(merge(folder, tmp_path / "all.h5")) as file, h5py.File(shards_of(folder)[0]) as run:
        assert set(recompressed) == {"dwell_count", "impulse_time"}  # they lie in no chunks
        for name in ("force", "atp_used", "head_state_fraction"):
            assert [getattr(file[name], option) for option in KEPT] == [getattr(run[name], o) for o in KEPT]
            assert file[name].id.get_num_chunks() == run[name].id.get_num_chunks()
            first = (0,) * run[name].ndim
            assert file[name].id.read_direct_chunk(first) == run[name].id.read_direct_chunk(first)
        assert file["dwell_count"].attrs["_FillValue"] == np.iinfo(np.int64).min


@pytest.mark.parametrize("begun", [5, 3], ids=["at once", "extended"])
@pytest.mark.parametrize("missing", [(), (0,), (1,), (2,)])
def test_shards_of_several_replicates_lie_side_by_side(
    begun: int, missing: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shard, "AIM_S", 2 * read(str(write_scenario(tmp_path / "s.toml", TABLE))).cost_s())
    for replicates in (begun, 5):
        whole = write_sweep(tmp_path / "f", TABLE, {}, replicates=replicates, one_shard_a_run=False)
    sizes = []
    for path in shards_of(whole):
        with h5py.File(path) as file:
            sizes.append((file["force"].shape[0], file["force"].chunks[0]))
    # an extended sweep has a shard that begins in the middle of a chunk
    assert sizes == ([(2, 2), (2, 2), (1, 1)] if begun == 5 else [(2, 2), (1, 1), (2, 2)])
    folder = without(whole, tmp_path / "part", *missing)
    with xr.open_dataset(merge(folder, tmp_path / "all.h5")) as ds:
        found, expected = ds.load(), opened(folder).load()
    del found.attrs["file_sha256"]
    xr.testing.assert_identical(found, expected)
    gone = sum(sizes[i][0] for i in missing)
    assert np.isnan(found.force).all(["time", "motor_unit"]).sum() == gone


def test_the_command_says_what_is_merged_and_missing(sweeps: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "all.h5"
    result = CliRunner().invoke(main, ["merge", str(sweeps["lengths with holes"]), "-o", str(path)])
    assert (result.exit_code, result.stdout) == (0, f"Merged: {path} (5 runs, 3 are missing)\n")
    result = CliRunner().invoke(main, ["merge", str(sweeps["series"]), "-o", str(path), "--overwrite"])
    assert (result.exit_code, result.stdout) == (0, f"Merged: {path} (4 runs)\n")
    with pytest.raises(StoreError, match=r"holds a whole sweep; open it with sarcomere\.open_ensemble"):
        open_run(path)


@pytest.fixture
def sweep(sweeps: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Here: the folder ``sweep``, which may be damaged."""
    monkeypatch.chdir(tmp_path)
    return without(sweeps["nothing varied"], Path("sweep"))


def command(*args: str) -> list[str]:
    """Arguments that merge the sweep here."""
    return ["merge", "sweep", *(args or ("-o", "all.h5"))]


def test_what_cannot_be_merged_is_refused(sweep: Path) -> None:
    refuse(["merge", "nothing", "-o", "all.h5"], "nothing: no such folder", "sarcomere sweep")
    refuse(["merge", "sweep/sweep.json", "-o", "all.h5"], "sweep.json: is a file", "folder")
    Path("empty").mkdir()
    refuse(["merge", "empty", "-o", "all.h5"], "empty: holds no sweep", "sweep.json")
    without(sweep, Path("undone"), 0, 1)
    refuse(["merge", "undone", "-o", "all.h5"], "undone: nothing of this sweep is done yet", "command that began it")


def test_a_place_that_cannot_take_the_file_is_refused(sweep: Path) -> None:
    Path("there.h5").write_text("mine")
    refuse(command("-o", "there.h5"), "there.h5: exists already", "-o", "--overwrite")
    refuse(command("-o", "sweep"), "sweep: is a folder", "all.h5")
    refuse(command("-o", "no/all.h5"), "the folder no does not exist")
    for name in ("shards/all.h5", "shards/../shards/all.h5", "sweep.json", ".lock"):
        refuse(command("-o", f"sweep/{name}", "--overwrite"), "lies where only the sweep writes", "-o")
    refuse(command("-o", "x" * 300), "cannot be written", "File name too long")


def test_what_others_write_beside_it_is_left(sweep: Path) -> None:
    run, other = Path("all.h5.part"), process_part(Path("all.h5"), os.getppid())
    dead = process_part(Path("all.h5"), 2**22 + 1)  # no process has this number
    for path in (run, other, dead):
        path.write_text("mine")
    merge(sweep, "all.h5")
    assert (run.read_text(), other.read_text(), dead.exists()) == ("mine", "mine", False)


def test_an_altered_shard_is_refused_and_nothing_left(sweep: Path) -> None:
    path = shards_of(sweep)[1]
    content = path.read_bytes()
    path.unlink()  # it is shared
    path.write_bytes(content)
    with h5py.File(path, "r+") as file:
        file["force"][0, 0, 3] += 1
    refuse(command(), path.name, "was altered since it was written", "remove it and start the same sweep again")


def test_a_merged_file_that_was_altered_is_found(sweep: Path) -> None:
    merge(sweep, "all.h5")
    result = CliRunner().invoke(main, ["verify", "all.h5"])
    assert (result.exit_code, result.stdout) == (0, "Merged file: sound\n")
    refuse(["status", "all.h5"], "all.h5: is a file; give the folder")
    refuse(["verify", str(shards_of(sweep)[0])], "is a shard of a sweep")
    refuse(["verify", "sweep/sweep.json"], "is no HDF5 file")
    with h5py.File("all.h5", "r+") as file:
        file["force"][0, 0, 3] += 1
    result = CliRunner().invoke(main, ["verify", "all.h5"])
    assert (result.exit_code, result.stdout) == (1, "Merged file: bad\n")
    words = "Error: all.h5: was altered since it was written (its digest differs); merge the sweep again.\n"
    assert result.stderr == words


def test_every_flipped_byte_of_a_merged_file_is_found(sweep: Path) -> None:
    content = merge(sweep, "all.h5").read_bytes()
    rng, path = np.random.default_rng(1), Path("flipped.h5")
    for place in rng.integers(len(content), size=150):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        with suppress(InputError, StoreError):  # no merged file any more
            assert verify_file(path).fault


def test_a_shard_with_bad_labels_is_told(sweep: Path) -> None:
    path = shards_of(sweep)[0]
    content = path.read_bytes()
    path.unlink()  # it is shared
    path.write_bytes(content.replace(b'{"chemistry"', b'["chemistry"', 1))
    assert content != path.read_bytes()
    with pytest.raises(StoreError, match="cannot be read"):
        open_ensemble(sweep)
    refuse(command(), "cannot be read", "sarcomere verify")


def limit_file_size() -> None:
    """Let this process write no file beyond 64 KiB; longer ones fail as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@pytest.fixture
def small_disk(sweep: Path) -> Iterator[Callable[[], None] | None]:
    """Folder ``disk`` that takes 64 KiB: a disk of that size if we may mount one, else a limit to set on a process."""
    disk = Path("disk")
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    yield None if mounted else limit_file_size
    if mounted:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("limited", [False, True], ids=["full disk", "quota"])
def test_a_full_disk_is_told(small_disk: Any, limited: bool) -> None:
    before = {path: path.read_bytes() for path in shards_of(Path("sweep"))}
    result = shell(command("-o", "disk/all.h5"), limit_file_size if limited else small_disk)
    reason = "File too large" if limited or small_disk else "No space left on device"
    words = ("disk/all.h5", reason, "free space", "the shards are as they were")
    check(result.returncode, result.stderr, words)
    assert not list(Path("disk").iterdir())
    assert before == {path: path.read_bytes() for path in before}
