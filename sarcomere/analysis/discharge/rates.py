"""Discharge of all motor units against time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.analysis.discharge.discharge import PAUSE_S, Times, trains
from sarcomere.analysis.select.points import pointwise
from sarcomere.errors import InputError

FIRING_S = 1.0  # a unit counts as firing for half of this around each impulse
RATE_STEP_S = 0.01


@pointwise
def pool_rate(ds: xr.Dataset, source: str = "fibre_ap", bin_s: float = 0.1) -> xr.DataArray:
    """Compute impulses of all motor units together per second.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.
    source : {"fibre_ap", "spike", "terminal"}
        Which impulses, as for ``trains``.
    bin_s : float
        Bin, s.

    Returns
    -------
    xarray.DataArray
        1/s, by ``replicate`` and ``time`` (middle of the bin).

    Raises
    ------
    InputError
        If there is no such source, the run does not hold it, or the record is shorter than a bin.
    """
    time = _grid(ds, bin_s)
    edges = np.append(time - bin_s / 2, time[-1] + bin_s / 2)
    rows = [np.histogram(np.concatenate(row), edges)[0] / bin_s for row in trains(ds, source)]
    return _course(ds, time, rows, "1/s", "impulses of all motor units per second")


@pointwise
def units_firing(ds: xr.Dataset, source: str = "fibre_ap", step_s: float = 0.1) -> xr.DataArray:
    """Find how many motor units fire: those with an impulse in the second around each time.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.
    source : {"fibre_ap", "spike", "terminal"}
        Which impulses, as for ``trains``.
    step_s : float
        Between two counts, s.

    Returns
    -------
    xarray.DataArray
        Units, by ``replicate`` and ``time``.

    Raises
    ------
    InputError
        If there is no such source, the run does not hold it, or the record is shorter than a step.
    """
    time = _grid(ds, step_s)
    rows = [count_firing(row, time) for row in trains(ds, source)]
    return _course(ds, time, rows, "1", "motor units that fire")


@pointwise
def mean_rate(ds: xr.Dataset, source: str = "fibre_ap") -> xr.DataArray:
    """Compute the rate of the units that fire, mean over units.

    A unit fires from one impulse to the next, at one over the interval, unless that is a pause of more than a second;
    so its mean in time is impulses over time, whatever the intervals. Running mean over 1 s.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.
    source : {"fibre_ap", "spike", "terminal"}
        Which impulses, as for ``trains``.

    Returns
    -------
    xarray.DataArray
        1/s, by ``replicate`` and ``time`` (every 10 ms); NaN while no unit fires.

    Raises
    ------
    InputError
        If there is no such source, the run does not hold it, or the record is shorter than 10 ms.
    """
    time = _grid(ds, RATE_STEP_S)
    sums, counts = (np.zeros((ds.sizes["replicate"], time.size)) for _ in range(2))
    for r, row in enumerate(trains(ds, source)):
        for train in row:
            if train.size < 2:
                continue
            after = np.searchsorted(train, time, side="right")
            between = (after > 0) & (after < train.size)
            interval = np.diff(train)[np.clip(after - 1, 0, train.size - 2)]
            firing = between & (interval <= PAUSE_S)
            sums[r] += np.where(firing, 1 / interval, 0.0)
            counts[r] += firing
    course = _course(
        ds, time, list(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)), "1/s", "rate of a unit"
    )
    mean = course.rolling(time=round(1 / RATE_STEP_S), center=True, min_periods=1).mean()
    return mean.where(counts > 0).assign_attrs(course.attrs)


def count_firing(row: list[Times], time: Times) -> NDArray[np.int64]:
    """Compute units of one replicate that have an impulse in the second around each time."""
    count = np.zeros(time.shape, dtype=np.int64)
    for train in row:
        after = np.searchsorted(train, time + FIRING_S / 2, side="left")
        count += after > np.searchsorted(train, time - FIRING_S / 2, side="left")
    return count


def _grid(ds: xr.Dataset, step: float) -> Times:
    """Return middles of the steps that fit into the record."""
    end = float(ds.time[-1])
    if not 0 < step <= end:
        raise InputError(f"A step of {step:g} s does not fit into a record of {end:g} s; choose a shorter one.")
    return np.asarray((np.arange(int(np.floor(end / step + 1e-9))) + 0.5) * step, dtype=np.float64)


def _course(ds: xr.Dataset, time: Times, rows: Sequence[NDArray[Any]], units: str, text: str) -> xr.DataArray:
    coords = {"replicate": np.atleast_1d(ds.replicate.values), "time": ("time", time, {"units": "s"})}
    return xr.DataArray(np.stack(rows), coords, ("replicate", "time"), attrs={"units": units, "long_name": text})
