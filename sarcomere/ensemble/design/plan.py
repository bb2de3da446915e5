"""From what is asked to the shards of a folder: every point checked, shards that are there kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sarcomere.ensemble.design.points import Point, names_of, points_of
from sarcomere.ensemble.design.sweep import Sweep
from sarcomere.ensemble.shards.folder import FORMAT, Dim, Manifest, ShardEntry
from sarcomere.ensemble.shards.shard import Namer, Shard, Task, check_drive, cut, shard_size
from sarcomere.errors import InputError, printable
from sarcomere.recording.provenance import KERNEL_HASH, version
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.checking import Written, check
from sarcomere.scenario.reading import load
from sarcomere.simulation.size import file_size

MAX_SHARDS = 200_000  # choice: twice the points that a sweep may have
_OTHER = "sweep into another folder with -o, or add --overwrite to replace it"


class Plan(NamedTuple):
    """A manifest, and what makes its shards."""

    manifest: Manifest
    written: Written
    values: list[Point]  # all values of every point, settings and seed included
    kind: str  # of run
    there: Manifest | None  # what the folder held
    sizes: list[int]  # bytes of one run's file, by point
    notes: list[str]  # what looks like a mistake

    def task(self, folder: str | Path, shard: Shard) -> Task:
        """Find what a worker needs for a shard."""
        return Task(str(folder), shard, self.written, self.values[shard.point])


def plan(sweep: Sweep, there: Manifest | None = None, where: str = "") -> Plan:
    """Check every point and cut the runs into shards.

    Parameters
    ----------
    sweep : Sweep
        What is asked for.
    there : Manifest, optional
        What the folder holds; its shards are kept.
    where : str
        The folder, for messages.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If a point cannot run, or the folder holds another sweep.
    """
    written = load(sweep.scenario)
    common = dict(sweep.settings) | ({"run.seed": sweep.seed} if sweep.seed is not None else {})
    seed = _seed(written, common)
    points = points_of(sweep, seed)
    values = [{**common, **point} for point in points]
    first = check(written, values[0])
    replicates = sweep.replicates or first.run.replicates
    _check_number(len(points), replicates, first.cost_s(), written.source)
    kept = _kept(there, points, replicates, seed, where)
    entries: list[ShardEntry] = []
    sizes, notes = [], Counter[str]()
    for i, point in enumerate(values):
        scenario = check(written, point) if i else first
        _check_point(scenario, sweep.keys, f"{written.source}, point {_told(points[i])}")
        sizes.append(file_size(scenario))
        notes.update(scenario.notes())
        entries += _entries(i, scenario, kept.get(i, []), replicates, where)
    _check_distinct(entries, points, written.source)
    manifest = Manifest(
        format=FORMAT,
        scenario=sweep.scenario,
        settings=sweep.settings,
        design=sweep.design,
        dims=_dims(sweep, names_of(sweep.keys, first)),
        points=points,
        replicates=replicates,
        seed=seed,
        kernel_hash=KERNEL_HASH,
        sarcomere_version=version(),
        shards=entries,
    )
    return Plan(
        manifest, written, values, first.kind, there, sizes, [_note(*told, len(points)) for told in notes.items()]
    )


def _check_number(points: int, replicates: int, cost: float, where: str) -> None:
    """Refuse more files than a folder should hold, before every point is looked at."""
    count = points * -(-replicates // shard_size(cost))
    if count > MAX_SHARDS:
        raise InputError(
            f"{printable(where)}: {points} points of {replicates} replicates make about {count} files; ask for fewer "
            f"points or replicates, {MAX_SHARDS} files at most."
        )


def _note(note: str, count: int, points: int) -> str:
    """Say at how many points something looks like a mistake."""
    return note if points == 1 else f"at {count} of {points} points, {note}"


def _seed(written: Written, common: Point) -> int:
    """Return the seed that all points share unless it varies itself."""
    run = common.get("run", written.table.get("run"))
    given = common.get("run.seed", run.get("seed", 1) if isinstance(run, dict) else 1)
    return given if isinstance(given, int) and given >= 0 else 1  # what cannot be a seed is refused with the points


def _dims(sweep: Sweep, names: Sequence[str]) -> list[Dim]:
    labels: list[list[Any] | None] = [axis.values for axis in sweep.grid] or [None] * len(names)
    return [Dim(key=key, name=name, values=v) for key, name, v in zip(sweep.keys, names, labels, strict=True)]


def _kept(
    there: Manifest | None, points: list[Point], replicates: int, seed: int, where: str
) -> dict[int, list[ShardEntry]]:
    """Return shards of the folder by number of the point in the new design.

    Raises
    ------
    InputError
        If the folder is of another sweep, or holds what is not asked for.
    """
    if there is None:
        return {}
    if there.kernel_hash != KERNEL_HASH or there.sarcomere_version != version():
        raise InputError(
            f"{where}: was made by sarcomere {there.sarcomere_version} with kernels {there.kernel_hash}, this is "
            f"{version()} with {KERNEL_HASH}; go on with the version that began it, or {_OTHER}."
        )
    if there.seed != seed:
        raise InputError(
            f"{where}: was made from seed {there.seed}, not {seed}; give --seed {there.seed}, or {_OTHER}."
        )
    if there.replicates > replicates:
        raise InputError(
            f"{where}: holds {there.replicates} replicates of every point, more than the {replicates} asked for; "
            f"give --replicates {there.replicates} or more, or {_OTHER}."
        )
    numbers = {_told(point): i for i, point in enumerate(points)}
    lost = [_told(point) for point in there.points if _told(point) not in numbers]
    if lost:
        raise InputError(
            f"{where}: holds {len(lost)} points that are not asked for, such as {lost[0] or 'the scenario as it is'}; "
            f"ask for these too, or {_OTHER}."
        )
    kept: dict[int, list[ShardEntry]] = {}
    for entry in there.entries:
        kept.setdefault(numbers[_told(there.points[entry.point])], []).append(entry)
    return kept


def _told(point: Point) -> str:
    """Return a point in words, the same for 1 and 1.0 and in any order of the keys."""
    return ", ".join(
        f"{printable(key)} = {json.dumps(_plain(value), sort_keys=True)}" for key, value in sorted(point.items())
    )


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _check_point(scenario: Scenario, keys: Sequence[str], where: str) -> None:
    """Refuse a point that cannot run as a sweep runs it."""
    if scenario.run.first_replicate:
        raise InputError(f"{where}: run.first_replicate is for the sweep to set; take it out of the scenario.")
    for key in keys:
        if key in scenario.varied_keys():
            raise InputError(
                f"{where}: {key} varies in the scenario's own [[series.vary]], which would replace it; vary "
                f"another key or take it out of the series."
            )
    check_drive(scenario, where)


def _entries(
    number: int, scenario: Scenario, kept: list[ShardEntry], replicates: int, where: str
) -> Iterator[ShardEntry]:
    """Return shards of a point: those that are kept, and what its further replicates take."""
    namer, covered = Namer(scenario), 0
    for entry in kept:
        if namer.name(entry.first, entry.count) != entry.name:
            raise InputError(
                f"{where}: was made from another scenario (values of it, of --set or of a discharge file differ); "
                f"go on with the same, or {_OTHER}."
            )
        covered = max(covered, entry.first + entry.count)
        yield entry.model_copy(update={"point": number})
    for first, count in cut(covered, replicates, scenario.cost_s()):
        yield ShardEntry(name=namer.name(first, count), point=number, first=first, count=count)


def _check_distinct(entries: list[ShardEntry], points: list[Point], where: str) -> None:
    """Refuse two points of the same experiment, which would share a file."""
    owner: dict[str, int] = {}
    for entry in entries:
        other = owner.setdefault(entry.name, entry.point)
        if other != entry.point:
            raise InputError(
                f"{where}: points {_told(points[other])} and {_told(points[entry.point])} are the same experiment; "
                f"give it once."
            )
