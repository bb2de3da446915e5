"""How the points of a sweep are laid out as dimensions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sarcomere.scenario.keys import coordinate_attributes

POINT = {"long_name": "number of the point in the sweep"}


class Layout(NamedTuple):
    """Dimensions of the points, and which point lies where."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    coordinates: dict[str, xr.Variable]
    cells: tuple[int, ...]  # by point: its place, counted through the dimensions in order

    @property
    def size(self) -> int:
        """Number of points."""
        return math.prod(self.shape)


def grid(names: Mapping[str, str], points: Sequence[Mapping[str, Any]]) -> Layout:
    """Return a dimension for each key.

    Parameters
    ----------
    names : mapping of str to str
        What each varied key is called.
    points : sequence of mapping
        Value by key; every combination of the keys' values.

    Returns
    -------
    Layout
    """
    axes = {key: list(dict.fromkeys(map(_plain, (point[key] for point in points)))) for key in names}
    shape = tuple(len(axis) for axis in axes.values())
    places = [tuple(axes[key].index(_plain(point[key])) for key in names) for point in points]
    cells = tuple(int(np.ravel_multi_index(place, shape)) if shape else 0 for place in places)
    dims = tuple(names.values())
    number = xr.Variable(dims, np.arange(math.prod(shape)).reshape(shape), POINT)
    labels = {name: _label(name, key, (name,), axes[key]) for key, name in names.items()}
    return Layout(dims, shape, {**labels, "point": number}, cells)


def listed(names: Mapping[str, str], points: Sequence[Mapping[str, Any]]) -> Layout:
    """Return one dimension, ``point``, along which the keys are coordinates.

    Parameters
    ----------
    names : mapping of str to str
        What each varied key is called.
    points : sequence of mapping
        Value by key.

    Returns
    -------
    Layout
    """
    number = xr.Variable("point", np.arange(len(points)), POINT)
    labels = {
        name: _label(name, key, ("point",), [_plain(point[key]) for point in points]) for key, name in names.items()
    }
    return Layout(("point",), (len(points),), {"point": number, **labels}, tuple(range(len(points))))


def _plain(value: Any) -> float | str:
    """Return numbers and truth values as they are, anything else as text."""
    return value if isinstance(value, int | float) else str(value)


def _label(name: str, key: str, dims: tuple[str, ...], values: Sequence[float | str]) -> xr.Variable:
    kinds = {bool if isinstance(value, bool) else str if isinstance(value, str) else float for value in values}
    plain = np.array(values if len(kinds) == 1 else [str(value) for value in values])
    return xr.Variable(dims, plain, coordinate_attributes(key, name))
