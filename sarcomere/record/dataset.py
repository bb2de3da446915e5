"""A run as a labelled xarray Dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.half_sarcomere.variables import DWELL, IMPULSES, dwell_edges, in_file, recorded
from sarcomere.record import provenance
from sarcomere.record.variable import Block, Variable
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.keys import coordinate_attributes
from sarcomere.scenario.series import conditions
from sarcomere_kernels import types as k


def dataset(
    scenario: FibreScenario,
    impulses: Mapping[int, NDArray[np.float64]],
    blocks: Sequence[Block],
    dwell: NDArray[np.int64],
) -> xr.Dataset:
    """Label the samples of a run.

    Parameters
    ----------
    scenario : FibreScenario
        What was run.
    impulses : mapping of int to ndarray
        Impulse times (s) by motor unit or number of the condition.
    blocks : sequence of Block
        Samples in order of time.
    dwell : ndarray, shape (replicate, motor_unit or condition, exit_path, dwell)
        Attachments that ended.

    Returns
    -------
    xarray.Dataset
        Variables of ``recorder``, with coordinates, units, long names and provenance.
    """
    variables = {v.name: _joined(v, [block.values[v.name] for block in blocks]) for v in recorded(scenario)}
    variables[DWELL.name] = _labelled(in_file(DWELL, scenario), dwell)
    variables[IMPULSES.name] = _labelled(in_file(IMPULSES, scenario), impulse_table(impulses))
    ds = xr.Dataset(variables, attrs=provenance.attributes(scenario))
    return ds.assign_coords(_coordinates(scenario, blocks))


def _labelled(variable: Variable, values: NDArray[Any]) -> xr.Variable:
    attributes = {"units": variable.units, "long_name": variable.long_name}
    return xr.Variable(variable.dims, values.astype(variable.dtype), attributes)


def _joined(variable: Variable, parts: list[NDArray[Any]]) -> xr.Variable:
    axis = next(i for i, dim in enumerate(variable.dims) if dim in ("time", "snapshot_time"))
    return _labelled(variable, np.concatenate(parts, axis=axis))


def impulse_table(impulses: Mapping[int, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Impulse times as one table, a row for each motor unit or condition, NaN beyond its last impulse.

    Parameters
    ----------
    impulses : mapping of int to ndarray
        Impulse times (s) in the order of the batch.

    Returns
    -------
    ndarray, shape (motor_unit or condition, impulse)
    """
    longest = max((times.size for times in impulses.values()), default=0)
    table = np.full((len(impulses), longest), np.nan)
    for row, times in zip(table, impulses.values(), strict=True):
        row[: times.size] = times
    return table


def _batch_coordinates(scenario: FibreScenario) -> dict[str, xr.Variable]:
    """Labels of what ran side by side."""
    if scenario.series is None:
        dim, units = "motor_unit", scenario.motor_units
        labels = {dim: xr.Variable(dim, [unit.id for unit in units], {"long_name": "motor unit"})}
    else:
        dim, units = "condition", [condition.motor_units[0] for condition in scenario.conditions]
        labels = {dim: xr.Variable(dim, np.arange(len(units)), {"long_name": "condition of the series"})}
    labels["fibre"] = xr.Variable(dim, [unit.fibre for unit in units], {"long_name": "fibre type"})
    labels["n_fibres"] = xr.Variable(
        dim, [unit.n_fibres for unit in units], {"units": "1", "long_name": "fibres of the motor unit"}
    )
    if scenario.series is not None:
        keys = {name: key for vary in scenario.series.vary for name, key in zip(vary.names, vary.keys, strict=True)}
        for name, key in keys.items():
            values = [condition.by_name[name] for condition in conditions(scenario.series)]
            labels[name] = xr.Variable(dim, _plain(values), coordinate_attributes(key, name))
    return labels


def _plain(values: list[Any]) -> list[Any]:
    """Numbers as they are, anything else as text."""
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return [float(value) for value in values] if numbers else [str(value) for value in values]


def _coordinates(scenario: FibreScenario, blocks: Sequence[Block]) -> dict[str, xr.Variable]:
    coordinates = {
        "replicate": xr.Variable("replicate", list(scenario.run.numbers), {"long_name": "repetition"}),
        **_batch_coordinates(scenario),
        "time": xr.Variable(
            "time", np.concatenate([b.time for b in blocks]), {"units": "s", "long_name": "time", "axis": "T"}
        ),
        "head_state": xr.Variable("head_state", list(k.STATE_NAMES), {"long_name": "chemical state of a head"}),
        "exit_path": xr.Variable("exit_path", list(k.EXIT_NAMES), {"long_name": "how an attachment ended"}),
        "dwell": xr.Variable(
            "dwell", dwell_edges(scenario.numerics.step_ms), {"units": "ms", "long_name": "attachment lasted at least"}
        ),
    }
    if scenario.snapshot_every:
        times = np.concatenate([b.snapshot_time for b in blocks])
        coordinates["snapshot_time"] = xr.Variable(
            "snapshot_time", times, {"units": "s", "long_name": "time of the head-by-head snapshot"}
        )
    # seconds since the start are plain numbers, not dates to be decoded
    return coordinates
