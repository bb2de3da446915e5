"""Shards on a Dask cluster: an executor around a client.

A shard is one task on one thread; the kernels use no pool of threads of their own.  Its file is all that it leaves, so
a task that a lost worker did not finish is done again by another one and nothing else changes.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Generator, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sarcomere.ensemble.shards.folder import MANIFEST
from sarcomere.ensemble.shards.shard import Task
from sarcomere.ensemble.workers.driver import Executor
from sarcomere.ensemble.workers.work import Outcome, do_shard, failed
from sarcomere.errors import InputError, Notice, SarcomereError
from sarcomere.recording.provenance import version
from sarcomere.scenario.kinds import KINDS
from sarcomere.simulation.warm_up import load_kernels

if TYPE_CHECKING:
    from distributed import Client, Future

_TRIES = 3  # of a task whose worker had an error of its own; shards keep theirs in the folder
_PATIENCE_S = 30  # for the scheduler
_TICK_S, _TELL_AFTER_S, _TELL_EVERY_S = 0.1, 5.0, 60.0  # of waiting for a worker


def connect(address: str) -> Client:
    """Return a client of a running Dask scheduler.

    Parameters
    ----------
    address : str
        Such as ``tcp://node17:8786``.

    Returns
    -------
    distributed.Client

    Raises
    ------
    InputError
        If Dask is not installed or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError("--dask: Dask is not installed; run pip install 'sarcomere[dask]'.") from None
    try:
        return Client(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # TimeoutError is an OSError
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"--dask {address}: no Dask scheduler answers ({reason}); start one with 'dask scheduler' and give the "
            f"address that it prints."
        ) from None


def on_cluster(client: Client, patience_s: float | None = None) -> Executor:
    """Return an executor whose workers are those of a cluster, however many come and go.

    Parameters
    ----------
    client : distributed.Client
        Stays open.
    patience_s : float, optional
        How long to wait for the first worker; by default as long as the queue takes.

    Returns
    -------
    callable
        As ``driver.carry_out`` takes it.
    """

    def execute(tasks: Sequence[Task]) -> Generator[Outcome, None, None]:
        if not tasks:
            return
        from distributed import CancelledError, as_completed

        tasks = [anywhere(task) for task in tasks]
        call = uuid4().hex  # the same shard for two folders is two tasks
        keys = [f"sarcomere-{task.shard.name}-{call}" for task in tasks]
        of_key = dict(zip(keys, tasks, strict=True))
        futures: list[Future[Outcome]] = []
        try:
            await_worker(client, patience_s)
            _prepare(client, Path(tasks[0].folder))
            futures = client.map(_do_shard, tasks, key=keys, pure=False, retries=_TRIES - 1)
            for future in as_completed(futures, loop=client.loop):
                if future.status == "finished":
                    yield future.result()
                elif future.status == "error":
                    check_versions(client)  # of workers that came later, which would fail at every shard
                    task, error = of_key[future.key], future.exception()
                    yield failed(task.folder, task.shard, f"{error}", type(error).__name__, task.values)
                else:
                    raise CancelledError(future.key)
        except (CancelledError, OSError) as error:
            raise InputError(
                f"The Dask scheduler was lost ({type(error).__name__}); what is done is in the folder: give the same "
                f"command again."
            ) from None
        finally:
            with suppress(CancelledError, OSError):
                client.cancel(futures, force=True)

    return execute


def anywhere(task: Task) -> Task:
    """Return a task that does not depend on the folder it is read in.

    Parameters
    ----------
    task : Task
        Of this process.

    Returns
    -------
    Task
    """
    source = os.path.abspath(task.written.source)
    return task._replace(folder=os.path.abspath(task.folder), written=task.written._replace(source=source))


def _do_shard(task: Any) -> Outcome:
    """Return ``do_shard`` of a task that may have come as a plain tuple."""
    return do_shard(Task(*task))


def await_worker(client: Client, patience_s: float | None = None) -> None:
    """Wait for a first worker with a task at hand, for which a cluster that grows with its work starts one.

    Parameters
    ----------
    client : distributed.Client
        Of a scheduler that may have no worker yet.
    patience_s : float, optional
        How long to wait; by default without end, for a full queue may take hours.

    Raises
    ------
    InputError
        If no worker came in time.
    """
    assert client.scheduler is not None
    address, begun, tell_at = client.scheduler.address, time.monotonic(), _TELL_AFTER_S
    first = client.submit(os.getpid, key=f"sarcomere-first-{uuid4().hex}", pure=False)
    while not first.done():
        waited = time.monotonic() - begun
        if patience_s is not None and waited >= patience_s:
            first.cancel()
            raise InputError(
                f"The Dask scheduler {address} has no worker after {patience_s:g} s; look into the queue of a cluster "
                f"that starts its own, else start some with 'dask worker {address}', or wait longer (--patience, "
                f"patience_s)."
            )
        if waited >= tell_at:
            warnings.warn(
                f"Waiting for a worker of the Dask scheduler {address}, {waited:.0f} s so far; Ctrl-C ends it.",
                Notice,
                stacklevel=2,
            )
            tell_at = waited + _TELL_EVERY_S
        time.sleep(_TICK_S)


def _prepare(client: Client, folder: Path) -> None:
    """See that a worker of every machine finds the folder, and have it compile what the others then load.

    Where a worker has left meanwhile, another one answers for it.
    """
    check_versions(client)
    workers = client.scheduler_info(n_workers=-1)["workers"]
    of_host = {worker["host"]: address for address, worker in workers.items()}
    readied = {
        host: client.submit(_ready, str(folder), workers=[address], allow_other_workers=True, pure=False)
        for host, address in of_host.items()
    }
    for host, future in readied.items():
        fault = fault_of(future)
        if fault:
            raise InputError(f"Dask worker on {host}: {fault}")


def check_versions(client: Client) -> None:
    """Refuse workers that lack this version: what they cannot unpickle ends them, again and again, unheard.

    Parameters
    ----------
    client : distributed.Client
        Of a cluster with workers.

    Raises
    ------
    InputError
        Naming a worker.
    """
    found = client.run(metadata.version, "sarcomere", on_error="return")
    for address, answer in found.items():
        if isinstance(answer, metadata.PackageNotFoundError):
            raise InputError(f"Dask worker {address}: has no sarcomere; install version {version()} where it runs.")
        if answer != version() and not isinstance(answer, OSError):  # that one was lost meanwhile
            raise InputError(
                f"Dask worker {address}: has sarcomere {answer}, this is {version()}; install the same version there."
            )


def fault_of(readied: Future[str]) -> str:
    """Find what keeps a worker from its work; empty if nothing does."""
    try:
        return str(readied.result())
    except Exception as error:  # whatever ended it
        return f"cannot get ready ({type(error).__name__}: {error}); look into its log."


def _ready(folder: str) -> str:
    """Compile or load the kernels here; say what is wrong with this machine, if anything."""
    if not os.path.isfile(os.path.join(folder, MANIFEST)):
        return f"does not see {folder}; sweep into a folder that all machines share."
    try:
        for kind in KINDS:
            load_kernels(kind)
    except SarcomereError as error:
        return str(error)
    return ""
