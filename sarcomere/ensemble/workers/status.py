"""How far a sweep is, as its folder tells from any shell."""

from __future__ import annotations

import os
import time
from collections.abc import Container
from pathlib import Path
from typing import NamedTuple

from sarcomere.ensemble.shards.folder import SHARDS, Manifest, is_done, need_manifest, parts
from sarcomere.ensemble.workers.driver import Failure, failures_of
from sarcomere.ensemble.workers.lock import held
from sarcomere.recording.lock import holder

_LATEST = 20  # shards that the rate is taken from


class Status(NamedTuple):
    """Shards of a sweep by where they stand."""

    manifest: Manifest
    runs_done: int
    shards_done: int
    shards_running: int
    failures: list[Failure]
    at_work: str  # who, or an empty text
    rate: float  # runs per second of late, 0 if unknown

    @property
    def runs_failed(self) -> int:
        """Runs in the shards that failed."""
        return sum(failure.shard.size for failure in self.failures)

    @property
    def runs_missing(self) -> int:
        """Runs that are neither there nor failed."""
        return self.manifest.runs - self.runs_done - self.runs_failed


def status(folder: str | Path) -> Status:
    """Look into a folder, whether a sweep is at work in it or not.

    Parameters
    ----------
    folder : str or pathlib.Path
        Of a sweep.

    Returns
    -------
    Status

    Raises
    ------
    InputError
        If there is no such folder, or a file.
    StoreError
        If it holds no sweep.
    """
    folder = Path(folder)
    manifest = need_manifest(folder)
    shards = {shard.name: shard for shard in manifest.shards}
    finished = _finished(folder, shards.keys())
    failures = failures_of(folder, [shard for name, shard in shards.items() if name not in finished], manifest)
    locks = held(folder)
    return Status(
        manifest,
        sum(shards[name].size for name in finished),
        len(finished),
        sum(path.name.partition(".")[0] in shards for path in parts(folder)) if locks else 0,
        failures,
        _who(locks),
        _rate([(when, shards[name].size) for name, when in finished.items()], locks),
    )


def _who(locks: list[Path]) -> str:
    if not locks:
        return ""
    return holder(locks[0]) + (f", and {len(locks) - 1} other parts" if len(locks) > 1 else "")


def _finished(folder: Path, names: Container[str]) -> dict[str, float]:
    """Find when each finished shard took its name."""
    found = {}
    if (folder / SHARDS).is_dir():
        with os.scandir(folder / SHARDS) as entries:
            for entry in entries:
                name, _, end = entry.name.partition(".")
                if end == "h5" and name in names and is_done(folder, name):
                    found[name] = entry.stat().st_mtime
    return found


def _rate(finished: list[tuple[float, int]], locks: list[Path]) -> float:
    """Return runs per second over the latest shards that were finished since those at work began, up to now."""
    if not locks:
        return 0.0
    began = min(path.stat().st_mtime for path in locks)
    since = sorted((when, count) for when, count in finished if when >= began)
    latest = [(began, 0), *since][-_LATEST:]
    span = time.time() - latest[0][0]
    return sum(count for _, count in latest[1:]) / span if span > 0 else 0.0
