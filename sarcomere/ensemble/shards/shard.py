"""Shards: replicates of one point that make one file, named by what makes its bits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from sarcomere.errors import InputError
from sarcomere.recording import provenance
from sarcomere.recording.provenance import KERNEL_HASH
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.checking import Written, check

# A shard takes at least a second even where the estimate errs by a factor of 3; its file then costs a few percent.
AIM_S = 3.0


class Shard(NamedTuple):
    """One file: ``size`` replicates of a point from ``first`` on."""

    name: str  # 16 hex digits
    point: int
    first: int
    size: int


class Task(NamedTuple):
    """All that a worker needs to make a shard; plain values that go through JSON."""

    folder: str
    shard: Shard
    written: Written
    values: dict[str, Any]  # by dotted key, on top of what is written

    def scenario(self) -> Scenario:
        """Return the shard's checked scenario."""
        return check(self.written, {**self.values, **part(self.shard.first, self.shard.size)})


def part(first: int, count: int) -> dict[str, int]:
    """Return values that run some of the replicates alone."""
    return {"run.first_replicate": first, "run.replicates": count}


class Namer:
    """Names of the shards of one point.

    Parameters
    ----------
    scenario : Scenario
        The point, checked.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._parameters = json.loads(provenance.parameters_json(scenario))
        self._made_by = (KERNEL_HASH, provenance.version(), *scenario.content_hashes())

    def name(self, first: int, count: int) -> str:
        """Hash of all that makes the bits of these replicates."""
        run = {**self._parameters["run"], "first_replicate": first, "replicates": count}
        made_from = json.dumps([{**self._parameters, "run": run}, *self._made_by], sort_keys=True)
        return hashlib.sha256(made_from.encode()).hexdigest()[:16]


def name_of(scenario: Scenario) -> str:
    """Name of the shard that a checked scenario makes, by its first replicate and number of replicates."""
    return Namer(scenario).name(scenario.run.first_replicate, scenario.run.replicates)


def shard_size(cost: float) -> int:
    """Count the replicates of a shard: as many as take ``AIM_S``, at least one.

    Parameters
    ----------
    cost : float
        Of one replicate, s.

    Returns
    -------
    int
    """
    return max(1, round(AIM_S / cost))


def cut(first: int, last: int, cost: float) -> Iterator[tuple[int, int]]:
    """Cut replicates into shards that take ``AIM_S`` or are one replicate.

    Parameters
    ----------
    first, last : int
        From this replicate up to, and without, that one.
    cost : float
        Of one replicate, s.

    Yields
    ------
    tuple of int
        First replicate and number of replicates of a shard.
    """
    size = shard_size(cost)
    for begin in range(first, last, size):
        yield begin, min(size, last - begin)


def check_drive(scenario: Scenario, where: str) -> None:
    """Refuse a point whose drive cannot be read.

    Raises
    ------
    InputError
        Naming the point.
    """
    try:
        scenario.check_parts()
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
