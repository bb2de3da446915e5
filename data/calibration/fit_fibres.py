"""Fit regulation and calcium handling of a fibre type, all at once, to what they decide.

    python data/calibration/fit_fibres.py slow             what is tried and found; a quarter of an hour, one core
    python data/calibration/fit_fibres.py fast --write     and put it into data/parameters

An evolution strategy (package ``cma``) moves all constants of calcium_start.toml together, from the start and within
the limits given there; each measure costs the square of how far it lies outside its band.  The head cycle is not
touched.  Seeds are fixed, so the fit can be run again.  Needs ``pip install sarcomere[calibration]``.
"""

from __future__ import annotations

import argparse
from typing import Any, NamedTuple

import cma
import numpy as np
import xarray as xr
from fit_cycle import write
from joint_fit.constants import CALCIUM, Constants, read_constants

import sarcomere
from sarcomere.analysis import (
    active_force,
    contraction_time,
    half_relaxation_time,
    hill_calcium,
    last_impulse,
    peak_force,
    two_phase_relaxation,
)
from sarcomere.parameters import FIBRE_TYPES
from sarcomere.scenario.checking import from_dict

TENDON = 0.2  # nm/pN; human twitches are measured through one
EVALUATIONS, POPULATION, SPREAD = 200, 10, 0.08  # spread as a share of every constant's range, in its logarithm
IMPULSE_S, RATE_HZ, COUNT = 0.05, 60.0, 60
RESTING, SATURATING = 9.0, 4.5
PCA = [6.3, 6.05, 5.9, 5.75, 5.6, SATURATING]


_UNMEASURED = 50.0


class Band(NamedTuple):
    """Where a measure should lie, and how far outside costs 1."""

    low: float
    high: float
    scale: float

    def cost(self, value: float) -> float:
        """Square of the distance to the band, linear far from it; what could not be measured costs as far away."""
        beyond = max(self.low - value, value - self.high, 0.0) / self.scale
        return _UNMEASURED if np.isnan(value) else beyond**2 if beyond < 1.0 else 2.0 * beyond - 1.0


# pCa50 and steepness: bands of rows 5 with a margin.  Twitch: fibres that mixed give the times of triceps surae,
# gastrocnemius and soleus (row 21), which asks for fast twitches that are large and slow ones that are small and long;
# both ratios to the tetanus lie within row 22; calcium at 60 Hz 1-3 uM; k_REL/k_LIN (row 23); force at rest over that
# at saturating calcium: choice.
BANDS = {
    "slow": {
        "pCa50": Band(5.93, 6.05, 0.05),
        "steepness": Band(2.2, 3.3, 0.3),
        "contraction": Band(150.0, 185.0, 10.0),
        "half_relaxation": Band(70.0, 115.0, 10.0),
        "ratio": Band(0.11, 0.15, 0.02),
        "tetanic_calcium": Band(1.4, 2.8, 0.4),
        "tetanic_force": Band(0.8, 1.0, 0.1),
        "rates": Band(6.0, 18.0, 3.0),
        "rest": Band(0.0, 0.01, 0.005),
    },
    "fast": {
        "pCa50": Band(5.85, 5.97, 0.05),
        "steepness": Band(3.3, 5.5, 0.4),
        "contraction": Band(75.0, 92.0, 8.0),
        "half_relaxation": Band(50.0, 85.0, 10.0),
        "ratio": Band(0.19, 0.24, 0.02),
        "tetanic_calcium": Band(1.4, 2.8, 0.4),
        "tetanic_force": Band(0.8, 1.0, 0.1),
        "rates": Band(6.0, 18.0, 3.0),
        "rest": Band(0.0, 0.01, 0.005),
    },
}


def run(fibre: str, values: dict[str, Any], duration: float, replicates: int, **tables: Any) -> xr.Dataset:
    """A small ensemble of one fibre type."""
    table = {
        "title": "calibration",
        "run": {"duration_s": duration, "replicates": replicates, "seed": 11},
        "motor_units": [{"id": 1, "fibre": fibre}],
        "lattice": {"n_thick": 4},
        "numerics": {"step_ms": 0.2},
        "fibres": {fibre: values},
        **tables,
    }
    return sarcomere.run(from_dict(table), threads=1)


def train(rate: float, count: int) -> dict[str, Any]:
    """Impulses through a tendon."""
    drive = {"train": {"frequency_Hz": rate, "start_s": IMPULSE_S, "count": count}}
    return {"drive": drive, "mechanics": {"series_compliance": TENDON}}


def measure(fibre: str, values: dict[str, Any]) -> dict[str, float]:
    """What the fit compares with its bands."""
    vary = {"vary": [{"key": "drive.pCa", "values": [RESTING, *PCA]}]}
    steady = run(fibre, values, 0.7, 1, drive={"pCa": SATURATING}, series=vary)
    rest, force = np.split(active_force(steady).sel(time=slice(0.35, None)).mean("time"), [1])
    curve = hill_calcium(force, steady.pCa[1:], "condition")
    one = active_force(run(fibre, values, 0.55, 8, **train(1.0, 1)))
    many = run(fibre, values, 1.6, 2, **train(RATE_HZ, COUNT))
    tetanus, stop = active_force(many), last_impulse(many)
    impulse, peak = xr.DataArray(IMPULSE_S), float(peak_force(tetanus).item())
    return {
        "pCa50": float(curve.pCa50),
        "steepness": float(curve.nH),
        "contraction": 1e3 * float(contraction_time(one, impulse).item()),
        "half_relaxation": 1e3 * float(half_relaxation_time(one, impulse).item()),
        "ratio": float(peak_force(one).item()) / peak,
        "tetanic_calcium": float(many.ca.sel(time=slice(0.7, 1.03)).mean()),
        "tetanic_force": peak / float(force.max()),
        "rates": float(two_phase_relaxation(tetanus, stop).rate_ratio.item()),
        "rest": float(rest.item() / force.max()),
    }


def tables_of(constants: Constants, point: np.ndarray) -> dict[str, dict[str, float]]:
    """Constants at a point of the search, to three digits, as tables of a fibre."""
    tables: dict[str, dict[str, float]] = {}
    for key, value in zip(constants.names, constants.decode(point), strict=True):
        table, name = key.split(".")
        tables.setdefault(table, {})[name] = float(f"{value:.3g}")
    return tables


def main(arguments: list[str] | None = None) -> None:
    """Run the fit and print what it tries and finds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fibre", choices=FIBRE_TYPES)
    parser.add_argument("--write", action="store_true", help="put what is found into data/parameters")
    asked = parser.parse_args(arguments)
    fibre, constants = asked.fibre, read_constants(asked.fibre, CALCIUM)

    def cost(point: np.ndarray) -> float:
        tables = tables_of(constants, point)
        found = measure(fibre, tables)
        total = sum(band.cost(found[name]) for name, band in BANDS[fibre].items())
        print(f"{total:8.3f}", tables, {name: round(value, 3) for name, value in found.items()}, flush=True)
        return total

    options = {"bounds": [0, 1], "popsize": POPULATION, "maxfevals": EVALUATIONS, "seed": 1, "verbose": -9}
    _, strategy = cma.fmin2(cost, constants.encode(constants.start), SPREAD, options)
    found = tables_of(constants, strategy.result.xbest)
    print(fibre, found)
    if asked.write:
        write(fibre, {f"{table}.{name}": value for table, row in found.items() for name, value in row.items()})


if __name__ == "__main__":
    main()
