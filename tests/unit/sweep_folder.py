"""Folders of sweeps for tests, written shard by shard."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from sarcomere import record
from sarcomere.series import set_key, short_name
from sarcomere.store import Run

Maker = Callable[[dict[str, Any]], Run]


def write_sweep(
    folder: Path,
    check: Maker,
    table: Mapping[str, Any],
    vary: Mapping[str, list[Any]],
    *,
    replicates: int = 2,
    per_shard: int = 1,
    skip: Collection[tuple[int, int]] = (),
    points: list[dict[str, Any]] | None = None,
) -> Path:
    """A sweep over a scenario's table, but for the shards (point, first replicate) to skip."""
    is_grid = points is None
    points = points or [dict(zip(vary, values, strict=True)) for values in itertools.product(*vary.values())]
    (folder / "shards").mkdir(parents=True)
    shards = []
    for number, point in enumerate(points):
        for first in range(0, replicates, per_shard):
            count = min(per_shard, replicates - first)
            name = hashlib.sha256(json.dumps([point, first, count]).encode()).hexdigest()[:16]
            shards.append({"name": name, "point": number, "first": first, "count": count})
            if (number, first) not in skip:
                run = run_of(check, table, point, {"run.first_replicate": first, "run.replicates": count})
                record(run, folder / "shards" / f"{name}.h5")
    manifest = {
        "design": "grid" if is_grid else "points",
        "dims": {key: short_name(key) for key in points[0]},
        "points": points,
        "replicates": replicates,
        "shards": shards,
    }
    (folder / "sweep.json").write_text(json.dumps(manifest))
    return folder


def run_of(check: Maker, table: Mapping[str, Any], *changes: Mapping[str, Any]) -> Run:
    """A scenario with values at dotted keys."""
    changed = json.loads(json.dumps(table))
    for change in changes:
        for key, value in change.items():
            set_key(changed, key, value, key)
    return check(changed)
