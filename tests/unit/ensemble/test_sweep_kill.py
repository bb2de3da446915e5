"""A sweep killed at random moments, driver or workers, goes on to the very bytes of one that was left in peace."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import pytest

from sarcomere.ensemble.shards.folder import parts
from sarcomere.ensemble.shards.verify import verify
from sarcomere.ensemble.workers.driver import serially
from sarcomere.ensemble.workers.local import locally
from sarcomere.ensemble.workers.lock import held
from tests.support.sweeps import asked, contents, do, small

# 24 shards of 0.1 s, so that a kill within 2 s of the first meets the sweep at work.
VARY = ["chemistry.atp_mM=1:8:24"]
SETTINGS = {"run.duration_s": 0.15, "lattice.n_thick": 2}
WAIT_S = 2.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scenario and, in ``peace``, the sweep that nobody disturbed."""
    folder = tmp_path_factory.mktemp("kill")
    small(folder)
    do(asked(folder / "small.toml", VARY, settings=SETTINGS), folder / "peace")
    return folder


def start(home: Path, folder: Path, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from sarcomere.cli import main; main()", "sweep", str(home / "small.toml")]
    command += [word for key, value in SETTINGS.items() for word in ("--set", f"{key}={value}")]
    return subprocess.Popen(
        [*command, "--vary", *VARY, "--workers", str(workers), "-o", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def workers_of(driver: int) -> list[int]:
    """Processes that a process has started."""
    listed = Path(f"/proc/{driver}/task/{driver}/children").read_text()
    return [int(number) for number in listed.split()]


def alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def await_first(folder: Path, process: subprocess.Popen[bytes], beyond: int) -> None:
    """Wait until a sweep writes, or has finished one more shard than it found."""
    while process.poll() is None and not any(parts(folder)) and len(finished(folder)) <= beyond:
        time.sleep(0.005)


def finished(folder: Path) -> list[Path]:
    return sorted((folder / "shards").glob("*.h5")) if (folder / "shards").is_dir() else []


def check_readable(folder: Path, peace: dict[str, bytes]) -> None:
    """What has its name is whole, however the sweep ended."""
    for path in finished(folder):
        assert path.read_bytes() == peace[path.name]


def kill_at_random(home: Path, folder: Path, moments: int, chance: random.Random, workers: tuple[int, ...]) -> int:
    """Kill the driver so often, each time after a random wait; how often a part was left behind."""
    peace, left = contents(home / "peace"), 0
    for moment in range(moments):
        with start(home, folder, workers[moment % len(workers)]) as driver:
            await_first(folder, driver, len(finished(folder)))
            time.sleep(chance.uniform(0.0, WAIT_S / moments * 3))
            children = workers_of(driver.pid) if driver.poll() is None else []
            driver.kill()
        for _ in range(500):
            if not any(map(alive, children)):
                break
            time.sleep(0.01)
        assert not any(map(alive, children))  # nobody goes on without the driver
        left += any(parts(folder))
        assert not held(folder)
        check_readable(folder, peace)
        if len(finished(folder)) == len(peace):
            for path in finished(folder)[: len(peace) // 2]:
                path.unlink()
    return left


def check_end(home: Path, folder: Path) -> None:
    """Taken up again, it is what it would have been."""
    assert do(asked(home / "small.toml", VARY, settings=SETTINGS), folder).failures == []
    assert contents(folder) == contents(home / "peace")
    assert verify(folder).faults == []
    assert not list(folder.rglob("*.aside"))


def test_the_driver_killed_at_random_moments(home: Path, tmp_path: Path) -> None:
    left = kill_at_random(home, tmp_path / "f", 4, random.Random(1), (1, 1, 2, 1))
    assert left  # most kills meet a shard under way: 4 misses are rarer than 1 in 1000
    check_end(home, tmp_path / "f")


def test_workers_killed_at_random_moments_are_replaced(home: Path, tmp_path: Path) -> None:
    folder, chance, killed = tmp_path / "f", random.Random(2), 0
    with start(home, folder, 2) as driver:
        await_first(folder, driver, 0)
        for _ in range(2):
            time.sleep(chance.uniform(0.0, 0.5))
            victims = workers_of(driver.pid) if driver.poll() is None else []
            if victims:
                os.kill(chance.choice(victims), signal.SIGKILL)
                killed += 1
    assert (driver.returncode, killed) == (0, 2)
    assert contents(folder) == contents(home / "peace")


@pytest.mark.slow
def test_fifty_kills_of_drivers_and_workers(home: Path, tmp_path: Path) -> None:
    """36 drivers and at least 15 workers, 5 minutes: pytest -m slow -k kill."""
    chance, left, killed = random.Random(3), 0, 0
    for turn in range(6):
        folder = tmp_path / f"drivers-{turn}"
        left += kill_at_random(home, folder, 6, chance, (1, 2))
        check_end(home, folder)
        folder = tmp_path / f"workers-{turn}"
        with start(home, folder, 2) as driver:
            await_first(folder, driver, 0)
            for _ in range(4):
                time.sleep(chance.uniform(0.0, 1.0))
                victims = workers_of(driver.pid) if driver.poll() is None else []
                if victims:
                    os.kill(chance.choice(victims), signal.SIGKILL)
                    killed += 1
        check_end(home, folder)
    assert left >= 10
    assert killed >= 15


FATAL = """
import os, signal
from sarcomere.ensemble.workers import work, worker
real = work.write_shard
def fatal(task):
    if task.values["chemistry.atp_mM"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(task)
work.write_shard = fatal
worker.main()
"""


def test_a_shard_that_kills_its_workers_fails_alone(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sarcomere.ensemble.workers.local._START", FATAL)
    monkeypatch.setattr("sarcomere.ensemble.workers.local.TRIES", 2)
    report = do(asked(home / "small.toml", ["chemistry.atp_mM=2,8"]), tmp_path / "f", locally(2))
    assert (report.made, [failure.point for failure in report.failures]) == (1, [{"chemistry.atp_mM": 2}])
    assert "its worker was ended 2 times, the last time with code -9" in report.failures[0].error
    (kept,) = (tmp_path / "f" / "failed").iterdir()
    assert json.loads(kept.read_text())["kind"] == "WorkerDied"
    assert not list(parts(tmp_path / "f"))


def test_a_shard_that_is_not_whole_is_seen_by_these_tests(home: Path, tmp_path: Path) -> None:
    """Negative control: what a kill without aside and rename would leave."""
    wanted = asked(home / "small.toml", ["chemistry.atp_mM=1,8"], settings=SETTINGS)
    do(wanted, tmp_path / "f", serially)
    path = finished(tmp_path / "f")[0]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(OSError, match="truncated"), h5py.File(path):
        pass
    with pytest.raises(AssertionError):
        check_readable(tmp_path / "f", contents(home / "peace"))
    assert do(wanted, tmp_path / "f").made == 1
