"""A sweep from beginning to end: plan, lock, do what is missing, say what failed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sarcomere.ensemble.design.plan import Plan, plan
from sarcomere.ensemble.design.sweep import Sweep
from sarcomere.ensemble.shards.folder import (
    FAILED,
    MANIFEST,
    SHARDS,
    Manifest,
    dumps,
    failure_path,
    is_done,
    read_manifest,
    sweep_parts,
    write_text,
)
from sarcomere.ensemble.shards.shard import Shard, Task
from sarcomere.ensemble.workers.lock import Part, locked, settling
from sarcomere.ensemble.workers.work import Outcome, do_shard
from sarcomere.errors import InputError, StoreError
from sarcomere.scenario.showing import html_table
from sarcomere.simulation.size import check_disk

# Makes shards and gives each outcome as it comes, in any order; closing it stops all work at once.
Executor = Callable[[Sequence[Task]], Generator[Outcome, None, None]]


class Watcher(Protocol):
    """Who is told how a sweep goes."""

    def begin(self, runs: int, done: int, failed: int) -> None:
        """Begin: so many runs in all, of which some are there and some failed before."""

    def update(self, runs: int, *, failed: bool) -> None:
        """Count so many more that are there, or failed."""


class Failure(NamedTuple):
    """A shard that failed, and why."""

    shard: Shard
    point: dict[str, Any]
    error: str


class Todo(NamedTuple):
    """What a folder holds of a sweep or of its part, and what it lacks."""

    done: list[Shard]
    missing: list[Shard]
    failures: list[Failure]


class Report(NamedTuple):
    """How a sweep ended."""

    folder: Path
    runs: int  # that are there
    made: int  # of them made now
    failures: list[Failure]

    def __repr__(self) -> str:
        failed = f", {_runs(failure.shard for failure in self.failures)} failed" if self.failures else ""
        return f"<Report {str(self.folder)!r}: {self.runs} runs, {self.made} of them new{failed}>"

    def _repr_html_(self) -> str:
        rows = [(str(failure.point), str(failure.shard.size), failure.error) for failure in self.failures]
        return html_table(repr(self)[1:-1], ("point that failed", "runs", "error"), rows)


def serially(tasks: Sequence[Task]) -> Generator[Outcome, None, None]:
    """Make shards one after the other in this process; an executor."""
    for task in tasks:
        yield do_shard(task)


def planned(sweep: Sweep, folder: str | Path, *, overwrite: bool = False) -> Plan:
    """Find what a sweep would do, checked against what the folder holds.

    Parameters
    ----------
    sweep : Sweep
        What is asked for.
    folder : str or pathlib.Path
        Where it is to go; need not exist, but its parent must.
    overwrite : bool
        Take the folder as empty.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If a point cannot run, or the folder is no folder or holds another sweep.
    StoreError
        If the folder's manifest cannot be read.
    """
    folder = Path(folder)
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise InputError(f"{folder}: is a file; give a folder with -o.")
    if not os.path.isdir(folder.absolute().parent):
        raise InputError(f"{folder}: the folder {folder.parent} does not exist; create it or choose another with -o.")
    return plan(sweep, None if overwrite else read_manifest(folder), str(folder))


def carry_out(
    plan: Plan,
    replan: Callable[[], Plan],
    folder: str | Path,
    executor: Executor,
    *,
    part: Part | None = None,
    overwrite: bool = False,
    retry_failed: bool = False,
    watcher: Watcher | None = None,
) -> Report:
    """Do what a folder lacks of a sweep.

    Parameters
    ----------
    plan : Plan
        What ``planned`` gave.
    replan : callable
        Gives it anew, if another sweep has changed the folder meanwhile.
    folder : str or pathlib.Path
        Made if it does not exist.
    executor : callable
        Maps tasks to outcomes.
    part : Part, optional
        Do only this part of the shards.
    overwrite : bool
        Remove the sweep that the folder holds.
    retry_failed : bool
        Try again what failed before.
    watcher : Watcher, optional
        Is told of progress.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        If another sweep is at work in the folder, a part is to overwrite what its neighbours make, or the disk cannot
        take what is missing.
    StoreError
        If the folder cannot be written; finished shards stay.
    """
    if part and overwrite:
        raise InputError("--shard: its neighbours' work would be overwritten; remove the folder first instead.")
    folder = Path(folder)
    _make(folder)
    with locked(folder, part):
        if overwrite:
            clear(folder)
        with settling(folder) if part else nullcontext():
            if read_manifest(folder) not in (plan.there, plan.manifest):
                plan = replan()
            _settle(folder, plan.manifest)
        todo = _survey(folder, plan, part, retry_failed)
        if watcher:
            done, failed = _runs(todo.done), _runs(failure.shard for failure in todo.failures)
            watcher.begin(done + failed + _runs(todo.missing), done, failed)
        needed = sum(plan.sizes[shard.point] * shard.size for shard in todo.missing)
        check_disk(needed, folder, plan.written.source, "raise record.sample_interval_ms")
        made = _work_off(folder, plan, todo, executor, watcher)
        return Report(folder, _runs(todo.done) + made, made, sorted(todo.failures, key=lambda f: f.shard[1:]))


def _survey(folder: Path, plan: Plan, part: Part | None, retry_failed: bool) -> Todo:
    """Look at what is there, and remove what killed processes left."""
    shards = [s for i, s in enumerate(plan.manifest.shards) if part is None or i % part.of == part.number - 1]
    sweep_parts(folder, {shard.name for shard in shards})
    if retry_failed:
        for shard in shards:
            failure_path(folder, shard.name).unlink(missing_ok=True)
    done = {shard for shard in shards if is_done(folder, shard.name)}
    failures = failures_of(folder, [shard for shard in shards if shard not in done], plan.manifest)
    known = {failure.shard for failure in failures}
    return Todo(
        [shard for shard in shards if shard in done],
        [shard for shard in shards if shard not in done | known],
        failures,
    )


def _work_off(folder: Path, plan: Plan, todo: Todo, executor: Executor, watcher: Watcher | None) -> int:
    """Have the missing shards made; number of runs that were."""
    made = 0
    outcomes = executor([plan.task(folder, shard) for shard in todo.missing])
    try:
        for outcome in outcomes:
            if outcome.stops:
                raise StoreError(outcome.error)
            shard = outcome.shard
            if outcome.error:
                todo.failures.append(Failure(shard, plan.manifest.points[shard.point], outcome.error))
            made += 0 if outcome.error else shard.size
            if watcher:
                watcher.update(shard.size, failed=bool(outcome.error))
    finally:
        outcomes.close()
    sweep_parts(folder, {shard.name for shard in todo.missing})  # of workers that were killed
    return made


def clear(folder: Path) -> None:
    """Remove the sweep that a folder holds, and nothing else."""
    for path in (folder / MANIFEST, *(folder / SHARDS).glob("*.h5*"), *(folder / FAILED).glob("*.json")):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: cannot be removed ({error.strerror}); choose another folder with -o.") from None


def _make(folder: Path) -> None:
    try:
        for path in (folder, folder / SHARDS, folder / FAILED):
            path.mkdir(exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be made ({error.strerror}); choose another folder with -o.") from None


def _settle(folder: Path, manifest: Manifest) -> None:
    """Write the manifest unless it is there already."""
    path = folder / MANIFEST
    for aside in folder.glob(f"{MANIFEST}.*.aside"):  # of a process that was killed
        aside.unlink(missing_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != dumps(manifest):
        write_text(path, dumps(manifest))


def _runs(shards: Iterable[Shard]) -> int:
    return sum(shard.size for shard in shards)


def failures_of(folder: Path, shards: Iterable[Shard], manifest: Manifest) -> list[Failure]:
    """Return shards that failed in a sweep before."""
    found = []
    for shard in shards:
        try:
            kept = json.loads(failure_path(folder, shard.name).read_text(encoding="utf-8"))
            found.append(Failure(shard, manifest.points[shard.point], str(kept["error"])))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # none, or none that can be read: it is tried again
    return found
