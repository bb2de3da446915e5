"""How force and heads let go after the last impulse."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

SMOOTHING_S = 0.01


def active_force(ds: xr.Dataset) -> xr.DataArray:
    """Compute force beyond what titin carries, mean over replicates.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.

    Returns
    -------
    xarray.DataArray
        pN per thick filament, by ``motor_unit`` (or ``condition``) and ``time``.
    """
    force = (ds["force"] - ds["titin_force"]).mean("replicate")
    return force.assign_attrs(units="pN", long_name="active force per thick filament")


def last_impulse(ds: xr.Dataset) -> xr.DataArray:
    """Compute the time of the last impulse of each motor unit; NaN without impulses.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.

    Returns
    -------
    xarray.DataArray
        Seconds, by ``motor_unit`` (or ``condition``).
    """
    if ds.sizes.get("impulse", 0) == 0:
        return xr.full_like(ds["impulse_time"].count("impulse"), np.nan, dtype=float)
    return ds["impulse_time"].max("impulse").assign_attrs(units="s", long_name="last impulse")


def smoothed(values: xr.DataArray) -> xr.DataArray:
    """Compute the running mean over 10 ms, short against a human twitch and long against the noise of single heads.

    Parameters
    ----------
    values : xarray.DataArray
        With dimension ``time``.

    Returns
    -------
    xarray.DataArray
        Of the same shape; the ends average over what there is.
    """
    step = float(values.time[1] - values.time[0])
    width = max(1, round(SMOOTHING_S / step))
    return values.rolling(time=width, center=True, min_periods=1).mean()


def half_relaxation_time(values: xr.DataArray, after: xr.DataArray) -> xr.DataArray:
    """Compute the time from the peak that follows the last impulse to half of that peak.

    This is how twitches are measured; for a fused tetanus the peak is at the last impulse.

    Parameters
    ----------
    values : xarray.DataArray
        Force, attached fraction or the like, with dimension ``time``; smoothed over 10 ms before it is read.
    after : xarray.DataArray
        Time (s) of the last impulse, as ``last_impulse`` gives it.

    Returns
    -------
    xarray.DataArray
        Seconds; NaN where there is no impulse or the record ends before half is reached.
    """
    half: xr.DataArray = xr.apply_ufunc(
        _half_time, smoothed(values), after, values.time, input_core_dims=[["time"], [], ["time"]], vectorize=True
    )
    return half.assign_attrs(units="s", long_name="half-relaxation time after the last impulse")


def half_fall_time(values: xr.DataArray, after: xr.DataArray) -> xr.DataArray:
    """Compute the time from the end of a plateau to half of it.

    For a tetanus, whose highest value is anywhere on its noisy plateau; twitches are read by ``half_relaxation_time``.

    Parameters
    ----------
    values : xarray.DataArray
        Force, attached fraction or the like, with dimension ``time``; smoothed over 10 ms before it is read.
    after : xarray.DataArray
        Time (s) at which activation ends.

    Returns
    -------
    xarray.DataArray
        Seconds; NaN where ``after`` is NaN or the record ends before half is reached.
    """
    half: xr.DataArray = xr.apply_ufunc(
        _half_fall, smoothed(values), after, values.time, input_core_dims=[["time"], [], ["time"]], vectorize=True
    )
    return half.assign_attrs(units="s", long_name="time from the end of activation to half the force")


def activation_end(ds: xr.Dataset) -> xr.DataArray:
    """Find when activation ends: at the last impulse, or without impulses when calcium was last at half its highest.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs.

    Returns
    -------
    xarray.DataArray
        Seconds, by ``motor_unit`` (or ``condition``); the end of the record where calcium does not fall.
    """
    mean = ds.ca.mean("replicate")
    high = mean >= 0.5 * mean.max("time")
    return (
        last_impulse(ds).fillna(mean.time.where(high).max("time")).assign_attrs(units="s", long_name="activation ends")
    )


def _half_fall(values: NDArray[np.float64], after: float, time: NDArray[np.float64]) -> float:
    tail = np.flatnonzero(time >= after)
    if tail.size == 0 or not np.isfinite(after):
        return np.nan
    below = tail[values[tail] < 0.5 * values[tail[0]]]
    return float(time[below[0]] - after) if below.size else np.nan


def _half_time(values: NDArray[np.float64], after: float, time: NDArray[np.float64]) -> float:
    tail = np.flatnonzero(time >= after)
    if tail.size == 0 or not np.isfinite(after):
        return np.nan
    peak = tail[0] + int(np.argmax(values[tail]))
    below = np.flatnonzero(values[peak:] < 0.5 * values[peak])
    return float(time[peak + below[0]] - time[peak]) if below.size else np.nan
