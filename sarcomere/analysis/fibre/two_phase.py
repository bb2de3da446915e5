"""Relaxation in two phases: slow and linear, then fast and exponential [@Stehle2002]."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.fibre.relaxation import smoothed
from sarcomere.analysis.statistics.fit import Curve, Quantity, Vector, fit

BEGUN = 0.97  # of the force at the last impulse: below it relaxation has begun


def _two_phases(
    time: Vector, force_start: Vector, k_lin: Vector, shoulder: Vector, k_rel: Vector, force_end: Vector
) -> Vector:
    at_shoulder = force_start * (1 - k_lin * np.minimum(time, shoulder))
    return force_end + (at_shoulder - force_end) * np.exp(-k_rel * np.maximum(time - shoulder, 0.0))


def _guess(time: Vector, force: Vector) -> list[float]:
    """Return the shoulder where the fall first turns steeper than a straight line to the half."""
    start, end = float(force[0]), float(force[-max(1, force.size // 10) :].mean())
    half = float(time[np.flatnonzero(force <= 0.5 * (start + end))[0]])
    slow = np.flatnonzero(force <= start - 0.2 * (start - end))
    shoulder = max(float(time[slow[0]]), float(time[1]))
    return [start, 0.2 / shoulder, shoulder, 1 / max(half - shoulder, 0.1 * half, float(time[1])), end]


TWO_PHASES = Curve(
    _two_phases,
    (
        Quantity("force_start", "pN", "force at which relaxation begins", 0, np.inf),
        Quantity("k_lin", "1/s", "slope of the linear phase relative to that force"),
        Quantity("shoulder", "s", "duration of the linear phase", 0, np.inf),
        Quantity("k_rel", "1/s", "rate of the exponential phase", 0, 1e4),
        Quantity("force_end", "pN", "force to which it relaxes"),
    ),
    _guess,
    (Quantity("rate_ratio", "1", "exponential over linear rate, k_REL/k_LIN"),),
    lambda p: np.array([p[3] / p[1]]),
)


def two_phase_relaxation(force: xr.DataArray, after: xr.DataArray, until: float | None = None) -> xr.Dataset:
    """Compute the linear slope, shoulder and exponential rate of a relaxation.

    Relaxation begins when force, smoothed over 10 ms, last leaves 97 % of what it was at ``after``; before that calcium
    falls and force does not.

    Parameters
    ----------
    force : xarray.DataArray
        Active force with dimension ``time``, averaged over replicates.
    after : xarray.DataArray
        Time (s) of the last impulse, or at which calcium is taken away.
    until : float, optional
        End of the fit (s); by default that of the record.

    Returns
    -------
    xarray.Dataset
        ``k_lin``, ``k_rel`` (1/s), ``shoulder`` (s), ``rate_ratio``, ``force_start``, ``force_end``, each with ``_ci``;
        ``begin`` (s), when relaxation begins. NaN where force does not fall to half of its way before the record
        ends, and where the two phases cannot be told apart (an optimum on a bound).
    """
    begin = xr.apply_ufunc(
        _begin, smoothed(force), after, force.time, input_core_dims=[["time"], [], ["time"]], vectorize=True
    )
    time = force.time - begin
    inside = (time >= 0) & (force.time <= (np.inf if until is None else until))
    found = fit(TWO_PHASES, time.where(inside), force, "time", in_time=True)
    return found.assign(begin=begin.assign_attrs(units="s", long_name="when relaxation begins"))


def _begin(force: Vector, after: float, time: Vector) -> float:
    tail = np.flatnonzero(time >= after)
    if tail.size == 0 or not np.isfinite(after):
        return np.nan
    level = force[tail[0]]
    if not level > 0 or force[tail].min() > 0.5 * level:
        return np.nan
    fallen = tail[force[tail] < 0.5 * level][0]
    above = tail[(tail < fallen) & (force[tail] >= BEGUN * level)]
    return float(time[above[-1]]) if above.size else float(time[tail[0]])
