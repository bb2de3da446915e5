"""Folders of sweeps for tests."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from sarcomere.ensemble.design.sweep import sweep_of
from sarcomere.ensemble.shards import shard
from sarcomere.ensemble.shards.folder import need_manifest, shard_path
from sarcomere.ensemble.workers.driver import carry_out, planned, serially
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.reading import read


def toml(table: Any) -> str:
    """Plain tables as TOML, each inline."""
    if isinstance(table, Mapping):
        return "{" + ", ".join(f"{key} = {toml(value)}" for key, value in table.items()) + "}"
    if isinstance(table, list):
        return "[" + ", ".join(map(toml, table)) + "]"
    return json.dumps(table)


def write_scenario(path: Path, table: Mapping[str, Any]) -> Path:
    """A scenario file."""
    path.write_text("".join(f"{key} = {toml(value)}\n" for key, value in table.items()))
    return path


def write_sweep(
    folder: Path,
    table: Mapping[str, Any],
    vary: Mapping[str, Sequence[Any]],
    *,
    replicates: int = 2,
    one_shard_a_run: bool = True,
    points: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """Run a grid, or a list of points, of a scenario; the scenario lies beside the folder."""
    grid = [{"key": key, "values": list(values)} for key, values in vary.items()]
    path = write_scenario(folder.with_suffix(".toml"), table)
    asked = sweep_of(
        {"scenario": str(path), "grid": grid, "points": [dict(p) for p in points], "replicates": replicates}, "test"
    )
    with mock.patch.object(shard, "AIM_S", 0.0 if one_shard_a_run else shard.AIM_S):
        plan = planned(asked, folder)
        carry_out(plan, lambda: plan, folder, serially)
    return folder


def run_of(folder: Path, **values: Any) -> Scenario:
    """What ``sarcomere run`` would run: two replicates of the scenario beside a folder, at one of its points."""
    return read(str(folder.with_suffix(".toml")), {"run.replicates": 2, **values})


def shards_of(folder: Path) -> list[Path]:
    """Shards in order of point and replicate."""
    return [shard_path(folder, entry.name) for entry in need_manifest(folder).shards]


def without(folder: Path, copy: Path, *missing: int) -> Path:
    """A sweep's folder without some of its shards; what is there is shared."""
    (copy / "shards").mkdir(parents=True)
    (copy / "sweep.json").write_bytes((folder / "sweep.json").read_bytes())
    for path in itertools.compress(shards_of(folder), _kept(missing)):
        (copy / "shards" / path.name).hardlink_to(path)
    return copy


def _kept(missing: Sequence[int]) -> Iterator[bool]:
    return (number not in missing for number in itertools.count())
