"""What is recorded: variables with their dimensions, units and names, and the samples of some steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Variable(NamedTuple):
    """One recorded variable.

    Attributes
    ----------
    name, units, long_name, dtype : str
        As they stand in the file.
    dims : tuple of str
        Dimensions in the file.
    read : callable, optional
        Takes what is sampled and returns the value at the end of a step.
    """

    name: str
    dims: tuple[str, ...]
    units: str
    long_name: str
    dtype: str = "f4"
    read: Callable[[Any], Any] | None = None


class Event(NamedTuple):
    """Flat tables of events: one row each."""

    name: str  # dimension, and prefix of its columns
    long_name: str
    columns: tuple[tuple[str, str, str, str], ...]  # name, unit, meaning, dtype

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Its columns as variables."""
        return tuple(
            Variable(f"{self.name}_{column}", (self.name,), units, f"{meaning} of each entry: {self.long_name}", dtype)
            for column, units, meaning, dtype in self.columns
        )


TIME = Variable("time", ("time",), "s", "time", "f8")


class Block(NamedTuple):
    """Samples of all rows of a run over some steps, and the events in them.

    Attributes
    ----------
    columns : dict of str to ndarray
        New values by variable, ``time`` among them.
    growth : dict of str to int
        Rows by which each unlimited dimension grows.
    """

    columns: dict[str, NDArray[Any]]
    growth: dict[str, int]

    @property
    def time(self) -> NDArray[np.float64]:
        """Times of the samples, s."""
        return self.columns["time"]


def block_of(variables: tuple[Variable, ...], columns: Mapping[str, NDArray[Any]], growing: tuple[str, ...]) -> Block:
    """Gather the columns of a block and count the rows by which each unlimited dimension grows.

    Parameters
    ----------
    variables : tuple of Variable
        What is recorded.
    columns : mapping of str to ndarray
        New values of each of them.
    growing : tuple of str
        Unlimited dimensions; each has a variable along it.

    Returns
    -------
    Block
    """
    rows = {}
    for dim in growing:
        along = next(v for v in variables if dim in v.dims)
        rows[dim] = columns[along.name].shape[along.dims.index(dim)]
    return Block({v.name: columns[v.name] for v in variables}, rows)
