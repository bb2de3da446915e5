"""Slow stretch and slow shortening: force at the end of a ramp."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.fibre.length_steps import length_moves
from sarcomere.analysis.select.conditions import unnamed
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import Vector
from sarcomere.analysis.statistics.steady import need, standard_error

BEFORE_S = 0.02
LAST_PART = 0.25  # of the ramp, in which its force counts as steady


@pointwise
def ramp_force(ds: xr.Dataset) -> xr.Dataset:
    """Compute active force during a ramp of length, relative to the isometric force before it.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series with one ramp of length in each condition.

    Returns
    -------
    xarray.Dataset
        By ``condition``: ``velocity`` (ML/s, negative when stretched), ``isometric`` (pN, over the 20 ms before),
        ``force`` (mean over the last quarter of the ramp) and ``peak`` (highest during it of the replicates' mean),
        both relative to the isometric, each of these with ``_sem``; NaN where the length does not move.
    """
    need(ds, "force", "titin_force", "hs_length")
    ds = unnamed(ds)
    force, moves = ds.force - ds.titin_force, length_moves(ds.hs_length)
    three = xr.apply_ufunc(
        _ramp,
        force,
        moves.start,
        moves.first_stop,
        force.time,
        input_core_dims=[["replicate", "time"], [], [], ["time"]],
        output_core_dims=[["read", "replicate"]],
        vectorize=True,
    )
    mean = ds.hs_length.mean("replicate")
    moved = moves.before - mean.where(mean.time == moves.first_stop).max("time")
    velocity = moved / moves.before / (moves.first_stop - moves.start)
    scale = three.isel(read=0).mean("replicate")
    table = {"velocity": velocity.assign_attrs(units="1/s", long_name="velocity of the ramp, in muscle lengths")}
    for name, values, units, text in (
        ("isometric", three.isel(read=0), "pN", "active force before the ramp"),
        ("force", three.isel(read=1) / scale, "1", "force late in the ramp, relative to the isometric"),
        ("peak", three.isel(read=2) / scale, "1", "highest force in the ramp, relative to the isometric"),
    ):
        table[name] = values.mean("replicate").assign_attrs(units=units, long_name=text)
        table[f"{name}_sem"] = standard_error(values).assign_attrs(units=units)
    return xr.Dataset(table)


def _ramp(force: Vector, start: float, stop: float, time: Vector) -> Vector:
    if not np.isfinite(start):
        return np.full((3, force.shape[0]), np.nan)
    tolerance = 1e-9  # s: sample times are sums of steps
    before = (time >= start - BEFORE_S) & (time <= start + tolerance)
    during = np.flatnonzero((time > start + tolerance) & (time <= stop + tolerance))
    late = during[time[during] >= stop - LAST_PART * (stop - start) - tolerance]
    highest = during[int(np.argmax(force.mean(axis=0)[during]))]
    return np.stack([force[:, before].mean(axis=1), force[:, late].mean(axis=1), force[:, highest]])
