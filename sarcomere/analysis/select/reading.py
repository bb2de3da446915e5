"""What a run lacks, found where it is read: a selection may have dropped any variable of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import xarray as xr

from sarcomere.analysis.statistics.steady import lack, named
from sarcomere.errors import InputError

# Dimensions whose labels are read: without them xarray would count from 0.
_LABELLED = ("motor_unit", "group", "head_state", "exit_path", "dwell")
_VARIABLE = re.compile(r"^(?:No variable named '([^']+)'.*|(\w+))$", re.DOTALL)
_DIMENSION = re.compile(r"'(\w+)' not found in array dimensions|[Dd]imensions? \{'(\w+)'\} do(?:es)? not exist")


# Of what is recorded, in the order in which every variable has them.
DIMS = (
    *("replicate", "motor_unit", "condition", "group", "time", "snapshot_time", "thick_filament", "crown", "head"),
    *("head_state", "exit_path", "dwell", "impulse"),
)

_OF_IMPULSES = ("motor_unit", "condition", "impulse")


def in_order(ds: xr.Dataset) -> xr.Dataset:
    """Put the dimensions of a run in the order in which they are recorded.

    Parameters
    ----------
    ds : xarray.Dataset
        A run, perhaps transposed.

    Returns
    -------
    xarray.Dataset
    """
    for name, variable in ds.variables.items():
        wanted = [dim for dim in DIMS if dim in variable.dims]
        if len(wanted) == variable.ndim and wanted != list(variable.dims):
            ds = ds.assign({name: ds[name].transpose(*wanted)})
    return ds


def _check_dims(ds: xr.Dataset) -> None:
    """Refuse a run that is no run any more: a dimension averaged away, added, without labels or without entries."""
    for dim in ("replicate", *_LABELLED):
        single = dim in ds.coords and dim not in ds.dims
        if single or (dim in _LABELLED and dim in ds.dims and dim not in ds.coords):
            raise lack(ds, dim)
    for name, variable in ds.data_vars.items():
        possible = _OF_IMPULSES if name == "impulse_time" else DIMS if "time" in variable.dims else variable.dims
        strange = [dim for dim in variable.dims if dim not in possible]
        if strange:
            raise InputError(
                f"{named(ds)} has the dimension '{strange[0]}' in '{name}', which no run has: take one part of it."
            )
    for dim in DIMS:
        if ds.sizes.get(dim, 1) == 0 and dim != "impulse":
            raise lack(ds, dim)


@contextmanager
def reading(ds: xr.Dataset) -> Iterator[None]:
    """Refuse a run in one sentence where something reads what it does not hold.

    Parameters
    ----------
    ds : xarray.Dataset
        A run, or a selection of it.

    Raises
    ------
    InputError
        Naming the variable, the dimension or the labels that are missing.
    """
    _check_dims(ds)
    try:
        yield
    except (AttributeError, KeyError, ValueError) as error:
        name = _missing(error)
        if name is None or name in ds.variables:
            raise
        raise lack(ds, name) from None


def _missing(error: AttributeError | KeyError | ValueError) -> str | None:
    """Return the name that xarray did not find, if it was xarray that was asked."""
    if isinstance(error, AttributeError):
        return error.name if isinstance(error.obj, xr.Dataset | xr.DataArray) else None
    said = error.args[0] if error.args and isinstance(error.args[0], str) else ""
    found = (_VARIABLE if isinstance(error, KeyError) else _DIMENSION).search(said)
    return next(filter(None, found.groups()), None) if found else None
