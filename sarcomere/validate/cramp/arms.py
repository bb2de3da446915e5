"""What the cramp table runs: an arm is one scenario, changed or not, from several seeds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import xarray as xr

FIRST_SEED = 2026

Values = dict[str, float]


class Seeds(NamedTuple):
    """From how many seeds an arm is run."""

    full: int
    quick: int

    def number(self, quick: bool) -> int:
        """Return one of the two."""
        return self.quick if quick else self.full


MANY, SOME, FEW = Seeds(20, 4), Seeds(5, 2), Seeds(3, 2)


class Job(NamedTuple):
    """One seed of an arm."""

    measure: str  # a name in ``measures.MEASURES``
    scenario: str
    changes: str  # JSON of dotted keys to replace
    seed: int


class Arm(NamedTuple):
    """One scenario with changes, and what is read from it.

    ``cost_s`` is about what a seed takes of a core, for progress.
    """

    measure: str
    scenario: str
    seeds: Seeds
    cost_s: float
    changes: dict[str, Any] = {}  # noqa: RUF012  never changed

    def jobs(self, quick: bool) -> list[Job]:
        """Return one for each seed: the same seeds for all arms, so that arms differ in what was changed only."""
        changes = json.dumps(self.changes, sort_keys=True)
        count = self.seeds.number(quick)
        return [Job(self.measure, self.scenario, changes, FIRST_SEED + i) for i in range(count)]


class Row(NamedTuple):
    """How a row of the table is measured.

    ``read`` takes what was measured in ``arms``, by name: variables over ``replicate``, as many as the arm with the
    fewest seeds has; and gives a value for every line.
    """

    arms: dict[str, Arm]
    read: Callable[[dict[str, xr.Dataset]], Values]


def mean(values: xr.DataArray) -> float:
    """Return the mean over the seeds that have a value; NaN if none has."""
    known = values.values[values.notnull().values]
    return float(known.mean()) if known.size else float("nan")


def mean_change(arm: xr.DataArray, control: xr.DataArray) -> float:
    """Return the mean difference, seed by seed."""
    return mean(arm - control)
