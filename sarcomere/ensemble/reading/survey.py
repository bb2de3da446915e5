"""What the finished shards of a sweep hold together, found by looking into one shard of each point."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.ensemble.design.layout import Layout
from sarcomere.ensemble.shards.structure import Contents, Form, Structure, contents, opened, structure


class Stored(NamedTuple):
    """One finished file: so many replicates of one point."""

    path: Path
    cell: int  # place of its point, counted through the dimensions of the points in order
    first: int
    size: int  # number of replicates


class Survey(NamedTuple):
    """Finished shards, in order of place and replicate, and what is in them."""

    layout: Layout
    replicates: int
    shards: tuple[Stored, ...]
    forms: dict[str, Form]
    coordinates: tuple[str, ...]
    contents: dict[int, Contents]  # by place of the point
    events: dict[str, NDArray[np.int64]]  # rows of each table of events, by shard

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which runs are there, by place of the point and replicate."""
        done = np.zeros((self.layout.size, self.replicates), dtype=bool)
        for shard in self.shards:
            done[shard.cell, shard.first : shard.first + shard.size] = True
        return done

    @property
    def sizes(self) -> dict[str, int]:
        """Size of each dimension of a run: the largest that any point has."""
        found: dict[str, int] = {}
        for point in self.contents.values():
            for dim, size in point.sizes.items():
                found[dim] = max(size, found.get(dim, 0))
        return {dim: size for dim, size in found.items() if dim not in self.events} | {"replicate": self.replicates}

    def has_gaps(self, name: str) -> bool:
        """Whether runs are missing, or points lack the variable or have fewer rows of it than others."""
        form, sizes = self.forms[name], self.sizes
        own = [dim for dim in form.dims if dim != "replicate"]
        return not self._is_whole(with_replicates="replicate" in form.dims) or any(
            name not in point.names or any(point.sizes[dim] < sizes[dim] for dim in own)
            for point in self.contents.values()
        )

    def _is_whole(self, *, with_replicates: bool) -> bool:
        return bool(self.done.all()) if with_replicates else len(self.contents) == self.layout.size


def survey(layout: Layout, replicates: int, shards: Sequence[Stored]) -> Survey:
    """Look into one shard of each point, and count the events of all.

    Parameters
    ----------
    layout : Layout
        Where each point lies.
    replicates : int
        Of each point.
    shards : sequence of Stored
        The finished ones, at least one.

    Returns
    -------
    Survey

    Raises
    ------
    StoreError
        If a shard cannot be read.
    """
    shards = sorted(shards, key=lambda shard: (shard.cell, shard.first))
    known: dict[frozenset[str], Structure] = {}
    points: dict[int, Contents] = {}
    counts: dict[str, list[int]] = {}
    for shard in shards:
        if shard.cell in points and not counts:
            continue
        with opened(shard.path) as file:
            names = frozenset(file)
            if names not in known:
                known[names] = structure(file)
            if shard.cell not in points:
                points[shard.cell] = _of_whole_point(contents(file, known[names]), replicates)
            for event in _events(known[names].forms):
                counts.setdefault(event, []).append(file[f"{event}_replicate"].shape[0])
    forms = {name: form for found in known.values() for name, form in found.forms.items()}
    coordinates = {name: None for found in known.values() for name in found.forms if name in found.coordinates}
    events = {event: np.array(rows, dtype=np.int64) for event, rows in counts.items()}
    return Survey(layout, replicates, tuple(shards), forms, tuple(coordinates), points, events)


def _events(forms: Mapping[str, Form]) -> list[str]:
    """Return dimensions of flat tables of events, each with a column that says to which replicate a row belongs."""
    columns = [form.dims[0] for name, form in forms.items() if len(form.dims) == 1]
    return [dim for dim in dict.fromkeys(columns) if f"{dim}_replicate" in forms]


def _of_whole_point(found: Contents, replicates: int) -> Contents:
    """Return attributes as of a run of all replicates in one file."""
    parameters = found.attrs["parameters"]
    run = {**parameters["run"], "first_replicate": 0, "replicates": replicates}
    return found._replace(attrs={**found.attrs, "parameters": {**parameters, "run": run}})


def common(tables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Find what all tables say; ``None`` where they differ.

    Parameters
    ----------
    tables : sequence of mapping
        Nested tables, at least one.

    Returns
    -------
    dict
    """
    first = tables[0]
    said: dict[str, Any] = {}
    for key in dict.fromkeys(key for table in tables for key in table):
        below = [row for table in tables if isinstance(row := table.get(key), Mapping)]
        if len(below) == len(tables):
            said[key] = common(below)
        else:
            said[key] = first[key] if all(key in table and table[key] == first.get(key) for table in tables) else None
    return said


def differing(table: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Find what a table says beyond what is common to all.

    Parameters
    ----------
    table : mapping
        Nested tables.
    base : mapping
        What is ``common`` to it and others.

    Returns
    -------
    dict
        Nested like the table.
    """
    own: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(base[key], Mapping):
            if below := differing(value, base[key]):
                own[key] = below
        elif base[key] is None and value is not None:
            own[key] = value
    return own


def attributes_text(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes as a file holds them: the common ones, parameters as the JSON text of provenance.

    Parameters
    ----------
    attrs : mapping
        With ``parameters`` as nested tables.

    Returns
    -------
    dict
    """
    text = json.dumps(attrs["parameters"], sort_keys=True)
    return {**{name: value for name, value in attrs.items() if value is not None}, "parameters": text}
