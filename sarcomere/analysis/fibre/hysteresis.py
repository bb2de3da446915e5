"""Whether force remembers the way calcium came: the loop between rising and falling calcium."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import Vector
from sarcomere.analysis.statistics.steady import need

POINTS = 200  # of pCa, at which the limbs are compared


@pointwise
def hysteresis_area(ds: xr.Dataset, turn: float) -> xr.Dataset:
    """Compute the area between falling and rising calcium in the plane of active force and pCa.

    At any finite rate force lags calcium and the loop is open. Measure several rates and extrapolate to rate zero: what
    is left there is bistability.

    Parameters
    ----------
    ds : xarray.Dataset
        A run, or a series of runs, in which calcium rises until ``turn`` and then falls through the same range.
    turn : float
        s.

    Returns
    -------
    xarray.Dataset
        By ``condition`` (or ``motor_unit``): ``area`` (pN per thick filament times pCa), positive where falling
        calcium meets more force, and ``rate`` (pCa/s) of the rise; NaN where the limbs share no range.
    """
    need(ds, "force", "titin_force", "ca")
    force = (ds.force - ds.titin_force).mean("replicate")
    pCa = 6.0 - np.log10(np.maximum(ds.ca.mean("replicate"), 1e-4))
    both = xr.apply_ufunc(
        _area_and_rate,
        pCa,
        force,
        ds.time,
        input_core_dims=[["time"]] * 3,
        output_core_dims=[["value"]],
        vectorize=True,
        kwargs={"turn": turn},
    )
    return xr.Dataset(
        {
            "area": both.isel(value=0).assign_attrs(units="pN", long_name="area between falling and rising calcium"),
            "rate": both.isel(value=1).assign_attrs(units="1/s", long_name="pCa per second while calcium rises"),
        }
    )


def _area_and_rate(pCa: Vector, force: Vector, time: Vector, *, turn: float) -> Vector:
    up, down = time <= turn, time >= turn
    low, high = max(pCa[up].min(), pCa[down].min()), min(pCa[up].max(), pCa[down].max())
    if not low < high:
        return np.full(2, np.nan)
    grid = np.linspace(low, high, POINTS)
    rising = np.interp(grid, pCa[up][::-1], force[up][::-1])
    falling = np.interp(grid, pCa[down], force[down])
    moving = (pCa >= low) & (pCa <= high) & up
    span = float(np.ptp(time[moving]))
    rate = (high - low) / span if span > 0 else np.nan
    return np.array([np.trapezoid(falling - rising, grid), rate])
