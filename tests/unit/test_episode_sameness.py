"""The same seed gives the same episode: with any threads, blocks, neighbours, and after any interruption."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sarcomere import read, record
from sarcomere.errors import InputError
from sarcomere.organs.variables import EVENTS, recorded
from sarcomere.record import run_file as store
from sarcomere.simulation.loop import LoopSimulation, run_episode
from tests.episodes import NO_LATTICE, episode, kept, put_back, unlike
from tests.unit.test_sameness import differing, load

SAMPLED = [variable.name for variable in recorded(2)]
FLAT = [f"{event.name}_{column}" for event in EVENTS for column in ("replicate", "unit", "time")]
MUCH = {"spike": 100, "impulse": 100, "terminal": 5}  # how many of each at least, so that every part is tried


@pytest.fixture(scope="module")
def reference() -> xr.Dataset:
    ds = run_episode(episode())
    assert all(ds.sizes[name] >= least for name, least in MUCH.items()), ds.sizes
    assert ds.force.max() > 10
    return ds


def of_replicate(ds: xr.Dataset, number: int) -> xr.Dataset:
    """One replicate, its events too."""
    chosen = {event.name: np.flatnonzero(ds[f"{event.name}_replicate"].values == number) for event in EVENTS}
    return ds.isel(replicate=[number], **chosen)


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_no_bit(threads: int, reference: xr.Dataset) -> None:
    assert not differing(run_episode(episode(), threads), reference)


def test_threads_change_no_bit_of_replicates() -> None:
    three = episode({"run": {"replicates": 3, "duration_s": 0.1}})
    assert not differing(run_episode(three, 2), run_episode(three))


@pytest.mark.parametrize("block", [1, 7, 30])
def test_blocks_in_memory_change_no_bit(block: int, reference: xr.Dataset) -> None:
    simulation = LoopSimulation(episode())
    assert not differing(simulation.whole(list(simulation.blocks(block=block))), reference)


def test_blocks_on_disk_change_no_bit(reference: xr.Dataset, tmp_path: Path) -> None:
    assert not differing(load(record(episode(), tmp_path / "run.h5", threads=2, block=17)), reference)


@pytest.mark.parametrize("interval", [5, 20])
def test_the_sample_interval_does_not_touch_the_course(interval: int, reference: xr.Dataset) -> None:
    other = run_episode(episode({"record": {"sample_interval_ms": interval}}))
    fine, coarse = (other, reference) if interval < 10 else (reference, other)
    both = [name for name in SAMPLED if name != "fibre_ap_rate"]  # a mean over the interval
    assert not differing(fine.isel(time=slice(1, None, 2)), coarse, [*both, *FLAT])
    pairs = fine.fibre_ap_rate.values.reshape(1, -1, 2).mean(axis=2)
    assert pairs == pytest.approx(coarse.fibre_ap_rate.values, rel=1e-5)


def test_a_longer_run_begins_alike(reference: xr.Dataset) -> None:
    longer = run_episode(episode({"run": {"duration_s": 0.4}}))
    within = {event.name: slice(reference.sizes[event.name]) for event in EVENTS}
    assert not differing(longer.isel(time=slice(30), **within), reference, [*SAMPLED, *FLAT])


def test_a_replicate_is_the_same_alone_and_among_others(reference: xr.Dataset) -> None:
    three, two = (run_episode(episode({"run": {"replicates": n}}), threads=2) for n in (3, 2))
    assert not differing(of_replicate(three, 0), reference, [*SAMPLED, *FLAT])
    assert not differing(of_replicate(three, 1), of_replicate(two, 1), [*SAMPLED, *FLAT])
    for n in (1, 2):
        assert {"muscle_force", "force", "spike_time"} <= set(differing(of_replicate(three, n), of_replicate(three, 0)))


def test_a_part_of_the_replicates_has_the_bits_they_have_in_the_whole() -> None:
    part = run_episode(episode({"run": {"first_replicate": 1}}))
    whole = run_episode(episode({"run": {"replicates": 2}}), threads=2)
    assert part.replicate.values.tolist() == [1]
    assert set(part.spike_replicate.values) == {1}
    assert not differing(part, of_replicate(whole, 1), [*SAMPLED, *FLAT])


def test_other_seeds_go_other_ways(reference: xr.Dataset) -> None:
    other = run_episode(episode({"run": {"seed": 4}}))
    assert {"muscle_force", "spike_time", "head_state_fraction"} <= set(differing(other, reference))


def test_events_of_a_replicate_are_in_order_of_time_over_all_blocks() -> None:
    simulation = LoopSimulation(episode({"run": {"replicates": 2}}, NO_LATTICE))
    ds = simulation.whole(list(simulation.blocks(block=4)))
    for event in EVENTS:
        assert (np.diff(ds[f"{event.name}_replicate"].values) < 0).any()  # each block begins with replicate 0
        for n in range(2):
            times = of_replicate(ds, n)[f"{event.name}_time"].values
            assert times.size
            assert (np.diff(times) >= 0).all()


class StoppedError(Exception):
    """Somebody pulled the plug."""


def stop_after(samples: int) -> Callable[[LoopSimulation], None]:
    """A watcher that ends the run once so many samples are on disk."""

    def watch(simulation: LoopSimulation) -> None:
        if simulation.samples_done >= samples:
            raise StoppedError

    return watch


def test_a_resumed_run_goes_on_with_every_array_as_it_was(tmp_path: Path) -> None:
    path, s = tmp_path / "run.h5", episode({"run": {"replicates": 2, "duration_s": 0.24}})
    whole, resumed = LoopSimulation(s), []
    blocks = whole.blocks(block=12)
    next(blocks)
    halfway = kept(whole)
    for _ in blocks:
        pass
    assert set(unlike(halfway, kept(whole))) > {
        "loop_scalars",
        "nerve_pool_stream",
        "excitation_aps_step",
        "reflex_line",
    }

    def meet(simulation: LoopSimulation) -> None:
        if simulation.samples_done == 12 and not resumed:
            assert not unlike(kept(simulation), halfway)
        resumed.append(simulation)

    with pytest.raises(StoppedError):
        record(s, path, block=12, progress=stop_after(12))
    record(s, path, block=12, resume=True, progress=meet)
    assert resumed[0] is resumed[-1]
    assert not unlike(kept(resumed[-1]), kept(whole))


# What is made anew from the rest before it is read; filaments' nodes only begin the search for force balance there.
REMADE = {"muscle_force", "metabolism_atp", "metabolism_adp"} | {
    f"lattice{group}_{name}" for group in range(2) for name in ("mechanics", "thick_shift", "thin_shift")
}


def test_an_array_left_out_of_a_checkpoint_would_be_noticed() -> None:
    """Negative control: put back all but one, go on for a sample, and something is not as it should be."""
    simulation = LoopSimulation(episode({"pool": {"x_base": 0.25}}))  # heads are at work in both lattices
    fresh, loop = kept(simulation), simulation.loops[0]

    def go_on() -> dict[str, list[np.ndarray]]:
        for _ in range(2):
            loop.advance()
        return kept(simulation)

    next(simulation.blocks(block=20))
    saved = kept(simulation)
    after, moved, unnoticed = go_on(), unlike(fresh, saved), set()
    for name in moved:
        put_back(simulation, fresh)
        put_back(simulation, saved, but=name)
        with contextlib.suppress(InputError):  # the pool counts its steps
            if not unlike(go_on(), after):
                unnoticed.add(name)
    assert len(moved) > 90
    assert unnoticed <= REMADE, unnoticed


LONG = {"run": {"duration_s": 0.8}}  # 80 samples


@pytest.fixture(scope="module")
def uninterrupted() -> xr.Dataset:
    return run_episode(episode(LONG))


def recording(path: Path, block: int, call: int = 0, when: str = "") -> int:
    """A child of this process, its kernels loaded, that begins or resumes the long episode; its number.

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

    store.os.replace = replace  # type: ignore[assignment]
    try:
        record(episode(LONG), path, block=block, resume=True)
    finally:
        os._exit(0)


def killed(child: int) -> bool:
    """Wait for its end; whether it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def check_part(part: Path, whole: xr.Dataset) -> int:
    """An unfinished file opens with plain xarray and holds the beginning of the whole run; its samples are counted."""
    if not part.exists():
        return 0
    with xr.open_dataset(part) as ds:
        within = {name: slice(ds.sizes[name]) for name in ("time", *MUCH)}
        assert not differing(ds.load(), whole.isel(within), [*SAMPLED, *FLAT, "time"])
        for name in MUCH:
            assert ds.sizes[name] == (whole[f"{name}_time"] < ds.time[-1] - 1e-9).sum()
        return ds.sizes["time"]


def test_an_episode_killed_at_random_moments_resumes_to_the_same_bits(
    uninterrupted: xr.Dataset, tmp_path: Path
) -> None:
    path, part, chance = tmp_path / "run.h5", tmp_path / "run.h5.part", random.Random(1)
    samples = [0]
    for _ in range(2):
        child = recording(path, block=10)
        time.sleep(chance.uniform(0.3, 1.5))
        os.kill(child, signal.SIGKILL)
        assert killed(child)  # 8 blocks take longer
        samples.append(check_part(part, uninterrupted))
    assert samples == sorted(samples)  # nothing is ever lost
    record(episode(LONG), path, resume=True)
    assert not differing(load(path), uninterrupted)
    assert os.listdir(tmp_path) == ["run.h5"]


# With blocks of 40 samples the 80 take 2 blocks and a last touch: 3 calls.
@pytest.mark.parametrize(("when", "call"), [("after", 1), ("before", 3)])
def test_an_episode_killed_at_a_rename_resumes_to_the_same_bits(
    when: str, call: int, uninterrupted: xr.Dataset, tmp_path: Path
) -> None:
    path, part = tmp_path / "run.h5", tmp_path / "run.h5.part"
    assert killed(recording(path, 40, call, when))
    renamed = call if when == "after" else call - 1
    assert check_part(part, uninterrupted) == 40 * renamed
    assert not path.exists()
    record(episode(LONG), path, block=40, threads=2, resume=True)
    assert os.listdir(tmp_path) == ["run.h5"]
    assert not differing(load(path), uninterrupted)


def test_another_episode_does_not_resume_a_part(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    with pytest.raises(StoppedError):
        record(episode(), path, block=12, progress=stop_after(12))
    before = path.with_name("run.h5.part").read_bytes()
    with pytest.raises(InputError, match="belongs to another experiment"):
        record(episode(LONG), path, resume=True)
    assert path.with_name("run.h5.part").read_bytes() == before


TOML = """\
title = "interrupted"
mtu_length = 0.9
[run]
duration_s = 7.0
replicates = 2
[record]
sample_interval_ms = 5
[pool]
n_units = 3
[muscle]
explicit_units = 0
[[interventions]]
kind = "effort"
at_s = 0.1
x = 1.0
hold_s = 1.0
"""


def test_ctrl_c_keeps_what_is_done_and_resume_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    mine, path, part = tmp_path / "mine.toml", tmp_path / "run.h5", tmp_path / "run.h5.part"
    mine.write_text(TOML)
    command = [sys.executable, "-c", "from sarcomere.cli import main; main()", "run", str(mine), "-o", str(path)]
    process = subprocess.Popen(
        [*command, "--no-figure", "--threads", "2"],
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
    assert "Traceback" not in said
    with xr.open_dataset(part) as ds:
        assert ds.sizes["time"] == 1024
    done = load(record(read(str(mine)), path, resume=True))
    assert sorted(os.listdir(tmp_path)) == ["mine.toml", "run.h5"]
    assert not differing(done, run_episode(read(str(mine))))
