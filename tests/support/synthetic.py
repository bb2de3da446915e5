"""Datasets with known answers, in the shape of a run or a series of runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

STATES = ["OFF", "MT", "MDP", "A1", "A2", "A3", "RIGOR"]
LATTICE = {"n_crown": 49, "n_dimer": 3, "n_head": 2, "d10": 37.5, "myofibril_fraction": 0.8, "spacing_length": 1250.0}
Course = Callable[[NDArray[np.float64], dict[str, object]], object]


def noise(rng: np.random.Generator, shape: tuple[int, ...], sd: float, memory: float) -> NDArray[np.float64]:
    """Noise of a lattice: correlated in time, ``memory`` samples long (Ornstein and Uhlenbeck)."""
    keep = np.exp(-1 / memory)
    shocks = rng.normal(0, sd * np.sqrt(1 - keep**2), shape)
    shocks[..., 0] = rng.normal(0, sd, shape[:-1])
    for i in range(1, shape[-1]):
        shocks[..., i] += keep * shocks[..., i - 1]
    return shocks


def series(
    conditions: Sequence[dict[str, object]],
    time: NDArray[np.float64],
    *,
    force: Course,
    length: Course = lambda t, c: 1300.0,
    ca: Course = lambda t, c: 0.1,
    load: Course | None = None,
    atp_rate: Course = lambda t, c: 3.0,
    replicates: int = 4,
    noise_pN: float = 5.0,
    figure: str = "",
    impulses: Callable[[dict[str, object]], Sequence[float]] = lambda c: [],
    dim: str = "condition",
) -> xr.Dataset:
    """A series whose every condition follows the courses given, with noise of a fixed seed."""
    rng = np.random.default_rng(1)
    shape = (replicates, len(conditions), time.size)

    def course(function: Course) -> NDArray[np.float64]:
        rows = [np.broadcast_to(np.asarray(function(time, c), float), time.shape) for c in conditions]
        return np.broadcast_to(np.stack(rows), shape).copy()

    dims = ("replicate", dim, "time")
    active = course(force)
    attached = np.clip(active / 1500, 0.0, 0.95)
    states = np.zeros((*shape, len(STATES)))
    states[..., 3:6] = attached[..., None] * [0.2, 0.3, 0.5]
    states[..., 0] = 0.4 * (1 - attached)
    states[..., 1] = 0.1 * (1 - attached)
    states[..., 2] = 0.5 * (1 - attached)
    titin = np.full(shape, 8.0)
    table: dict[str, tuple[object, NDArray[np.float64]]] = {
        "force": (dims, active + titin + noise(rng, shape, noise_pN, 3.0)),
        "titin_force": (dims, titin),
        "hs_length": (dims, course(length)),
        "ca": (dims, course(ca)),
        "ru_open_fraction": (dims, np.clip(active / 450, 0, 1)),
        "head_state_fraction": ((*dims, "head_state"), states),
        "atp_used": (dims, np.cumsum(course(atp_rate), axis=-1) * (time[1] - time[0])),
    }
    if load is not None:
        table["load"] = (dims, course(load))
    trains = [list(impulses(c)) for c in conditions]
    longest = max(len(train) for train in trains)
    table["impulse_time"] = (
        (dim, "impulse"),
        np.array([[*train, *[np.nan] * (longest - len(train))] for train in trains]).reshape(len(trains), longest),
    )
    coords: dict[str, object] = {"time": ("time", time, {"units": "s"}), "head_state": STATES}
    for key in conditions[0]:
        coords[key] = (dim, [c[key] for c in conditions])
    attributes = {
        "figure": figure,
        "title": figure,
        "parameters": json.dumps({"lattice": LATTICE, "run": {"hs_length": 1300.0}}),
    }
    return xr.Dataset(table, coords=coords, attrs=attributes)


def both(**keys: Sequence[float]) -> list[dict[str, object]]:
    """Conditions of slow and fast fibres, every combination."""
    rows: list[dict[str, object]] = [{"fibre": "slow"}, {"fibre": "fast"}]
    for key, values in keys.items():
        rows = [{**row, key: value} for row in rows for value in values]
    return rows
