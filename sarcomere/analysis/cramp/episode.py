"""A cramp from its begin to its end: how long, how many units, how strong, and what let it go."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.cramp.activity import Activity, find_activity, within
from sarcomere.analysis.cramp.interventions import Intervention, free_windows, interventions
from sarcomere.analysis.cramp.release import NO_CRAMP, STILL_ON, Table, mvc_change, relaxation, release
from sarcomere.analysis.discharge.discharge import Times, discharge_statistics, trains
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.steady import need
from sarcomere.errors import InputError

NAN = float("nan")
LEFT_S = (2.5, 4.5)  # after the end of what was imposed: units that fire then are in the cramp; choice
SILENT_FORCE_S = 2.0  # after the last impulse no healthy muscle still pulls
READ = (
    "fibre_ap_rate", "muscle_force", "relative_force", "fascicle_length", "pressure", "flow", "lactate",
    "k_interstitial", "pain",
)  # fmt: skip

_QUANTITIES = {
    "imposed_end": ("s", "end of what was imposed before"),
    "begin": ("s", "first impulse of the cramp"),
    "end": ("s", "last impulse of the cramp"),
    "duration": ("s", "duration of the cramp"),
    "emg_on": ("s", "time with the electromyogram above a tenth of its peak"),
    "emg_peak": ("1", "highest running mean of the electromyogram"),
    "last_impulse": ("s", "last impulse before anything else is imposed"),
    "units_left": ("1", "units that fire 2.5 to 4.5 s after the end of what was imposed"),
    "units_peak": ("1", "most motor units that fire at once"),
    "units_total": ("1", "motor units that take part"),
    "rate_mean": ("1/s", "mean rate of the units"),
    "rate_first": ("1/s", "rate over the first 15 intervals, mean over units"),
    "rate_last": ("1/s", "rate over the last 15 intervals, mean over units"),
    "interval_cv": ("1", "coefficient of variation of the intervals, mean over units"),
    "force_peak": ("N", "highest force"),
    "relative_force_peak": ("1", "highest force over that of the fully active muscle"),
    "length_least": ("1", "shortest length of the fascicles"),
    "pressure_peak": ("mmHg", "highest pressure in the muscle"),
    "flow_least": ("1", "lowest blood flow, rest 1"),
    "lactate_peak": ("mmol/L", "highest lactate, the time after the cramp included"),
    "k_peak": ("mmol/L", "highest interstitial potassium, the time after the cramp included"),
    "pain_peak": ("1", "worst pain of 10, the time after the cramp included"),
    "force_half_time": ("s", "half-relaxation time of force after the last impulse"),
    "ca_half_time": ("s", "half-time of calcium after a group's last impulse, mean over groups"),
    "force_fall": ("s", "from half to a tenth of the peak force, for good"),
    "lactate_half_time": ("s", "from the end of the cramp to lactate halfway back to its first value"),
    "pain_half_time": ("s", "from the end of the cramp to pain halfway back to its first value"),
    "silent_force": ("1", "highest relative force later than 2 s after the last impulse"),
    "mvc_change": ("1", "change of the highest voluntary force, after the cramp against before"),
}


@pointwise
def cramp_episode(ds: xr.Dataset, after: float | None = None) -> xr.Dataset:
    """Compute the cramp of each replicate.

    A cramp is activity that nothing imposes: it is looked for after each stimulation, burst or voluntary contraction,
    up to the next. It must hold the electromyogram (running mean over 0.5 s) above a tenth of its peak for a second,
    with 5 % of the units firing at once. It begins with its first impulse and ends with the last before the
    electromyogram is below a tenth of its peak for good. Units are counted, and force, blood and pain read, from 1 s
    after the imposed on, when what that left is gone.

    ``ended_by`` tells time, not cause: an intervention during the cramp is named if it was going on at the end or had
    stopped less than 3 s before. A run without it tells whether it was the cause.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.
    after : float, optional
        Look from this time (s) to the end of the record, whatever was imposed.

    Returns
    -------
    xarray.Dataset
        By ``replicate``: ``cramp`` (bool), ``ended_by`` ("by itself", the kind of an intervention, "still on", or
        nothing without a cramp), ``ended_by_at`` (s, begin of that intervention), and numbers with their units and
        names in attributes. NaN where there is no cramp; of a cramp still on, what happens after its end.
        ``imposed_end``, ``units_left``, ``last_impulse``, ``silent_force`` and the half-times of force and calcium do
        not need one.

    Raises
    ------
    InputError
        If the run lacks what is read, or ``after`` lies outside the record.
    """
    need(ds, *READ)
    last = float(ds.time[-1])
    if after is not None and not 0 <= after < last:
        raise InputError(f"after = {after:g} s lies outside the record of {last:g} s; choose a time within it.")
    done = interventions(ds)
    windows = free_windows(ds) if after is None else [(after, last)]
    tables = [
        _one(ds.sel(replicate=[label]), row, windows, done)
        for label, row in zip(ds.replicate.values, trains(ds), strict=True)
    ]
    found = xr.Dataset(coords={"replicate": ds.replicate.values})
    for name, kind in (("cramp", bool), ("ended_by", str), ("ended_by_at", float)):
        found[name] = ("replicate", np.array([table[name] for table in tables], dtype=kind))
    found["ended_by_at"].attrs = {"units": "s", "long_name": "begin of the intervention with which the cramp ended"}
    for name, (units, text) in _QUANTITIES.items():
        values = [table.get(name, NAN) for table in tables]
        found[name] = ("replicate", np.array(values, dtype=float), {"units": units, "long_name": text})
    return found.assign_attrs(n_units=ds.sizes["motor_unit"], record_end=last)


def _one(ds: xr.Dataset, row: list[Times], windows: list[tuple[float, float]], done: list[Intervention]) -> Table:
    one = ds.isel(replicate=0)
    start, stop, activity = *windows[-1], None
    for low, high in windows:
        activity = find_activity(one, row, low, high)
        if activity is not None:
            start, stop = low, high
            break
    table: Table = {"cramp": activity is not None, "ended_by": NO_CRAMP, "ended_by_at": NAN, "imposed_end": start}
    table["units_left"] = sum(t.size > 0 for t in within(row, start + LEFT_S[0], start + LEFT_S[1]))
    if start + LEFT_S[1] > stop:
        table["units_left"] = NAN
    table |= _silence(one, row, start, stop)
    if activity is not None:
        table |= _during(ds, row, activity, stop)
        table |= release(one, activity, stop, done)
        table["mvc_change"] = mvc_change(one, activity, done)
    if table["ended_by"] != STILL_ON:
        table |= relaxation(one, row, activity.relaxed if activity else 0.0, stop)
    return table


def _silence(one: xr.Dataset, row: list[Times], start: float, stop: float) -> Table:
    """Find when the last impulse came, and the force that is there without impulses."""
    aps = np.concatenate(within(row, 0.0, stop))
    last = float(aps.max()) if aps.size else NAN
    late = one.relative_force.sel(time=slice(max(start, last if aps.size else 0.0) + SILENT_FORCE_S, stop))
    return {"last_impulse": last, "silent_force": float(late.max()) if late.size else NAN}


def _during(ds: xr.Dataset, row: list[Times], activity: Activity, stop: float) -> Table:
    begin, end = activity.begin, activity.end
    units = discharge_statistics(ds, "fibre_ap", begin, end)
    on = ds.isel(replicate=0).sel(time=slice(activity.relaxed, end))
    then = ds.isel(replicate=0).sel(time=slice(activity.relaxed, stop))
    table: Table = {
        "begin": begin,
        "end": end,
        "duration": end - begin,
        "emg_on": activity.emg_on,
        "emg_peak": activity.emg_peak,
        "units_peak": activity.units,
        "units_total": sum(t.size > 0 for t in within(row, activity.relaxed, end)),
        "force_peak": float(on.muscle_force.max()),
        "relative_force_peak": float(on.relative_force.max()),
        "length_least": float(on.fascicle_length.min()),
        "pressure_peak": float(on.pressure.max()),
        "flow_least": float(on.flow.min()),
        "lactate_peak": float(then.lactate.max()),
        "k_peak": float(then.k_interstitial.max()),
        "pain_peak": float(then.pain.max()),
    }
    return table | {name: float(units[name].mean()) for name in ("rate_mean", "rate_first", "rate_last", "interval_cv")}
