"""What the tests and docs/scripts/motoneurons.py measure on motoneuron pools, each as in the prototype."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from sarcomere.organs.nerve.cells import cells_at
from sarcomere.organs.nerve.inputs import Course, PoolInputs, stimulation
from sarcomere.organs.nerve.pool import MotoneuronPool, load_pool

LABELS = np.array([3.5, 5.0, 8.0, 12.0, 21.3])  # nA, five sizes
PULSES = 150
QUIET = {"synapses.private_sd": 0.0, "synapses.common_sd": 0.0}
OFF_SWITCH = {"kappa": 1.0, "x_base": 0.30, "weight_exponent": 0.5}
RAMP_S = 6.0

Spikes = list[NDArray[np.float64]]


def spikes_of(pool: MotoneuronPool, duration_s: float) -> Spikes:
    """Spike times (s) of every unit over the next stretch."""
    unit, time, _ = pool.advance(duration_s)
    return [time[unit == number] for number in range(pool.parameters.n_units)]


def single_cells(kappa: float, inputs: PoolInputs, **overrides: Any) -> MotoneuronPool:
    """The five cells, without noise and slow inactivation."""
    p = load_pool(
        "open_loop_prone", {**QUIET, "pic.inactivation": 0.0, "n_units": LABELS.size, "x_base": 0.0, **overrides}
    )
    pool = MotoneuronPool(p, inputs)
    cells = cells_at(p, LABELS, np.full(LABELS.size, kappa), np.zeros(LABELS.size, dtype=np.int8))
    pool.pool = pool.pool._replace(cells=cells)
    return pool


def ramp_thresholds(kappa: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Input at the first and at the last spike of a triangle from -0.2 to 1.4, 6 s up and 6 s down, of each cell."""
    low, high = 0.2, 1.4
    triangle: Course = [(0.0, 0.0), (RAMP_S, high + low), (2 * RAMP_S, 0.0)]
    pool = single_cells(kappa, PoolInputs(x_even=triangle, x_inhibition=low))
    spikes = spikes_of(pool, 2 * RAMP_S)
    at = [[np.interp(t[i], [0, RAMP_S, 2 * RAMP_S], [-low, high, -low]) for t in spikes] for i in (0, -1)]
    return np.array(at[0]), np.array(at[1])


def rate_after_burst(kappa: float, x: float) -> NDArray[np.float64]:
    """Spikes per second of each cell at constant input, from 2.2 s to 6.2 s after a burst of 0.8 s at 1.5."""
    pool = single_cells(kappa, PoolInputs(x_even=[(0.0, 1.5), (0.8, 1.5), (0.8, x)]))
    pool.advance(3.0)
    return np.array([t.size / 4.0 for t in spikes_of(pool, 4.0)])


def stimulated(
    preset: str, frequency: float, seed: int, inhibition: Course = 0.0, potassium_mM: float = 4.0, **overrides: Any
) -> MotoneuronPool:
    """150 stimuli after a second of rest; the pool stands at the last."""
    stimuli = stimulation(frequency, PULSES, 1.0)
    inputs = PoolInputs(stimuli_s=stimuli, x_inhibition=inhibition, potassium_mM=potassium_mM)
    pool = MotoneuronPool(load_pool(preset, overrides), inputs, seed)
    pool.advance(stimuli[-1])
    return pool


def units_left(preset: str, frequency: float, seed: int, **overrides: Any) -> NDArray[np.int64]:
    """Units that fire 2.5 to 4.5 s after the train."""
    pool = stimulated(preset, frequency, seed, **overrides)
    pool.advance(2.5)
    return np.flatnonzero([t.size > 0 for t in spikes_of(pool, 2.0)])


def units_at_rest(preset: str, seed: int, potassium_mM: float, **overrides: Any) -> int:
    """Units that fire 4 to 6 s after the beginning of rest."""
    pool = MotoneuronPool(load_pool(preset, overrides), PoolInputs(potassium_mM=potassium_mM), seed)
    pool.advance(4.0)
    return sum(t.size > 0 for t in spikes_of(pool, 2.0))


def threshold_frequency(preset: str, seed: int, first: float, last: float = 40.0) -> float:
    """Lowest frequency (Hz, steps of 2) after which 5 % of the units go on; NaN if none does."""
    p = load_pool(preset)
    for frequency in np.arange(first, last + 1, 2.0):
        if units_left(preset, float(frequency), seed).size >= 0.05 * p.n_units:
            return float(frequency)
    return float("nan")


def survivors(inhibition: float, duration_s: float, seed: int) -> tuple[int, int]:
    """Units firing in the second before an inhibition begins 3 s after a 20 Hz train, and 3 to 5 s after its end."""
    begin = stimulation(20.0, PULSES, 1.0)[-1] + 3.0
    end = begin + duration_s
    course = [(begin, 0.0), (begin, inhibition), (end, inhibition), (end, 0.0)]
    pool = stimulated("open_loop_prone", 20.0, seed, course, **OFF_SWITCH)
    pool.advance(2.0)
    before = sum(t.size > 0 for t in spikes_of(pool, 1.0))
    pool.advance(duration_s + 3.0)
    return before, sum(t.size > 0 for t in spikes_of(pool, 2.0))


def free_cramp(seed: int, watched_s: float = 60.0) -> dict[str, float]:
    """The cramp after a 20 Hz train, left to itself; units are those that fire a second after the train."""
    pool = stimulated("open_loop_prone", 20.0, seed, **OFF_SWITCH)
    begin = pool.time_s
    trains = [t - begin for t in spikes_of(pool, watched_s)]
    trains = [t[t > 1.0] for t in trains if t[(t > 1.0) & (t < 2.0)].size]
    # a pause of a second ends a unit's part
    ends = [np.append(t[:-1][np.diff(t) > 1.0], t[-1])[0] for t in trains]
    trains = [t[t <= end] for t, end in zip(trains, ends, strict=True)]
    intervals = [np.diff(t) for t in trains if t.size > 30]
    return {
        "units": len(trains),
        "unit activity (s)": float(np.mean(ends)),
        "cramp (s)": float(np.max(ends)),
        "first rate (Hz)": float(np.mean([1 / i[:15].mean() for i in intervals])),
        "last rate (Hz)": float(np.mean([1 / i[-15:].mean() for i in intervals])),
        "mean rate (Hz)": float(np.mean([1 / i.mean() for i in intervals])),
        "slowest unit (Hz)": float(np.min([1 / i.mean() for i in intervals])),
        "interval CV": float(np.mean([i.std() / i.mean() for i in intervals])),
    }


def voluntary_triangle(preset: str, seed: int, **overrides: Any) -> dict[str, float]:
    """Shared drive from rest to 1.4 in 5 s and back in 5 s, then rest."""
    p = load_pool(preset, overrides)
    pool = MotoneuronPool(p, PoolInputs(x_base=[(0.0, p.x_base), (5.0, 1.4), (10.0, p.x_base)]), seed)
    spikes = spikes_of(pool, 10.0)
    recruited = np.flatnonzero([t.size > 0 for t in spikes])
    pool.advance(2.0)
    return {
        "recruited": recruited.size,
        "order": float(spearmanr(recruited, [spikes[unit][0] for unit in recruited]).statistic),
        "peak rate (Hz)": float(np.mean([((t > 4.5) & (t < 5.5)).sum() for t in spikes])),
        "left": sum(t.size > 0 for t in spikes_of(pool, 3.0)),
    }
