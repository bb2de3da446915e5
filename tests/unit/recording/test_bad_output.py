"""Results that cannot be written or taken up again: one sentence, and what was done stays readable."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xarray as xr
from click.testing import CliRunner

from sarcomere import StoreError, read, record
from sarcomere.cli import main
from sarcomere.recording.lock import locked_output
from tests.support.refusal import GOOD, check, files, refuse, run, shell

pytestmark = pytest.mark.usefixtures("folder")
LONGER = ("--set", "run.duration_s=0.03")


def simulate_part() -> None:
    """Leave an unfinished run, as Ctrl-C after the first block does."""

    def stop(simulation: object) -> None:
        if Path("run.h5.part").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(read("mine.toml", {"run.duration_s": 0.03}), "run.h5", block=8, progress=stop)


def test_an_unfinished_run_is_neither_replaced_nor_joined_by_another() -> None:
    simulate_part()
    refuse(run(*LONGER), "run.h5.part: is an unfinished run", "--resume", "--overwrite")
    refuse(run("--resume"), "run.h5.part: belongs to another experiment", "same scenario", "--overwrite")
    refuse(run(*LONGER, "--resume", "--seed", "2"), "another experiment", "seed", "--overwrite")


def test_a_run_does_not_go_on_with_other_discharges() -> None:
    simulate_part()
    Path("mine.csv").write_text(GOOD.replace("2,0.001", "2,0.002"))
    refuse(run(*LONGER, "--resume"), "run.h5.part: was driven by other impulses", "mine.csv", "put back", "--overwrite")


def test_a_result_is_not_replaced_by_its_own_figure() -> None:
    refuse(["run", "mine.toml", "-o", "run.png"], "run.png: its figure would replace it", "-o", "--no-figure")


@pytest.mark.parametrize("content", [b"text", b""], ids=["text", "empty"])
def test_a_part_that_is_no_run_is_not_resumed(content: bytes) -> None:
    Path("run.h5.part").write_bytes(content)
    refuse(run("--resume"), "run.h5.part: cannot be resumed", "--overwrite")


def limit_file_size(size: int = 65536) -> None:
    """Let this process write no file beyond a size; longer ones fail as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Callable[[], None] | None]:
    """Folder ``disk`` that takes 64 KiB: a disk of that size if we may mount one, else a limit to set on a process."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    yield None if mounted else limit_file_size
    if mounted:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("limited", [False, True], ids=["full disk", "quota"])
def test_a_full_disk_is_told(small_disk: Callable[[], None] | None, limited: bool) -> None:
    result = shell(run("-o", "disk/run.h5"), (lambda: limit_file_size(32768)) if limited else small_disk)
    reason = "File too large" if limited or small_disk else "No space left on device"
    check(result.returncode, result.stderr, ("disk/run.h5", reason, "nothing was kept", "free space"))
    assert not any(path.startswith("disk") for path in files())


def test_a_disk_that_fills_up_keeps_what_is_done() -> None:
    part, scenario = Path("run.h5.part"), read("mine.toml", {"run.duration_s": 0.03})
    old = resource.getrlimit(resource.RLIMIT_FSIZE)[0]

    def fill(simulation: object) -> None:
        if part.exists():
            limit_file_size(part.stat().st_size)

    try:
        with pytest.raises(StoreError, match="part holds all up to the last block: free space and add --resume"):
            record(scenario, "run.h5", block=8, progress=fill)
    finally:
        limit_file_size(old)
    with xr.open_dataset(part) as ds:
        assert ds.time.size == 8
    assert [path for path in files() if "run.h5" in path] == ["run.h5.part"]
    record(scenario, "run.h5", resume=True)
    assert [path for path in files() if "run.h5" in path] == ["run.h5"]


@pytest.mark.parametrize(("figure", "words"), [("figure.doc", "'.doc' names no kind"), ("figure", "'' names no kind")])
def test_a_figure_of_no_kind_is_told(figure: str, words: str) -> None:
    record(read("mine.toml"), "run.h5")
    refuse(["plot", "run.h5", "-o", figure], f"{figure}: ", words, "choose another with -o", ".png")


WRITERS = {  # what writes "out" with some ending, and the option that names it
    "run": (["run", "mine.toml", "--threads", "1", "--no-figure", "-o"], ".h5", "-o"),
    "figure of a run": (["run", "mine.toml", "--threads", "1", "-o"], ".png", "-o"),
    "plot": (["plot", "run.h5", "-o"], ".png", "-o"),
    "animate": (["animate", "run.h5", "-o"], ".gif", "-o"),
    "explain": (["explain", "run.h5", "--json"], ".json", "--json"),
    "validate": (["validate", "--json"], ".json", "--json"),
    "table of validate": (["validate", "-o"], ".md", "-o"),
    "bench": (["bench", "--json"], ".json", "--json"),
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_every_output_is_refused_before_the_work(writer: tuple[list[str], str, str]) -> None:
    (*command, last), ending, option = writer
    record(read("mine.toml"), "run.h5")

    def to(place: str) -> list[str]:
        return [*command, last, place.replace(".png", ".h5") if command[0] == "run" else place]

    refuse(to(f"no/out{ending}"), "the folder no does not exist", option)
    refuse(to(f"/proc/out{ending}"), "/proc/out", "cannot be written", option)
    out = Path(f"out{ending}")
    with locked_output(out):
        refuse(to(str(out)), f"{out}: is being written by process {os.getpid()} on", "wait until it ends")
    out.mkdir()
    refuse(to(str(out)), f"{out}: is a folder")
    out.rmdir()
    os.mkfifo(out)
    refuse(to(str(out)), f"{out}: is a device, pipe or socket", option)


DRAWERS = {
    "figure": (["plot", "run.h5"], ".png"),
    "animation": (["animate", "run.h5", "--every", "1"], ".gif"),
    "page": (["animate", "run.h5", "--every", "1"], ".HTML"),
}


@pytest.mark.parametrize("drawer", DRAWERS.values(), ids=DRAWERS)
def test_what_is_drawn_goes_through_a_link_and_leaves_nothing_beside(drawer: tuple[list[str], str]) -> None:
    command, ending = drawer
    record(read("mine.toml"), "run.h5")
    Path("pictures").mkdir()
    Path("pictures/old").write_text("old")
    link = Path(f"link{ending}")
    link.symlink_to("pictures/old")
    before = set(files())
    result = CliRunner().invoke(main, [*command, "-o", str(link)])
    assert result.exit_code == 0, result.output
    assert link.is_symlink()
    assert Path("pictures/old").stat().st_size > 1000
    assert set(files()) == before


def test_a_picture_that_the_disk_does_not_take_leaves_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    record(read("mine.toml"), "run.h5")
    for command, ending in DRAWERS.values():
        out = Path(f"out{ending}")
        out.write_text("old")
        with monkeypatch.context() as patched:
            patched.setattr("sarcomere.recording.atomic.os.fsync", full)
            result = CliRunner().invoke(main, [*command, "-o", str(out)])
        told = result.stderr.splitlines(keepends=True)[-1]  # after its progress
        check(result.exit_code, told, (f"{out}: cannot be written (No space left on device)", "free space"))
        assert out.read_text() == "old"
    assert not [path for path in files() if path.endswith(".lock") or ".aside" in path]


READERS = {
    "plot": (["plot", "run.png"], "-o"),
    "plot by name": (["plot", "run.png", "-o", "run.png"], "-o"),
    "plot by link": (["plot", "run.png", "-o", "link.png"], "-o"),
    "animate": (["animate", "run.png", "-o", "run.png"], "-o"),
    "explain": (["explain", "run.png", "--json", "run.png"], "--json"),
}


def test_what_is_read_is_never_replaced() -> None:
    record(read("mine.toml"), "run.png")
    Path("link.png").symlink_to("run.png")
    for command, option in READERS.values():
        refuse(command, "is the run that is read, and would be replaced", "choose another name", option)


def test_a_link_that_leads_back_to_itself_is_refused() -> None:
    Path("run.h5").symlink_to("other.h5")
    Path("other.h5").symlink_to("run.h5")
    refuse(run(), "is a link that leads back to itself", "remove it", "-o")
    refuse(run("--overwrite"), "is a link that leads back to itself")
    assert Path("run.h5").is_symlink()


def test_a_part_that_is_open_elsewhere_is_not_to_be_overwritten() -> None:
    simulate_part()
    with open("run.h5.part", "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as HDF5 does where a notebook writes
        refuse(run("--resume", *LONGER), "run.h5.part: is locked", "close it where it is open")
