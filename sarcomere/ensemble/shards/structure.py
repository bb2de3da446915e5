"""What lies in a run file, read straight from HDF5: xarray takes up to seconds a file, of which there are hundreds."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import StoreError
from sarcomere.recording.netcdf import DAMAGED, dims_of, is_variable

_OF_NETCDF = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates"}
_OF_XARRAY = {"coordinates", "_FillValue"}
_OF_SHARD = {"_NCProperties", "shard", "file_sha256"}  # of the file, not of the experiment


class Form(NamedTuple):
    """How one variable lies in a run file."""

    dims: tuple[str, ...]
    dtype: np.dtype[Any]
    attrs: dict[str, Any]


class Structure(NamedTuple):
    """All variables of a run file, and which of them are coordinates."""

    forms: dict[str, Form]
    coordinates: frozenset[str]


class Contents(NamedTuple):
    """What tells the runs of one point from those of another."""

    sizes: dict[str, int]
    coordinates: dict[str, NDArray[Any]]
    attrs: dict[str, Any]
    names: frozenset[str]


def told(error: BaseException) -> str:
    """First line of what an error says, or its kind."""
    return str(error).splitlines()[0].strip("'\"") if str(error) else type(error).__name__


@contextlib.contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open a shard for reading.

    Raises
    ------
    StoreError
        If it cannot be read, then or while it is open.
    """
    try:
        with h5py.File(path, "r") as file:
            yield file
    except DAMAGED as error:
        raise StoreError(
            f"{path}: cannot be read ({told(error)}); 'sarcomere verify {path.parent.parent}' finds what is damaged, "
            f"and the same sweep makes it again."
        ) from None


def structure(file: h5py.File) -> Structure:
    """Dimensions, types and attributes of all variables.

    Parameters
    ----------
    file : h5py.File
        A run.

    Returns
    -------
    Structure
    """
    forms: dict[str, Form] = {}
    auxiliary = _words(file)
    for name, dataset in file.items():
        if is_variable(dataset):
            auxiliary |= _words(dataset)
            dtype = np.dtype(str) if h5py.check_string_dtype(dataset.dtype) else dataset.dtype
            forms[name] = Form(dims_of(name, dataset), dtype, attributes(dataset))
    indexes = {name for name, form in forms.items() if form.dims == (name,)}
    return Structure(forms, frozenset((auxiliary | indexes) & forms.keys()))


def _words(node: h5py.File | h5py.Dataset) -> set[str]:
    return set(str(node.attrs.get("coordinates", "")).split())


def attributes(node: h5py.File | h5py.Dataset) -> dict[str, Any]:
    """Attributes as xarray gives them, without those that serve the file format."""
    hidden = _OF_NETCDF | _OF_XARRAY | _OF_SHARD
    return {name: _plain(value) for name, value in node.attrs.items() if name not in hidden}


def _plain(value: Any) -> Any:
    """One number instead of a list of one."""
    return value.item() if isinstance(value, np.generic | np.ndarray) and value.size == 1 else value


def contents(file: h5py.File, known: Structure) -> Contents:
    """Sizes, coordinates and attributes of one point.

    Parameters
    ----------
    file : h5py.File
        Any shard of the point.
    known : Structure
        Of a file with the same variables.

    Returns
    -------
    Contents
    """
    dims = {dim for form in known.forms.values() for dim in form.dims}
    coordinates = {name: values(file[name]) for name in known.coordinates if name != "replicate"}
    sizes = {dim: coordinates[dim].size if dim in coordinates else file[dim].shape[0] for dim in sorted(dims)}
    attrs = attributes(file)
    parameters = json.loads(attrs["parameters"])
    return Contents(sizes, coordinates, {**attrs, "parameters": parameters}, frozenset(known.forms))


def values(dataset: h5py.Dataset) -> NDArray[Any]:
    """Read a small variable, texts as NumPy strings."""
    if h5py.check_string_dtype(dataset.dtype):
        return np.array(dataset.asstr()[()], dtype=str)
    return np.asarray(dataset[()])
