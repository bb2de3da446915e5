"""The dip of the electromyogram after shocks to the tendon."""

from __future__ import annotations

import numpy as np

from sarcomere.parameters.intervention import TendonStimulation
from sarcomere.scenario.loop import LoopScenario
from sarcomere.simulation.api import run
from sarcomere.validate.cramp.arms import Values

BIN_MS = 2.0
BEFORE_MS = 200.0
AFTER_MS = 160.0  # before the second phase
SMOOTH = 7  # bins


def shocks(scenario: LoopScenario) -> Values:
    """Return the mean electromyogram around the shocks: when the dip begins, how long it lasts, how deep it is.

    Action potentials are weighted by the cross-section of their units and count from the end plate.  The dip is where
    the smoothed mean lies below half of its depth.
    """
    ds = run(scenario)
    entry = next(e for e in scenario.interventions if isinstance(e, TendonStimulation))
    weight = ds.capacity.values[ds.fibre_ap_unit.values - 1]
    along_fibre = 1e-3 * (scenario.fibre_ap.release_delay_ms - scenario.fibre_ap.junction_delay_ms)
    started = ds.fibre_ap_time.values - along_fibre
    since = (started[None, :] - entry.at_s - np.arange(entry.count)[:, None] * entry.every_s) * 1e3
    edges = np.arange(-BEFORE_MS, AFTER_MS + BIN_MS, BIN_MS)
    emg = sum(np.histogram(row, edges, weights=weight)[0] for row in since)
    return dip(np.asarray(emg, dtype=np.float64), edges)


def dip(emg: np.ndarray, edges: np.ndarray) -> Values:
    """Begin (ms), length (ms) and depth (share) of the dip in an averaged electromyogram.

    Parameters
    ----------
    emg : ndarray, shape (bin,)
        Around the stimulus.
    edges : ndarray, shape (bin + 1,)
        Of the bins, ms after the stimulus.
    """
    smooth = np.convolve(emg, np.ones(SMOOTH) / SMOOTH, "valid")
    time = 0.5 * (edges[:-1] + edges[1:])[SMOOTH // 2 : -(SMOOTH // 2)]
    rest = float(smooth[time < 0].mean())
    low = int(np.argmin(np.where(time > 0, smooth, np.inf)))
    depth = 1.0 - float(smooth[low]) / rest
    below = smooth < rest * (1.0 - 0.5 * depth)
    first = last = low
    while first > 0 and below[first - 1]:
        first -= 1
    while last + 1 < below.size and below[last + 1]:
        last += 1
    return {"onset": float(time[first]), "length": float(time[last] - time[first] + BIN_MS), "depth": depth}
