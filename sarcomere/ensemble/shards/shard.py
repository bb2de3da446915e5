"""Shards: replicates of one point that make one file, named by what makes its bits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sarcomere.errors import InputError
from sarcomere.organs.loop import check_parts
from sarcomere.parameters import LatticeParameters
from sarcomere.record import provenance
from sarcomere.scenario.checking import Written, check
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.impulses import find_discharges, impulse_times
from sarcomere.scenario.loop import LoopScenario
from sarcomere_kernels import KERNEL_HASH

# A shard takes at least a second even where the estimate errs by a factor of 3; its file then costs a few percent.
AIM_S = 3.0
_HEAD_STEPS_PER_S = 40e6  # benchmarks/NOTES.md
_HALF_SARCOMERE_S = 1e-3  # to set one up
_WINDOW_S = 0.8e-3  # an exchange of the loop's parts without lattices
_EPISODE_S = 0.03  # to set a person up


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

    def scenario(self) -> FibreScenario | LoopScenario:
        """The shard's checked scenario."""
        return check(self.written, {**self.values, **part(self.shard.first, self.shard.size)})


def part(first: int, count: int) -> dict[str, int]:
    """Values that run some of the replicates alone."""
    return {"run.first_replicate": first, "run.replicates": count}


class Namer:
    """Names of the shards of one point.

    Parameters
    ----------
    scenario : FibreScenario or LoopScenario
        The point, checked.
    """

    def __init__(self, scenario: FibreScenario | LoopScenario) -> None:
        self._parameters = json.loads(provenance.parameters_json(scenario))
        self._made_by = (KERNEL_HASH, provenance.version(), *_discharges(scenario))

    def name(self, first: int, count: int) -> str:
        """Hash of all that makes the bits of these replicates."""
        run = {**self._parameters["run"], "first_replicate": first, "replicates": count}
        made_from = json.dumps([{**self._parameters, "run": run}, *self._made_by], sort_keys=True)
        return hashlib.sha256(made_from.encode()).hexdigest()[:16]


def name_of(scenario: FibreScenario | LoopScenario) -> str:
    """Name of the shard that a checked scenario makes, by its first replicate and number of replicates."""
    return Namer(scenario).name(scenario.run.first_replicate, scenario.run.replicates)


def _discharges(scenario: FibreScenario | LoopScenario) -> Iterator[str]:
    """Hash of every discharge file that drives the point, in order of conditions."""
    if isinstance(scenario, LoopScenario):
        return
    paths = (find_discharges(s) for s in scenario.conditions if s.drive.discharge_file is not None)
    for path in dict.fromkeys(paths):
        yield _content(path, Path(path).stat().st_mtime_ns) if Path(path).is_file() else ""


@cache
def _content(path: str, _changed: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def cost_s(scenario: FibreScenario | LoopScenario) -> float:
    """CPU seconds that one replicate takes, roughly; the same on every machine.

    Parameters
    ----------
    scenario : FibreScenario or LoopScenario
        A point.

    Returns
    -------
    float
    """
    steps = scenario.run.duration_s * 1e3 / scenario.numerics.step_ms
    lattice: LatticeParameters = scenario.lattice
    heads = lattice.n_thick * lattice.n_crown * lattice.n_dimer * lattice.n_head
    stepping = heads * steps / _HEAD_STEPS_PER_S
    if isinstance(scenario, LoopScenario):
        windows = scenario.run.duration_s * 1e3 / scenario.numerics.exchange_ms
        return _EPISODE_S + windows * _WINDOW_S + scenario.muscle.explicit_units * stepping
    side_by_side = len(scenario.motor_units) * len(scenario.conditions)
    return side_by_side * (stepping + _HALF_SARCOMERE_S)


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
    size = max(1, round(AIM_S / cost))
    for begin in range(first, last, size):
        yield begin, min(size, last - begin)


def check_drive(scenario: FibreScenario | LoopScenario, where: str) -> None:
    """Refuse a point whose drive cannot be read.

    Raises
    ------
    InputError
        Naming the point.
    """
    try:
        if isinstance(scenario, LoopScenario):
            check_parts(scenario)
        else:
            impulse_times(scenario)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
