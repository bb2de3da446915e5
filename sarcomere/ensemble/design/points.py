"""Points of a sweep, in order, and what their keys are called in an opened ensemble."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import qmc

from sarcomere.ensemble.design.sweep import Sweep
from sarcomere.parameters.tables import short_name
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.series import TAKEN

Point = dict[str, Any]
# Dimensions and coordinates that an ensemble or a run has besides its variables.
_COORDINATES = {"point", "done", "motor_unit", "fibre"}


def points_of(sweep: Sweep, seed: int) -> list[Point]:
    """Return all points in order; those of a grid with the last key changing fastest.

    Parameters
    ----------
    sweep : Sweep
        What was asked for.
    seed : int
        Scrambles a Sobol design, of which more points only add to fewer.

    Returns
    -------
    list of dict
        Value by dotted key.
    """
    if sweep.points:
        return [dict(point) for point in sweep.points]
    if not sweep.sobol:
        values = itertools.product(*(axis.values for axis in sweep.grid))
        return [dict(zip(sweep.keys, row, strict=True)) for row in values]
    sampler = qmc.Sobol(len(sweep.ranges), scramble=True, rng=seed)
    unit = sampler.random_base2((sweep.sobol - 1).bit_length())[: sweep.sobol]
    columns = []
    for r, share in zip(sweep.ranges, unit.T, strict=True):
        low, high = (np.log([r.low, r.high])) if r.log else (r.low, r.high)
        column = low + (high - low) * share
        columns.append((np.exp(column) if r.log else column).clip(r.low, r.high).tolist())
    return [dict(zip(sweep.keys, row, strict=True)) for row in zip(*columns, strict=True)]


def names_of(keys: Sequence[str], scenario: Scenario) -> list[str]:
    """Return dimension or coordinate of every varied key: its short name unless a run uses it or two keys share it.

    Parameters
    ----------
    keys : sequence of str
        Dotted keys.
    scenario : Scenario
        A point of the sweep: what a run of it holds.

    Returns
    -------
    list of str
    """
    taken, short = _taken(scenario), [short_name(key) for key in keys]
    return [
        key.replace(".", "_") if name in taken or short.count(name) > 1 else name
        for key, name in zip(keys, short, strict=True)
    ]


def _taken(scenario: Scenario) -> set[str]:
    """Return names that an ensemble or a run of it has already; in an ensemble events say of which point they are."""
    names = TAKEN | _COORDINATES | scenario.reserved_names()
    return names | {f"{name}_point" for name in names}
