"""ATP, ADP and phosphate against velocity and force."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.statistics.fit import Curve, Quantity, fit
from sarcomere.analysis.statistics.line import straight

MICHAELIS_MENTEN = Curve(
    lambda substrate, v_max, km: v_max * substrate / (km + substrate),
    (
        Quantity("v_max", "1", "value at saturation", 0, np.inf),
        Quantity("km", "1", "concentration of half saturation", 0, np.inf),
    ),
    lambda x, y: [float(y.max()), float(np.median(x))],
)
_INHIBITION = Curve(
    lambda inhibitor, v_0, k_app: v_0 / (1 + inhibitor / k_app),
    (
        Quantity("v_0", "1", "value without inhibitor", 0, np.inf),
        Quantity("k_app", "1", "inhibitor that halves it", 0, np.inf),
    ),
    lambda x, y: [float(y.max()), float(np.median(x[x > 0])) if np.any(x > 0) else 1.0],
)
DECADES = straight(Quantity("slope", "1", "change per decade"), Quantity("at_reference", "1", "value at the reference"))


def michaelis_menten(
    values: xr.DataArray, substrate: xr.DataArray, dim: str, sem: xr.DataArray | None = None
) -> xr.Dataset:
    """Compute the saturation v = Vmax S/(Km + S), as of V0 by ATP.

    Parameters
    ----------
    values : xarray.DataArray
        Velocities with dimension ``dim``.
    substrate : xarray.DataArray
        Concentration.
    dim : str
        Dimension along which it varies.
    sem : xarray.DataArray, optional
        Standard errors of ``values``.

    Returns
    -------
    xarray.Dataset
        ``v_max`` (units of ``values``) and ``km`` (units of ``substrate``), each with ``_ci``; NaN with fewer than
        three concentrations or where they do not determine the curve.
    """
    found = fit(MICHAELIS_MENTEN, substrate, values, dim, sem)
    return _units(found, v_max=values, km=substrate)


def competitive_inhibition(
    values: xr.DataArray,
    inhibitor: xr.DataArray,
    dim: str,
    *,
    substrate: float,
    km: xr.DataArray | float,
    sem: xr.DataArray | None = None,
) -> xr.Dataset:
    """Compute competitive inhibition v = Vmax S/(S + Km (1 + I/Ki)), as of V0 by ADP at one concentration of ATP.

    At one S the data give the inhibitor that halves v, Ki (1 + S/Km); Km has to be known from a series of S.

    Parameters
    ----------
    values : xarray.DataArray
        Velocities with dimension ``dim``.
    inhibitor : xarray.DataArray
        Concentration.
    dim : str
        Dimension along which it varies.
    substrate : float
        Concentration S, in the units of ``km``.
    km : xarray.DataArray or float
        From ``michaelis_menten``; taken as exact.
    sem : xarray.DataArray, optional
        Standard errors of ``values``.

    Returns
    -------
    xarray.Dataset
        ``v_0``, ``k_app`` and ``ki`` (units of ``inhibitor``), each with ``_ci``; NaN with fewer than
        three concentrations or where nothing is inhibited.
    """
    found = _units(fit(_INHIBITION, inhibitor, values, dim, sem), v_0=values, k_app=inhibitor)
    for end in ("", "_ci"):
        ki = found[f"k_app{end}"] / (1 + substrate / km)
        found[f"ki{end}"] = ki.assign_attrs(found[f"k_app{end}"].attrs, long_name="inhibition constant Ki")
    return found


def slope_per_decade(
    values: xr.DataArray, concentration: xr.DataArray, dim: str, *, reference: float, sem: xr.DataArray | None = None
) -> xr.Dataset:
    """Compute straight line against log₁₀ of a concentration, as of force against phosphate.

    Parameters
    ----------
    values : xarray.DataArray
        With dimension ``dim``.
    concentration : xarray.DataArray
        Positive.
    dim : str
        Dimension along which it varies.
    reference : float
        Concentration at which the value counts as 1.
    sem : xarray.DataArray, optional
        Standard errors of ``values``.

    Returns
    -------
    xarray.Dataset
        ``slope`` (per decade, in the units of ``values``), ``at_reference``, ``relative_slope`` (per decade, relative
        to the value at the reference), each with ``_ci``; NaN with fewer than three concentrations.
    """
    decades: xr.DataArray = xr.apply_ufunc(np.log10, concentration.where(concentration > 0) / reference)
    curve = DECADES._replace(
        derived=(Quantity("relative_slope", "1", "change per decade relative to the reference"),),
        derive=lambda p: np.array([p[0] / p[1]]),
    )
    return _units(fit(curve, decades, values, dim, sem), slope=values, at_reference=values)


def _units(found: xr.Dataset, **like: xr.DataArray) -> xr.Dataset:
    for name, values in like.items():
        for key in (name, f"{name}_ci"):
            found[key].attrs["units"] = values.attrs.get("units", "1")
    return found
