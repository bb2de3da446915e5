"""The same seed gives the same bits: with any threads, blocks, sampling, and after any interruption."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from sarcomere import FibreScenario, open_run, read, record
from sarcomere import run as simulate
from sarcomere.cli import main
from sarcomere.half_sarcomere.variables import SERIES
from sarcomere.record import run_file as store
from sarcomere.record.dataset import dataset
from sarcomere.scenario.checking import from_dict
from sarcomere.simulation.fibre import FibreSimulation

TABLE = {
    "title": "sameness",
    "run": {"duration_s": 0.06, "seed": 3},
    "drive": {"train": {"frequency_Hz": 100.0, "start_s": 0.0, "count": 1000}},
    "motor_units": [{"id": 1, "fibre": "fast"}, {"id": 2, "fibre": "slow"}],
    "lattice": {"n_thick": 1},
}
SAMPLED = [variable.name for variable in SERIES]


def scenario(**changes: dict) -> FibreScenario:
    """Two fibres in tetanus; each change goes into the table of its name."""
    merged = {key: {**TABLE.get(key, {}), **change} for key, change in changes.items()}
    return from_dict({**TABLE, **merged})


@pytest.fixture(scope="module")
def reference() -> xr.Dataset:
    ds = simulate(scenario())
    assert (ds.force.max("time") > 10).all()  # much has happened
    return ds


def bits(values: np.ndarray) -> bytes:
    """The bits of an array; texts as characters, not as pointers."""
    return (values.astype("U") if values.dtype.kind == "O" else values).tobytes()


def differing(a: xr.Dataset, b: xr.Dataset, names: Sequence[str] = ()) -> list[str]:
    """Names of the variables, or attributes, that are not the same bit for bit."""
    wrong = [name for name in names or {**a.variables, **b.variables} if bits(a[name].values) != bits(b[name].values)]
    return wrong if names else wrong + [name for name in {**a.attrs, **b.attrs} if a.attrs[name] != b.attrs[name]]


def load(path: Path) -> xr.Dataset:
    with open_run(path) as ds:
        return ds.load()


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_no_bit(threads: int) -> None:
    twice = scenario(run={"replicates": 2})
    assert not differing(simulate(twice, threads), simulate(twice))


@pytest.mark.parametrize("block", [1, 7, 64, 1024])
def test_blocks_in_memory_change_no_bit(block: int, reference: xr.Dataset) -> None:
    simulation = FibreSimulation(scenario())
    blocks = list(simulation.blocks(block=block))
    assert not differing(dataset(scenario(), simulation.impulses, blocks, simulation.dwell_counts()), reference)


@pytest.mark.parametrize("block", [25, 1024])
def test_blocks_on_disk_change_no_bit(block: int, reference: xr.Dataset, tmp_path: Path) -> None:
    assert not differing(load(record(scenario(), tmp_path / "run.h5", threads=2, block=block)), reference)


@pytest.mark.parametrize(("interval", "every"), [(0.1, 10), (0.5, 2), (3.0, 1 / 3)])
def test_the_sample_interval_does_not_touch_the_course(interval: float, every: float, reference: xr.Dataset) -> None:
    other = simulate(scenario(record={"sample_interval_ms": interval}))
    fine, coarse = (other, reference) if every > 1 else (reference, other)
    thinned = fine.isel(time=slice(None, None, round(max(every, 1 / every))))
    assert not differing(thinned, coarse, [*SAMPLED, "muscle_force", "dwell_count"])


def test_snapshots_do_not_touch_the_course(reference: xr.Dataset) -> None:
    assert not differing(simulate(scenario(record={"snapshot_interval_ms": 0.7})), reference, list(reference.variables))


def test_more_replicates_change_none_before_them(reference: xr.Dataset) -> None:
    three = simulate(scenario(run={"replicates": 3}))
    assert not differing(three.isel(replicate=[0]), reference, [*SAMPLED, "muscle_force", "dwell_count"])
    assert differing(three.isel(replicate=[1]), three.isel(replicate=[0]), ["force"])
    assert differing(three.isel(replicate=[2]), three.isel(replicate=[1]), ["force"])


def test_a_part_of_the_replicates_has_the_bits_they_have_in_the_whole() -> None:
    whole = simulate(scenario(run={"replicates": 4}))
    part = simulate(scenario(run={"replicates": 2, "first_replicate": 2}))
    assert part.replicate.values.tolist() == [2, 3]
    assert not differing(part, whole.isel(replicate=[2, 3]), [*SAMPLED, "muscle_force", "dwell_count"])


def test_more_motor_units_change_none_before_them(reference: xr.Dataset) -> None:
    alone = simulate(from_dict({**TABLE, "motor_units": TABLE["motor_units"][:1]}))
    assert not differing(alone, reference.isel(motor_unit=[0]), [*SAMPLED, "dwell_count"])


def test_like_motor_units_draw_their_own_chances() -> None:
    alike = simulate(from_dict({**TABLE, "motor_units": [{"id": 1}, {"id": 2}]}))
    assert differing(alike.isel(motor_unit=0), alike.isel(motor_unit=1), ["force"])


def test_other_seeds_go_other_ways(reference: xr.Dataset) -> None:
    other = simulate(scenario(run={"seed": 4}))
    assert differing(other, reference, ["force", "head_state_fraction", "ru_open_fraction"])
    assert not differing(simulate(scenario()), reference)


# A process of its own that records until somebody, or itself at a call of os.replace, kills it.
RECORD = """
import json, os, signal, sys
from sarcomere import store
from sarcomere.scenario.reading import from_dict

table, path, block, call, when = json.loads(sys.argv[1])
real, calls = os.replace, 0

def replace(source, target):
    global calls
    calls += 1
    if (calls, when) == (call, "before"):
        os.kill(os.getpid(), signal.SIGKILL)
    real(source, target)
    if (calls, when) == (call, "after"):
        os.kill(os.getpid(), signal.SIGKILL)

store.os.replace = replace
store.record(from_dict(table), path, block=block, resume=True, progress=lambda _: print("alive", flush=True))
"""
LONG = {**TABLE, "run": {"duration_s": 0.5, "seed": 3}, "record": {"snapshot_interval_ms": 25.0}}


@pytest.fixture(scope="module")
def uninterrupted() -> xr.Dataset:
    return simulate(from_dict(LONG), threads=2)


def recording(path: Path, block: int, call: int = 0, when: str = "") -> subprocess.Popen[str]:
    """A process that begins or resumes the long run."""
    task = json.dumps([LONG, str(path), block, call, when])
    return subprocess.Popen([sys.executable, "-c", RECORD, task], stdout=subprocess.PIPE, text=True)


def check_part(part: Path, whole: xr.Dataset) -> int:
    """An unfinished file opens with plain xarray and holds the beginning of the whole run; its samples are counted."""
    if not part.exists():
        return 0
    with xr.open_dataset(part) as ds:
        beginning = whole.isel(time=slice(ds.sizes["time"]), snapshot_time=slice(ds.sizes["snapshot_time"]))
        assert not differing(ds.load(), beginning, [*SAMPLED, "muscle_force", "time", "snapshot_state"])
        return ds.sizes["time"]


def test_a_run_killed_at_random_moments_resumes_to_the_same_bits(uninterrupted: xr.Dataset, tmp_path: Path) -> None:
    path, part, chance = tmp_path / "run.h5", tmp_path / "run.h5.part", random.Random(1)
    kept, writing = [0], 0
    for _ in range(5):
        with recording(path, block=10) as process:
            assert process.stdout is not None
            process.stdout.readline()
            while process.poll() is None and not part.exists():
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.7))
            process.kill()
        assert process.returncode == -signal.SIGKILL
        writing += Path(f"{part}.new").exists()
        kept.append(check_part(part, uninterrupted))
    assert kept == sorted(kept)  # nothing is ever lost
    assert 0 < kept[-1] < uninterrupted.sizes["time"]
    assert writing  # writing takes most of the time, so that 5 kills all miss it less than once in 1000 runs
    record(from_dict(LONG), path, resume=True)
    assert not differing(load(path), uninterrupted)
    assert os.listdir(tmp_path) == ["run.h5"]


# With blocks of 200 samples the 501 samples take 3 blocks and a last touch: 4 calls.
@pytest.mark.parametrize(("when", "call"), [("before", 1), ("after", 2), ("before", 4), ("after", 4)])
def test_a_run_killed_at_a_rename_resumes_to_the_same_bits(
    when: str, call: int, uninterrupted: xr.Dataset, tmp_path: Path
) -> None:
    path, part = tmp_path / "run.h5", tmp_path / "run.h5.part"
    process = recording(path, 200, call, when)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    renamed = call if when == "after" else call - 1
    assert check_part(part, uninterrupted) == [0, 200, 400, 501, 501][renamed]
    assert path.exists() == (renamed == 4)
    if not path.exists():
        record(from_dict(LONG), path, block=200, threads=2, resume=True)
        assert os.listdir(tmp_path) == ["run.h5"]
    assert not differing(load(path), uninterrupted)


def test_a_leftover_of_another_run_is_not_taken_up(reference: xr.Dataset, tmp_path: Path) -> None:
    record(scenario(run={"seed": 9}), tmp_path / "run.h5").rename(tmp_path / "run.h5.part.new")
    assert not differing(load(record(scenario(), tmp_path / "run.h5")), reference)


TOML = """\
title = "interrupted"
[run]
duration_s = 0.5
[drive]
train = { frequency_Hz = 100.0, start_s = 0.0, count = 100 }
[[motor_units]]
id = 1
[lattice]
n_thick = 1
[record]
sample_interval_ms = 0.1
"""


def test_ctrl_c_keeps_what_is_done_and_resume_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    mine, path, part = tmp_path / "mine.toml", tmp_path / "run.h5", tmp_path / "run.h5.part"
    mine.write_text(TOML)
    command = [sys.executable, "-c", "from sarcomere.cli import main; main()", "run", str(mine), "-o", str(path)]
    process = subprocess.Popen(
        [*command, "--no-figure"],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test in the background may ignore it
    )
    while not part.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert f"Interrupted: {part} holds what is done" in said
    assert "--resume" in said
    assert "Traceback" not in said
    assert os.listdir(tmp_path).count("run.h5") == 0
    with xr.open_dataset(part) as ds:
        assert 1024 <= ds.sizes["time"] < 5001
    done = subprocess.run([*command, "--no-figure", "--resume"], capture_output=True, text=True)
    assert (done.returncode, sorted(os.listdir(tmp_path))) == (0, ["mine.toml", "run.h5"]), done.stderr
    assert not differing(load(path), simulate(read(str(mine))))


def test_ctrl_c_while_a_block_is_written_waits_until_it_is_safe(
    reference: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, part, handler = tmp_path / "run.h5", tmp_path / "run.h5.part", signal.getsignal(signal.SIGINT)
    append = store._append

    def interrupted(*args: object, **options: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        append(*args, **options)

    monkeypatch.setattr(store, "_append", interrupted)
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.default_int_handler)  # even where tests ignore SIGINT
    with pytest.raises(KeyboardInterrupt):
        record(scenario(), path, block=25)
    signal.signal(signal.SIGINT, handler)
    monkeypatch.undo()
    with xr.open_dataset(part) as ds:
        assert ds.sizes["time"] == 25
    assert not differing(load(record(scenario(), path, resume=True)), reference)


def test_ctrl_c_before_anything_is_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "record", interrupt)
    Path("mine.toml").write_text(TOML)
    result = CliRunner().invoke(main, ["run", "mine.toml"])
    assert (result.exit_code, os.listdir(tmp_path)) == (130, ["mine.toml"])
    assert "nothing was written yet; run it again" in result.stderr
