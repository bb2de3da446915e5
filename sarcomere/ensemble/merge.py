"""All runs of a sweep in one file that any netCDF4 reader opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py

from sarcomere.aside import aside
from sarcomere.ensemble import copying
from sarcomere.ensemble.assemble import dataset
from sarcomere.ensemble.content import content_sha256
from sarcomere.ensemble.folder import DIGEST_ATTRIBUTE, SHARDS, dumps, need_manifest
from sarcomere.ensemble.opening import survey_of
from sarcomere.ensemble.survey import Survey
from sarcomere.errors import InputError
from sarcomere.store import part_path, reserve

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
        The file to write; ``<output>.part`` until it is whole.
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
    check_output(folder, output, overwrite=overwrite)
    found = survey_of(folder, manifest)
    with copying.writing(output), aside(part_path(output), output) as part:
        _write(part, found, dumps(manifest), progress or (lambda done, total: None))
    return output


def check_output(folder: Path, output: Path, *, overwrite: bool) -> None:
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
        If it is taken, its folder does not exist, or lies among the shards.
    """
    if output.is_dir():
        raise InputError(f"{output}: is a folder; give a file name such as {output / 'all.h5'}.")
    if not output.parent.is_dir():
        raise InputError(f"{output}: the folder {output.parent} does not exist; create it or choose another with -o.")
    if (folder / SHARDS).resolve() in output.resolve().parents:
        raise InputError(
            f"{output}: lies among the shards, which only the sweep writes; choose another folder with -o."
        )
    if output.exists() and not overwrite:
        raise InputError(f"{output}: exists already; choose another name with -o, or add --overwrite to replace it.")


def _write(part: Path, found: Survey, sweep: str, progress: Told) -> None:
    room = sum(shard.path.stat().st_size for shard in found.shards) + 2 * len(sweep) + _SLACK
    ds = dataset(found)
    with copying.writing(part):
        part.write_bytes(b"")
        reserve(part, room)
        frame = ds.drop_vars(list(ds.data_vars)).assign_attrs(sweep=sweep)
        frame.to_netcdf(part, engine="h5netcdf")
        copying.add_dimensions(part, found)
        reserve(part, room)  # HDF5 crashes the process when it meets a full disk
    with h5py.File(part, "r+") as file:
        for name in ds.data_vars:
            copying.create(file, found, str(name))
        for number in range(len(found.shards)):
            copying.copy_shard(file, found, number)
            progress(number + 1, len(found.shards))
    with copying.writing(part), h5py.File(part, "r+") as file:
        file.attrs[DIGEST_ATTRIBUTE] = content_sha256(file)
