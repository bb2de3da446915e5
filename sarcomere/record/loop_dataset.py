"""An episode as a labelled xarray Dataset."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.organs.variables import EVENTS, EpisodeBlock, recorded
from sarcomere.parameters import FIBRE_TYPES
from sarcomere.record import provenance
from sarcomere.scenario.loop import LoopScenario
from sarcomere_kernels import types as k
from sarcomere_kernels.muscle import Muscle


def dataset(episode: LoopScenario, muscle: Muscle, full_force: float, blocks: Sequence[EpisodeBlock]) -> xr.Dataset:
    """Label the samples and events of a run.

    Parameters
    ----------
    episode : LoopScenario
        What was run.
    muscle : sarcomere_kernels.muscle.Muscle
        Its units and groups.
    full_force : float
        F0, N.
    blocks : sequence of EpisodeBlock
        In order of time.

    Returns
    -------
    xarray.Dataset
        Variables of ``cramp.recorder``, with coordinates, units, long names and provenance.
    """
    n_explicit = int((muscle.representative >= 0).sum())
    variables = {}
    for variable in recorded(n_explicit):
        axis = variable.dims.index("time")
        values = np.concatenate([block.values[variable.name] for block in blocks], axis=axis)
        attributes = {"units": variable.units, "long_name": variable.long_name}
        variables[variable.name] = xr.Variable(variable.dims, values.astype(variable.dtype), attributes)
    for event in EVENTS:
        for column, units, meaning, dtype in event.columns:
            name = f"{event.name}_{column}"
            values = np.concatenate([block.events[name] for block in blocks])
            attributes = {"units": units, "long_name": f"{meaning} of each entry: {event.long_name}"}
            variables[name] = xr.Variable(event.name, values.astype(dtype), attributes)
    time = np.concatenate([block.time for block in blocks])
    made_by = provenance.attributes(episode)
    return xr.Dataset(
        variables,
        _coordinates(muscle, episode.run.numbers, time),
        {**made_by, "kind": "cramp", "n_explicit": n_explicit, "full_force_N": full_force},
    )


def _coordinates(muscle: Muscle, numbers: range, time: NDArray[np.float64]) -> dict[str, xr.Variable]:
    units = np.arange(muscle.group.size)
    groups = np.arange(muscle.representative.size)
    middle = [units[muscle.group == g][int((muscle.group == g).sum()) // 2] for g in groups]
    chosen = np.where(muscle.representative >= 0, muscle.representative, middle)

    def of(dim: str, values: NDArray | list[int], meaning: str, units: str = "1") -> xr.Variable:
        return xr.Variable(dim, values, {"long_name": meaning, "units": units})

    fibre = np.array(FIBRE_TYPES)
    return {
        "replicate": of("replicate", list(numbers), "repetition"),
        "time": xr.Variable("time", time, {"units": "s", "long_name": "time", "axis": "T"}),
        "motor_unit": of("motor_unit", units + 1, "motor unit, the smallest first"),
        "capacity": of("motor_unit", muscle.capacity, "share of the muscle's cross-section"),
        "unit_fibre": xr.Variable("motor_unit", fibre[muscle.fibre], {"long_name": "fibre type"}),
        "unit_group": of("motor_unit", muscle.group, "group that the unit belongs to"),
        "group": of("group", groups, "motor units that follow one representative"),
        "group_unit": of("group", chosen + 1, "motor unit that represents the group"),
        "fibre": xr.Variable("group", fibre[muscle.group_fibre], {"long_name": "fibre type"}),
        "group_weight": of("group", np.bincount(muscle.group, muscle.capacity), "share of the cross-section"),
        "head_state": xr.Variable("head_state", list(k.STATE_NAMES), {"long_name": "chemical state of a head"}),
    }
