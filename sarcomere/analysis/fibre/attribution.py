"""What of a force is excess over a matched control, and how much of the excess an ablation removes."""

from __future__ import annotations

import xarray as xr

from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.steady import need, standard_error, window
from sarcomere.errors import InputError


@pointwise
def held_force(ds: xr.Dataset, start: float, stop: float) -> xr.DataArray:
    """Compute the mean active force over a window.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.
    start, stop : float
        Window, s.

    Returns
    -------
    xarray.DataArray
        pN per thick filament, by ``replicate`` and ``motor_unit`` (or ``condition``).
    """
    need(ds, "force", "titin_force")
    force = window(ds.force - ds.titin_force, start, stop).mean("time")
    return force.assign_attrs(units="pN", long_name="mean active force per thick filament")


@pointwise
def excess_force(ds: xr.Dataset, control: xr.Dataset, start: float, stop: float) -> xr.Dataset:
    """Compute active force over a window beyond that of a matched control.

    Parameters
    ----------
    ds, control : xarray.Dataset
        Runs with independent random numbers.
    start, stop : float
        Window, s.

    Returns
    -------
    xarray.Dataset
        ``mean`` and ``sem`` (pN per thick filament), the error that of both runs between their replicates.

    Raises
    ------
    InputError
        If they have other motor units or conditions.
    """
    ours, theirs = held_force(ds, start, stop), held_force(control, start, stop)
    for dim in ours.indexes.keys() - {"replicate"}:
        if dim not in theirs.indexes or not ours.indexes[dim].equals(theirs.indexes[dim]):
            raise InputError(
                f"excess_force: run and control differ in {dim}; give both the same, as with "
                f"control.assign_coords({dim}=ds.{dim})."
            )
    sem = (standard_error(ours) ** 2 + standard_error(theirs) ** 2) ** 0.5
    units = {"units": "pN", "long_name": "active force beyond the control's"}
    return xr.Dataset(
        {
            "mean": (ours.mean("replicate") - theirs.mean("replicate")).assign_attrs(units),
            "sem": sem.assign_attrs(units),
        }
    )


def fraction_removed(whole: xr.Dataset, left: xr.Dataset) -> xr.Dataset:
    """Compute the share of an excess that is gone in an ablated pair of runs.

    Parameters
    ----------
    whole, left : xarray.Dataset
        ``mean`` and ``sem`` of the excess of the intact and of the ablated pair, best relative to the force of each
        pair's own control, as an ablation may change all force.

    Returns
    -------
    xarray.Dataset
        ``mean`` and ``sem`` of 1 − left/whole: 1 where the ablation removes all of the excess, negative where it adds
        to it; NaN without an excess. The error is to first order.
    """
    base = whole["mean"].where(whole["mean"] != 0)
    ratio = left["mean"] / base
    sem = ((left["sem"] / base) ** 2 + (ratio * whole["sem"] / base) ** 2) ** 0.5
    units = {"units": "1", "long_name": "share of the excess removed"}
    return xr.Dataset({"mean": (1 - ratio).assign_attrs(units), "sem": sem.assign_attrs(units)})
