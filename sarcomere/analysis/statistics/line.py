"""A straight line, and powers of ten per ten degrees."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.statistics.fit import Curve, Quantity, Vector, fit

TEN_DEGREES = 10.0


def straight(slope: Quantity, intercept: Quantity) -> Curve:
    """Compute a straight line y = slope·x + intercept, ready for ``fit``.

    Parameters
    ----------
    slope, intercept : Quantity
        Their names and units.

    Returns
    -------
    Curve
    """
    return Curve(
        lambda x, a, b: a * x + b,
        (slope, intercept),
        lambda x, y: [float(np.polyfit(x, y, 1)[0]), float(y.mean() - np.polyfit(x, y, 1)[0] * x.mean())],
    )


def _arrhenius(temperature: Vector, q10: Vector, at_20: Vector) -> Vector:
    return at_20 * q10 ** ((temperature - 20.0) / TEN_DEGREES)


Q10 = Curve(
    _arrhenius,
    (
        Quantity("q10", "1", "factor per 10 degrees", 0, np.inf),
        Quantity("at_20_C", "1", "value at 20 degrees Celsius", 0, np.inf),
    ),
    lambda x, y: [2.0, float(np.abs(y).mean())],
)


def q10(values: xr.DataArray, temperature: xr.DataArray, dim: str, sem: xr.DataArray | None = None) -> xr.Dataset:
    """Find how many times a rate grows in ten degrees.

    Parameters
    ----------
    values : xarray.DataArray
        Positive rates with dimension ``dim``.
    temperature : xarray.DataArray
        In °C.
    dim : str
        Dimension along which temperature varies.
    sem : xarray.DataArray, optional
        Standard errors of ``values``.

    Returns
    -------
    xarray.Dataset
        ``q10`` and ``at_20_C`` (in the units of ``values``), each with ``_ci``; NaN with fewer than three points.
    """
    return fit(Q10, temperature, values, dim, sem)
