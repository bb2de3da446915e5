"""What the experiments of the table share: their size, how a scenario is written, how a record is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sarcomere.analysis import atpase, shortening_velocity, steady_state
from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.kinds import of_kind

FIBRES = ("fast", "slow")
REFERENCE_NM = 1300.0  # one muscle length, ML: half of a 2.6 um sarcomere
BODY_C, COLD_C = 37.0, 12.0
TENDON = 0.2  # nm/pN, as in the shipped twitch
SEED = 2026

Values = dict[str, float]


class Effort(NamedTuple):
    """How large the experiments are: thick filaments and replicates of each half-sarcomere."""

    n_thick: int
    replicates: int
    quick: bool

    def pick(self, full: Any, quick: Any) -> Any:
        """Return one of two choices."""
        return quick if self.quick else full


FULL, QUICK = Effort(8, 6, False), Effort(4, 4, True)
SMOOTH = 16  # thick filaments at which single runs are steady; force ripples with length by 1 % (by 2 % with 4)


class Row(NamedTuple):
    """How a row of the table is measured.

    ``read`` takes the records of ``experiments`` in that order and gives a value for every line of the row. It must be
    smooth in the replicates, since the runner leaves them out in turn for the standard errors.
    """

    experiments: tuple[str, ...]
    read: Callable[..., Values]


Experiment = Callable[[Effort], FibreScenario]


def scenario(
    effort: Effort, title: str, duration_s: float, vary: Sequence[Mapping[str, Any]] = (), **tables: Any
) -> FibreScenario:
    """Describe an experiment on both fibre types.

    Parameters
    ----------
    effort : Effort
        Thick filaments and replicates.
    title : str
        What it is called.
    duration_s : float
        Simulated time, s.
    vary : sequence of mapping
        What varies, as in ``[[series.vary]]``; without the fibre type, both fibres are run.
    **tables
        Other tables of a scenario; ``run``, ``drive``, ``numerics`` add to what stands here.

    Returns
    -------
    FibreScenario
    """
    keys = [key for entry in vary for key in (entry["key"] if isinstance(entry["key"], list) else [entry["key"]])]
    both = [] if "motor_units.0.fibre" in keys else [{"key": "motor_units.0.fibre", "values": list(FIBRES)}]
    whole = {
        "title": title,
        "drive": {"pCa": 4.5},
        "motor_units": [{"id": 1}],
        "lattice": {"n_thick": effort.n_thick},
        **tables,
        "run": {"duration_s": duration_s, "replicates": effort.replicates, "seed": SEED, **tables.get("run", {})},
        "numerics": {"step_ms": 0.2, **tables.get("numerics", {})},
        "series": {"vary": [*both, *vary]},
    }
    return of_kind(from_dict(whole), FibreScenario)


def active(ds: xr.Dataset) -> xr.DataArray:
    """Return force beyond titin's, pN per thick filament, replicates apart."""
    return ds["force"] - ds["titin_force"]


def of(ds: xr.Dataset, **labels: Any) -> xr.Dataset:
    """Return conditions with these labels, such as ``fibre="fast"``."""
    chosen = np.ones(ds.sizes["condition"], dtype=bool)
    for name, value in labels.items():
        chosen &= ds[name].values == value
    return ds.isel(condition=np.flatnonzero(chosen))


def late_force(ds: xr.Dataset, share: float = 0.5) -> xr.DataArray:
    """Return the mean active force by condition over the last part of the record, pN per thick filament."""
    duration = float(ds.time[-1])
    force: xr.DataArray = steady_state(active(ds), (1 - share) * duration, duration)["mean"]
    return force


def late_atpase(ds: xr.Dataset, share: float = 0.5) -> xr.DataArray:
    """Return ATP per head and second by condition over the last part of the record."""
    duration = float(ds.time[-1])
    return atpase(ds, (1 - share) * duration, duration)["per_head"]


def velocity(ds: xr.Dataset, start: float, stop: float) -> xr.DataArray:
    """Return shortening velocity by condition in a window (s), ML/s with ML = 1300 nm."""
    return shortening_velocity(ds.hs_length, start, stop, REFERENCE_NM)["mean"]
