"""Force redevelopment: a single exponential."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.fibre.length_steps import length_moves
from sarcomere.analysis.select.conditions import stack_conditions
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import Curve, Quantity, Vector, fit
from sarcomere.analysis.statistics.steady import need

TROUGH_WITHIN_S = 0.02


def _rise(time: Vector, k_tr: Vector, start: Vector, end: Vector) -> Vector:
    return end - (end - start) * np.exp(-k_tr * time)


def _guess(time: Vector, force: Vector) -> list[float]:
    end, start = float(force[-max(1, force.size // 5) :].mean()), float(force[0])
    half = np.flatnonzero(force >= 0.5 * (start + end))
    reached = float(time[half[0]]) if half.size else float(time[-1])
    return [np.log(2) / max(reached, float(time[1] - time[0])), start, end]


RISE = Curve(
    _rise,
    (
        Quantity("k_tr", "1/s", "rate of force redevelopment", 0, 1e4),
        Quantity("force_start", "pN", "force at the start of the rise"),
        Quantity("force_end", "pN", "force to which it rises"),
    ),
    _guess,
)


def rise_rate(force: xr.DataArray, after: xr.DataArray | float, until: float | None = None) -> xr.Dataset:
    """Compute the rate of a single-exponential rise.

    Parameters
    ----------
    force : xarray.DataArray
        With dimension ``time``, averaged over replicates.
    after : xarray.DataArray or float
        Start of the rise (s); time counts from there.
    until : float, optional
        End of the fit (s); by default that of the record.

    Returns
    -------
    xarray.Dataset
        ``k_tr`` (1/s), ``force_start``, ``force_end``, each with ``_ci``, widened for the memory of force from sample
        to sample; NaN where ``after`` is NaN or nothing rises.
    """
    time = force.time - after
    inside = (time >= 0) & (force.time <= (np.inf if until is None else until))
    found = fit(RISE, time.where(inside), force, "time", in_time=True)
    return found.where(found.force_end > found.force_start)


@pointwise
def k_tr(ds: xr.Dataset, until: float | None = None) -> xr.Dataset:
    """Compute the rate of force redevelopment after the last move of length (release and restretch).

    A restretch strains heads that it finds attached; the rise counts from the lowest force in the 20 ms after it.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series in which length is moved before force redevelops.
    until : float, optional
        End of the fit (s).

    Returns
    -------
    xarray.Dataset
        By ``condition``: as ``rise_rate``, and ``after`` (s); NaN where the length does not move.
    """
    need(ds, "force", "titin_force", "hs_length")
    ds = stack_conditions(ds)
    force = (ds.force - ds.titin_force).mean("replicate")
    stop = length_moves(ds.hs_length).stop
    trough = force.where((force.time >= stop) & (force.time <= stop + TROUGH_WITHIN_S))
    after = force.time.where(trough == trough.min("time")).min("time")
    return rise_rate(force, after, until).assign(after=after.assign_attrs(units="s", long_name="start of the rise"))
