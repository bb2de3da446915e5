"""How a cramp lets go, and what it leaves behind."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.cramp.activity import SILENT_S, Activity, within
from sarcomere.analysis.cramp.interventions import Intervention
from sarcomere.analysis.discharge.discharge import Times
from sarcomere.analysis.fibre.relaxation import half_relaxation_time, smoothed

NAN = float("nan")
CREDIT_S = 3.0  # a cramp that ends so soon after an intervention is said to end with it
LEAST_FORCE = 0.05  # of the cramp's peak, below which a half-time is noise
BY_ITSELF, STILL_ON, NO_CRAMP = "by itself", "still on", ""
MVC = "effort"

Table = dict[str, float | str | bool]


def release(one: xr.Dataset, activity: Activity, stop: float, done: list[Intervention]) -> Table:
    """Find with what a cramp ended, and how fast force, lactate and pain went back.

    Parameters
    ----------
    one : xarray.Dataset
        One replicate of a cramp run.
    activity : Activity
        The cramp.
    stop : float
        Until when nothing else is imposed, s.
    done : list of Intervention
        All that was done.

    Returns
    -------
    dict
        What ``cramp_episode`` says of it; of a cramp still on, only that.
    """
    end = activity.end
    if stop - end < SILENT_S:
        return {"ended_by": STILL_ON}
    table: Table = {"ended_by": BY_ITSELF}
    for deed in done:
        if activity.begin < deed.start <= end <= deed.stop + CREDIT_S:
            table |= {"ended_by": deed.kind, "ended_by_at": deed.start}
    table["force_fall"] = _fall(one.relative_force.sel(time=slice(activity.relaxed, stop)))
    for name in ("lactate", "pain"):
        table[f"{name}_half_time"] = _halfway_back(one[name].sel(time=slice(end, stop)), float(one[name][0]))
    return table


def _fall(relative_force: xr.DataArray) -> float:
    """Time the fall from half the peak to a tenth; NaN if force is still higher at the end."""
    force, time = smoothed(relative_force).values, relative_force.time.values
    half, tenth = (np.flatnonzero(force >= share * force.max())[-1] for share in (0.5, 0.1))
    return float(time[tenth] - time[half]) if force.max() > 0 and tenth + 1 < time.size else NAN


def relaxation(one: xr.Dataset, row: list[Times], since: float, stop: float) -> Table:
    """Compute the half-times of force and calcium after the last impulse.

    Parameters
    ----------
    one : xarray.Dataset
        One replicate of a cramp run.
    row : list of ndarray
        Its impulses by motor unit, s.
    since, stop : float
        Activity that is looked at, and until when nothing else is imposed, s.

    Returns
    -------
    dict
        ``force_half_time`` and ``ca_half_time`` (s); NaN without impulses, or where the last ones pull less than 5 % of
        the highest force.
    """
    ends = [float(t[-1]) for t in within(row, since, stop) if t.size]
    then = one.sel(time=slice(since, stop))
    table: Table = {"force_half_time": NAN, "ca_half_time": NAN}
    if not ends:
        return table
    force = smoothed(then.relative_force)
    tail = force.sel(time=slice(max(ends), None))
    if tail.size and float(tail.max()) >= LEAST_FORCE * float(force.max()) > 0:
        table["force_half_time"] = float(half_relaxation_time(then.relative_force, xr.DataArray(max(ends))))
    if "ca" in then and bool(then.ca.notnull().any()):
        table["ca_half_time"] = _calcium_half_time(then, row)
    return table


def _calcium_half_time(then: xr.Dataset, row: list[Times]) -> float:
    """Return the mean over the groups whose own unit took part and that hold a half-sarcomere."""
    low, high = float(then.time[0]), float(then.time[-1])
    index = {int(unit): i for i, unit in enumerate(then.motor_unit.values)}
    own = within([row[index[int(unit)]] for unit in then.group_unit.values], low, high)
    last = xr.DataArray([t[-1] if t.size else NAN for t in own], dims="group")
    return float(half_relaxation_time(then.ca, last).mean())


def _halfway_back(values: xr.DataArray, rest: float) -> float:
    """Time the way from the first sample to half-way from peak to rest; NaN if it is not reached, or nothing rose."""
    course, time = values.values, values.time.values
    if not course.size or course.max() <= rest:
        return NAN
    top = int(np.argmax(course))
    below = np.flatnonzero(course[top:] <= 0.5 * (course[top] + rest))
    return float(time[top + below[0]] - time[0]) if below.size else NAN


def mvc_change(one: xr.Dataset, activity: Activity, done: list[Intervention]) -> float:
    """Compare the highest voluntary force of the first contraction after the cramp with the last before it."""
    peaks: list[list[float]] = [[], []]
    for deed in done:
        if deed.kind == MVC and (deed.stop <= activity.begin or deed.start >= activity.end):
            force = one.relative_force.sel(time=slice(deed.start, deed.stop))
            peaks[deed.start >= activity.end].append(float(force.max()) if force.size else NAN)
    before, later = peaks
    return later[0] / before[-1] - 1.0 if before and later and before[-1] > 0 else NAN
