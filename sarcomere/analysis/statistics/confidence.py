"""A mean over repeated runs and how far it may be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import bootstrap
from scipy.stats import t as student

from sarcomere.analysis.statistics.fit import BOUND, LEVEL
from sarcomere.analysis.statistics.steady import standard_error
from sarcomere.errors import InputError

METHODS = ("student", "bootstrap")
RESAMPLES = 2000
_LAZILY: dict[str, Any] = {"dask": "parallelized", "output_dtypes": [np.float64]}


def mean_ci(
    values: xr.DataArray,
    dim: str = "replicate",
    level: float = LEVEL,
    done: xr.DataArray | None = None,
    *,
    method: str = "student",
    seed: int = 1,
) -> xr.Dataset:
    """Compute the mean over replicates with its confidence interval.

    Parameters
    ----------
    values : xarray.DataArray
        One value of each replicate, any other dimensions; NaN and infinities are left out, such as times of what did
        not happen.
    dim : str
        Dimension along which values are independent.
    level : float
        Of the interval, between 0 and 1.
    done : xarray.DataArray of bool, optional
        Which runs are there; by default the coordinate ``done`` of ``values``, if it has one.
    method : {"student", "bootstrap"}
        Student's interval, for values near a normal distribution or many of them; or the bias-corrected and accelerated
        bootstrap (BCa, 2000 resamples) for skewed ones, which needs three values and better has ten.
    seed : int
        Of the bootstrap.

    Returns
    -------
    xarray.Dataset
        ``mean``, ``sem``, ``ci`` with dimension ``bound`` (low, high), and ``n``, how many values there are. With one
        value ``sem`` and ``ci`` are NaN, with none ``mean`` as well.

    Raises
    ------
    InputError
        If there is no such dimension, method or level.
    """
    if dim not in values.dims:
        raise InputError(
            f"mean_ci: the values have no dimension '{dim}'; they have {', '.join(map(str, values.dims))}."
        )
    if not 0 < level < 1:
        raise InputError(f"mean_ci: level = {level:g} is not between 0 and 1; give for example 0.95.")
    if method not in METHODS:
        raise InputError(f"mean_ci: method = {method!r} is unknown; use {' or '.join(METHODS)}.")
    if done is None and "done" in values.coords:
        done = values.coords["done"]
    there = values.where(np.isfinite(values)).astype(float).drop_vars("done", errors="ignore")
    there = there if done is None else there.where(done.drop_vars("done", errors="ignore"))
    n = there.notnull().sum(dim)
    mean, sem = there.mean(dim), standard_error(there, dim)
    if method == "student":
        half = sem * xr.apply_ufunc(student.ppf, 0.5 + level / 2, (n - 1).where(n > 1), **_LAZILY)
        interval = xr.concat([mean - half, mean + half], "bound")
    else:
        interval = _resampled(there, dim, level, seed)
    units, name = values.attrs.get("units", "1"), values.attrs.get("long_name", str(values.name or "values"))
    return xr.Dataset(
        {
            "mean": mean.assign_attrs(units=units, long_name=f"mean of {name}"),
            "sem": sem.assign_attrs(units=units, long_name="standard error of the mean"),
            "ci": interval.assign_coords(bound=list(BOUND)).assign_attrs(
                units=units, long_name=f"{level:.3g} confidence interval of the mean"
            ),
            "n": n.assign_attrs(units="1", long_name="values"),
        }
    )


def _resampled(values: xr.DataArray, dim: str, level: float, seed: int) -> xr.DataArray:
    found: xr.DataArray = xr.apply_ufunc(
        _bootstrap,
        values,
        input_core_dims=[[dim]],
        output_core_dims=[["bound"]],
        vectorize=True,
        kwargs={"level": level, "seed": seed},
        dask_gufunc_kwargs={"allow_rechunk": True, "output_sizes": {"bound": 2}},
        **_LAZILY,
    )
    return found.transpose("bound", ...)


def _bootstrap(values: NDArray[Any], *, level: float, seed: int) -> NDArray[np.float64]:
    """Return ends of the interval; each row of an array draws the same resamples, so that no row depends on others."""
    values = values[np.isfinite(values)]
    if values.size < 3:
        return np.full(2, np.nan)
    if np.ptp(values) == 0:
        return np.full(2, values[0])
    rng = np.random.default_rng(seed)
    found = bootstrap((values,), np.mean, confidence_level=level, n_resamples=RESAMPLES, rng=rng).confidence_interval
    return np.array([found.low, found.high])
