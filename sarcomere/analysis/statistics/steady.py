"""Means over a stretch of time and over replicates, with their standard errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from sarcomere.errors import InputError, printable

PIECES = 8
LAST_PART = 1 / 3


def need(ds: xr.Dataset, *names: str) -> None:
    """Check that a run holds what an analysis reads.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs.
    *names : str
        Variables and coordinates.

    Raises
    ------
    InputError
        If one is missing.
    """
    missing = [name for name in names if name not in ds.variables]
    if missing:
        raise lack(ds, missing[0])


def lack(ds: xr.Dataset, name: str) -> InputError:
    """Return the error for a run that does not hold what is read.

    Parameters
    ----------
    ds : xarray.Dataset
        The run.
    name : str
        A variable, coordinate or dimension.

    Returns
    -------
    InputError
    """
    return InputError(
        f"{named(ds)} holds no '{name}', which the analysis reads: give a run that records or varies it, and keep it "
        f"in a selection."
    )


def named(ds: xr.Dataset) -> str:
    """Return what a sentence calls a run: its file, or its kind of figure."""
    source = ds.encoding.get("source")
    return printable(f"{source}:") if source else f"This {ds.attrs.get('figure') or 'run'}"


def window(values: xr.DataArray, start: float | None = None, stop: float | None = None) -> xr.DataArray:
    """Compute a stretch of time.

    Parameters
    ----------
    values : xarray.DataArray
        With dimension ``time``.
    start, stop : float, optional
        In s, both included; by default the last third of the record.

    Returns
    -------
    xarray.DataArray
        The samples in it.

    Raises
    ------
    InputError
        If no samples lie in it.
    """
    first, last = float(values.time[0]), float(values.time[-1])
    stop = last if stop is None else stop
    start = stop - LAST_PART * (stop - first) if start is None else start
    inside = values.sel(time=slice(start, stop))
    if inside.sizes["time"] == 0:
        raise InputError(
            f"No samples lie between {start:g} and {stop:g} s, because the record runs from {first:g} to {last:g} s: "
            f"choose a window inside it."
        )
    return inside


def estimate(
    values: xr.DataArray,
    statistic: Callable[[xr.DataArray], xr.DataArray],
    start: float | None = None,
    stop: float | None = None,
) -> xr.Dataset:
    """Compute a number read from a stretch of time, with its standard error.

    The error is that between replicates, which are independent; a single replicate is cut into eight successive
    pieces instead (batch means), which are nearly so if each is longer than the force remembers.

    Parameters
    ----------
    values : xarray.DataArray
        With dimension ``time``, and ``replicate`` or not.
    statistic : callable
        Takes a stretch of ``values`` and removes ``time``.
    start, stop : float, optional
        In s; by default the last third of the record.

    Returns
    -------
    xarray.Dataset
        ``mean`` and ``sem``; ``sem`` is NaN for a single replicate of fewer than 16 samples.
    """
    inside = window(values, start, stop)
    if "replicate" not in inside.dims:
        inside = inside.expand_dims("replicate")
    whole = statistic(inside)
    if inside.sizes["replicate"] > 1:
        sem = standard_error(whole, "replicate")
    elif inside.sizes["time"] < 2 * PIECES:
        sem = xr.full_like(whole.mean("replicate"), np.nan)
    else:
        cuts = np.array_split(np.arange(inside.sizes["time"]), PIECES)
        parts = xr.concat([statistic(inside.isel(time=cut)) for cut in cuts], "piece")
        sem = standard_error(parts, "piece").mean("replicate")
    units = {"units": values.attrs.get("units", "1")}
    return xr.Dataset({"mean": whole.mean("replicate").assign_attrs(units), "sem": sem.assign_attrs(units)})


def standard_error(values: xr.DataArray, dim: str = "replicate") -> xr.DataArray:
    """Compute the standard error of the mean along a dimension.

    Parameters
    ----------
    values : xarray.DataArray
        Independent values.
    dim : str
        Along which they are.

    Returns
    -------
    xarray.DataArray
        NaN with fewer than two values.
    """
    count = values.notnull().sum(dim)
    return values.std(dim, ddof=1) / np.sqrt(count.where(count > 1))


def steady_state(values: xr.DataArray, start: float | None = None, stop: float | None = None) -> xr.Dataset:
    """Compute the mean over a stretch of time and over replicates, with its standard error.

    Parameters
    ----------
    values : xarray.DataArray
        With dimension ``time``, and ``replicate`` or not.
    start, stop : float, optional
        In s; by default the last third of the record.

    Returns
    -------
    xarray.Dataset
        ``mean`` and ``sem``, without ``time`` and ``replicate``.

    Raises
    ------
    InputError
        If no samples lie in the window.
    """
    return estimate(values, lambda part: part.mean("time"), start, stop)


def slope(values: xr.DataArray, start: float | None = None, stop: float | None = None) -> xr.Dataset:
    """Compute the slope in time by linear regression, with its standard error.

    Parameters
    ----------
    values : xarray.DataArray
        With dimension ``time``, and ``replicate`` or not.
    start, stop : float, optional
        In s; by default the last third of the record.

    Returns
    -------
    xarray.Dataset
        ``mean`` and ``sem``, per second; NaN where the window holds fewer than two samples.
    """
    found = estimate(values, _regression, start, stop)
    units = {"units": f"{values.attrs.get('units', '1')}/s"}
    return xr.Dataset({name: found[name].assign_attrs(units) for name in ("mean", "sem")})


def _regression(values: xr.DataArray) -> xr.DataArray:
    time = values.time - values.time.mean()
    square = (time**2).sum()
    slope: xr.DataArray = (values * time).sum("time", skipna=False) / square.where(square > 0)
    return slope
