"""Recorded courses as few points: what is imposed on a replay of a recorded run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def thinned(time_s: Floats, value: Floats, tolerance: float) -> dict[str, list[float]]:
    """Points whose straight connections stay within a tolerance of every sample.

    Parameters
    ----------
    time_s, value : ndarray, shape (n,)
        Samples, the times rising.
    tolerance : float
        In the unit of ``value``.

    Returns
    -------
    dict
        ``time_s`` and ``value``, as a course of the protocol takes them.
    """
    kept, low, high = [0], -math.inf, math.inf
    for i in range(1, time_s.size):
        start = kept[-1]
        if not low <= (value[i] - value[start]) / (time_s[i] - time_s[start]) <= high:
            start, low, high = i - 1, -math.inf, math.inf
            kept.append(start)
        span = time_s[i] - time_s[start]
        low = max(low, (value[i] - tolerance - value[start]) / span)
        high = min(high, (value[i] + tolerance - value[start]) / span)
    if kept[-1] != time_s.size - 1:
        kept.append(time_s.size - 1)
    return {"time_s": time_s[kept].tolist(), "value": value[kept].tolist()}


def stepwise(time_s: Floats, value: Floats, tolerance: float) -> dict[str, list[float]]:
    """Jumps wherever a course has moved by more than a share of itself; rates are tabulated anew at each.

    Parameters
    ----------
    time_s, value : ndarray, shape (n,)
        Samples of a positive quantity.
    tolerance : float
        Relative to the value last held.

    Returns
    -------
    dict
        ``time_s`` and ``value``, as a course of the protocol takes them.
    """
    times, values = [float(time_s[0])], [float(value[0])]
    for time, now in zip(time_s[1:].tolist(), value[1:].tolist(), strict=True):
        if abs(now - values[-1]) > tolerance * abs(values[-1]):
            times += [time, time]
            values += [values[-1], now]
    return {"time_s": times, "value": values}


def moved(course: dict[str, Any] | None, at_s: float, by: float, over_s: float) -> dict[str, Any]:
    """Add a further move to a course of length.

    Parameters
    ----------
    course : dict, optional
        As the protocol dumps it; without one the length is held.
    at_s, over_s : float
        When the move begins and how long it takes; 0 is a jump.
    by : float
        nm.

    Returns
    -------
    dict
    """
    course = course or {"time_s": [0.0], "value": [0.0], "relative": True}
    times, values = np.array(course["time_s"], dtype=float), np.array(course["value"], dtype=float)
    ends = np.array([at_s, at_s + over_s])
    there = np.interp(ends, times, values) + np.array([0.0, by])
    others = ~np.isin(times, ends)
    times, values = times[others], values[others]
    late = times > ends[1]
    values = values + by * np.where(late, 1.0, np.clip((times - at_s) / (over_s or 1.0), 0.0, 1.0))
    times, values = np.concatenate([times, ends]), np.concatenate([values, there])
    order = np.argsort(times, kind="stable")
    return {**course, "time_s": times[order].tolist(), "value": values[order].tolist()}
