"""When a muscle is active: its electromyogram, and the stretch of it that is a cramp."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.analysis.discharge.rates import count_firing

Values = NDArray[np.float64]

ENVELOPE_S = 0.5  # running mean of the electromyogram: some action potentials of even a few units
ON = 0.1  # of its peak
SETTLED_S = 0.05  # after the end of what was imposed: action potentials on their way, late responses
LEAST_S = 1.0  # that activity must go on by itself
RELAXED_S = 1.0  # after the same end, what the imposed left of units, force, pressure and pain is gone
LEAST_SHARE = 0.05  # of the units that must fire together (as for the threshold frequency; choice)
SILENT_S = 1.0  # before the end of the window, else it is still on
STEP_S = 0.1


class Activity(NamedTuple):
    """Activity that nothing imposes, in one replicate; times in s."""

    begin: float
    end: float
    """Last impulse before the electromyogram falls below 10 % of its peak for good."""
    relaxed: float
    """From when force and units are its own."""
    emg_on: float
    emg_peak: float
    units: int
    """Most that fire at once from then on."""


def emg_envelope(ds: xr.Dataset) -> xr.DataArray:
    """Compute the running mean of the electromyogram over half a second.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.

    Returns
    -------
    xarray.DataArray
        As ``fibre_ap_rate``; the ends average over what there is.
    """
    step = float(ds.time[1] - ds.time[0])
    envelope = ds["fibre_ap_rate"].rolling(time=max(1, round(ENVELOPE_S / step)), center=True, min_periods=1).mean()
    return envelope.assign_attrs(ds.fibre_ap_rate.attrs, long_name="EMG surrogate, running mean over 0.5 s")


def find_activity(one: xr.Dataset, row: list[Values], start: float, stop: float) -> Activity | None:
    """Compute activity of at least a second and 5 % of the units between two times.

    Parameters
    ----------
    one : xarray.Dataset
        One replicate of a cramp run.
    row : list of ndarray
        Its impulses by motor unit, s.
    start, stop : float
        Nothing imposes activity in between, s.

    Returns
    -------
    Activity or None
    """
    first = start + SETTLED_S if start > float(one.time[0]) else start
    inside = one.sel(time=slice(first, stop))
    if inside.sizes["time"] < 2:
        return None
    envelope, time = emg_envelope(inside).values, inside.time.values
    peak = float(envelope.max())
    on = envelope >= ON * peak
    if peak <= 0:
        return None
    step = float(time[1] - time[0])
    changes = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    starts, stops = time[changes[::2]], time[changes[1::2] - 1]
    long = np.flatnonzero(stops - starts >= LEAST_S)
    if not long.size:
        return None
    aps = np.sort(np.concatenate(row))
    aps = aps[(aps >= starts[long[0]]) & (aps <= stops[-1])]
    if not aps.size:
        return None
    begin, end = float(aps[0]), float(aps[-1])
    relaxed = max(begin, start + RELAXED_S)
    if end - begin < LEAST_S or end <= relaxed:
        return None
    units = int(count_firing(within(row, relaxed, end), np.arange(relaxed, end, STEP_S)).max())
    if units < LEAST_SHARE * len(row):
        return None
    heard = on & (time >= begin) & (time <= end)
    return Activity(begin, end, relaxed, float(heard.sum()) * step, peak, units)


def within(row: list[Values], start: float, stop: float) -> list[Values]:
    """Compute impulses of each unit between two times, both included."""
    return [train[(train >= start) & (train <= stop)] for train in row]
