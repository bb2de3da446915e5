"""Quick releases and stretches: T1 and T2, and the stiffness of a small step."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.fibre.length_steps import length_moves
from sarcomere.analysis.select.conditions import by_point, unnamed
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import Curve, Quantity, Vector, fit
from sarcomere.analysis.statistics.steady import need, standard_error

EARLY_RECOVERY_S = (0.002, 0.005)
BEFORE_S = 0.02  # of the isometric record, for T0
SMALL_NM = 3.0  # the step that measures stiffness
STRAIGHT_NM = -5.0  # T1 of releases is straight to about here [@Ford1977]
T1_LINE = Curve(
    lambda step, slope: 1 + slope * step,
    (Quantity("t1_slope", "1/nm", "slope of T1/T0 against the step"),),
    lambda step, t1: [0.2],
    (Quantity("y0", "nm", "step at which T1 reaches zero"),),
    lambda p: -1 / p,
)


@pointwise
def quick_release(ds: xr.Dataset, recovery: tuple[float, float] = EARLY_RECOVERY_S) -> xr.Dataset:
    """Compute T0, T1 and T2 of length steps.

    T0 is the active force in the 20 ms before the step. T1 is T0 and the change of force from the last sample before
    the step to the extreme during it, in the direction of the step: a difference of neighbours, so that the slow
    fluctuation of a small lattice does not enter. The sample of the extreme is picked in the mean of the replicates, so
    that the noise of single ones does not deepen it. T2 is the mean force in ``recovery`` after the step.

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
        ``_sem``; NaN where the length does not move or the record ends before the window does, and where T0 is not
        positive.
    """
    step, (t0, t1, t2) = _tensions(ds, recovery)
    scale = t0.mean("replicate")
    scale = scale.where(scale > 0)
    table = {"step": step.assign_attrs(units="nm", long_name="length step of the half-sarcomere")}
    for name, values, units, text in (
        ("t0", t0, "pN", "active force before the step"),
        ("t1", t1 / scale, "1", "extreme force at the step, relative to T0"),
        ("t2", t2 / scale, "1", "force early recovered, relative to T0"),
    ):
        table[name] = values.mean("replicate").assign_attrs(units=units, long_name=text)
        table[f"{name}_sem"] = standard_error(values).assign_attrs(units=units)
    return xr.Dataset(table)


def t1_curve(steps: xr.Dataset) -> xr.Dataset:
    """Compute straight line through T0 and the T1 of small releases, and where it reaches zero force.

    Stretches are left out: they recover too quickly for a sample to catch their T1.

    Parameters
    ----------
    steps : xarray.Dataset
        From ``quick_release``.

    Returns
    -------
    xarray.Dataset
        By ``fibre``: ``t1_slope`` (per nm) and ``y0`` (nm), the step at which T1 would be zero, with ``_ci``. From
        releases of up to 5 nm; NaN with fewer than two of them.
    """
    small = by_point(steps.where((steps.step < 0) & (steps.step >= STRAIGHT_NM)))
    return fit(T1_LINE, small.step, small.t1, "measurement", small.t1_sem)


@pointwise
def stiffness(ds: xr.Dataset) -> xr.Dataset:
    """Compute the stiffness of each condition from its small length step, ΔT1/ΔL.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series with a step of length of at most 3 nm in each condition.

    Returns
    -------
    xarray.Dataset
        By ``condition``: ``stiffness`` and ``stiffness_sem``, pN/nm per thick filament; NaN without a small step.
    """
    step, (t0, t1, _) = _tensions(ds, EARLY_RECOVERY_S)
    found = ((t1 - t0) / step).where(np.abs(step) <= SMALL_NM)
    attributes = {"units": "pN/nm", "long_name": "stiffness per thick filament"}
    return xr.Dataset(
        {
            "stiffness": found.mean("replicate").assign_attrs(attributes),
            "stiffness_sem": standard_error(found).assign_attrs(attributes),
        }
    )


def _tensions(ds: xr.Dataset, recovery: tuple[float, float]) -> tuple[xr.DataArray, list[xr.DataArray]]:
    """Return the step of each condition, and T0, T1 and T2 of each replicate, all in pN."""
    need(ds, "force", "titin_force", "hs_length")
    ds = unnamed(ds)
    force, moves = ds.force - ds.titin_force, length_moves(ds.hs_length)
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
    return step, [three.isel(tension=i) for i in range(3)]


def _first_step(hs_length: xr.DataArray, moves: xr.Dataset) -> xr.DataArray:
    mean = hs_length.mean("replicate")
    there = mean.where(mean.time == moves.first_stop).max("time")
    return there - moves["before"]


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
    t0, just_before = force[:, before].mean(axis=1), force[:, np.flatnonzero(before)[-1]]
    return np.stack([t0, t0 + force[:, extreme] - just_before, force[:, after].mean(axis=1)])
