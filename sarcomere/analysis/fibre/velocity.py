"""Shortening against a load: velocity, Hill's force-velocity curve, power."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.fibre.length_steps import length_moves
from sarcomere.analysis.select.conditions import by_point, unnamed
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import Curve, Quantity, Vector, fit
from sarcomere.analysis.statistics.steady import need, slope, steady_state

BEFORE_S = 0.02
STEADY_PART = (1 / 3, 2 / 3)  # of the loaded phase: after the transient, before overlap is lost


def _hill(force: Vector, v_max: Vector, a_over_f0: Vector, f0: Vector) -> Vector:
    return v_max * (1 - force / f0) / (1 + force / (f0 * a_over_f0))


def _power(parameters: Vector) -> Vector:
    """Return the peak power, which Hill's hyperbola has at the same fraction of F0 and of Vmax."""
    v_max, a, f0 = parameters
    best = np.sqrt(a * (a + 1)) - a
    return np.array([best, v_max * f0 * best**2])


FORCE_VELOCITY = Curve(
    _hill,
    (
        Quantity("v_max", "1/s", "unloaded shortening velocity, in muscle lengths", 0, np.inf),
        Quantity("a_over_f0", "1", "curvature of Hill's hyperbola, a/F0", 1e-3, 100),
        Quantity("f0", "1", "force at which shortening stops, relative to the isometric", 1e-3, np.inf),
    ),
    lambda force, velocity: [1.3 * float(velocity.max()), 0.25, max(1.0, float(force.max()))],
    (
        Quantity("peak_power_at", "1", "force at peak power relative to F0, and velocity relative to Vmax"),
        Quantity("peak_power", "1/s", "peak power, relative force times velocity in muscle lengths"),
    ),
    _power,
)


def hill_velocity(velocity: xr.DataArray, force: xr.DataArray, dim: str, sem: xr.DataArray | None = None) -> xr.Dataset:
    """Compute Hill's hyperbola, v = Vmax (1 − f)/(1 + f/(a/F0)), with f = F/F0.

    Parameters
    ----------
    velocity : xarray.DataArray
        Shortening velocity (ML/s, positive) with dimension ``dim``.
    force : xarray.DataArray
        Load relative to the isometric force.
    dim : str
        Dimension along which the load varies.
    sem : xarray.DataArray, optional
        Standard errors of ``velocity``.

    Returns
    -------
    xarray.Dataset
        ``v_max``, ``a_over_f0``, ``f0``, ``peak_power_at``, ``peak_power``, each with ``_ci``; NaN with fewer
        than four loads or where they do not determine the curve.
    """
    return fit(FORCE_VELOCITY, force, velocity, dim, sem)


def shortening_velocity(
    hs_length: xr.DataArray, start: float | None = None, stop: float | None = None, reference: float | None = None
) -> xr.Dataset:
    """Compute the velocity of shortening from the slope of the length.

    Parameters
    ----------
    hs_length : xarray.DataArray
        In nm, with dimension ``time``, and ``replicate`` or not.
    start, stop : float, optional
        Window (s); by default the last third of the record.
    reference : float, optional
        Length (nm) that counts as one muscle length; by default the first of each record.

    Returns
    -------
    xarray.Dataset
        ``mean`` and ``sem`` in muscle lengths per second, positive when shortening.
    """
    found = slope(hs_length, start, stop)
    first = hs_length.isel(time=0, drop=True)
    one = (first.mean("replicate") if "replicate" in first.dims else first) if reference is None else reference
    attributes = {"units": "1/s", "long_name": "shortening velocity, in muscle lengths"}
    return xr.Dataset(
        {
            "mean": (-found["mean"] / one).assign_attrs(attributes),
            "sem": (found["sem"] / one).assign_attrs(attributes),
        }
    )


@pointwise
def isotonic(ds: xr.Dataset, settle: float | None = None, until: float | None = None) -> xr.Dataset:
    """Compute force and velocity of every condition during its loaded phase.

    The phase is where ``load`` is imposed, or without that variable from the first to the last move of the length
    (isovelocity ramps). It is read in its middle third unless a window is given.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series of isotonic releases or ramps.
    settle, until : float, optional
        Window, in s after the phase begins.

    Returns
    -------
    xarray.Dataset
        By ``condition``: ``isometric`` (pN, active force in the 20 ms before), ``force`` (relative to it), ``velocity``
        (ML/s), the latter with ``_sem``; NaN where no load is imposed or its window holds fewer than two samples.
    """
    need(ds, "force", "titin_force", "hs_length")
    ds = unnamed(ds)
    parts = [_one_phase(ds.isel(condition=[i]), settle, until) for i in range(ds.sizes["condition"])]
    return xr.concat(parts, "condition", coords="minimal", compat="override", join="outer")


@pointwise
def force_velocity(ds: xr.Dataset, settle: float | None = None, until: float | None = None) -> xr.Dataset:
    """Compute force and velocity of a series of loads, and Hill's curve through them.

    Parameters
    ----------
    ds : xarray.Dataset
        A series of isotonic releases or ramps.
    settle, until : float, optional
        Window, in s after the loaded phase begins; by default its middle third.

    Returns
    -------
    xarray.Dataset
        As ``isotonic`` by ``fibre`` and ``measurement``, and as ``hill_velocity`` by ``fibre``.
    """
    points = by_point(isotonic(ds, settle, until))
    return points.merge(hill_velocity(points.velocity, points.force, "measurement", points.velocity_sem))


def _one_phase(ds: xr.Dataset, settle: float | None, until: float | None) -> xr.Dataset:
    begin, end = _loaded(ds)
    force = ds.force - ds.titin_force
    nothing = xr.full_like(force.isel(time=0, replicate=0, drop=True), np.nan)
    start = begin + (STEADY_PART[0] * (end - begin) if settle is None else settle)
    stop = begin + (STEADY_PART[1] * (end - begin) if until is None else until)
    if int(((ds.time >= start) & (ds.time <= stop)).sum()) < 2:
        names = ("isometric", "force", "velocity", "velocity_sem")
        return xr.Dataset(dict.fromkeys(names, nothing))
    isometric = steady_state(force, begin - BEFORE_S, begin)["mean"]
    velocity = shortening_velocity(ds.hs_length, start, stop)
    loaded = steady_state(force, start, stop)["mean"] / isometric
    return xr.Dataset(
        {
            "isometric": isometric.assign_attrs(units="pN", long_name="isometric active force"),
            "force": loaded.assign_attrs(units="1", long_name="active force relative to the isometric"),
            "velocity": velocity["mean"],
            "velocity_sem": velocity["sem"],
        }
    )


def _loaded(ds: xr.Dataset) -> tuple[float, float]:
    if "load" in ds.data_vars:
        load = ds["load"]
        load = load.mean([dim for dim in load.dims if dim != "time"])
        held = ds.time.values[np.isfinite(load.values)]
        return (float(held[0]), float(held[-1])) if held.size else (np.nan, np.nan)
    moves = length_moves(ds.hs_length)
    return float(moves.start.item()), float(moves.first_stop.item())
