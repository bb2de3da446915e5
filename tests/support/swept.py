"""Small sweeps of each kind of run, and how they are opened though runs are missing."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import xarray as xr

from sarcomere import open_ensemble
from tests.support import loop_scenario

TABLE: dict[str, Any] = {
    "title": "twitches",
    "run": {"duration_s": 0.02, "seed": 3},
    "drive": {"train": {"frequency_Hz": 100.0, "start_s": 0.0, "count": 1000}},
    "motor_units": [{"id": 1, "fibre": "fast"}, {"id": 2, "fibre": "slow"}],
    "lattice": {"n_thick": 1},
}
VARY = {"drive.train.frequency_Hz": [100.0, 200.0], "run.duration_s": [0.01, 0.02]}
SERIES: dict[str, Any] = {
    **TABLE,
    "drive": {"pCa": 4.5},
    "motor_units": [{"id": 1}],
    "series": {"vary": [{"key": "drive.pCa", "values": [4.5, 6.0]}]},
}
LOOP = loop_scenario.table({"run": {"duration_s": 0.05}})
LOOP_VARY = {"pool.n_units": [6, 8]}


def opened(path: Path, **options: Any) -> xr.Dataset:
    """A sweep that is known to lack runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return open_ensemble(path, **options)
