"""When force and heads let go: counted from the last impulse, and from the fall of calcium."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.fibre.heads import attached_fraction
from sarcomere.analysis.fibre.relaxation import active_force, half_fall_time, last_impulse, smoothed
from sarcomere.analysis.fibre.two_phase import two_phase_relaxation
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import Vector

CALCIUM_GONE_uM = 0.5
RESIDUAL_S = (0.05, 0.1, 0.2)  # after calcium has gone


def calcium_below(ds: xr.Dataset, after: xr.DataArray | float, level: float = CALCIUM_GONE_uM) -> xr.DataArray:
    """Find when free calcium falls below a level after a time, and stays there.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.
    after : xarray.DataArray or float
        Time (s) of the last impulse, as ``last_impulse`` gives it.
    level : float
        µM.

    Returns
    -------
    xarray.DataArray
        Seconds since the start; ``after`` itself where calcium is below already, NaN where it never stays below.
    """
    mean = ds.ca.mean("replicate")
    gone: xr.DataArray = xr.apply_ufunc(
        _gone, mean, mean.time, after, input_core_dims=[["time"], ["time"], []], vectorize=True, kwargs={"level": level}
    )
    return gone.assign_attrs(units="s", long_name=f"calcium below {level:g} µM for good")


def half_time_from(values: xr.DataArray, after: xr.DataArray | float) -> xr.DataArray:
    """Compute the time from the last impulse until half of the highest value that follows it is left.

    ``half_relaxation_time`` counts from that highest value; this counts from the impulse, as the drive ends there.

    Parameters
    ----------
    values : xarray.DataArray
        Force, attached fraction or the like, with dimension ``time``; smoothed over 10 ms before it is read.
    after : xarray.DataArray or float
        Time (s) of the last impulse.

    Returns
    -------
    xarray.DataArray
        Seconds; NaN without an impulse, and where the record ends before half is reached.
    """
    half: xr.DataArray = xr.apply_ufunc(
        _half_from, smoothed(values), values.time, after, input_core_dims=[["time"], ["time"], []], vectorize=True
    )
    return half.assign_attrs(units="s", long_name="time from the last impulse to half the force")


@pointwise
def relaxation_after_impulses(ds: xr.Dataset) -> xr.Dataset:
    """Measure relaxation of force, calcium and attached heads after the last impulse.

    Parameters
    ----------
    ds : xarray.Dataset
        A run with impulses and without an impulse of length or load after the last of them.

    Returns
    -------
    xarray.Dataset
        By ``motor_unit`` (or ``condition``): ``from_impulse``, ``from_calcium`` (s; half-times of active force, from
        the last impulse and from when calcium is below 0.5 µM), ``calcium_below`` (s after the last impulse);
        ``residual``, heads attached relative to the most that were after the last impulse, by ``since`` (s after
        calcium has gone); ``shoulder`` (s), ``k_lin`` and ``k_rel`` (1/s) of the two-phase relaxation. NaN where it
        does not happen within the record.
    """
    force, attached, last = active_force(ds), smoothed(attached_fraction(ds).mean("replicate")), last_impulse(ds)
    gone = calcium_below(ds, last)
    phases = two_phase_relaxation(force, last)
    before = attached.where(attached.time >= last).max("time")
    residual = xr.concat([_at(attached, gone + since) for since in RESIDUAL_S], "since") / before.where(before > 0)
    since = xr.Variable("since", list(RESIDUAL_S), {"units": "s", "long_name": "time after calcium has gone"})
    return xr.Dataset(
        {
            "from_impulse": half_time_from(force, last),
            "from_calcium": half_fall_time(force, gone).assign_attrs(
                long_name="time from low calcium to half the force"
            ),
            "calcium_below": (gone - last).assign_attrs(units="s", long_name="last impulse to low calcium"),
            "residual": residual.assign_coords(since=since).assign_attrs(units="1", long_name="heads still attached"),
            **{name: phases[name] for name in ("shoulder", "k_lin", "k_rel")},
        }
    )


def _at(values: xr.DataArray, when: xr.DataArray) -> xr.DataArray:
    """Return the value of each unit at its own time; NaN beyond the record."""
    found: xr.DataArray = xr.apply_ufunc(
        lambda y, t, x: np.interp(x, t, y, left=np.nan, right=np.nan) if np.isfinite(x) else np.nan,
        values,
        values.time,
        when,
        input_core_dims=[["time"], ["time"], []],
        vectorize=True,
    )
    return found


def _gone(ca: Vector, time: Vector, after: float, *, level: float) -> float:
    tail = np.flatnonzero(time >= after)
    if tail.size == 0 or ca[tail[-1]] >= level:
        return np.nan
    above = tail[ca[tail] >= level]
    return float(time[above[-1] + 1]) if above.size else float(after)


def _half_from(values: Vector, time: Vector, after: float) -> float:
    tail = np.flatnonzero(time >= after)
    if tail.size == 0:
        return np.nan
    peak = tail[0] + int(np.argmax(values[tail]))
    below = np.flatnonzero(values[peak:] < 0.5 * values[peak])
    return float(time[peak + below[0]] - after) if below.size else np.nan
