"""All runs of a sweep as one labelled Dataset."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.core import indexing

from sarcomere.ensemble.reading import lazy
from sarcomere.ensemble.reading.survey import Survey, attributes_text, common, differing


def dataset(survey: Survey) -> xr.Dataset:
    """Label what the shards hold; nothing of it is read yet but coordinates.

    Parameters
    ----------
    survey : Survey
        What there is.

    Returns
    -------
    xarray.Dataset
        As ``open_ensemble`` gives it.
    """
    data = {name: _variable(survey, name) for name in survey.forms if name not in survey.coordinates}
    for event in survey.events:
        name = f"{event}_point"
        data[name] = xr.Variable(event, _lazily(lazy.Events(survey, event, name)), lazy.POINT_OF.attrs)
    points = [survey.contents[cell].attrs for cell in sorted(survey.contents)]
    return xr.Dataset(data, _coordinates(survey), attributes_text(common(points)))


def _lazily(values: lazy.Stacked | lazy.Events) -> indexing.LazilyIndexedArray:
    return indexing.LazilyIndexedArray(values)


def _variable(survey: Survey, name: str) -> xr.Variable:
    form = survey.forms[name]
    if event := lazy.event_of(survey, name):
        return xr.Variable(event, _lazily(lazy.Events(survey, event, name)), form.attrs, {"dtype": form.dtype})
    chunks: dict[str, int | tuple[int, ...]] = dict.fromkeys(survey.layout.dims, 1)
    if "replicate" in form.dims:
        edges = sorted({shard.first + shard.size for shard in survey.shards} | {survey.replicates})
        chunks["replicate"] = tuple(np.diff([0, *edges]).tolist())
    encoding = {"dtype": form.dtype, "preferred_chunks": chunks}
    return xr.Variable(lazy.of(survey, name).dims, _lazily(lazy.Stacked(survey, name)), form.attrs, encoding)


def _coordinates(survey: Survey) -> dict[str, xr.Variable]:
    layout = survey.layout
    found = dict(layout.coordinates)
    replicate = survey.forms["replicate"]
    found["replicate"] = xr.Variable("replicate", np.arange(survey.replicates), replicate.attrs)
    for name in survey.coordinates:
        if name != "replicate":
            found[name] = _coordinate(survey, name)
    done = survey.done.reshape(*layout.shape, survey.replicates)
    found["done"] = xr.Variable((*layout.dims, "replicate"), done, {"long_name": "whether the run is there"})
    for dim, size in survey.sizes.items():
        own = _by_cell(survey, [point.sizes.get(dim, 0) for _, point in sorted(survey.contents.items())], 0)
        if dim != "replicate" and (own[sorted(survey.contents)] < size).any():
            meaning = {"long_name": f"own length of {dim}, beyond which there is nothing", "whole_size": size}
            found[f"{dim}_size"] = xr.Variable(layout.dims, own.reshape(layout.shape), meaning)
    found["own_attributes"] = xr.Variable(
        layout.dims,
        _own_attributes(survey),
        {"long_name": "JSON of attributes and variables that only some points have"},
    )
    return found


def _coordinate(survey: Survey, name: str) -> xr.Variable:
    """Return one for all points if they agree as far as each of them goes, else one for each point."""
    form = survey.forms[name]
    rows = {cell: point.coordinates[name] for cell, point in survey.contents.items() if name in point.names}
    longest = max(rows.values(), key=len)
    if len(form.dims) == 1 and all(np.array_equal(row, longest[: row.size]) for row in rows.values()):
        return xr.Variable(form.dims, longest, form.attrs)
    shape = [survey.sizes[dim] for dim in form.dims]
    whole = len(rows) == survey.layout.size and all(row.shape == tuple(shape) for row in rows.values())
    dtype = longest.dtype if whole else lazy.with_gaps(longest.dtype)
    if dtype.kind == "U":
        dtype = np.result_type(*(row.dtype for row in rows.values()))
    table: NDArray[Any] = np.full((survey.layout.size, *shape), np.nan if dtype.kind == "f" else dtype.type(), dtype)
    for cell, row in rows.items():
        table[cell][tuple(slice(size) for size in row.shape)] = row
    return xr.Variable(lazy.of(survey, name).dims, table.reshape(*survey.layout.shape, *shape), form.attrs)


def _by_cell(survey: Survey, found: list[Any], missing: Any) -> NDArray[Any]:
    """Return a value for each point, in the order of their places."""
    table = np.full(survey.layout.size, missing)
    table[sorted(survey.contents)] = found
    return table


def _own_attributes(survey: Survey) -> NDArray[np.str_]:
    """Find what ``select_run`` puts back, so that a point is the run it was."""
    base = common([survey.contents[cell].attrs for cell in sorted(survey.contents)])
    texts = [""] * survey.layout.size
    for cell, point in survey.contents.items():
        absent = sorted(survey.forms.keys() - point.names)
        own = differing(point.attrs, base) | ({"absent": absent} if absent else {})
        texts[cell] = json.dumps(own, sort_keys=True)
    return np.array(texts).reshape(survey.layout.shape)
