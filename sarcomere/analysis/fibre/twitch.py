"""Times of a twitch, and the ripple of a tetanus."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from sarcomere.analysis.fibre.relaxation import smoothed
from sarcomere.analysis.statistics.fit import Vector

FOLDS = 20  # phases of the stimulus period at which a record is read
PERIODS = 10  # last periods of a train that count as its plateau


def contraction_time(values: xr.DataArray, after: xr.DataArray) -> xr.DataArray:
    """Compute the time from an impulse to the peak that follows.

    Parameters
    ----------
    values : xarray.DataArray
        Force with dimension ``time``; smoothed over 10 ms before it is read.
    after : xarray.DataArray
        Time (s) of the impulse.

    Returns
    -------
    xarray.DataArray
        Seconds; NaN without an impulse in the record or where force does not rise after it.
    """
    time = _read(values, after, _to_peak)
    return time.assign_attrs(units="s", long_name="contraction time")


def half_rise_time(values: xr.DataArray, after: xr.DataArray) -> xr.DataArray:
    """Compute the time from an impulse to half of the peak that follows.

    Parameters
    ----------
    values : xarray.DataArray
        Force with dimension ``time``; smoothed over 10 ms before it is read.
    after : xarray.DataArray
        Time (s) of the impulse.

    Returns
    -------
    xarray.DataArray
        Seconds; NaN without an impulse in the record or where force does not rise after it.
    """
    time = _read(values, after, _to_half)
    return time.assign_attrs(units="s", long_name="time to half of the peak")


def peak_force(values: xr.DataArray) -> xr.DataArray:
    """Compute the highest force, noise smoothed over 10 ms.

    Parameters
    ----------
    values : xarray.DataArray
        Force with dimension ``time``.

    Returns
    -------
    xarray.DataArray
        In the units of ``values``.
    """
    return smoothed(values).max("time").assign_attrs(units=values.attrs.get("units", "1"), long_name="peak force")


def twitch_tetanus_ratio(peak: xr.DataArray, frequency: xr.DataArray, dim: str) -> xr.DataArray:
    """Compute the peak of the twitch (lowest frequency) over that of the strongest tetanus.

    Parameters
    ----------
    peak : xarray.DataArray
        Peak forces with dimension ``dim``.
    frequency : xarray.DataArray
        Stimulus frequency (Hz).
    dim : str
        Dimension along which it varies.

    Returns
    -------
    xarray.DataArray
        Relative; NaN where the peak at the lowest frequency is missing, or there is only one frequency.
    """
    lowest = peak.isel({dim: int(np.argmin(frequency.values))}, drop=True)
    ratio = lowest / peak.max(dim).where(peak.notnull().sum(dim) > 1)
    return ratio.assign_attrs(units="1", long_name="twitch to tetanus ratio")


def ripple(values: xr.DataArray, impulses: xr.DataArray) -> xr.Dataset:
    """Find how unfused a contraction is, from the last ten periods of its train folded on the stimulus period.

    Parameters
    ----------
    values : xarray.DataArray
        Active force with dimension ``time``, averaged over replicates.
    impulses : xarray.DataArray
        Times (s) with dimension ``impulse``, NaN beyond the last.

    Returns
    -------
    xarray.Dataset
        ``ripple``: peak to trough over the mean; ``fusion``: trough over peak, 1 when fused; ``plateau``: the mean.
        Noise that remains after folding counts as ripple. NaN with fewer than two impulses, or with fewer than two
        samples in a period.
    """
    three = xr.apply_ufunc(
        _ripple,
        values,
        values.time,
        impulses,
        input_core_dims=[["time"], ["time"], ["impulse"]],
        output_core_dims=[["read"]],
        vectorize=True,
    )
    units = values.attrs.get("units", "1")
    return xr.Dataset(
        {
            "ripple": three.isel(read=0).assign_attrs(units="1", long_name="ripple, peak to trough over mean"),
            "fusion": three.isel(read=1).assign_attrs(units="1", long_name="fusion index, trough over peak"),
            "plateau": three.isel(read=2).assign_attrs(units=units, long_name="mean force at the end of the train"),
        }
    )


def _read(values: xr.DataArray, after: xr.DataArray, reader: Callable[..., float]) -> xr.DataArray:
    found: xr.DataArray = xr.apply_ufunc(
        reader,
        smoothed(values),
        after,
        values.time,
        input_core_dims=[["time"], [], ["time"]],
        vectorize=True,
    )
    return found


def _peak(values: Vector, after: float, time: Vector) -> tuple[int, int] | None:
    tail = np.flatnonzero(time >= after)
    if tail.size == 0 or not np.isfinite(after):
        return None
    peak = int(tail[0] + np.argmax(values[tail]))
    return (int(tail[0]), peak) if peak > tail[0] else None


def _to_peak(values: Vector, after: float, time: Vector) -> float:
    found = _peak(values, after, time)
    return float(time[found[1]] - after) if found else np.nan


def _to_half(values: Vector, after: float, time: Vector) -> float:
    found = _peak(values, after, time)
    if found is None:
        return np.nan
    first, peak = found
    half = 0.5 * (values[first] + values[peak])
    return float(time[first + np.flatnonzero(values[first : peak + 1] >= half)[0]] - after)


def _ripple(values: Vector, time: Vector, impulses: Vector) -> Vector:
    nothing = np.full(3, np.nan)
    impulses = impulses[np.isfinite(impulses)]
    if impulses.size < 2:
        return nothing
    last, period = impulses[-1], float(np.diff(impulses[-(PERIODS + 1) :]).mean())
    folds = min(FOLDS, int(period / (time[1] - time[0]) + 1e-9))
    count = min(PERIODS, impulses.size - 1)
    inside = (time >= last - count * period) & (time < last)
    if folds < 2 or not inside.any():
        return nothing
    phase = np.floor((time[inside] - last) / period % 1.0 * folds + 1e-9).astype(int) % folds
    total = np.bincount(phase, values[inside], folds)
    mean = total / np.maximum(np.bincount(phase, minlength=folds), 1)
    level = float(mean.mean())
    return np.array([np.ptp(mean) / level, mean.min() / mean.max(), level]) if level > 0 else nothing
