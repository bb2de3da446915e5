"""Discharge statistics of the motor units."""

from __future__ import annotations

import xarray as xr


def discharge_rate(ds: xr.Dataset) -> xr.DataArray:
    """Mean discharge rate of each motor unit between its first and last impulse.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.

    Returns
    -------
    xarray.DataArray
        Impulses per second by ``motor_unit``; NaN with fewer than two impulses.
    """
    times = ds.impulse_time
    count = times.notnull().sum("impulse")
    if times.sizes["impulse"] == 0:
        rate = xr.full_like(count, float("nan"), dtype=float)
    else:
        span = times.max("impulse") - times.min("impulse")
        rate = (count - 1) / span.where(count > 1)
    return rate.assign_attrs(units="1/s", long_name="mean discharge rate")
