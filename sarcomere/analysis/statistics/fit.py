"""Least squares with confidence intervals, done the same way for every curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import OptimizeWarning, approx_fprime, curve_fit
from scipy.stats import t as student

LEVEL = 0.95
BOUND = ("low", "high")
Vector = NDArray[np.float64]


class Quantity(NamedTuple):
    """Something a fit finds."""

    name: str
    units: str
    long_name: str
    low: float = -np.inf
    high: float = np.inf


class Curve(NamedTuple):
    """A curve to fit.

    ``function(x, *parameters)`` is made of ufuncs, so that it takes numpy and xarray alike; ``guess(x, y)`` starts the
    search; ``derive(parameters)`` gives the further ``derived`` quantities.
    """

    function: Callable[..., Any]
    parameters: tuple[Quantity, ...]
    guess: Callable[[Vector, Vector], Sequence[float]]
    derived: tuple[Quantity, ...] = ()
    derive: Callable[[Vector], Vector] | None = None


def fit(
    curve: Curve,
    x: xr.DataArray,
    y: xr.DataArray,
    dim: str,
    sem: xr.DataArray | None = None,
    *,
    in_time: bool = False,
) -> xr.Dataset:
    """Fit a curve along one dimension, for every point of the others.

    Intervals are 95 %, from the covariance and Student's t. With ``sem`` the points are weighted by it (half of each
    variance is the mean of all, since an error from few replicates is itself uncertain), and where they scatter
    more than it says the intervals are widened to match. A fit that cannot be done is NaN: not more
    points than parameters, no convergence, or an optimum on a bound, which means that the data do not determine it.

    Parameters
    ----------
    curve : Curve
        What to fit.
    x, y : xarray.DataArray
        With dimension ``dim``; pairs that are not finite are left out.
    dim : str
        Dimension along which to fit.
    sem : xarray.DataArray, optional
        Standard error of ``y``; not used where any of it is missing or zero.
    in_time : bool
        The points are successive samples of one record: intervals are widened by √((1 + ρ)/(1 − ρ)), with ρ the
        correlation of successive residuals, because neighbours in time repeat each other.

    Returns
    -------
    xarray.Dataset
        Each quantity, and its interval as ``NAME_ci`` with dimension ``bound`` (low, high).
    """
    weights = xr.full_like(y, np.nan, dtype=float) if sem is None else sem
    found = xr.apply_ufunc(
        lambda *arrays: _solve(curve, *arrays, in_time=in_time),
        x,
        y,
        weights,
        input_core_dims=[[dim]] * 3,
        output_core_dims=[["quantity", "estimate"]],
        vectorize=True,
    )
    result = {}
    for i, quantity in enumerate((*curve.parameters, *curve.derived)):
        attributes = {"units": quantity.units, "long_name": quantity.long_name}
        one = found.isel(quantity=i)
        result[quantity.name] = one.isel(estimate=0).assign_attrs(attributes)
        interval = one.isel(estimate=slice(1, None)).rename(estimate="bound")
        attributes["long_name"] += f", {LEVEL:.0%} confidence interval"
        result[f"{quantity.name}_ci"] = interval.assign_coords(bound=list(BOUND)).assign_attrs(attributes)
    return xr.Dataset(result)


def fitted(curve: Curve, result: xr.Dataset, x: xr.DataArray) -> xr.DataArray:
    """Compute the fitted curve at other places.

    Parameters
    ----------
    curve : Curve
        What was fitted.
    result : xarray.Dataset
        From ``fit``.
    x : xarray.DataArray
        Where to read it.

    Returns
    -------
    xarray.DataArray
        Dimensions of ``x`` and ``result`` together.
    """
    values: xr.DataArray = curve.function(x, *(result[quantity.name] for quantity in curve.parameters))
    return values


def _solve(curve: Curve, x: Vector, y: Vector, sem: Vector, *, in_time: bool) -> Vector:
    size = len(curve.parameters)
    nothing = np.full((size + len(curve.derived), 3), np.nan)
    kept = np.isfinite(x) & np.isfinite(y)
    x, y, sem = x[kept], y[kept], sem[kept]
    freedom = x.size - size
    if freedom < 1 or np.ptp(x) == 0:
        return nothing
    weighted = bool(np.all(sem > 0))  # NaN is not > 0
    # an error from few replicates is itself uncertain: half of each variance is the mean of all
    sigma = np.sqrt(0.5 * (sem**2 + np.mean(sem**2))) if weighted else None
    low, high = np.array([q.low for q in curve.parameters]), np.array([q.high for q in curve.parameters])
    start = np.clip(np.asarray(curve.guess(x, y), float), low, high)
    try:
        best, covariance = curve_fit(
            curve.function,
            x,
            y,
            start,
            sigma,
            absolute_sigma=weighted,
            bounds=(low, high),
            method="trf",
            x_scale="jac",
            max_nfev=2000,
        )
    except (RuntimeError, ValueError, OptimizeWarning):
        return nothing
    if not np.all(np.isfinite(covariance)) or np.any(np.isclose(best, low) | np.isclose(best, high)):
        return nothing
    residual = (y - curve.function(x, *best)) / (1.0 if sigma is None else sigma)
    if weighted:
        covariance = covariance * max(1.0, float(residual @ residual) / freedom)
    if in_time:
        covariance = covariance * _repetition(residual)
    values, errors = best, np.sqrt(np.diag(covariance))
    if curve.derive is not None:
        more = np.atleast_1d(curve.derive(best))
        slopes = np.atleast_2d(approx_fprime(best, curve.derive, 1e-6 * np.maximum(np.abs(best), 1e-6)))
        values = np.append(values, more)
        errors = np.append(errors, np.sqrt(np.einsum("ij,jk,ik->i", slopes, covariance, slopes)))
    half = errors * student.ppf(0.5 + LEVEL / 2, freedom)
    return np.stack([values, values - half, values + half], axis=1)


def _repetition(residual: Vector) -> float:
    """Find how many samples of a record say as much as one that stands alone."""
    power = float(residual @ residual)
    correlation = float(residual[1:] @ residual[:-1]) / power if power > 0 else 0.0
    return (1 + correlation) / (1 - correlation) if 0 < correlation < 1 else 1.0
