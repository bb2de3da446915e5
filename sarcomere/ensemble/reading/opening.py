"""Open all runs of a sweep as one Dataset."""

from __future__ import annotations

import importlib.util
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import xarray as xr
from xarray.backends import BackendEntrypoint

from sarcomere.ensemble.design.layout import grid, listed
from sarcomere.ensemble.reading.assemble import dataset
from sarcomere.ensemble.reading.survey import Stored, Survey, survey
from sarcomere.ensemble.shards.folder import Manifest, dumps, is_done, need_manifest, shard_path
from sarcomere.ensemble.shards.structure import told
from sarcomere.errors import InputError, StoreError
from sarcomere.recording.netcdf import DAMAGED


def open_ensemble(path: str | Path, *, chunks: Mapping[str, Any] | str | int | None = None) -> xr.Dataset:
    """Open a sweep: its folder, finished or not, or what ``merge`` made of it.

    Parameters
    ----------
    path : str or pathlib.Path
        Folder of a sweep, or merged file.
    chunks : mapping, "auto" or int, optional
        Give Dask arrays, as for ``xarray.open_dataset``; ``{}`` takes one chunk for each shard.

    Returns
    -------
    xarray.Dataset
        A dimension for each varied key, or ``point`` with the keys as coordinates; then those of a run, as in its
        file. Values are read when they are asked for. The coordinate ``done`` (by point and ``replicate``) says which
        runs are there; values of others are NaN, so that whole numbers become floating ones where runs are missing.
        Where points differ in size, ``<dim>_size`` says how far each goes, and values beyond are NaN. Tables of
        events have a column ``<event>_point``, which refers to the coordinate ``point``.

    Raises
    ------
    InputError
        If there is no such sweep, nothing of it is done yet, or ``chunks`` is given without Dask.
    StoreError
        If a file cannot be read.

    Warns
    -----
    UserWarning
        If runs are missing.
    """
    path = Path(path)
    if chunks is not None:
        _need_dask()
    backend: Any = _Folder
    if os.path.isfile(path):
        check_merged(path)
        backend = "h5netcdf"
    ds = xr.open_dataset(path, engine=backend, chunks=chunks, decode_times=False)
    missing = int((~ds.done).sum())
    if missing:
        warnings.warn(
            f"{path}: {missing} of {ds.done.size} runs are missing; the coordinate done says which.", stacklevel=2
        )
    return ds


class _Folder(BackendEntrypoint):
    """Lets xarray wrap what is read from a folder as it wraps any file."""

    def open_dataset(
        self, filename_or_obj: Any, *, drop_variables: Any = None, decode_times: bool = False
    ) -> xr.Dataset:
        """Open a folder."""
        folder = Path(filename_or_obj)
        manifest = need_manifest(folder)
        return dataset(survey_of(folder, manifest)).assign_attrs(sweep=dumps(manifest))


def survey_of(folder: Path, manifest: Manifest) -> Survey:
    """Find what the finished shards of a folder hold.

    Parameters
    ----------
    folder : pathlib.Path
        Of a sweep.
    manifest : Manifest
        Its manifest.

    Returns
    -------
    Survey

    Raises
    ------
    InputError
        If no shard is finished.
    """
    arrange = grid if manifest.design == "grid" else listed
    layout = arrange({dim.key: dim.name for dim in manifest.dims}, manifest.points)
    shards = [
        Stored(shard_path(folder, shard.name), layout.cells[shard.point], shard.first, shard.size)
        for shard in manifest.shards
        if is_done(folder, shard.name)
    ]
    if not shards:
        raise InputError(f"{folder}: nothing of this sweep is done yet; go on with the command that began it.")
    return survey(layout, manifest.replicates, shards)


def check_merged(path: Path) -> None:
    """Refuse a file that ``merge`` did not make.

    Raises
    ------
    InputError
        If it is another HDF5 file.
    StoreError
        If it is none.
    """
    try:
        with h5py.File(path, "r") as file:
            merged = "sweep" in file.attrs
    except DAMAGED as error:
        raise StoreError(f"{path}: is not a readable HDF5 file ({told(error)}); merge the sweep again.") from None
    if not merged:
        raise InputError(f"{path}: is no merged sweep; open one run with sarcomere.open_run, a sweep by its folder.")


def _need_dask() -> None:
    if importlib.util.find_spec("dask") is None:
        raise InputError(
            "chunks: needs Dask, which is not installed; pip install 'sarcomere[dask]' or leave chunks out."
        )
