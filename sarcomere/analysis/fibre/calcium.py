"""Force against calcium: Hill's curve."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.fibre.series import steady_series
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import Curve, Quantity, Vector, fit


def _hill(pCa: Vector, f_max: Vector, pCa50: Vector, n_h: Vector) -> Vector:
    exponent = np.clip(n_h * (pCa - pCa50), -300, 300)  # 10^300 is still a number
    return f_max / (1 + 10.0**exponent)


def _guess(pCa: Vector, force: Vector) -> list[float]:
    top = float(force.max())
    order = np.argsort(force)
    return [top, float(np.interp(0.5 * top, force[order], pCa[order])), 3.0]


FORCE_PCA = Curve(
    _hill,
    (
        Quantity("f_max", "pN", "force at saturating calcium", 0, np.inf),
        Quantity("pCa50", "1", "pCa of half-maximal force", 0, 14),
        Quantity("nH", "1", "Hill coefficient", 0.1, 50),
    ),
    _guess,
)


def hill_calcium(force: xr.DataArray, pCa: xr.DataArray, dim: str, sem: xr.DataArray | None = None) -> xr.Dataset:
    """Compute Hill's curve of force against pCa, F = F_max/(1 + 10^(nH (pCa − pCa50))).

    Parameters
    ----------
    force : xarray.DataArray
        Active force (pN, or relative) with dimension ``dim``.
    pCa : xarray.DataArray
        −log₁₀ of calcium (M).
    dim : str
        Dimension along which calcium varies.
    sem : xarray.DataArray, optional
        Standard errors of ``force``; they weight the fit.

    Returns
    -------
    xarray.Dataset
        ``f_max``, ``pCa50``, ``nH``, each with ``_ci``; NaN with fewer than four points or where the data do not
        determine them, as ``fit`` says.
    """
    return fit(FORCE_PCA, pCa, force, dim, sem)


@pointwise
def force_pca(ds: xr.Dataset, start: float | None = None, stop: float | None = None) -> xr.Dataset:
    """Compute steady active force of a series of calcium concentrations, and Hill's curve through it.

    Parameters
    ----------
    ds : xarray.Dataset
        A series that varies ``pCa``.
    start, stop : float, optional
        Window (s) in which force is steady; by default the last third of the record.

    Returns
    -------
    xarray.Dataset
        As ``steady_series`` by ``fibre`` and ``pCa``, and as ``hill_calcium`` by ``fibre``.

    Raises
    ------
    InputError
        If the series does not vary pCa or the window is empty.
    """
    steady = steady_series(ds, "pCa", start=start, stop=stop)
    return steady.merge(hill_calcium(steady.force, steady.pCa, "pCa", steady.force_sem))
