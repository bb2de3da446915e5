"""A run, or its beginning, as a labelled xarray Dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.recording.variable import Block, Variable


def label(variable: Variable, values: NDArray[Any]) -> xr.Variable:
    """Give values their dimensions, unit and long name; units are left out of text."""
    attributes = {"units": variable.units, "long_name": variable.long_name}
    if not variable.units:
        del attributes["units"]
    return xr.Variable(variable.dims, values.astype(variable.dtype), attributes)


def dataset(
    blocks: Sequence[Block],
    variables: Sequence[Variable],
    totals: Mapping[Variable, NDArray[Any]],
    coordinates: Mapping[str, xr.Variable],
    attributes: Mapping[str, Any],
) -> xr.Dataset:
    """Label the samples of a run.

    Parameters
    ----------
    blocks : sequence of Block
        Samples in order of time.
    variables : sequence of Variable
        What they hold; a variable named after its only dimension becomes a coordinate.
    totals : mapping of Variable to ndarray
        What is known of the whole run, not against time.
    coordinates : mapping of str to xarray.Variable
        Labels that do not grow.
    attributes : mapping
        Global attributes.

    Returns
    -------
    xarray.Dataset
    """
    growing = blocks[0].growth
    labelled = {}
    for variable in variables:
        axis = next(i for i, dim in enumerate(variable.dims) if dim in growing)
        labelled[variable.name] = label(variable, np.concatenate([b.columns[variable.name] for b in blocks], axis=axis))
    labelled |= {variable.name: label(variable, values) for variable, values in totals.items()}
    axes = {name: labelled.pop(name) for name in list(labelled) if labelled[name].dims == (name,)}
    if "time" in axes:
        axes["time"].attrs["axis"] = "T"
    return xr.Dataset(labelled, {**coordinates, **axes}, dict(attributes))
