"""Coordinates of a run: labels of what does not grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sarcomere.half_sarcomere import codes as k
from sarcomere.half_sarcomere.variables import dwell_edges
from sarcomere.organs.muscle import Muscle
from sarcomere.parameters import FIBRE_TYPES
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.keys import coordinate_attributes
from sarcomere.scenario.series import conditions

if TYPE_CHECKING:
    import xarray as xr

FIBRE_LABELS = frozenset({"motor_unit", "condition", "fibre", "n_fibres"})
LOOP_LABELS = frozenset(
    {"motor_unit", "fibre", "capacity", "unit_group", "group", "group_unit", "group_fibre", "group_weight"}
)


def of_fibres(scenario: FibreScenario) -> dict[str, xr.Variable]:
    """Label replicates, and motor units or conditions, of a run of half-sarcomeres.

    Parameters
    ----------
    scenario : FibreScenario
        What is run.

    Returns
    -------
    dict of str to xarray.Variable
    """
    import xarray as xr  # loading it takes a quarter of a second, which the first step need not wait for

    edges = dwell_edges(scenario.numerics.step_ms)
    return {
        **_common(scenario.run.numbers),
        **_batch_coordinates(scenario),
        "exit_path": xr.Variable("exit_path", list(k.EXIT_NAMES), {"long_name": "how an attachment ended"}),
        "dwell": xr.Variable("dwell", edges, {"units": "ms", "long_name": "attachment lasted at least"}),
    }


def _common(numbers: range) -> dict[str, xr.Variable]:
    """Label what every kind of run has: replicates and states of heads."""
    import xarray as xr

    return {
        "replicate": xr.Variable("replicate", list(numbers), {"long_name": "repetition", "units": "1"}),
        "head_state": xr.Variable("head_state", list(k.STATE_NAMES), {"long_name": "chemical state of a head"}),
    }


def _motor_units(ids: list[int]) -> xr.Variable:
    import xarray as xr

    return xr.Variable("motor_unit", ids, {"long_name": "motor unit", "units": "1"})


def _fibre_types(dim: str, names: Sequence[str]) -> xr.Variable:
    import xarray as xr

    return xr.Variable(dim, list(names), {"long_name": "fibre type"})


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
    import xarray as xr

    if scenario.series is None:
        dim, units = "motor_unit", scenario.motor_units
        labels = {dim: _motor_units([unit.id for unit in units])}
    else:
        dim, units = "condition", [condition.motor_units[0] for condition in scenario.conditions]
        labels = {dim: xr.Variable(dim, np.arange(len(units)), {"long_name": "condition of the series"})}
    labels["fibre"] = _fibre_types(dim, [unit.fibre for unit in units])
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


def of_loop(muscle: Muscle, numbers: range) -> dict[str, xr.Variable]:
    """Label replicates, motor units and groups of the closed loop.

    Parameters
    ----------
    muscle : sarcomere_kernels.muscle.Muscle
        Its units and groups.
    numbers : range
        Of the replicates.

    Returns
    -------
    dict of str to xarray.Variable
    """
    import xarray as xr

    units = np.arange(muscle.group.size)
    groups = np.arange(muscle.representative.size)
    middle = [units[muscle.group == g][int((muscle.group == g).sum()) // 2] for g in groups]
    chosen = np.where(muscle.representative >= 0, muscle.representative, middle)

    def of(dim: str, values: NDArray[np.number] | list[int], meaning: str, units: str = "1") -> xr.Variable:
        return xr.Variable(dim, values, {"long_name": meaning, "units": units})

    return {
        **_common(numbers),
        "motor_unit": _motor_units((units + 1).tolist()),
        "fibre": _fibre_types("motor_unit", [FIBRE_TYPES[code] for code in muscle.fibre]),
        "capacity": of("motor_unit", muscle.capacity, "share of the muscle's cross-section"),
        "unit_group": of("motor_unit", muscle.group, "group that the unit belongs to"),
        "group": of("group", groups, "motor units that follow one representative"),
        "group_unit": of("group", chosen + 1, "motor unit that represents the group"),
        "group_fibre": _fibre_types("group", [FIBRE_TYPES[code] for code in muscle.group_fibre]),
        "group_weight": of("group", np.bincount(muscle.group, muscle.capacity), "share of the cross-section"),
    }
