"""Open the file of a run, once its structure is found to be that of one."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import h5py
import numpy as np
import xarray as xr

from sarcomere.errors import StoreError, printable, quoted
from sarcomere.parameters.tables import MAX_DEPTH, depth
from sarcomere.recording import seal
from sarcomere.recording.netcdf import DAMAGED
from sarcomere.recording.room import free_memory

_MADE_IT = "give the .h5 that 'sarcomere run' wrote"
_TEXTS = ("title", "kernel_hash", "parameters")


def open_run(path: str | Path) -> xr.Dataset:
    """Open a run file, finished or ``.part``; the same as ``xarray.open_dataset`` but with clearer errors.

    Parameters
    ----------
    path : str or pathlib.Path
        File written by ``sarcomere run``.

    Returns
    -------
    xarray.Dataset
        Lazily loaded.

    Raises
    ------
    StoreError
        If there is no such file, it is not a run, or it is not as it was written.
    """
    where = _where(path)
    if not os.path.isfile(path):
        raise StoreError(f"{where}: no such run file; {_MADE_IT}.")
    check_seal(path)
    try:
        with h5py.File(path, "r") as file:
            fault = next(_faults(file), None)
        ds = None if fault else xr.open_dataset(path, engine="h5netcdf", decode_times=False, phony_dims="sort")
    except DAMAGED as error:
        raise StoreError(f"{where}: is not a readable HDF5 run ({_reason(error)}); run the scenario again.") from None
    if ds is None:
        raise StoreError(f"{where}: {fault}.")
    ds.attrs.pop(seal.SEAL_ATTRIBUTE, None)  # of the file, not of the run
    return ds


def check_seal(path: str | Path) -> None:
    """Refuse a file that is not as it was written; one without a digest is taken as it is.

    Parameters
    ----------
    path : str or pathlib.Path
        A run file, finished or not.

    Raises
    ------
    StoreError
        If its digest differs, or it cannot be read.
    """
    try:
        seal.check(Path(path))
    except seal.NoSealError:
        return
    except (OSError, seal.BrokenSealError) as error:
        if seal.is_saved_anew(Path(path)):
            return
        raise StoreError(f"{printable(str(path))}: {error}; run the scenario again.") from None


def load_run(path: str | Path) -> xr.Dataset:
    """Read a whole run file into memory.

    Parameters
    ----------
    path : str or pathlib.Path
        File written by ``sarcomere run``.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    StoreError
        If it is no run, damaged, or larger than the memory that is free.
    """
    with open_run(path) as ds:
        check_fits(ds, path)
        try:
            return ds.load()
        except (OSError, RuntimeError, ValueError) as error:
            raise StoreError(f"{_where(path)}: is damaged ({_reason(error)}); run the scenario again.") from None


def check_fits(ds: xr.Dataset, path: str | Path) -> None:
    """Refuse to read what is larger than the memory that is free.

    Parameters
    ----------
    ds : xarray.Dataset
        An open run.
    path : str or pathlib.Path
        Its file.

    Raises
    ------
    StoreError
        Naming what it needs and what there is.
    """
    free = free_memory()
    if ds.nbytes > free:
        raise StoreError(
            f"{_where(path)}: needs {ds.nbytes / 2**30:.1f} GiB of memory and {free / 2**30:.1f} are free; open it "
            f"with sarcomere.open_run and take a part of it."
        )


def _where(path: str | Path) -> str:
    return printable(str(path))


def _reason(error: Exception) -> str:
    """Return the first line of HDF5's message."""
    return printable(str(error).partition("\n")[0])[:200]


def _faults(file: h5py.File) -> Iterator[str]:
    """Yield the reasons why a file is not a run, before anything large of it is read."""
    if not {"kernel_hash", "parameters"} <= file.attrs.keys():
        yield f"was not written by sarcomere; {_MADE_IT}"
    if "sweep" in file.attrs:
        yield "holds a whole sweep; open it with sarcomere.open_ensemble and take a run with sarcomere.select_run"
    for name in _TEXTS:
        if not isinstance(file.attrs.get(name), str | bytes):  # bytes where netCDF4 saved it again
            yield f"has no text {name}; {_MADE_IT}"
    if not _is_number(file.attrs.get("seed")):
        yield f"has no seed; {_MADE_IT}"
    yield from _faults_of_parameters(file.attrs["parameters"])
    datasets = {name: item for name, item in file.items() if isinstance(item, h5py.Dataset)}
    if "time" not in datasets or datasets["time"].ndim != 1 or not datasets["time"].size:
        yield f"has no samples against time; {_MADE_IT}"
    free = free_memory()
    for name, dataset in datasets.items():
        if dataset.ndim == 1 and dataset.nbytes > free:  # may be a coordinate, which is read when the file is opened
            yield f"declares {quoted(name)} {dataset.size} long, more than memory holds; {_MADE_IT}"
        for word in ("scale_factor", "add_offset"):
            if word in dataset.attrs and not _is_number(dataset.attrs[word]):
                yield f"has the text {quoted(dataset.attrs[word])} as {word} of {quoted(name)}; {_MADE_IT}"
        for word in ("units", "long_name"):
            if not isinstance(dataset.attrs.get(word, ""), str | bytes):
                yield f"has no text as {word} of {quoted(name)}; {_MADE_IT}"


def _faults_of_parameters(text: str | bytes) -> Iterator[str]:
    """Yield the reasons why the attribute ``parameters`` is not that of a run."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict) or depth(table) > MAX_DEPTH:
        yield f"has parameters {quoted(text, 40)} that are no JSON table; use the file as 'sarcomere run' wrote it"
        return
    run = table.get("run")
    duration = run.get("duration_s") if isinstance(run, dict) else None
    if not _is_number(duration) or not math.isfinite(duration):
        yield "has parameters without run.duration_s; run it again"


def _is_number(value: Any) -> TypeGuard[float]:
    return np.size(value) == 1 and np.issubdtype(np.asarray(value).dtype, np.number)
