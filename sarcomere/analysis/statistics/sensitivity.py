"""Which parameters a result depends on: variance-based (Sobol) and elementary-effects (Morris) sensitivity.

A design is a list of points for a sweep.  What the sweep gave at each point, and the design, make the indices.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.analysis.statistics.fit import BOUND, LEVEL
from sarcomere.errors import InputError, StoreError, nearest

Values = NDArray[np.float64]
CLOSE = 1e-9  # relative; a file of points keeps all digits
RESAMPLES = 1000  # of the bootstrap behind the intervals


class Design(NamedTuple):
    """Points at which to run the model."""

    kind: str
    """``sobol`` or ``morris``."""
    ranges: dict[str, tuple[float, float]]
    """Low and high value by dotted key."""
    values: Values
    """Shape (row, key); walks may meet, so that rows repeat."""
    levels: int
    """Of a Morris design; 0 otherwise."""

    @property
    def points(self) -> list[dict[str, float]]:
        """Value by key of every point, each once, as ``sarcomere.sweep`` takes them."""
        return [dict(zip(self.ranges, row, strict=True)) for row in dict.fromkeys(map(tuple, self.values.tolist()))]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Which of the points each row of ``values`` is."""
        rows = list(map(tuple, self.values.tolist()))
        number = {row: i for i, row in enumerate(dict.fromkeys(rows))}
        return np.array([number[row] for row in rows])

    @property
    def problem(self) -> dict[str, Any]:
        """The same as SALib calls it."""
        return {
            "num_vars": len(self.ranges),
            "names": list(self.ranges),
            "bounds": [list(r) for r in self.ranges.values()],
        }


def sobol_design(ranges: Mapping[str, tuple[float, float]], n: int, *, seed: int = 1) -> Design:
    """Compute points for first-order and total Sobol indices (Saltelli's design on a scrambled Sobol sequence).

    Parameters
    ----------
    ranges : mapping of str to tuple of float
        Low and high value of every dotted key; values are spread evenly between them.
    n : int
        Base points, a power of two; the design has n (keys + 2) points. Twice the n keeps all points there were, first
        in the list.
    seed : int
        Of the scrambling.

    Returns
    -------
    Design

    Raises
    ------
    InputError
        If a range is empty, n is no power of two or SALib is not installed.
    """
    problem = _checked(ranges)
    _check_seed("sobol_design", seed)
    if not isinstance(n, int | np.integer) or n < 2 or n & (n - 1):
        raise InputError(f"sobol_design: n = {n!r} is not a power of two above 1; take for example 64.")
    sampler = _salib("sample.sobol")
    values = sampler.sample(problem, int(n), calc_second_order=False, seed=seed)
    return Design("sobol", _pairs(ranges), np.asarray(values, dtype=np.float64), 0)


def morris_design(ranges: Mapping[str, tuple[float, float]], n: int, *, levels: int = 4, seed: int = 1) -> Design:
    """Compute points for elementary effects: random walks that change one key at a time.

    Parameters
    ----------
    ranges : mapping of str to tuple of float
        Low and high value of every dotted key.
    n : int
        Walks; the design has n (keys + 1) points, or fewer where walks meet.
    levels : int
        Values that each key takes, an even number.
    seed : int
        Of the walks.

    Returns
    -------
    Design

    Raises
    ------
    InputError
        If a range is empty, there are too few walks or levels, or SALib is not installed.
    """
    problem = _checked(ranges)
    _check_seed("morris_design", seed)
    if not isinstance(n, int | np.integer) or n < 2:
        raise InputError(f"morris_design: n = {n!r} walks are too few; take for example 10.")
    if not isinstance(levels, int) or levels < 2 or levels % 2:
        raise InputError(f"morris_design: levels = {levels!r} is not an even number; take for example 4.")
    values = _salib("sample.morris").sample(problem, int(n), num_levels=levels, seed=seed)
    return Design("morris", _pairs(ranges), np.asarray(values, dtype=np.float64), levels)


def _check_seed(where: str, seed: int) -> None:
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise InputError(f"{where}: seed = {seed!r} is no seed; give a whole number from 0 to {2**32 - 1}.")


def write_points(design: Design, path: str | Path) -> Path:
    """Write a design as a CSV file of points, a column for each key, which ``sarcomere sweep`` reads.

    Parameters
    ----------
    design : Design
        What to write.
    path : str or pathlib.Path
        Replaced if it is there.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    path = Path(path)
    try:
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(design.ranges)
            writer.writerows([repr(value) for value in point.values()] for point in design.points)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror}); choose another name or folder.") from None
    return path


def indices(outcome: xr.DataArray, design: Design, *, level: float = LEVEL, seed: int = 1) -> xr.Dataset:
    """Compute sensitivity of a result to every key of a design.

    Parameters
    ----------
    outcome : xarray.DataArray
        One number at each point, with dimension ``point`` in the order of the design, averaged over replicates; other
        dimensions are kept. Where it comes from ``open_ensemble`` its coordinates are compared with the design.
    design : Design
        Of which ``outcome`` is the result.
    level : float
        Of the confidence intervals, by bootstrap.
    seed : int
        Of the bootstrap.

    Returns
    -------
    xarray.Dataset
        By ``key``, each with ``_ci`` along ``bound``. Sobol: ``first``, share of the variance that goes with the key
        alone, and ``total``, share that is lost where the key is held. Morris: ``mu_star``, mean size of the change
        of the outcome when the key goes from one end of its range to the other, and without an interval ``mu`` (with
        its sign) and ``sigma`` (how much it differs from place to place). Where the outcome never varies Sobol's
        are NaN and Morris's 0.

    Raises
    ------
    InputError
        If there is no such level, the design is not complete (points are missing, NaN, or other ones), or SALib is not
        installed.
    """
    if not 0 < level < 1:
        raise InputError(f"indices: level = {level:g} is not between 0 and 1; give for example 0.95.")
    outcome = outcome.compute()
    _complete(outcome, design)
    names = ("first", "total") if design.kind == "sobol" else ("mu_star", "mu", "sigma")
    solve = _sobol if design.kind == "sobol" else _morris
    found = xr.apply_ufunc(
        solve,
        outcome.reset_coords(drop=True).astype(float).isel(point=design.rows),
        input_core_dims=[["point"]],
        output_core_dims=[["_index", "_estimate", "key"]],
        vectorize=True,
        kwargs={"design": design, "level": level, "seed": seed},
    ).assign_coords(key=list(design.ranges))
    units = "1" if design.kind == "sobol" else outcome.attrs.get("units", "1")
    table = {}
    for i, name in enumerate(names):
        attrs = {"units": units, "long_name": _MEANING[name]}
        best, half = (found.isel(_index=i, _estimate=j) for j in (0, 1))
        table[name] = best.assign_attrs(attrs)
        if name not in ("mu", "sigma"):
            ends = xr.concat([best - half, best + half], "bound").assign_coords(bound=list(BOUND))
            table[f"{name}_ci"] = ends.assign_attrs(attrs, long_name=f"{_MEANING[name]}, {level:.3g} interval")
    return xr.Dataset(table)


_MEANING = {
    "first": "first-order Sobol index",
    "total": "total Sobol index",
    "mu_star": "mean absolute elementary effect",
    "mu": "mean elementary effect",
    "sigma": "standard deviation of the elementary effects",
}


def _sobol(outcome: Values, *, design: Design, level: float, seed: int) -> Values:
    if np.ptp(outcome) == 0:
        return np.full((2, 2, len(design.ranges)), np.nan)
    found = _salib("analyze.sobol").analyze(
        design.problem, outcome, calc_second_order=False, num_resamples=RESAMPLES, conf_level=level, seed=seed
    )
    return np.array([[found["S1"], found["S1_conf"]], [found["ST"], found["ST_conf"]]], dtype=np.float64)


def _morris(outcome: Values, *, design: Design, level: float, seed: int) -> Values:
    found = _salib("analyze.morris").analyze(
        design.problem,
        design.values,
        outcome,
        num_levels=design.levels,
        num_resamples=RESAMPLES,
        conf_level=level,
        seed=seed,
    )
    nothing = np.full(len(design.ranges), np.nan)
    rows = [[found["mu_star"], found["mu_star_conf"]], [found["mu"], nothing], [found["sigma"], nothing]]
    return np.array(rows, dtype=np.float64)


def _checked(ranges: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Return the problem as SALib takes it."""
    if len(ranges) < 2:
        raise InputError(f"ranges: {len(ranges)} keys cannot be told apart; give at least two.")
    for key, pair in ranges.items():
        try:
            low, high = map(float, pair)
        except (TypeError, ValueError):
            raise InputError(f"ranges: {key} = {pair!r} is not a pair of numbers; give (low, high).") from None
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise InputError(f"ranges: {key} from {low:g} to {high:g} is no range; give low < high, both finite.")
    return Design("", _pairs(ranges), np.empty((0, len(ranges))), 0).problem


def _pairs(ranges: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    return {key: (float(low), float(high)) for key, (low, high) in ranges.items()}


def _complete(outcome: xr.DataArray, design: Design) -> None:
    """Refuse a result that is not one number at each point of the design."""
    if "point" not in outcome.dims:
        raise InputError("indices: the outcome has no dimension 'point'; open a sweep of the points of the design.")
    if "replicate" in outcome.dims:
        raise InputError(
            "indices: the outcome has a dimension 'replicate'; average it first, for example with mean_ci."
        )
    points = design.points
    if outcome.sizes["point"] != len(points):
        raise InputError(
            f"indices: the outcome has {outcome.sizes['point']} points and the design {len(points)}; sweep "
            f"exactly the points of the design."
        )
    rows = outcome.astype(float).transpose("point", ...).values.reshape(len(points), -1)
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if bad.size:
        raise InputError(
            f"indices: the outcome is not a number at {bad.size} of {len(points)} points, the first of them "
            f"{bad[0]}; finish the sweep, and say what a run without the event counts as, such as "
            f"duration.where(cramp | ~done, 0)."
        )
    columns = {
        str(c.attrs["key"]): c.values for c in outcome.coords.values() if "key" in c.attrs and c.dims == ("point",)
    }
    for key in design.ranges:
        wanted = [point[key] for point in points]
        if columns and key not in columns:
            raise InputError(f"indices: the outcome was not swept over {key}; {nearest(key, columns)}")
        if columns and not np.allclose(columns[key].astype(float), wanted, rtol=CLOSE, atol=0):
            raise InputError(
                f"indices: the points of the outcome have other values of {key} than the design; use its own."
            )


def _salib(name: str) -> ModuleType:
    """Return part of SALib, which is there with the extra ``sensitivity``."""
    from importlib import import_module

    try:
        return import_module(f"SALib.{name}")
    except ImportError:
        raise InputError(
            "sensitivity needs SALib, which is not installed; pip install 'sarcomere[sensitivity]'."
        ) from None
