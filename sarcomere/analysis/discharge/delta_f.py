"""Hysteresis of recruitment by paired motor units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]

SMOOTH = 7  # intervals of the control unit's running mean
LEAST_LEAD_S = 0.5  # by which the control unit is recruited before the test unit
LEAST_RATE_CHANGE = 0.5  # Hz that the control unit's rate must move, else it is saturated


def delta_f(row: Sequence[Times], start: float, stop: float) -> float:
    """Compute the mean ΔF: a control unit's rate when a test unit is recruited less that when it stops.

    Parameters
    ----------
    row : sequence of ndarray
        Impulses of each motor unit (s), rising; the smallest unit first.
    start, stop : float
        Window of one contraction, s.

    Returns
    -------
    float
        Impulses per second; mean over test units of the mean over their control units, smaller ones that fire for
        half a second before and after the test unit and whose rate (running mean over seven intervals) changes by
        more than 0.5/s while it fires.  NaN without pairs.
    """
    units = [train[(train >= start) & (train <= stop)] for train in row]
    units = [train for train in units if train.size > SMOOTH + 1]
    rates = [np.convolve(1.0 / np.diff(train), np.ones(SMOOTH) / SMOOTH, "valid") for train in units]
    times = [train[SMOOTH // 2 + 1 : SMOOTH // 2 + 1 + rate.size] for train, rate in zip(units, rates, strict=True)]
    means = []
    for i, test in enumerate(units):
        pairs = []
        for time, rate, control in zip(times[:i], rates[:i], units[:i], strict=True):
            if control[0] > test[0] - LEAST_LEAD_S or control[-1] < test[-1]:
                continue
            inside = rate[(time >= test[0]) & (time <= test[-1])]
            if inside.size and np.ptp(inside) > LEAST_RATE_CHANGE:
                at = np.interp([test[0], test[-1]], time, rate)
                pairs.append(at[0] - at[1])
        if pairs:
            means.append(np.mean(pairs))
    return float(np.mean(means)) if means else float("nan")
