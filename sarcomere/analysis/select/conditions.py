"""From the flat list of a series' conditions to a grid of what was varied."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.errors import InputError

_NOT_VARIED = ("n_fibres", "motor_unit", "condition")
# What fibres bathe in: a curve of releases, steps or loads belongs to one bath.
BATH = ("pCa", "atp_mM", "adp_uM", "pi_mM", "temperature_C")


def stack_conditions(ds: xr.Dataset) -> xr.Dataset:
    """Call what was run side by side ``condition``, be it a series or the motor units of one run.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs.

    Returns
    -------
    xarray.Dataset
        With dimension ``condition``.
    """
    return ds.rename(motor_unit="condition") if "motor_unit" in ds.dims else ds


def unnamed(ds: xr.Dataset) -> xr.Dataset:
    """Do as ``stack_conditions``, with no coordinates but fibre type and bath.

    What else was varied (load, step, length) is what an analysis measures, and may bear the same name.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs.

    Returns
    -------
    xarray.Dataset
        With dimension ``condition``, in the same order.
    """
    ds = stack_conditions(ds)
    return ds.drop_vars([n for n, v in ds.coords.items() if v.dims == ("condition",) and n not in ("fibre", *BATH)])


def unstack_conditions(ds: xr.Dataset, *keys: str) -> xr.Dataset:
    """Spread conditions over a grid: fibre type by what was varied.

    Parameters
    ----------
    ds : xarray.Dataset
        With dimension ``condition``; best already reduced (no ``time``), since missing combinations become NaN.
    *keys : str
        Coordinates of ``condition`` that become dimensions. Other varied ones do so only as far as they are needed to
        tell conditions apart; conditions that nothing tells apart are counted along ``measurement``.

    Returns
    -------
    xarray.Dataset
        With dimensions ``fibre``, ``keys`` and what else was needed in place of ``condition``.

    Raises
    ------
    InputError
        If a key was not varied.
    """
    known = {str(name) for name, values in ds.coords.items() if values.dims == ("condition",)}
    varied = sorted(known - {"fibre", *keys, *_NOT_VARIED})
    for key in keys:
        if key not in known:
            raise InputError(
                f"The series has no '{key}' along its conditions, which vary "
                f"{', '.join(varied) or 'nothing'}: run a series that varies {key}."
            )
    dims = [*(["fibre"] if "fibre" in known else []), *keys]
    for name in varied:
        if _unique(ds, dims):
            break
        if _distinguishes(ds, dims, name):
            dims.append(name)
    table = ds.drop_vars([name for name in (*varied, *_NOT_VARIED) if name in ds.coords and name not in dims])
    if not _unique(ds, dims) or not dims:
        rows = list(zip(*(ds[name].values.tolist() for name in dims), strict=True)) or [()] * ds.sizes["condition"]
        count = [rows[:i].count(row) for i, row in enumerate(rows)]
        table = table.assign_coords(measurement=("condition", count))
        dims.append("measurement")
    grid = (
        table.set_index(condition=dims)
        if len(dims) > 1
        else table.swap_dims(condition=dims[0]).drop_vars("condition", errors="ignore")
    )
    grid = grid.unstack("condition") if len(dims) > 1 else grid
    for name in dims:
        if name in ds.coords:
            grid[name].attrs.update(ds[name].attrs)
    return grid


def by_point(ds: xr.Dataset) -> xr.Dataset:
    """Assign the loads, releases or steps of each fibre type and bath to positions along ``measurement``.

    Parameters
    ----------
    ds : xarray.Dataset
        With dimension ``condition``, already reduced.

    Returns
    -------
    xarray.Dataset
        With dimension ``measurement``, and ``fibre`` and what varied of the bath.
    """
    keys = [key for key in BATH if key in ds.coords and np.unique(ds[key].values).size > 1]
    others = [n for n, v in ds.coords.items() if v.dims == ("condition",) and n not in ("fibre", *keys)]
    rows = list(zip(*(ds[name].values.tolist() for name in ("fibre", *keys) if name in ds.coords), strict=True))
    count = [rows[:i].count(row) for i, row in enumerate(rows)] if rows else list(range(ds.sizes["condition"]))
    return unstack_conditions(
        ds.drop_vars(others).assign_coords(measurement=("condition", count)), *keys, "measurement"
    )


def _rows(ds: xr.Dataset, names: list[str]) -> set[tuple[object, ...]]:
    return set(zip(*(ds[name].values.tolist() for name in names), strict=True))


def _unique(ds: xr.Dataset, names: list[str]) -> bool:
    return len(_rows(ds, names)) == ds.sizes["condition"] if names else ds.sizes["condition"] == 1


def _distinguishes(ds: xr.Dataset, names: list[str], name: str) -> bool:
    before = len(_rows(ds, names)) if names else 1
    return len(np.unique(ds[name].values)) > 1 and len(_rows(ds, [*names, name])) > before
