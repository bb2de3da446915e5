"""Quick releases and stretches: T1 and T2, and the stiffness of a small step."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.conditions import by_point, unnamed
from sarcomere.analysis.fit import Quantity, Vector, fit
from sarcomere.analysis.line import straight
from sarcomere.analysis.moves import length_moves
from sarcomere.analysis.steady import need, standard_error

EARLY_RECOVERY_S = (0.002, 0.005)
BEFORE_S = 0.02  # of the isometric record, for T0
SMALL_NM = 3.0  # the T1 curve is straight for steps within this (Ford, Huxley & Simmons 1977, from memory)
_T1_LINE = straight(
    Quantity("t1_slope", "1/nm", "slope of T1/T0 against the step"),
    Quantity("t1_at_zero", "1", "T1/T0 without a step"),
)
_FORCE_LINE = straight(
    Quantity("stiffness", "pN/nm", "stiffness of the half-sarcomere per thick filament"),
    Quantity("force_at_zero", "pN", "change of force without a step"),
)


def quick_release(ds: xr.Dataset, recovery: tuple[float, float] = EARLY_RECOVERY_S) -> xr.Dataset:
    """T0, T1 and T2 of length steps.

    T0 is the active force in the 20 ms before the step; T1 its extreme during the step, in the direction of the step;
    T2 its mean in ``recovery`` after the step. The sample of T1 is picked in the mean of the replicates, so that
    the noise of single ones does not deepen it.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series with a step of length in each condition.
    recovery : tuple of float
        Window of T2, in s after the end of the step.

    Returns
    -------
    xarray.Dataset
        By ``condition``: ``step`` (nm, negative for a release), ``t0`` (pN), ``t1``, ``t2`` (relative to T0), each with
        ``_sem``; NaN where the length does not move or the record ends before the window does.
    """
    need(ds, "force", "titin_force", "hs_length")
    ds = unnamed(ds)
    force = ds.force - ds.titin_force
    moves = length_moves(ds.hs_length)
    step = _first_step(ds.hs_length, moves)
    three = xr.apply_ufunc(
        _t012,
        force,
        moves.start,
        moves.first_stop,
        step,
        force.time,
        input_core_dims=[["replicate", "time"], [], [], [], ["time"]],
        output_core_dims=[["tension", "replicate"]],
        vectorize=True,
        kwargs={"recovery": recovery},
    )
    t0 = three.isel(tension=0)
    scale = t0.mean("replicate")
    table = {"step": step.assign_attrs(units="nm", long_name="length step of the half-sarcomere")}
    for name, values, units, text in (
        ("t0", t0, "pN", "active force before the step"),
        ("t1", three.isel(tension=1) / scale, "1", "extreme force at the step, relative to T0"),
        ("t2", three.isel(tension=2) / scale, "1", "force early recovered, relative to T0"),
    ):
        table[name] = values.mean("replicate").assign_attrs(units=units, long_name=text)
        table[f"{name}_sem"] = standard_error(values).assign_attrs(units=units)
    return xr.Dataset(table)


def t1_curve(steps: xr.Dataset) -> xr.Dataset:
    """Straight line through the T1 of small steps, and where it reaches zero force.

    Parameters
    ----------
    steps : xarray.Dataset
        From ``quick_release``.

    Returns
    -------
    xarray.Dataset
        By ``fibre``: ``t1_slope`` (per nm), ``t1_at_zero``, with ``_ci``; ``y0`` (nm), the step at which T1 would be
        zero. From steps within 3 nm; NaN with fewer than three of them.
    """
    small = by_point(steps.where(np.abs(steps.step) <= SMALL_NM))
    line = fit(_T1_LINE, small.step, small.t1, "point", small.t1_sem)
    y0 = -line.t1_at_zero / line.t1_slope
    return line.assign(y0=y0.assign_attrs(units="nm", long_name="step at which T1 reaches zero"))


def stiffness(ds: xr.Dataset) -> xr.Dataset:
    """Stiffness of each condition from its small length step, ΔT1/ΔL.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series with a step of length of at most 3 nm in each condition.

    Returns
    -------
    xarray.Dataset
        By ``condition``: ``stiffness`` and ``stiffness_sem``, pN/nm per thick filament; NaN without a small step.
    """
    steps = quick_release(ds)
    small = np.abs(steps.step) <= SMALL_NM
    # T1 − T0 of the same replicates: their spread is that of T1, since T0 is common to both
    found = (steps.t1 - 1) * steps.t0 / steps.step
    sem = steps.t1_sem * steps.t0 / np.abs(steps.step)
    attributes = {"units": "pN/nm", "long_name": "stiffness per thick filament"}
    return xr.Dataset(
        {
            "stiffness": found.where(small).assign_attrs(attributes),
            "stiffness_sem": sem.where(small).assign_attrs(attributes),
        }
    )


def _first_step(hs_length: xr.DataArray, moves: xr.Dataset) -> xr.DataArray:
    mean = hs_length.mean("replicate")
    there = mean.where(mean.time == moves.first_stop).max("time")
    return there - moves.before


def _t012(
    force: Vector, start: float, stop: float, step: float, time: Vector, *, recovery: tuple[float, float]
) -> Vector:
    nothing = np.full((3, force.shape[0]), np.nan)
    if not np.isfinite(start) or time[-1] < stop + recovery[1]:
        return nothing
    tolerance = 1e-9  # s: sample times are sums of steps
    before = (time >= start - BEFORE_S) & (time <= start + tolerance)
    during = np.flatnonzero((time > start + tolerance) & (time <= stop + tolerance))
    after = (time >= stop + recovery[0] - tolerance) & (time <= stop + recovery[1] + tolerance)
    if not after.any():
        return nothing
    extreme = during[int(np.argmax(np.sign(step) * force.mean(axis=0)[during]))]
    return np.stack([force[:, before].mean(axis=1), force[:, extreme], force[:, after].mean(axis=1)])
