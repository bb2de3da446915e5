"""Table of docs/cramp/steps.md, each scenario's metric against its steps.

python docs/scripts/cramp_steps.py [scenarios]     (all: 20 minutes of two cores)
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sarcomere.analysis import half_relaxation_time
from sarcomere.scenario.loop import LoopScenario
from sarcomere.scenario.reading import read
from sarcomere.simulation.api import run as simulate

SEEDS = range(1, 7)
COARSE = {"numerics.exchange_ms": 10, "record.sample_interval_ms": 10}
HALVED = {
    "pool 0.05 ms": {"pool.step_ms": 0.05},
    "exchange 5 ms": {"numerics.exchange_ms": 5},
    "lattice 0.1 ms": {"numerics.step_ms": 0.1},
}

Metric = Callable[[xr.Dataset], float]


class Case(NamedTuple):
    """A scenario made short, and what is read from it."""

    scenario: str
    text: str
    changes: dict[str, Any]
    metric: Metric


def left(end_s: float) -> Metric:
    """Units that fire 2.5 to 4.5 s after a time."""

    def read_it(ds: xr.Dataset) -> float:
        after = ds.fibre_ap_time.values - end_s
        return float(np.unique(ds.fibre_ap_unit.values[(after > 2.5) & (after < 4.5)]).size)

    return read_it


def mean(name: str, start: float, stop: float) -> Metric:
    """Mean of a course in a window, s."""
    return lambda ds: float(ds[name].sel(time=slice(start, stop)).mean())


def gain(name: str, start: float, stop: float) -> Metric:
    """What a course gains between two times, s."""
    return lambda ds: float(np.diff(ds[name].isel(replicate=0).sel(time=[start, stop], method="nearest").values)[0])


def last_ap(end_s: float) -> Metric:
    """Time of the last action potential after a time, s."""
    return lambda ds: float(ds.fibre_ap_time.max()) - end_s


def silent(ds: xr.Dataset) -> float:
    """When the electromyogram's quarter of a second is below a tenth of what it was at 10 s, s after that."""
    emg = ds.fibre_ap_rate.isel(replicate=0)
    level = 0.1 * float(emg.sel(time=slice(9.0, 10.0)).mean())
    late = emg.sel(time=slice(10.0, None)).rolling(time=25, min_periods=1).mean()
    return float(late.time.values[late.values >= level].max()) - 10.0


def attached(ds: xr.Dataset) -> float:
    """Share of heads attached at the end, in the fibres that worked most."""
    bound = ds.head_state_fraction.sel(head_state=["A1", "A2", "A3", "RIGOR"]).sum("head_state")
    return float(bound.sel(time=slice(9.5, None)).mean("time").max())


def relaxation(ds: xr.Dataset) -> float:
    """Half-relaxation time of force, s."""
    return float(half_relaxation_time(ds.relative_force.isel(replicate=0), xr.DataArray(float(ds.fibre_ap_time.max()))))


def deepest(ds: xr.Dataset) -> float:
    """Electromyogram in the first phase of inhibition over that before the shocks."""
    aps, shocks = ds.fibre_ap_time.values, 2.5 + np.arange(10)
    since = (aps[None, :] - shocks[:, None]).ravel()
    during, before = ((since > 0.06) & (since < 0.11)).sum() / 0.05, ((since > -0.2) & (since < 0.0)).sum() / 0.2
    return float(during / before)


HEADS = {"muscle.explicit_units": 4, "lattice.n_thick": 2, "run.duration_s": 8.0}
NIGHT = {"muscle.explicit_units": 0, "run.duration_s": 25.0}
SMALL_RIGOR = {
    "lattice.n_thick": 1, "energy.atp_mM": 1.0, "energy.pcr_mM": 1.0, "interventions.1.hold_s": 6.0,
    "run.duration_s": 10.0,
}  # fmt: skip
TRAIN_20 = {"run.duration_s": 12.6, "interventions.0.frequency_Hz": 20.0}
TASTE = {"interventions.1.latency_s": 8.0, "run.duration_s": 20.0}
SHOCKS = {"run.duration_s": 13.0, "mtu_length": 1.1, "interventions.1.count": 10}
DRINK = {"interventions.1.absorption_s": 0.01, "run.duration_s": 15.0}
CASES = (
    Case("control-mvc", "force while drive holds, F0", {"run.duration_s": 7.0}, mean("relative_force", 5.0, 7.0)),
    Case("stim-below", "units left", {"run.duration_s": 24.0}, left(19.125)),
    Case("stim-at", "units left", {"run.duration_s": 15.8}, left(11.143)),
    Case("stim-above", "units left", TRAIN_20, left(7.95)),
    Case("stim-blocked", "last action potential after the train, s", {"run.duration_s": 12.0}, last_ap(5.467)),
    Case("nocturnal-calf-cramp", "rate of the cramp, 1/s, 5 to 25 s", NIGHT, mean("fibre_ap_rate", 5.0, 25.0)),
    Case("nocturnal-calf-cramp", "force with 4 lattices, 5 to 8 s, F0", HEADS, mean("relative_force", 5.0, 8.0)),
    Case("exercise-fatigue", "fatigue of a minute", {"run.duration_s": 60.0}, gain("fatigue", 0.0, 60.0)),
    Case("stretch-gentle", "EMG off, s", {"run.duration_s": 14.0}, silent),
    Case("stretch-abrupt", "EMG off, s", {"run.duration_s": 14.0}, silent),
    Case("walking", "flow, 17 to 25 s", {"run.duration_s": 25.0}, mean("flow", 17.0, 25.0)),
    Case("hydration", "action potentials, 1/s, 10 to 15 s", DRINK, mean("fibre_ap_rate", 10.0, 15.0)),
    Case("electrolyte", "units left", {"run.duration_s": 35.8}, left(31.143)),
    Case("oropharyngeal", "action potentials, 1/s, 12 to 20 s", TASTE, mean("fibre_ap_rate", 12.0, 20.0)),
    Case("ischaemic-cuff", "lactate gained, mmol/L", {"run.duration_s": 42.0}, gain("lactate", 0.0, 42.0)),
    Case("rigor-mcardle", "heads attached in silence", SMALL_RIGOR, attached),
    Case("sr-pump-slow", "half-relaxation, s", {"lattice.n_thick": 1}, relaxation),
    Case("tendon-stim", "EMG in the dip, of that before", SHOCKS, deepest),
)  # fmt: skip


def ringing(ds: xr.Dataset) -> float:
    """Correlation of a change of force with the next: near 1 where force is smooth, -1 where it swings."""
    step = np.diff(ds.relative_force.values.ravel())
    return float((step[1:] * step[:-1]).sum() / (step**2).sum())


def scenario_of(case: Case, halved: str, seed: int) -> LoopScenario:
    """One run of a case."""
    scenario = read(case.scenario, {**COARSE, **case.changes, **HALVED.get(halved, {}), "run.seed": seed})
    assert isinstance(scenario, LoopScenario)
    return scenario


def measure(job: tuple[int, str, int]) -> tuple[float, float]:
    """Metric and ringing of one run."""
    number, halved, seed = job
    ds = simulate(scenario_of(CASES[number], halved, seed))
    return CASES[number].metric(ds), ringing(ds)


def change(base: np.ndarray, other: np.ndarray, error: float) -> str:
    """Mean change, its standard error, and whether it is below the metric's own or within two of its own."""
    difference = other - base
    own = float(difference.std(ddof=1) / np.sqrt(difference.size))
    size = abs(float(difference.mean()))
    verdict = "below" if size <= error else "chance" if size <= 2 * own else "**above**"
    return f"{difference.mean():+.3g} ± {own:.2g} {verdict}"


def main(scenarios: list[str]) -> None:
    """Run the cases of some scenarios, or all; print the table."""
    print("| scenario | metric | value ± s.e.m. | " + " | ".join(HALVED) + " | ringing |\n|" + "---|" * 7, flush=True)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as workers:
        for number, case in enumerate(CASES):
            if scenarios and case.scenario not in scenarios:
                continue
            lattices = scenario_of(case, "", 1).muscle.explicit_units
            arms = ["", *(name for name in HALVED if lattices or not name.startswith("lattice"))]
            found = {}
            for arm in arms:
                found[arm] = np.array(list(workers.map(measure, [(number, arm, seed) for seed in SEEDS])))
            base, worst = found[""][:, 0], min(rows[:, 1].min() for rows in found.values())
            error = float(base.std(ddof=1) / np.sqrt(base.size))
            cells = [change(base, found[name][:, 0], error) if name in found else "" for name in HALVED]
            print(f"| {case.scenario} | {case.text} | {base.mean():.4g} ± {error:.2g} | " + " | ".join(cells), end="")
            print(f" | {worst:.2f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
