"""All runs of a sweep in one file that any netCDF4 reader opens."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import h5py

from sarcomere.ensemble.reading import copying
from sarcomere.ensemble.reading.assemble import dataset
from sarcomere.ensemble.reading.opening import survey_of
from sarcomere.ensemble.reading.survey import Survey
from sarcomere.ensemble.shards.folder import (
    FAILED,
    MANIFEST,
    SHARDS,
    dumps,
    need_manifest,
    process_part,
    remove_dead_parts,
)
from sarcomere.ensemble.shards.verify import fault_of
from sarcomere.ensemble.workers.lock import LOCK
from sarcomere.errors import InputError, StoreError
from sarcomere.recording.atomic import aside, reserve, target_of
from sarcomere.recording.lock import locked_output
from sarcomere.recording.output import check_output
from sarcomere.recording.seal import BLANK, SEAL_ATTRIBUTE, seal

_SLACK = 4 * 2**20  # bytes; more than the file's own bookkeeping takes
Told = Callable[[int, int], None]


def merge(folder: str | Path, output: str | Path, *, overwrite: bool = False, progress: Told | None = None) -> Path:
    """Copy the finished shards of a sweep into one file.

    Compressed chunks are copied as they lie; the file opens with ``xarray.open_dataset`` and holds what
    ``open_ensemble`` gives. Missing runs take no room in it: they read as NaN, and ``done`` says which they are.

    Parameters
    ----------
    folder : str or pathlib.Path
        Of a sweep.
    output : str or pathlib.Path
        The file to write; beside it until it is whole.
    overwrite : bool
        Replace what is there.
    progress : callable, optional
        Called with the number of shards copied, and of all.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If there is no such sweep, nothing of it is done, or the output is taken.
    StoreError
        If a shard is damaged or the disk does not take the file; the shards stay as they are.
    """
    folder, output = Path(folder), Path(output)
    manifest = need_manifest(folder)
    check_merged(folder, output, overwrite=overwrite)
    found = survey_of(folder, manifest)
    for shard in found.shards:  # chunks are copied as they lie, which passes none of HDF5's own checks
        if fault := fault_of(shard.path, shard.path.stem):
            raise StoreError(f"{shard.path}: {fault}; remove it and start the same sweep again.")
    place = target_of(output)
    with copying.writing(output), locked_output(place):
        remove_dead_parts(place)
        with aside(place, process_part(place)) as part:
            _write(part, found, dumps(manifest), progress or (lambda done, total: None))
    return output


def check_merged(folder: Path, output: Path, *, overwrite: bool) -> None:
    """Refuse a path for the merged file that could not be written in the end.

    Parameters
    ----------
    folder : pathlib.Path
        Of the sweep.
    output : pathlib.Path
        Where the file is to go.
    overwrite : bool
        Whether it may replace another.

    Raises
    ------
    InputError
        If it is taken, its folder does not exist, or it lies where the sweep writes.
    StoreError
        If its folder takes no file.
    """
    check_output(output, "all.h5")
    inside = os.path.relpath(os.path.realpath(output), os.path.realpath(folder))
    if inside.split(os.sep)[0] in (SHARDS, FAILED, MANIFEST) or inside.startswith(LOCK):
        raise InputError(f"{output}: lies where only the sweep writes; choose another name or folder with -o.")
    if os.path.exists(output) and not overwrite:
        raise InputError(f"{output}: exists already; choose another name with -o, or add --overwrite to replace it.")


def _write(part: Path, found: Survey, sweep: str, progress: Told) -> None:
    room = sum(shard.path.stat().st_size for shard in found.shards) + 2 * len(sweep) + _SLACK
    ds = dataset(found)
    with copying.writing(part):
        reserve(part, room)
        frame = ds.drop_vars(list(ds.data_vars)).assign_attrs({"sweep": sweep, SEAL_ATTRIBUTE: BLANK})
        frame.to_netcdf(part, engine="h5netcdf")
        copying.add_dimensions(part, found)
        reserve(part, room)  # HDF5 crashes the process when it meets a full disk
    with h5py.File(part, "r+") as file:
        for name in ds.data_vars:
            copying.create(file, found, str(name))
        for number in range(len(found.shards)):
            copying.copy_shard(file, found, number)
            progress(number + 1, len(found.shards))
    seal(part)
