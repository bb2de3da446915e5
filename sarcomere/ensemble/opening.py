"""Open all runs of a sweep as one Dataset."""

from __future__ import annotations

import importlib.util
import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import xarray as xr
from xarray.backends import BackendEntrypoint

from sarcomere.ensemble.assemble import dataset
from sarcomere.ensemble.layout import grid, listed
from sarcomere.ensemble.survey import Shard, Survey, survey
from sarcomere.errors import InputError, StoreError


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
    ds = xr.open_dataset(path, engine=backend, chunks=chunks, decode_times=False)  # type: ignore[arg-type]
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
    ) -> xr.Dataset:  # type: ignore[override]
        """Open a folder."""
        folder = Path(filename_or_obj)
        manifest = read_manifest(folder)
        ds = dataset(survey_of(folder, manifest))
        return ds.assign_attrs(sweep=manifest.text)


def survey_of(folder: Path, manifest: Manifest) -> Survey:
    """What the finished shards of a folder hold.

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
    arrange = grid if manifest.is_grid else listed
    layout = arrange(manifest.dims, manifest.points)
    shards = [
        Shard(path, layout.cells[entry["point"]], entry["first"], entry["count"])
        for entry in manifest.shards
        if (path := folder / "shards" / f"{entry['name']}.h5").is_file()
    ]
    if not shards:
        raise InputError(f"{folder}: nothing of this sweep is done yet; go on with the command that began it.")
    return survey(layout, manifest.replicates, shards)


def check_merged(path: Path) -> None:
    """Refuse a file that ``merge`` did not make."""
    try:
        with h5py.File(path, "r") as file:
            merged = "sweep" in file.attrs
    except OSError as error:
        reason = str(error).splitlines()[0]
        raise StoreError(f"{path}: is not a readable HDF5 file ({reason}); merge the sweep again.") from None
    if not merged:
        raise InputError(f"{path}: is no merged sweep; open one run with sarcomere.open_run, a sweep by its folder.")


def _need_dask() -> None:
    if importlib.util.find_spec("dask") is None:
        raise InputError(
            "chunks: needs Dask, which is not installed; pip install 'sarcomere[dask]' or leave chunks out."
        )


class Manifest(NamedTuple):
    text: str
    is_grid: bool
    dims: dict[str, str]
    points: list[dict[str, Any]]
    replicates: int
    shards: list[dict[str, Any]]


def read_manifest(folder: Path) -> Manifest:
    path = folder / "sweep.json"
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the one that 'sarcomere sweep' wrote with -o.")
    if not path.is_file():
        raise InputError(
            f"{folder}: is not the folder of a sweep, as it has no sweep.json; give the one that 'sarcomere sweep' wrote with -o."
        )
    text = path.read_text()
    t = json.loads(text)
    return Manifest(text, t["design"] == "grid", t["dims"], t["points"], t["replicates"], t["shards"])
