"""A sweep on a real Dask cluster of two processes gives the bits of a sweep without one, workers killed or not."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

import sarcomere
from sarcomere.cli import main
from sarcomere.ensemble.design.sweep import Sweep
from sarcomere.ensemble.shards.shard import Task
from sarcomere.ensemble.shards.verify import fault_of as fault_of_shard
from sarcomere.ensemble.workers import cluster as cluster_of_dask
from sarcomere.ensemble.workers.cluster import await_worker, check_versions, connect, fault_of, on_cluster
from sarcomere.ensemble.workers.driver import Executor, carry_out, planned, serially
from sarcomere.ensemble.workers.work import Outcome
from sarcomere.errors import InputError, Notice
from sarcomere.recording.provenance import version

distributed = pytest.importorskip("distributed")

SCENARIO = """
title = "sweep on a cluster"
[run]
duration_s = 0.05
[drive.train]
frequency_Hz = 100.0
start_s = 0.0
count = 1000
[[motor_units]]
id = 1
[lattice]
n_thick = 1
"""


@pytest.fixture(scope="module")
def client() -> Iterator:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def asked(tmp_path: Path) -> Sweep:
    scenario = tmp_path / "mine.toml"
    scenario.write_text(SCENARIO)
    axis = {"key": "drive.train.frequency_Hz", "values": [float(f) for f in range(10, 90, 10)]}
    return Sweep.model_validate({"scenario": str(scenario), "grid": [axis], "replicates": 2})


def made(asked: Sweep, folder: Path, executor: Executor) -> dict[str, str]:
    """Digest of what every shard holds."""
    report = carry_out(planned(asked, folder), lambda: planned(asked, folder), folder, executor)
    assert not report.failures
    assert report.made == report.runs == 16
    assert not list(folder.glob("shards/*.part-*"))
    digests = {}
    for path in sorted((folder / "shards").iterdir()):
        assert not fault_of_shard(path, path.stem)
        digests[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(digests) == 8
    return digests


def test_a_cluster_changes_no_bit(client: distributed.Client, asked: Sweep, tmp_path: Path) -> None:
    assert made(asked, tmp_path / "cluster", on_cluster(client)) == made(asked, tmp_path / "serial", serially)


def test_two_sweeps_of_the_same_runs_share_a_cluster(client: distributed.Client, asked: Sweep, tmp_path: Path) -> None:
    with distributed.Client(client.scheduler.address) as second, ThreadPoolExecutor(2) as pool:
        here = pool.submit(made, asked, tmp_path / "here", on_cluster(client))
        there = pool.submit(made, asked, tmp_path / "there", on_cluster(second))
        assert len(here.result()) == len(there.result()) > 1
        assert here.result() == there.result()


def test_a_killed_worker_changes_nothing(client: distributed.Client, asked: Sweep, tmp_path: Path) -> None:
    killed = []

    def executor(tasks: Sequence[Task]) -> Generator[Outcome, None, None]:
        for outcome in on_cluster(client)(tasks):
            if not killed:  # somebody is at work on the next shards
                killed.extend(client.run(os.getpid).values())
                os.kill(killed[0], signal.SIGKILL)
            yield outcome

    assert made(asked, tmp_path / "cluster", executor) == made(asked, tmp_path / "serial", serially)
    assert len(killed) == 2
    client.wait_for_workers(2, timeout=60)
    assert killed[0] not in client.run(os.getpid).values()


def test_what_a_point_cannot_do_is_kept_as_its_failure(
    client: distributed.Client, asked: Sweep, tmp_path: Path
) -> None:
    folder = tmp_path / "cluster"
    plan = planned(asked, folder)

    def executor(tasks: Sequence[Task]) -> Generator[Outcome, None, None]:
        Path(asked.scenario).write_text(SCENARIO)
        bad = tasks[3]._replace(values={**tasks[3].values, "drive.train.count": 7})  # not what it is named after
        return on_cluster(client)([*tasks[:3], bad])

    report = carry_out(plan, lambda: plan, folder, executor)
    assert report.made == 6
    assert [failure.shard for failure in report.failures] == [plan.manifest.shards[3]]
    assert "not the one that the sweep began with" in report.failures[0].error


def test_a_sweep_takes_a_client_or_an_address(client: distributed.Client, asked: Sweep, tmp_path: Path) -> None:
    vary = {"chemistry.atp_mM": [2.0, 8.0]}
    folder = tmp_path / "swept"
    assert sarcomere.sweep(asked.scenario, vary, folder=folder, workers=client).made == 2
    command = ["sweep", asked.scenario, "--vary", "chemistry.atp_mM=2.0,4.0,8.0", "-o", str(folder)]
    done = CliRunner().invoke(main, [*command, "--dask", client.scheduler.address])
    assert done.exit_code == 0, done.output
    assert "Runs: 3" in done.output
    assert "1 of them new" in done.output


def test_a_folder_that_workers_do_not_see_is_refused(client: distributed.Client, asked: Sweep, tmp_path: Path) -> None:
    task = planned(asked, tmp_path / "here").task(tmp_path / "elsewhere", planned(asked, tmp_path).manifest.shards[0])
    with pytest.raises(InputError, match=r"does not see .*elsewhere; sweep into a folder that all machines share"):
        list(on_cluster(client)([task]))


@pytest.fixture
def empty() -> Iterator:
    """A cluster without a worker, and a client of it."""
    with (
        distributed.LocalCluster(
            n_workers=0, threads_per_worker=1, processes=False, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield cluster, client


def test_a_worker_that_does_not_come_is_told_and_then_named(empty: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, client = empty
    monkeypatch.setattr(cluster_of_dask, "_TELL_AFTER_S", 0.1)
    told = r"^Waiting for a worker of the Dask scheduler inproc://.*, 0 s so far; Ctrl-C ends it\.$"
    remedy = r"has no worker after 0\.3 s; look into the queue .*'dask worker inproc://.*wait longer \(--patience"
    with pytest.warns(Notice, match=told) as heard, pytest.raises(InputError, match=remedy):
        await_worker(client, 0.3)
    assert len(heard) == 1
    cluster.scale(1)
    await_worker(client)


def test_waiting_can_be_broken_off(empty: tuple) -> None:
    _, client = empty
    threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        await_worker(client)


def test_the_recipe_of_the_page_runs_on_a_cluster_that_grows_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Word for word, but for the cluster, which is of this process, and the runs, which are short."""
    (tmp_path / "mine.toml").write_text(SCENARIO)
    sweep, reports = sarcomere.sweep, []

    def short(scenario: str, vary: dict[str, str], **asked: Any) -> None:
        assert (scenario, list(vary), asked["replicates"]) == ("nocturnal-calf-cramp", ["pool.kappa"], 50)
        vary = {"chemistry.atp_mM": "2:8:2"}
        reports.append(sweep("mine.toml", vary, replicates=1, folder=asked["folder"], workers=asked["workers"]))

    def slurm(**_: Any) -> Any:
        made = distributed.LocalCluster(
            n_workers=0, threads_per_worker=1, processes=False, dashboard_address=None, silence_logs=50
        )
        adapt = made.adapt
        monkeypatch.setattr(made, "adapt", lambda maximum_jobs: adapt(minimum=0, maximum=1, interval="100 ms"))
        return made

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sarcomere, "sweep", short)
    monkeypatch.setitem(sys.modules, "dask_jobqueue", SimpleNamespace(SLURMCluster=slurm))
    page = (Path(__file__).parents[3] / "docs" / "ensembles.md").read_text(encoding="utf-8")
    (recipe,) = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "dask_jobqueue" in block]
    exec(recipe, {})
    assert [(report.runs, report.failures) for report in reports] == [(2, [])]


class Answering:
    """A client whose workers give these answers."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers

    def run(self, function: Callable, *args: str, on_error: str) -> dict[str, object]:
        assert function.__module__ == "importlib.metadata"  # which every worker can unpickle
        assert (args, on_error) == (("sarcomere",), "return")
        return self.answers


def test_workers_without_this_version_are_refused() -> None:
    check_versions(Answering(a=version(), lost=OSError("gone")))
    with pytest.raises(InputError, match=r"^Dask worker b: has no sarcomere; install version .*\.$"):
        check_versions(Answering(a=version(), b=PackageNotFoundError("sarcomere")))
    with pytest.raises(InputError, match=r"^Dask worker b: has sarcomere 0\.0\.7, this is .*; install the same .*\.$"):
        check_versions(Answering(a=version(), b="0.0.7"))


def test_a_worker_that_cannot_get_ready_is_told() -> None:
    future: Future[str] = Future()
    future.set_exception(ModuleNotFoundError("No module named 'numba'"))
    assert fault_of(future) == "cannot get ready (ModuleNotFoundError: No module named 'numba'); look into its log."


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere://x", ""])
def test_no_scheduler_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sarcomere.ensemble.workers.cluster._PATIENCE_S", 0.5)
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        connect(address)
