"""Shards into one file: compressed chunks as they lie where they fit, else by value."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import h5netcdf
import h5py
import numpy as np

from sarcomere.ensemble.reading import lazy
from sarcomere.ensemble.reading.survey import Survey
from sarcomere.ensemble.shards.structure import Form, opened
from sarcomere.errors import StoreError
from sarcomere.recording.run_file import COMPRESSION, EVENT_ROWS

Place = tuple[int | slice, ...]


class Target(NamedTuple):
    """A variable of the merged file."""

    dataset: h5py.Dataset
    name: str
    place: tuple[int, ...]  # of the point
    first: int | None  # replicate of the shard, None where there is no such dimension


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say which file could not be written.

    Raises
    ------
    StoreError
        If the disk does not take it.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:  # h5py raises either
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise StoreError(
            f"{path}: cannot be written ({reason}); free space or choose another folder with -o; the shards are as "
            f"they were."
        ) from None


def add_dimensions(path: Path, survey: Survey) -> None:
    """Write the dimensions that no coordinate has written yet."""
    sizes = survey.sizes | {event: int(rows.sum()) for event, rows in survey.events.items()}
    with h5netcdf.File(path, "r+") as file:
        file.dimensions.update({dim: size for dim, size in sizes.items() if dim not in file.dimensions})


def create(file: h5py.File, survey: Survey, name: str) -> None:
    """Return an empty variable for all points, stored as it is in the shards.

    Parameters
    ----------
    file : h5py.File
        Holds all dimensions.
    survey : Survey
        What there is.
    name : str
        A variable of ``assemble.dataset`` that is no coordinate.
    """
    form = survey.forms.get(name, lazy.POINT_OF)
    event = lazy.event_of(survey, name)
    if event:
        rows = (int(survey.events[event].sum()),)
        _create(file, name, form._replace(dims=(event,)), rows, (EVENT_ROWS,), COMPRESSION, gaps=False)
        return
    sizes, n = survey.sizes, len(survey.layout.dims)
    shape = (*survey.layout.shape, *(sizes[dim] for dim in form.dims))
    with opened(next(s for s in survey.shards if name in survey.contents[s.cell].names).path) as shard:
        like = shard[name]
        whole = tuple(1 if dim == "replicate" else sizes[dim] for dim in form.dims)
        chunks = (1,) * n + (like.chunks or whole)
        kept = ("compression", "compression_opts", "shuffle", "fletcher32")
        options = {option: getattr(like, option) for option in kept} if like.chunks else COMPRESSION
    _create(file, name, lazy.of(survey, name), shape, chunks, options, gaps=survey.has_gaps(name))


def _create(
    file: h5py.File,
    name: str,
    form: Form,
    shape: tuple[int, ...],
    chunks: tuple[int, ...],
    options: dict[str, Any],
    *,
    gaps: bool,
) -> None:
    dtype = form.dtype
    chunks = tuple(max(chunk, 1) for chunk in chunks)
    # a chunk may reach beyond the end of an axis only if that axis could grow
    limits = tuple(None if chunk > size else size for chunk, size in zip(chunks, shape, strict=True))
    fill = dtype.type(np.nan) if dtype.kind == "f" else np.iinfo(dtype).min if gaps else None
    dataset = file.create_dataset(name, shape, dtype, maxshape=limits, chunks=chunks, fillvalue=fill, **options)
    if fill is not None:
        dataset.attrs["_FillValue"] = np.array([fill], dtype)
    dataset.attrs.update(form.attrs)
    for axis, dim in enumerate(form.dims):
        dataset.dims[axis].attach_scale(file[dim])


def copy_shard(file: h5py.File, survey: Survey, number: int) -> None:
    """Copy what one shard holds.

    Parameters
    ----------
    file : h5py.File
        With all variables created.
    survey : Survey
        What there is.
    number : int
        Of the shard.

    Raises
    ------
    StoreError
        If the shard cannot be read or the file not be written.
    """
    shard = survey.shards[number]
    is_first = number == 0 or survey.shards[number - 1].cell != shard.cell
    place = (
        tuple(int(index) for index in np.unravel_index(shard.cell, survey.layout.shape)) if survey.layout.dims else ()
    )
    with opened(shard.path) as source:
        for event, rows in survey.events.items():
            begin = int(rows[:number].sum())
            for name in (name for name in survey.forms if lazy.event_of(survey, name) == event):
                _write(file[name], (slice(begin, begin + int(rows[number])),), source[name][()])
            _write(file[f"{event}_point"], (slice(begin, begin + int(rows[number])),), shard.cell)
        for name in sorted(survey.contents[shard.cell].names - set(survey.coordinates)):
            dims = survey.forms[name].dims
            if lazy.event_of(survey, name) or not (is_first or "replicate" in dims):
                continue
            first = shard.first if "replicate" in dims else None
            _copy(source[name], Target(file[name], name, place, first))


def _copy(source: h5py.Dataset, target: Target) -> None:
    n = len(target.place)
    shift = target.first or 0
    if source.chunks is None or target.dataset.chunks[n:] != source.chunks or shift % source.chunks[0]:
        _copy_values(source, target, tuple(slice(0, size) for size in source.shape))
        return
    ends = (target.dataset.shape[n] - shift, *target.dataset.shape[n + 1 :])
    found: list[tuple[tuple[int, ...], int]] = []
    source.id.chunk_iter(lambda stored: found.append((stored.chunk_offset, stored.filter_mask)))
    for offset, mask in found:
        reach = [begin + chunk for begin, chunk in zip(offset, source.chunks, strict=True)]
        # beyond the end of its run a chunk holds nothing meant to be seen
        if all(end <= size or size == whole for end, size, whole in zip(reach, source.shape, ends, strict=True)):
            _copy_chunk(source, target, offset, mask)
        else:
            limits = zip(offset, reach, source.shape, strict=True)
            _copy_values(source, target, tuple(slice(begin, min(end, size)) for begin, end, size in limits))


def _copy_chunk(source: h5py.Dataset, target: Target, offset: tuple[int, ...], mask: int) -> None:
    _, stored = source.id.read_direct_chunk(offset)
    shift = target.first or 0
    with writing(Path(target.dataset.file.filename)):
        target.dataset.id.write_direct_chunk((*target.place, offset[0] + shift, *offset[1:]), stored, mask)


def _copy_values(source: h5py.Dataset, target: Target, where: tuple[slice, ...]) -> None:
    values = source[where]
    shift = target.first or 0
    _write(target.dataset, (*target.place, slice(where[0].start + shift, where[0].stop + shift), *where[1:]), values)


def _write(dataset: h5py.Dataset, where: Place, values: Any) -> None:
    with writing(Path(dataset.file.filename)):
        dataset[where] = values
