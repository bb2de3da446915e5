"""Small scenarios of the loop: a pool of 12, two lattices, and enough happening that every part is at work."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.loop import LoopScenario
from sarcomere.simulation.loop import LoopSimulation

TABLE: dict[str, Any] = {
    "title": "small scenario",
    "run": {"duration_s": 0.3, "seed": 3},
    "mtu_length": 0.9,
    "pool": {"n_units": 12},
    "muscle": {"explicit_units": 2},
    "lattice": {"n_thick": 1},
    "terminals": {"threshold_Hz": 20.0},
    "interventions": [
        {"kind": "effort", "at_s": 0.02, "x": 1.0, "hold_s": 0.2},
        {"kind": "stimulation", "at_s": 0.01, "frequency_Hz": 60.0, "count": 10},
        {"kind": "stretch", "at_s": 0.1, "over_s": 0.1, "mtu_length": 1.0},
        {"kind": "electrolytes", "at_s": 0.05, "potassium_mM": 6.0, "over_s": 0.1},
        {"kind": "tendon_stimulation", "at_s": 0.03},
        {"kind": "walking", "at_s": 0.2, "duration_s": 2.0},
    ],
}
RESTING: dict[str, Any] = {"interventions": []}
NO_LATTICE: dict[str, Any] = {"muscle": {"explicit_units": 0}}


def table(*changes: dict[str, Any]) -> dict[str, Any]:
    """The small scenario's table with changes, each put into the table of its name."""
    merged = copy.deepcopy(TABLE)
    for change in changes:
        for key, value in change.items():
            merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) else value
    return merged


def scenario(*changes: dict[str, Any]) -> LoopScenario:
    """The small scenario with changes."""
    return from_dict(table(*changes))


def kept(simulation: LoopSimulation) -> dict[str, list[np.ndarray]]:
    """A copy of all that changes."""
    return {name: [array.copy() for array in arrays] for name, arrays in simulation.state_arrays().items()}


def put_back(simulation: LoopSimulation, saved: dict[str, list[np.ndarray]], but: str = "") -> None:
    """All that changes as it was saved, but for one array."""
    for name, arrays in simulation.state_arrays().items():
        for array, values in zip(arrays, saved[name], strict=True):
            if name != but:
                array[...] = values


def unlike(a: dict[str, list[np.ndarray]], b: dict[str, list[np.ndarray]]) -> list[str]:
    """Names of the arrays that are not the same bit for bit."""
    assert a.keys() == b.keys()
    return [name for name in a if any(x.tobytes() != y.tobytes() for x, y in zip(a[name], b[name], strict=True))]
