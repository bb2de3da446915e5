"""Variables of a sweep that are read, shard by shard, where and when they are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from sarcomere.ensemble.reading.survey import Stored, Survey
from sarcomere.ensemble.shards.structure import Form, opened

# What a table of events has besides its columns in a run.
POINT_OF = Form((), np.dtype("i4"), {"units": "1", "long_name": "number of the point that each entry belongs to"})
Axes = list[NDArray[np.int64]]


def with_gaps(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return a type that can say that nothing is there; for whole numbers the one that xarray takes."""
    if dtype.kind in "iu":
        return np.dtype("f4" if dtype.itemsize <= 2 else "f8")
    return dtype


class _Lazy(BackendArray, ABC):
    """An array that is read by indices along each axis."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Read what the key selects."""
        outer = indexing.IndexingSupport.OUTER
        found: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._outer)
        return found

    def _outer(self, key: tuple[Any, ...]) -> NDArray[Any]:
        axes = [np.atleast_1d(np.arange(size)[part]) for size, part in zip(self.shape, key, strict=True)]
        kept = tuple(0 if np.ndim(part) == 0 and not isinstance(part, slice) else slice(None) for part in key)
        return self.read(axes)[kept]

    @abstractmethod
    def read(self, axes: Axes) -> NDArray[Any]:
        """Return values at every combination of indices."""


class Stacked(_Lazy):
    """One variable over all points, in front of the dimensions that it has in a run.

    Parameters
    ----------
    survey : Survey
        Where it lies.
    name : str
        Variable of a run.
    """

    def __init__(self, survey: Survey, name: str) -> None:
        form, sizes = survey.forms[name], survey.sizes
        self.name, self.layout = name, survey.layout
        self.replicated = "replicate" in form.dims
        self.shape = (*survey.layout.shape, *(sizes[dim] for dim in form.dims))
        self.dtype = with_gaps(form.dtype) if survey.has_gaps(name) else form.dtype
        self.shards: dict[int, list[Stored]] = {}
        for shard in survey.shards:
            if name in survey.contents[shard.cell].names:
                self.shards.setdefault(shard.cell, []).append(shard)

    def read(self, axes: Axes) -> NDArray[Any]:
        """Return values at every combination of indices; NaN where there is none."""
        n = len(self.layout.shape)
        out = np.full([axis.size for axis in axes], np.nan if self.dtype.kind == "f" else 0, self.dtype)
        points = np.ix_(*axes[:n])
        cells = np.ravel_multi_index(points, self.layout.shape) if n else np.array(0)
        for place in np.ndindex(*(axis.size for axis in axes[:n])):
            for shard, mine, theirs in self._wanted(int(cells[place]), axes[n:]):
                _copy(shard, self.name, out[place], mine, theirs)
        return out

    def _wanted(self, cell: int, axes: Axes) -> Iterator[tuple[Stored, Axes, Axes]]:
        """Return shards of a point that hold some of it: where it goes, and where it lies in the shard."""
        here = [np.arange(axis.size) for axis in axes]
        for shard in self.shards.get(cell, []):
            if not self.replicated:
                yield shard, here, axes
                return
            inside = np.flatnonzero((axes[0] >= shard.first) & (axes[0] < shard.first + shard.size))
            if inside.size:
                yield shard, [inside, *here[1:]], [axes[0][inside] - shard.first, *axes[1:]]


def _copy(shard: Stored, name: str, out: NDArray[Any], mine: Axes, theirs: Axes) -> None:
    """Read the smallest block that holds all that is wanted of a shard, and take it from there."""
    with opened(shard.path) as file:
        dataset = file[name]
        held = [axis < size for axis, size in zip(theirs, dataset.shape, strict=True)]
        mine = [axis[kept] for axis, kept in zip(mine, held, strict=True)]
        theirs = [axis[kept] for axis, kept in zip(theirs, held, strict=True)]
        if all(axis.size for axis in theirs):
            block = dataset[tuple(slice(int(axis.min()), int(axis.max()) + 1) for axis in theirs)]
            out[np.ix_(*mine)] = block[np.ix_(*(axis - axis.min() for axis in theirs))]


class Events(_Lazy):
    """One column of a table of events, those of one shard after those of another.

    Parameters
    ----------
    survey : Survey
        Where it lies.
    event : str
        Table, such as ``spike``.
    name : str
        Column of it in a run, or ``<event>_point``.
    """

    def __init__(self, survey: Survey, event: str, name: str) -> None:
        self.name, self.shards, self.in_run = name, survey.shards, name in survey.forms
        self.begin = np.concatenate([[0], np.cumsum(survey.events[event])])
        self.shape = (int(self.begin[-1]),)
        self.dtype = survey.forms.get(name, POINT_OF).dtype

    def read(self, axes: Axes) -> NDArray[Any]:
        """Return values at the indices."""
        (axis,) = axes
        owner = np.searchsorted(self.begin, axis, side="right") - 1
        if not self.in_run:
            return np.array([shard.cell for shard in self.shards], dtype=self.dtype)[owner]
        out = np.empty(axis.size, self.dtype)
        for number in np.unique(owner):
            mine = np.flatnonzero(owner == number)
            _copy(self.shards[number], self.name, out, [mine], [axis[mine] - self.begin[number]])
        return out


def of(survey: Survey, name: str) -> Form:
    """Return form of a variable over all points."""
    form = survey.forms[name]
    return form._replace(dims=(*survey.layout.dims, *form.dims))


def event_of(survey: Survey, name: str) -> str:
    """Return table of events that a variable is a column of, or an empty text."""
    if name in survey.forms:
        dims = survey.forms[name].dims
        return dims[0] if len(dims) == 1 and dims[0] in survey.events else ""
    return next((event for event in survey.events if name == f"{event}_point"), "")
