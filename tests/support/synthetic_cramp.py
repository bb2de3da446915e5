"""Cramp runs whose impulses are given, with courses of all else that follow from them in a simple way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.signal import lfilter

from tests.support.synthetic import STATES

Train = Sequence[float] | NDArray[np.float64]
Values = NDArray[np.float64]
STEP_S = 0.005
AXON_S = 0.015  # spikes lead impulses by this
F0_N = 600.0
SILENT: list[float] = []
TRAIN = {"kind": "stimulation", "at_s": 1.0, "frequency_Hz": 20.0, "count": 21}  # until 2 s


def regular(rate: float, start: float, stop: float) -> Values:
    """Impulses from start on, as many as fit before stop."""
    return np.arange(start, stop - 1e-9, 1 / rate)


def units(n: int, *given: object) -> list[list[list[float]]]:
    """One replicate of n units, the first of which have these impulses."""
    rows = [list(np.asarray(train, dtype=float)) for train in given]
    return [rows + [SILENT] * (n - len(rows))]


def cramp(stop: float = 12.0, firing: int = 6, n: int = 20) -> list[list[list[float]]]:
    """Units that fire at 10 Hz from the end of the train on, the first a little earlier than the second."""
    return units(n, *[regular(10.0, 2.06 + 0.005 * i, stop) for i in range(firing)])


def lagged(values: Values, tau: float) -> Values:
    """First-order lag along the last axis, from 0."""
    keep = np.exp(-STEP_S / tau)
    return np.asarray(lfilter([1 - keep], [1, -keep], values, axis=-1))


def flat(name: str, rows: Sequence[Sequence[Train]], dim: str, shift: float = 0.0) -> dict[str, Any]:
    """Trains by replicate and unit as one table in order of time."""
    entries = sorted((t + shift, i + 1, r) for r, row in enumerate(rows) for i, train in enumerate(row) for t in train)
    columns = np.array(entries, dtype=float).reshape(-1, 3)
    return {
        f"{name}_time": (dim, columns[:, 0], {"units": "s"}),
        f"{name}_unit": (dim, columns[:, 1].astype(np.int32)),
        f"{name}_replicate": (dim, columns[:, 2].astype(np.int32)),
    }


def cramp_run(
    rows: Sequence[Sequence[Train]],
    duration_s: float,
    interventions: Sequence[dict[str, Any]] = (),
    *,
    n_groups: int = 8,
    explicit: bool = True,
    title: str = "cramp",
) -> xr.Dataset:
    """A cramp run with these impulses (replicate, unit) at the release sites; spikes lead them by 15 ms."""
    n = len(rows[0])
    time = np.arange(round(duration_s / STEP_S) + 1) * STEP_S
    capacity = 30 ** (np.arange(n) / n)
    capacity /= capacity.sum()
    n_groups = min(n_groups, n)
    group = np.repeat(np.arange(n_groups), [part.size for part in np.array_split(np.arange(n), n_groups)])
    weight = np.bincount(group, capacity)
    edges = np.append(time, time[-1] + STEP_S)
    aps = np.array([[np.histogram(train, edges)[0] for train in row] for row in rows], dtype=float)
    emg = np.einsum("rut,u->rt", aps, capacity)
    in_group = np.stack(
        [np.einsum("rut,u->rt", aps[:, group == g], capacity[group == g] / weight[g]) for g in range(n_groups)], 1
    )
    x = lagged(lagged(in_group / STEP_S, 0.05), 0.05)
    active = x**2 / (x**2 + 64.0)
    courses = muscle(np.einsum("rgt,g->rt", active, weight)) | {"fibre_ap_rate": emg}
    dims = ("replicate", "group", "time")
    table: dict[str, Any] = {name: (("replicate", "time"), values) for name, values in courses.items()}
    middle = [int(np.flatnonzero(group == g)[np.sum(group == g) // 2]) for g in range(n_groups)]
    chemistry, heads = fibres(aps[:, middle], active)
    lattice = {"force", "titin_force", "hs_length", "ca", "ru_open_fraction", "atp_used", "ca_pumped"}
    for name, values in chemistry.items():
        if explicit or name not in lattice:
            table[name] = (dims, values)
    if explicit:
        table["head_state_fraction"] = ((*dims, "head_state"), heads)
    table |= (
        flat("spike", rows, "spike", -AXON_S) | flat("fibre_ap", rows, "fibre_ap") | flat("terminal", [], "terminal")
    )
    table["spike_antidromic"] = ("spike", np.zeros(table["spike_time"][1].size, dtype=np.int8))
    types = np.where(np.arange(n) < 0.8 * n, "slow", "fast")
    coords = {
        "replicate": np.arange(len(rows)),
        "time": ("time", time, {"units": "s"}),
        "head_state": STATES,
        "group": np.arange(n_groups),
        "group_unit": ("group", np.array(middle) + 1),
        "group_fibre": ("group", types[middle]),
        "group_weight": ("group", weight),
        "motor_unit": np.arange(1, n + 1),
        "capacity": ("motor_unit", capacity),
        "fibre": ("motor_unit", types),
        "unit_group": ("motor_unit", group),
    }
    attributes = {
        "kind": "loop",
        "figure": "cramp",
        "title": title,
        "seed": 1,
        "n_explicit": n_groups if explicit else 0,
        "parameters": json.dumps({"interventions": list(interventions)}),
    }
    return xr.Dataset(table, coords=coords, attrs=attributes)


def muscle(force: Values) -> dict[str, Values]:
    """Courses of the whole muscle from its relative force."""
    pressure = 10 + 150 * np.minimum(2 * force, 1)
    flow = np.clip((95 - pressure) / 85, 0, 1) * (1 + 5 * lagged(force, 15.0))
    lactate = 1 + 60 * lagged(force, 20.0)
    nociception = lactate**3 / (lactate**3 + 12.0**3)
    mechanical = (2 * force) ** 4 / ((2 * force) ** 4 + 0.4**4)
    return {
        "muscle_force": F0_N * (force + 0.01),
        "relative_force": force,
        "passive_force": np.full_like(force, 0.01 * F0_N),
        "fascicle_length": 0.75 - 0.04 * lagged(force, 0.02),
        "pressure": pressure,
        "flow": flow,
        "lactate": lactate,
        "k_interstitial": 4.2 + 15 * lagged(force, 8.0),
        "nociception": nociception,
        "pain": 10 * lagged(np.maximum(nociception, mechanical), 0.5),
        "x_base": np.full_like(force, 0.25),
        "x_inhibition": np.zeros_like(force),
        "ia_rate": np.full_like(force, 15.0),
        "ib_rate": 60 * np.log(1 + 25 * force),
    }


def fibres(aps: Values, active: Values) -> tuple[dict[str, Values], Values]:
    """Courses of the groups from their own unit's action potentials and their activation, and what their heads do."""
    spent = lagged(active, 10.0)
    attached = 0.25 * active
    heads = np.zeros((*active.shape, len(STATES)))
    heads[..., 3:6] = attached[..., None] * [0.2, 0.3, 0.5]
    heads[..., :3] = (1 - attached[..., None]) * [0.4, 0.1, 0.5]
    return {
        "force": 450 * active + 8,
        "titin_force": np.full_like(active, 8.0),
        "hs_length": 1000 - 80 * active,
        "ca": 0.05 + 6 * lagged(aps / STEP_S, 0.04) / 20,
        "ru_open_fraction": active,
        "atp_used": np.cumsum(4 * active, axis=-1) * STEP_S,
        "ca_pumped": np.cumsum(aps, axis=-1) * 0.1,
        "atp_mM": 8 - 0.5 * spent,
        "adp_uM": 16 + 150 * spent,
        "pi_mM": 3 + 20 * spent,
        "ph": 7.05 - 0.4 * spent,
        "pcr_mM": 33 - 25 * spent,
        "lactate_mM": 1 + 20 * spent,
        "k_tubule_mM": 4.2 + 4 * lagged(active, 0.5),
    }, heads
