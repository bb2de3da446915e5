"""A run of any kind that was killed or interrupted at any moment goes on to the bits of one that was left in peace."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

import pytest
import xarray as xr
from click.testing import CliRunner

from sarcomere import open_run, read
from sarcomere import run as simulate
from sarcomere.cli import main
from sarcomere.errors import InputError
from sarcomere.recording import run_file as store
from sarcomere.simulation.api import record
from tests.support.kinds import Kind
from tests.support.same import differing, differing_at_first, events, load
from tests.support.stopping import StoppedError, stop_after
from tests.support.sweep_folder import write_scenario


@pytest.fixture(scope="module")
def uninterrupted(kind: Kind) -> xr.Dataset:
    return simulate(kind.scenario(kind.long), threads=2)


@pytest.fixture(scope="module")
def renames(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Calls of os.replace while the long run is recorded."""
    calls = []
    with pytest.MonkeyPatch.context() as patch:
        real = os.replace
        patch.setattr(os, "replace", lambda *names: calls.append(names) or real(*names))
        record(kind.scenario(kind.long), tmp_path_factory.mktemp("renames") / "run.h5", block=kind.half)
    return len(calls)


def recording(kind: Kind, path: Path, block: int, call: int = 0, when: str = "") -> int:
    """A child of this process, its kernels loaded, that begins or resumes the long run; its number.

    It kills itself at a call of os.replace, or waits for somebody to do so.
    """
    child = os.fork()
    if child:
        return child
    real, calls = os.replace, 0

    def replace(source: Path, target: Path) -> None:
        nonlocal calls
        calls += 1
        if (calls, when) == (call, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        real(source, target)
        if (calls, when) == (call, "after"):
            os.kill(os.getpid(), signal.SIGKILL)

    os.replace = replace  # type: ignore[assignment]
    try:
        record(kind.scenario(kind.long), path, block=block, resume=True)
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(0)


def killed(child: int) -> bool:
    """Wait for its end; whether it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def check_part(part: Path, whole: xr.Dataset) -> int:
    """An unfinished file opens with plain xarray and holds the beginning of the whole run; its samples are counted."""
    if not part.exists():
        return 0
    with xr.open_dataset(part) as lazy:
        ds = lazy.load()
    assert not differing_at_first(whole, ds)
    for event in events(ds):
        assert ds.sizes[event] == (whole[f"{event}_time"] < ds.time[-1] - 1e-9).sum()
    return ds.sizes["time"]


def test_a_run_killed_at_random_moments_resumes_to_the_same_bits(
    kind: Kind, uninterrupted: xr.Dataset, tmp_path: Path
) -> None:
    path, part, chance = tmp_path / "run.h5", tmp_path / "run.h5.part", random.Random(1)
    samples = [0]
    for _ in range(3):
        child = recording(kind, path, kind.half // 4)
        patience = time.monotonic() + 60.0
        while not part.exists() and time.monotonic() < patience:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.4))
        os.kill(child, signal.SIGKILL)
        if not killed(child):
            break  # done before
        samples.append(check_part(part, uninterrupted))
    assert samples == sorted(samples)  # nothing is ever lost
    assert any(0 < n < uninterrupted.sizes["time"] for n in samples)
    record(kind.scenario(kind.long), path, resume=part.exists(), overwrite=path.exists())
    assert not differing(load(path), uninterrupted)
    assert os.listdir(tmp_path) == ["run.h5"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("which", ["first", "last"])
def test_a_run_killed_at_a_rename_resumes_to_the_same_bits(
    which: str, when: str, kind: Kind, renames: int, uninterrupted: xr.Dataset, tmp_path: Path
) -> None:
    path, part = tmp_path / "run.h5", tmp_path / "run.h5.part"
    assert killed(recording(kind, path, kind.half, {"first": 1, "last": renames}[which], when))
    samples, all_samples = check_part(part, uninterrupted), uninterrupted.sizes["time"]
    assert path.exists() == ((which, when) == ("last", "after"))
    if which == "last":
        assert samples == all_samples or path.exists()
    else:
        assert (0 < samples < all_samples) == (when == "after")
    if not path.exists():
        record(kind.scenario(kind.long), path, block=kind.half, threads=2, resume=True)
        assert os.listdir(tmp_path) == ["run.h5"]
    assert not differing(load(path), uninterrupted)


def test_a_leftover_of_another_run_is_not_taken_up(kind: Kind, tmp_path: Path) -> None:
    record(kind.scenario({"run.seed": 9}), tmp_path / "run.h5").rename(tmp_path / "run.h5.part.0a1b2c3d.new")
    assert not differing(load(record(kind.scenario(), tmp_path / "run.h5")), simulate(kind.scenario()))
    assert os.listdir(tmp_path) == ["run.h5"]


def test_another_run_does_not_resume_a_part(kind: Kind, tmp_path: Path) -> None:
    path, part = tmp_path / "run.h5", tmp_path / "run.h5.part"
    with pytest.raises(StoppedError):
        record(kind.scenario(), path, block=12, progress=stop_after(12))
    before = part.read_bytes()
    with pytest.raises(InputError, match="belongs to another experiment"):
        record(kind.scenario({"run.seed": 9}), path, resume=True)
    assert part.read_bytes() == before


def test_ctrl_c_keeps_what_is_done_and_resume_goes_on_to_the_same_bits(kind: Kind, tmp_path: Path) -> None:
    mine, path, part = tmp_path / "mine.toml", tmp_path / "run.h5", tmp_path / "run.h5.part"
    write_scenario(mine, kind.table)
    settings = [part for key, value in kind.slow.items() for part in ("--set", f"{key}={value}")]
    command = [sys.executable, "-c", "from sarcomere.cli import main; main()", "run", str(mine), "-o", str(path)]
    process = subprocess.Popen(
        [*command, *settings, "--no-figure", "--threads", "2"],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test in the background may ignore it
    )
    while not part.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, said
    assert f"Interrupted: {part} holds what is done" in said
    assert "--resume" in said
    assert "Traceback" not in said
    scenario = read(str(mine), kind.slow)
    with xr.open_dataset(part) as ds:
        assert 1024 <= ds.sizes["time"] < scenario.n_samples
    done = load(record(scenario, path, resume=True))
    assert sorted(os.listdir(tmp_path)) == ["mine.toml", "run.h5"]
    assert not differing(done, simulate(scenario))


def test_ctrl_c_while_a_block_is_written_waits_until_it_is_safe(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, part, handler = tmp_path / "run.h5", tmp_path / "run.h5.part", signal.getsignal(signal.SIGINT)
    add = store.add

    def interrupted(*args: object, **options: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        add(*args, **options)

    monkeypatch.setattr(store, "add", interrupted)
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.default_int_handler)  # even where tests ignore SIGINT
    with pytest.raises(KeyboardInterrupt):
        record(kind.scenario(), path, block=25)
    signal.signal(signal.SIGINT, handler)
    monkeypatch.undo()
    with open_run(part) as ds:
        assert ds.sizes["time"] == 25
    assert not differing(load(record(kind.scenario(), path, resume=True)), simulate(kind.scenario()))


def test_ctrl_c_before_anything_is_written_says_so(kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sarcomere.simulation.api.record", interrupt)
    write_scenario(Path("mine.toml"), kind.table)
    result = CliRunner().invoke(main, ["run", "mine.toml"])
    assert (result.exit_code, os.listdir(tmp_path)) == (130, ["mine.toml"])
    assert "nothing was written yet; run it again" in result.stderr
