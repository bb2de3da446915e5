"""Fit the resting drive of the closed loop's pools to threshold frequencies, and measure the loop against its targets.

    python data/calibration/fit_resting_drive.py          # the table, 7 minutes of one core
    python data/calibration/fit_resting_drive.py --fit    # x_base of healthy and prone instead, 2 minutes

Stages.  By hand, against a few cramps each: persistent current (kappa, its inactivation and spread), noise, weight of
shared input, gain of tendon organs, territory.  Then, here, x_base of each preset by its threshold frequency: the same
seeds at every x_base, steps along the slope SLOPE.  Last, other seeds and scenarios are measured with what was chosen.
No lattices: all force is that of twitch models.  Seeds are fixed; docs/cramp/fit.md has the numbers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sarcomere.analysis import cramp_episode, discharge_statistics
from sarcomere.parameters.motoneuron import pool_presets
from sarcomere.scenario.loop import LoopScenario
from sarcomere.scenario.reading import read
from sarcomere.simulation.api import run as simulate

SEEDS_FIT, SEEDS = range(101, 109), range(1, 13)
TARGET_Hz = {"prone": 14.0, "healthy": 25.0}
SLOPE = -150.0  # Hz per rheobase, about
GRID_Hz = np.arange(6.0, 42.0, 2.0)
COUNT, BEGIN = 150, 0.5  # stimuli, s
LEAST = 0.05  # of the units
INTACT_S = (2.5, 4.5)  # after the train, s
BLOCKED_S = (1.0, 3.0)  # the same with the nerve blocked, where cramps are short
SHIFT = 0.02  # rheobase: hydration


class Row(NamedTuple):
    """A number and where it should lie."""

    name: str
    values: Sequence[float]
    low: float
    high: float


def run(changes: dict[str, Any], seed: int, duration: float) -> xr.Dataset:
    """The nocturnal cramp, changed; exchange every 10 ms halves the time and changes nothing beyond chance."""
    quick = {"muscle.explicit_units": 0, "numerics.exchange_ms": 10}
    changes = {**quick, **changes, "run.seed": seed, "run.duration_s": round(duration, 2)}
    scenario = read("nocturnal-calf-cramp", changes)
    assert isinstance(scenario, LoopScenario)
    return simulate(scenario)


# --- threshold frequency ----------------------------------------------------------------------------------------------


def share_left(changes: dict[str, Any], blocked: bool, seed: int, frequency: float) -> float:
    """Share of the units whose fibres go on after a train, driven by motoneurons or by terminals."""
    train = [{"kind": "stimulation", "at_s": BEGIN, "frequency_Hz": frequency, "count": COUNT}]
    block = [{"kind": "nerve_block", "at_s": 0.0}] if blocked else []
    first, last = BLOCKED_S if blocked else INTACT_S
    end = BEGIN + (COUNT - 1) / frequency
    ds = run({**changes, "interventions": train + block}, seed, end + last + 0.1)
    time, unit = _impulses(ds)
    left = np.unique(unit[(time >= end + first) & (time <= end + last)])
    return left.size / ds.sizes["motor_unit"]


def threshold(job: tuple[dict[str, Any], bool, float, int]) -> float:
    """Lowest frequency of the grid that starts a cramp, up or down from a guess; each train is a fresh run."""
    changes, blocked, guess, seed = job

    def cramps(i: int) -> bool:
        return share_left(changes, blocked, seed, float(GRID_Hz[i])) >= LEAST

    at = int(np.abs(GRID_Hz - guess).argmin())
    if cramps(at):
        while at > 0 and cramps(at - 1):
            at -= 1
    else:
        at += 1
        while at < GRID_Hz.size and not cramps(at):
            at += 1
    return float(GRID_Hz[at]) if at < GRID_Hz.size else float("nan")


def thresholds(
    workers: ProcessPoolExecutor, changes: dict[str, Any], guess: float, seeds: Sequence[int], blocked: bool = False
) -> list[float]:
    """Threshold frequencies of some pools, Hz; NaN where no train of the grid starts a cramp."""
    return list(workers.map(threshold, [(changes, blocked, guess, seed) for seed in seeds]))


def fit_x_base(workers: ProcessPoolExecutor, preset: str) -> float:
    """Resting drive at which the mean threshold frequency is the target's."""
    x, target = float(pool_presets()[preset]["x_base"]), TARGET_Hz[preset]
    for _ in range(3):
        found = thresholds(workers, {"pool.preset": preset, "pool.x_base": x}, target, SEEDS_FIT)
        mean = float(np.nan_to_num(found, nan=GRID_Hz[-1] + 2.0).mean())  # none found: just beyond the grid
        print(f"{preset}: x_base {x:.3f}, {mean:.1f} Hz of {found}", file=sys.stderr)
        if abs(mean - target) <= 0.5:
            break
        x = round(x + (target - mean) / SLOPE, 3)
    return x


# --- cramps and contractions ------------------------------------------------------------------------------------------


def cramp(seed: int) -> dict[str, list[float]]:
    """The cramp after the burst: its own numbers, and those of its units."""
    ds = run({}, seed, 90.0)
    episode = cramp_episode(ds)
    if not episode.cramp[0]:
        return {"cramp": [0.0]}
    by_itself = float(episode.ended_by.values[0] == "by itself")
    found = {"cramp": [1.0], "by itself": [by_itself]}
    for name in ("duration", "emg_on", "units_peak", "relative_force_peak", "flow_least", "pain_peak", "lactate_peak"):
        found[name] = [float(episode[name][0])]
    units = discharge_statistics(ds, "fibre_ap", episode.begin.values, episode.end.values)
    for name in ("rate_mean", "rate_min", "rate_max", "rate_first", "rate_last", "interval_cv", "active_time"):
        values = units[name].values
        found[name] = [float(value) for value in values[np.isfinite(values)]]
    return found


def long_muscle(seed: int) -> float:
    """Units that fire 2 to 4 s after the same burst at the optimal length."""
    time, unit = _impulses(run({"mtu_length": 1.0}, seed, 8.2))
    return float(np.unique(unit[time > 6.0 + 0.1]).size)


def voluntary(seed: int) -> dict[str, list[float]]:
    """A ramp to 1.4 and back with the control's pool at the optimal length."""
    effort = {"kind": "effort", "at_s": 1.0, "x": 1.4, "rise_s": 4.0, "hold_s": 1.0, "fall_s": 4.0}
    ds = run({"pool.preset": "control", "mtu_length": 1.0, "interventions": [effort]}, seed, 14.0)
    time, unit = _impulses(ds)
    rates = np.bincount(unit[(time > 5.0) & (time < 6.0)])
    rising = discharge_statistics(ds, "spike", 0.0, 6.0)
    return {
        "order": [float(rising.size_order[0])],
        "rate": [float(rates[rates > 0].mean())],
        "after": [float(np.unique(unit[time > 12.0]).size)],
    }


def _impulses(ds: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    return ds.fibre_ap_time.values, ds.fibre_ap_unit.values


def blocked_bursts(seed: int) -> dict[str, list[float]]:
    """What terminals do by themselves after a train of 24 Hz: how long, at what rate."""
    train = {"kind": "stimulation", "at_s": BEGIN, "frequency_Hz": 24.0, "count": COUNT}
    end = BEGIN + (COUNT - 1) / 24.0
    ds = run({"interventions": [train, {"kind": "nerve_block", "at_s": 0.0}]}, seed, end + 8.0)
    after = ds.terminal_time.values > end + 0.05
    units = discharge_statistics(ds, "terminal", end + 0.05)
    rates = units.rate_mean.values
    last = ds.terminal_time.values[after].max() - end if after.any() else 0.0
    return {"duration": [float(last)], "rate": [float(rate) for rate in rates[np.isfinite(rates)]]}


# --- the table --------------------------------------------------------------------------------------------------------


def _pooled(found: Sequence[dict[str, list[float]]]) -> Callable[[str], list[float]]:
    return lambda name: [value for one in found for value in one.get(name, [])]


def cramp_rows(workers: ProcessPoolExecutor) -> list[Row]:
    """Cramps after the burst, in the short muscle and in the long one; voluntary contractions."""
    of = _pooled(list(workers.map(cramp, SEEDS)))
    control = _pooled(list(workers.map(voluntary, SEEDS)))
    return [
        Row("cramps after the burst, share", of("cramp"), 0.95, 1.0),
        Row("which end by themselves, share", of("by itself"), 0.95, 1.0),
        Row("duration to 10 % of the EMG, s", of("duration"), 36.4, 74.8),
        Row("time in discharge, s", of("active_time"), 7.4, 39.8),
        Row("rate, 1/s", of("rate_mean"), 9.4, 19.6),
        Row("rate, first 15 intervals, 1/s", of("rate_first"), 15.0, 25.0),
        Row("rate, last 15 intervals, 1/s", of("rate_last"), 8.0, 12.0),
        Row("lowest rate, 1/s", of("rate_min"), 5.2, 6.8),
        Row("highest rate, 1/s", of("rate_max"), 17.0, 33.0),
        Row("interval CV", of("interval_cv"), 0.35, 0.55),
        Row("units at once", of("units_peak"), 50.0, 100.0),
        Row("force, peak, F0", of("relative_force_peak"), 0.05, 1.0),
        Row("pain, peak", of("pain_peak"), 4.0, 10.0),
        Row("flow, lowest", of("flow_least"), 0.0, 0.5),
        Row("units left at L0 1.0 after 2-4 s", list(workers.map(long_muscle, SEEDS)), 0.0, 4.99),
        Row("control, ramp: order of recruitment", control("order"), 0.95, 1.0),
        Row("control, ramp: rate, 1/s", control("rate"), 8.0, 35.0),
        Row("control, ramp: units 2 s after", control("after"), 0.0, 0.0),
    ]


def threshold_rows(workers: ProcessPoolExecutor) -> list[Row]:
    """Threshold frequencies: presets, hydration, blocked nerve."""
    rows, plain = [], {}
    for preset, (low, high) in {"prone": (12.0, 16.0), "healthy": (22.0, 28.0)}.items():
        plain[preset] = thresholds(workers, {"pool.preset": preset}, TARGET_Hz[preset], SEEDS)
        rows.append(Row(f"threshold, {preset}, Hz", plain[preset], low, high))
    for preset, expected in {"prone": 4.0, "healthy": 4.0}.items():
        for sign, word in ((1.0, "water"), (-1.0, "electrolytes")):
            changes = {"pool.preset": preset, "pool.x_base": pool_presets()[preset]["x_base"] + sign * SHIFT}
            few = SEEDS[:6]
            found = thresholds(workers, changes, TARGET_Hz[preset] - sign * expected, few)
            change = [a - b for a, b in zip(found, plain[preset], strict=False)]
            rows.append(Row(f"change by {word}, {preset}, Hz", change, *sorted((-sign * 2.0, -sign * 6.0))))
    blocked = thresholds(workers, {}, 18.0, SEEDS, blocked=True)
    rows.append(Row("threshold, nerve blocked, Hz", blocked, 15.0, 21.0))
    above = float(np.nanmean(blocked) - np.nanmean(plain["prone"]))
    rows.append(Row("threshold, nerve blocked less intact, Hz", [above], 3.0, 20.0))
    of = _pooled(list(workers.map(blocked_bursts, SEEDS)))
    rows.append(Row("cramp with nerve blocked, s", of("duration"), 1.0, 5.0))
    rows.append(Row("rate with nerve blocked, 1/s", of("rate"), 20.0, 35.0))
    return rows


def write(rows: Sequence[Row]) -> None:
    """The table; a row is inside if its mean is."""
    for name, values, low, high in rows:
        known = np.asarray(values)[np.isfinite(values)]
        mean = float(known.mean()) if known.size else float("nan")
        verdict = "inside" if low <= mean <= high else "outside"
        missing = f", {len(values) - known.size} without" if known.size < len(values) else ""
        print(
            f"| {name} | {mean:.2f} ± {known.std():.2f} (n {known.size}{missing}) | {low:g} to {high:g} | {verdict} |"
        )


def main() -> None:
    """Fit if asked to, then measure."""
    with ProcessPoolExecutor(2) as workers:
        if "--fit" in sys.argv[1:]:
            for preset in TARGET_Hz:
                print(f"{preset}: x_base = {fit_x_base(workers, preset)}")
            return
        print(f"| Seeds {SEEDS[0]} to {SEEDS[-1]} | value | target | |\n|---|---|---|---|")
        write(cramp_rows(workers))
        write(threshold_rows(workers))


if __name__ == "__main__":
    main()
