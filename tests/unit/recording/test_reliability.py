"""Whatever happens to the file of a run, no result is wrong without a word, and no process dies of it."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from sarcomere import InputError, StoreError, open_run
from sarcomere import run as simulate
from sarcomere.cli import main
from sarcomere.ensemble.shards.verify import fault_of
from sarcomere.ensemble.workers.work import run_to_image
from sarcomere.errors import SarcomereError
from sarcomere.recording import checkpoint, provenance, seal
from sarcomere.recording.lock import is_held, locked_output, output_lock
from sarcomere.simulation.api import record
from sarcomere.simulation.fibre import FibreSimulation
from tests.support.harm import (
    Fault,
    checkpoint_spans,
    failing,
    flipped,
    in_child,
    one_simulation,
    places,
    reseal,
    resumed,
    unfinished,
)
from tests.support.kinds import Kind
from tests.support.same import differing, load

TINY = {
    "fibre": {"run.duration_s": 0.03},
    "loop": {"run.duration_s": 0.06},
}
BLOCKS = {"fibre": 9, "loop": 2}  # samples


@pytest.fixture(scope="module")
def scenario(kind: Kind) -> Any:
    """A run of milliseconds in which heads are attached."""
    return kind.scenario(TINY[kind.name])


@pytest.fixture(scope="module")
def block(kind: Kind) -> int:
    """Samples of a block, so that a run takes three."""
    return BLOCKS[kind.name]


@pytest.fixture(scope="module")
def whole(scenario: Any, block: int, tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    """The run, never stopped."""
    return load(record(scenario, tmp_path_factory.mktemp("whole") / "run.h5", block=block))


@pytest.fixture(scope="module")
def part(scenario: Any, block: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that stopped after two blocks."""
    path = tmp_path_factory.mktemp("part") / "run.h5"
    unfinished(scenario, path, block)
    return Path(f"{path}.part")


MANY = [
    pytest.param("short", id="short"),
    pytest.param("long", id="long", marks=pytest.mark.slow),
]
SHORT, LONG = 12, 300


def test_it_resumes_to_the_same_bits(scenario: Any, whole: xr.Dataset, part: Path, tmp_path: Path) -> None:
    with h5py.File(part) as file:
        assert file["force" if "force" in file else "muscle_force"].shape[-1] < whole.sizes["time"]
    assert resumed(scenario, tmp_path / "run.h5", part.read_bytes(), whole) == "same"


@pytest.mark.parametrize("form", MANY)
@pytest.mark.parametrize("where", ["checkpoint", "anywhere"])
def test_a_flipped_bit_of_a_part_is_refused(
    where: str, form: str, scenario: Any, whole: xr.Dataset, part: Path, tmp_path: Path
) -> None:
    content = part.read_bytes()
    spans = checkpoint_spans(part) if where == "checkpoint" else [(0, len(content))]
    chosen = places(content, spans, SHORT if form == "short" else LONG, seed=1)

    def work() -> Iterator[str]:
        for place, bit in chosen:
            yield resumed(scenario, tmp_path / "run.h5", flipped(content, place, bit), whole)

    found = in_child(scenario, work)
    assert len(found) == len(chosen)
    assert {
        re.sub(r"^refused: .*cannot be resumed.*--overwrite to start again\.$", "refused", one) for one in found
    } == {"refused"}


@pytest.mark.parametrize("form", MANY)
def test_a_flipped_bit_of_a_forged_checkpoint_ends_no_process(
    form: str, scenario: Any, whole: xr.Dataset, part: Path, tmp_path: Path
) -> None:
    """Whoever makes the digests anew may have another result, but no index outside of its array."""
    content = part.read_bytes()
    chosen = places(content, checkpoint_spans(part), SHORT if form == "short" else LONG, seed=2)

    def work() -> Iterator[str]:
        for place, bit in chosen:
            forged = tmp_path / "forged"
            forged.write_bytes(flipped(content, place, bit))
            reseal(forged, lambda group: None)
            yield resumed(scenario, tmp_path / "run.h5", forged.read_bytes(), whole)

    found = in_child(scenario, work)
    assert len(found) == len(chosen)
    assert {one.partition(":")[0] for one in found} <= {"refused", "other", "same"}


INDEXES = r"bound_(head|site|ru|thick|thin)$|head_state$|ru_\w+$|site_taken$|_unit$|_count$|head_since$"


def poisons(name: str, dtype: np.dtype[Any]) -> list[Any]:
    """Values that no array of this name holds."""
    if re.search(r"stream$|lanes$", name):
        return [0]
    if dtype.kind == "f":
        return [np.nan, np.inf, 1e300, -1e300]
    limits = [np.iinfo(dtype).max] if dtype.kind == "u" else [np.iinfo(dtype).min, np.iinfo(dtype).max]
    return [*limits, -5] if re.search(INDEXES, name) and dtype.kind == "i" else limits


@pytest.mark.parametrize("form", MANY)
def test_a_poisoned_checkpoint_is_refused(
    form: str, scenario: Any, whole: xr.Dataset, part: Path, tmp_path: Path
) -> None:
    """Arrays in turn, in one entry or wholly, their digests made anew; and the number of samples."""
    with h5py.File(part) as file:
        arrays = {name: item.dtype for name, item in file[checkpoint.GROUP].items() if item.size}
    forged = tmp_path / "forged"

    def poison(change: Callable[[h5py.Group], None]) -> str:
        forged.write_bytes(part.read_bytes())
        reseal(forged, change)
        return resumed(scenario, tmp_path / "run.h5", forged.read_bytes(), whole)

    def fill(name: str, value: Any, everywhere: bool) -> Callable[[h5py.Group], None]:
        def change(group: h5py.Group) -> None:
            values = group[name][...]
            values.flat[slice(None) if everywhere else 0] = value
            group[name][...] = values

        return change

    def work() -> Iterator[list[str]]:
        for name, dtype in list(arrays.items())[:: 1 if form == "long" else max(1, len(arrays) // 8)]:
            for value in poisons(name, dtype):
                for everywhere in (True, False) if value != 0 and form == "long" else (True,):
                    yield [f"{name} {value} {everywhere}", poison(fill(name, value, everywhere))]
        for done in (5_000_000, -7, 100, 0, -(2**63)):
            yield [
                f"samples_done {done}",
                poison(lambda group, n=done: group.attrs.modify("samples_done", np.int64(n))),
            ]

    found = in_child(scenario, work)
    assert not [one for one in found if not one[1].startswith("refused: ")]
    assert len(found) > (100 if form == "long" else 20)


def test_a_part_of_another_shape_is_refused(scenario: Any, whole: xr.Dataset, part: Path, tmp_path: Path) -> None:
    def replaced(name: str, values: np.ndarray) -> Callable[[h5py.Group], None]:
        def change(group: h5py.Group) -> None:
            del group[name]
            group[name] = values

        return change

    with h5py.File(part) as file:
        name = next(name for name in file[checkpoint.GROUP] if name.endswith("head_state"))
    for values in (np.zeros((1, 3), dtype=np.int8), np.zeros(0), np.full(2, b"text")):
        forged = tmp_path / "forged"
        forged.write_bytes(part.read_bytes())
        reseal(forged, replaced(name, values))
        assert "is not that of this run" in resumed(scenario, tmp_path / "run.h5", forged.read_bytes(), whole)


@pytest.mark.parametrize("form", MANY)
def test_a_flipped_bit_of_a_finished_run_or_a_shard_is_found(form: str, scenario: Any, tmp_path: Path) -> None:
    n = SHORT if form == "short" else 100
    path, shard = record(scenario, tmp_path / "run.h5"), tmp_path / "shard.h5"
    content, image = path.read_bytes(), run_to_image(scenario, {"shard": "shard"})
    shard.write_bytes(image)
    assert fault_of(shard, "shard") == ""

    def work() -> Iterator[str]:
        for place, bit in places(content, [(0, len(content))], n, seed=3):
            path.write_bytes(flipped(content, place, bit))
            try:
                with open_run(path) as ds:
                    ds.load()
                yield "opened"
            except StoreError as error:
                yield str(error)
        for place, bit in places(image, [(0, len(image))], n, seed=4):
            shard.write_bytes(flipped(image, place, bit))
            yield fault_of(shard, "shard") or "sound"

    found = in_child(scenario, work)
    assert len(found) == 2 * n
    told = r"was altered|is cut short|carries no digest|truncated or damaged"
    assert not [one for one in found if not re.search(told, one)]
    path.write_bytes(flipped(content, len(content) // 2, 3))
    for command in ("info", "verify", "plot"):
        result = CliRunner().invoke(main, [command, str(path)])
        assert result.exit_code > 0
        assert "was altered since it was written" in result.stderr


def test_a_sound_run_is_verified(scenario: Any, tmp_path: Path) -> None:
    path = record(scenario, tmp_path / "run.h5")
    result = CliRunner().invoke(main, ["verify", str(path)])
    assert (result.exit_code, result.stdout) == (0, "Run: sound\n")


def faults(scenario: Any, path: Path, block: int) -> list[Fault]:
    """Every call in which the disk can fail while a run is recorded, and every one that can lie."""
    with failing() as counts:
        record(scenario, path, block=block)
    path.unlink()
    calls = [(name, number) for name, n in counts.items() for number in range(1, n + 1)]
    fail = [Fault(*call, error) for call in calls for error in (errno.EIO, errno.ENOSPC) if call[0] != "close"]
    return [*fail, *(Fault(*call, 0) for call in calls if call[0] in ("write", "fsync"))]


@pytest.mark.parametrize("form", MANY)
def test_a_failed_write_leaves_nothing_that_looks_whole_and_is_wrong(
    form: str, scenario: Any, block: int, whole: xr.Dataset, tmp_path: Path
) -> None:
    path, part = tmp_path / "run.h5", tmp_path / "run.h5.part"
    with one_simulation(scenario):
        tried = faults(scenario, path, block)
        assert len(tried) >= 30
        for fault in tried if form == "long" else tried[:: len(tried) // 10]:
            with failing(fault), suppress(SarcomereError):
                record(scenario, path, block=block)
            if path.exists():
                assert not differing(load(path), whole), fault
            if part.exists() and not path.exists():
                record(scenario, path, block=block, resume=True)
                assert not differing(load(path), whole), fault
            for left in tmp_path.iterdir():
                left.unlink()


def holding(scenario: Any, path: Path) -> int:
    """A child that records, and stands still with the output in its hands."""
    child = os.fork()
    if child:
        return child
    try:
        record(scenario, path, progress=lambda _: time.sleep(60.0))
    finally:
        os._exit(0)


def test_an_output_that_another_process_writes_is_refused(kind: Kind, scenario: Any, tmp_path: Path) -> None:
    path, host = tmp_path / "run.h5", re.escape(socket.gethostname())
    child = holding(scenario, path)
    try:
        while not (tmp_path / ".run.h5.lock").exists():
            time.sleep(0.01)
        time.sleep(0.1)
        for options in ({}, {"overwrite": True}, {"resume": True}):
            with pytest.raises(InputError, match=rf"is being written by process {child} on {host} since"):
                record(kind.scenario({**TINY[kind.name], "run.seed": 9}), path, **options)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    record(scenario, path, overwrite=True)  # what the dead process held is free
    assert os.listdir(tmp_path) == ["run.h5"]


def test_a_lock_that_was_removed_takes_nobody_elses_with_it(tmp_path: Path) -> None:
    first, second = locked_output(tmp_path / "run.h5"), locked_output(tmp_path / "run.h5")
    lock = output_lock(tmp_path / "run.h5")
    with first:
        lock.unlink()
        second.__enter__()
    assert is_held(lock)
    second.__exit__(None, None, None)
    assert not lock.exists()


def begun_together(scenario: Any, path: Path) -> int:
    """Record into a file; 2 if it is refused because of another run."""
    try:
        record(scenario, path, progress=lambda _: time.sleep(0.02))
    except InputError as error:
        return 2 if re.search(r"is being written by process \d+ on|exists already", str(error)) else 3
    return 0


def test_of_two_runs_that_begin_together_one_is_refused(scenario: Any, whole: xr.Dataset, tmp_path: Path) -> None:
    with one_simulation(scenario):
        for attempt in range(10):
            path = tmp_path / f"{attempt}.h5"
            child = os.fork()
            code = begun_together(scenario, path)
            if not child:
                os._exit(code)
            other = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            assert sorted((code, other)) == [0, 2]
            assert not differing(load(path), whole)


def test_a_link_is_written_through_and_stays(scenario: Any, whole: xr.Dataset, tmp_path: Path) -> None:
    there, link = tmp_path / "there" / "result.h5", tmp_path / "run.h5"
    there.parent.mkdir()
    link.symlink_to(there)
    assert record(scenario, link) == link
    assert link.is_symlink()
    assert not there.is_symlink()
    assert not differing(load(there), whole)
    with pytest.raises(InputError, match="exists already"):
        record(scenario, link)
    record(scenario, link, overwrite=True)
    assert (link.is_symlink(), sorted(os.listdir(there.parent))) == (True, ["result.h5"])


@pytest.mark.parametrize("name", ["run.h5.part", ".run.h5.lock"])
def test_a_link_in_the_place_of_what_a_run_needs_harms_nobody(name: str, scenario: Any, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / name).symlink_to(victim)
    for options in ({}, {"resume": True}):
        with pytest.raises(SarcomereError, match=r"is no file; remove it|cannot be written"):
            record(scenario, tmp_path / "run.h5", **options)
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("thing", ["fifo", "socket", "device", "folder"])
def test_what_is_no_file_is_never_an_output(thing: str, overwrite: bool, scenario: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    if thing == "fifo":
        os.mkfifo(path)
    elif thing == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    elif thing == "device":
        path.symlink_to("/dev/null")
    else:
        path.mkdir()
    with pytest.raises(InputError, match="is a folder" if thing == "folder" else "is a device, pipe or socket"):
        record(scenario, path, overwrite=overwrite)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (errno.EROFS, "Read-only file system.*make its folder writable"),
        (errno.EACCES, "Permission denied.*make its folder writable"),
        (errno.ENOSPC, "No space left on device.*free space"),
        (errno.EIO, "Input/output error.*mend the disk"),
    ],
)
def test_advice_fits_the_fault_of_the_disk(error: int, advice: str, scenario: Any, tmp_path: Path) -> None:
    with failing(Fault("open", 1, error)), pytest.raises(StoreError, match=advice):
        record(scenario, tmp_path / "run.h5")
    assert os.listdir(tmp_path) == []


def test_a_file_system_without_locks_is_told(scenario: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(StoreError, match=r"cannot be locked .*choose a folder on a file system with locks"):
        record(scenario, tmp_path / "run.h5")


@pytest.mark.parametrize("what", ["kernel_hash", "numba_version", "numpy_version", "llvmlite_version", "cpu"])
def test_a_part_is_not_resumed_by_what_would_make_other_bits(
    what: str, scenario: Any, part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = provenance.made_by()
    monkeypatch.setattr(provenance, "made_by", lambda: {**ours, what: "another"})
    (tmp_path / "run.h5.part").write_bytes(part.read_bytes())
    with pytest.raises(InputError, match=f"was made by {what} {ours[what]}, this is another; resume where it was"):
        record(scenario, tmp_path / "run.h5", resume=True)


def test_memory_holds_what_is_new_only(tmp_path: Path) -> None:
    """A block adds as much to a file of one block as to one of many."""
    from sarcomere.recording.image import PAGE, Image

    below = tmp_path / "below"
    below.write_bytes(np.random.default_rng(1).bytes(100 * PAGE + 7))
    with open(below, "rb") as file:
        image = Image(file.fileno())
        image.put(3 * PAGE - 2, b"abcd")
        image.put(100 * PAGE + 7, b"end")
        expected = bytearray(below.read_bytes() + b"end")
        expected[3 * PAGE - 2 : 3 * PAGE + 2] = b"abcd"
        assert b"".join(image.pieces()) == expected
        assert len(image._pages) == 3
        image.truncate(3 * PAGE + 1)
        image.truncate(3 * PAGE + 5)
        assert b"".join(image.pieces()) == expected[: 3 * PAGE + 1] + bytes(4)


def test_a_seal_is_found_wherever_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for before in (0, 5, seal._PIECE - 70, seal._PIECE - 32, seal._PIECE - 1, seal._PIECE):
        path.write_bytes(bytes(before) + b"a" * 3 + b"\0" + seal.BLANK.encode() + b"\0" + bytes(100))
        seal.seal(path)
        assert seal.check(path) == before + 4
        content = path.read_bytes()
        assert seal.sealed(content.replace(content[before + 4 : before + 68], seal.BLANK.encode())) == content
        path.write_bytes(content[:-1] + b"\1")
        with pytest.raises(seal.BrokenSealError):
            seal.check(path)


def test_a_run_in_memory_is_what_the_file_holds(kind: Kind, scenario: Any, whole: xr.Dataset) -> None:
    names = [name for name in whole.data_vars if "time" in whole[name].dims]
    assert not differing(simulate(scenario), whole, names)
    assert kind.name != "fibre" or isinstance(FibreSimulation(scenario).watch, type(None))
