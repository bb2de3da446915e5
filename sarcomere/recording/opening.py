"""Open the file of a run, once its structure is found to be that of one."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import h5py
import numpy as np
import xarray as xr

from sarcomere.analysis.select.reading import in_order
from sarcomere.errors import StoreError, printable, quoted
from sarcomere.parameters.tables import MAX_DEPTH, depth
from sarcomere.recording import seal
from sarcomere.recording.atomic import reason
from sarcomere.recording.lock import is_held
from sarcomere.recording.netcdf import DAMAGED
from sarcomere.recording.provenance import newer_than_this
from sarcomere.recording.room import free_memory

_MADE_IT = "give the .h5 that 'sarcomere run' wrote"
_MEND = "copy it again from where it was made, or run the scenario again"
_LOCKED = {errno.EAGAIN, errno.ENOLCK, 524}  # the last is ENOTSUPP of Linux, which NFS gives
_HDF5, _OLDEST = b"\x89HDF\r\n\x1a\n", b"\0"  # how such files begin, and the version in which runs are written
_SIZE = slice(40, 48)  # where that has the size of the file
_TEXTS = ("title", "kernel_hash", "parameters")
_TEXTS_OR_NOTHING = ("figure", "kind", "sarcomere_version")


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
    if os.path.isdir(path):
        raise StoreError(f"{where}: is a folder; {_MADE_IT}, and of a sweep take a run with sarcomere.select_run.")
    if not os.path.isfile(path):
        raise StoreError(f"{where}: no such run file; {_MADE_IT}.")
    check_seal(path)
    try:
        with h5py.File(path, "r") as file:
            fault = next(_faults(file), None)
            fault = fault and (newer_than_this(file.attrs) or fault)
        ds = None if fault else xr.open_dataset(path, engine="h5netcdf", decode_times=False, phony_dims="sort")
    except DAMAGED as error:
        raise unreadable(path, error) from None
    if ds is None:
        raise StoreError(f"{where}: {fault}.")
    ds.attrs.pop(seal.SEAL_ATTRIBUTE, None)  # of the file, not of the run
    return in_order(ds)


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
    except OSError as error:
        raise unreadable(path, error) from None
    except seal.BrokenSealError as error:
        if not seal.is_saved_anew(Path(path)):
            raise unreadable(path, error) from None


def is_as_written(path: str | Path) -> bool:
    """Whether a run file has its digest, so that what is wrong with it is a fault of the program."""
    try:
        seal.check(Path(path))
    except (OSError, seal.BrokenSealError):
        return False
    return True


def unreadable(path: str | Path, error: Exception) -> StoreError:
    """Say why a file cannot be read, and what to do about it.

    Parameters
    ----------
    path : str or pathlib.Path
        A file that is there.
    error : Exception
        What the system, HDF5 or its digest says.

    Returns
    -------
    StoreError
        One sentence; its remedy leaves the file as it is.
    """
    where, said, number = _where(path), _reason(error), getattr(error, "errno", None)
    is_altered = isinstance(error, seal.BrokenSealError)
    if number in _LOCKED or "unable to lock" in said or (is_altered and is_held(Path(path))):
        return StoreError(
            f"{where}: is locked ({said}); close it where it is open for writing, or set HDF5_USE_FILE_LOCKING=FALSE "
            f"if its file system has no locks."
        )
    if number is not None:
        return StoreError(f"{where}: cannot be read ({reason(error)}); mend its permissions or its disk, or copy it.")
    size, head = _beginning(path)
    if not is_altered and not head.startswith(_HDF5):
        return StoreError(f"{where}: is no HDF5 file; {_MADE_IT}.")
    if "truncated" in said or (head.startswith(_HDF5 + _OLDEST) and size < int.from_bytes(head[_SIZE], "little")):
        return StoreError(f"{where}: is cut short, as its beginning tells; copy it again from where it was made.")
    if "version number" in said or "not registered" in said:
        return StoreError(f"{where}: is of another HDF5 than this ({said}); update h5py, or {_MADE_IT}.")
    return StoreError(f"{where}: {said if is_altered else f'is damaged ({said})'}; {_MEND}.")


def _beginning(path: str | Path) -> tuple[int, bytes]:
    """Return the size and first bytes of a file, which HDF5 is not trusted with where they were altered."""
    with open(path, "rb") as file:
        return os.fstat(file.fileno()).st_size, file.read(_SIZE.stop)


@contextlib.contextmanager
def as_saved(path: str | Path) -> Iterator[None]:
    """Refuse in a sentence what cannot be done with a run that another program saved.

    Parameters
    ----------
    path : str or pathlib.Path
        Of the run.

    Raises
    ------
    StoreError
        Naming what stood in the way; where the file is as it was written, the error itself is raised.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if is_as_written(path):
            raise
        raise StoreError(
            f"{_where(path)}: was saved by another program or version, and what it holds does not fit "
            f"({type(error).__name__}: {_reason(error)}); use the file that 'sarcomere run' wrote."
        ) from None


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
            raise unreadable(path, error) from None


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
    for name in _TEXTS_OR_NOTHING:
        if not isinstance(file.attrs.get(name, ""), str | bytes):
            yield f"has a {name} that is no text; {_MADE_IT}"
    if not _is_number(file.attrs.get("seed")):
        yield f"has no seed; {_MADE_IT}"
    if not _is_number(file.attrs.get("n_explicit", 0)):
        yield f"has an n_explicit that is no number; {_MADE_IT}"
    yield from _faults_of_parameters(file.attrs["parameters"])
    for name in file:
        if not isinstance(file.get(name, getlink=True), h5py.HardLink):
            yield f"points to another place with {quoted(name)}; {_MADE_IT}"
    datasets = {name: item for name, item in file.items() if isinstance(item, h5py.Dataset)}
    time = datasets.get("time")
    if time is None or time.ndim != 1 or not time.size or time.dtype.kind not in "fiu":
        yield f"has no samples against time; {_MADE_IT}"
    free = free_memory()
    for name, dataset in datasets.items():
        if dataset.external or dataset.is_virtual:
            yield f"keeps {quoted(name)} in another file; {_MADE_IT}"
        if dataset.dtype.kind not in "bfiuSU" and h5py.check_string_dtype(dataset.dtype) is None:
            yield f"holds {quoted(name)}, which is neither number nor text; {_MADE_IT}"
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
