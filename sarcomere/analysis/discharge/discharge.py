"""Discharge statistics of the motor units."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import rankdata

from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.steady import need
from sarcomere.errors import InputError, nearest

Times = NDArray[np.float64]

PAUSE_S = 1.0  # a longer interval is a pause, not a discharge rate
DOUBLET_S = 0.01
ENDS = 15  # intervals of the first and of the last rate
RUN = 5  # intervals over which the lowest and the highest rate are taken, so that a doublet is not one

SOURCES = {
    "fibre_ap": "action potentials that reached the release sites",
    "spike": "spikes that the motoneurons made themselves",
    "terminal": "impulses born at axon terminals",
}


def discharge_rate(ds: xr.Dataset) -> xr.DataArray:
    """Compute the mean discharge rate of each motor unit between its first and last impulse.

    Parameters
    ----------
    ds : xarray.Dataset
        A run of half-sarcomeres.

    Returns
    -------
    xarray.DataArray
        Impulses per second by ``motor_unit``; NaN with fewer than two impulses.
    """
    times = ds["impulse_time"]
    count = times.notnull().sum("impulse")
    if times.sizes["impulse"] == 0:
        rate = xr.full_like(count, float("nan"), dtype=float)
    else:
        span = times.max("impulse") - times.min("impulse")
        rate = (count - 1) / span.where(count > 1)
    return rate.assign_attrs(units="1/s", long_name="mean discharge rate")


@pointwise
def trains(
    ds: xr.Dataset,
    source: str = "fibre_ap",
    start: float | Times | None = None,
    stop: float | Times | None = None,
) -> list[list[Times]]:
    """Compute impulses of each motor unit from the flat tables of a cramp run.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.
    source : {"fibre_ap", "spike", "terminal"}
        Action potentials that reached the release sites, which is what an electrode in the muscle shows; spikes of the
        motoneurons, but those that ran back from stimulated axons; or impulses born at axon terminals.
    start, stop : float or array by replicate, optional
        Window (s), both included; by default the whole record. NaN leaves a replicate without impulses.

    Returns
    -------
    list of list of ndarray
        Times (s), rising, by replicate and motor unit.

    Raises
    ------
    InputError
        If there is no such source or the run does not hold it.
    """
    if source not in SOURCES:
        raise InputError(f"{source!r} is no source of impulses: {nearest(source, SOURCES)}")
    flags = ("spike_antidromic",) if source == "spike" else ()
    need(ds, f"{source}_time", f"{source}_unit", f"{source}_replicate", "motor_unit", *flags)
    time, unit, replicate = (ds[f"{source}_{name}"].values for name in ("time", "unit", "replicate"))
    if source == "spike":
        own = ds.spike_antidromic.values == 0
        time, unit, replicate = time[own], unit[own], replicate[own]
    labels = np.atleast_1d(ds.replicate.values)
    lows = np.broadcast_to(-np.inf if start is None else start, labels.shape)
    highs = np.broadcast_to(np.inf if stop is None else stop, labels.shape)
    found = []
    for label, low, high in zip(labels, lows, highs, strict=True):
        inside = (replicate == label) & (time >= low) & (time <= high)
        order = np.lexsort((time[inside], unit[inside]))
        times, units = time[inside][order].astype(np.float64), unit[inside][order]
        cuts = np.searchsorted(units, ds.motor_unit.values, side="left")
        ends = np.searchsorted(units, ds.motor_unit.values, side="right")
        found.append([times[a:b] for a, b in zip(cuts, ends, strict=True)])
    return found


_STATISTICS = {
    "impulses": ("1", "impulses"),
    "first": ("s", "first impulse"),
    "last": ("s", "last impulse"),
    "active_time": ("s", "time in discharge, pauses of more than a second left out"),
    "rate_mean": ("1/s", "mean rate"),
    "rate_min": ("1/s", "lowest rate over five intervals"),
    "rate_max": ("1/s", "highest rate over five intervals"),
    "interval_cv": ("1", "coefficient of variation of the intervals"),
    "doublets": ("1", "share of intervals below 10 ms"),
    "rate_first": ("1/s", "rate over the first 15 intervals"),
    "rate_last": ("1/s", "rate over the last 15 intervals"),
}


@pointwise
def discharge_statistics(
    ds: xr.Dataset,
    source: str = "fibre_ap",
    start: float | Times | None = None,
    stop: float | Times | None = None,
) -> xr.Dataset:
    """Find how each motor unit discharged.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.
    source : {"fibre_ap", "spike", "terminal"}
        Which impulses, as for ``trains``.
    start, stop : float or array by replicate, optional
        Window (s); by default the whole record.

    Returns
    -------
    xarray.Dataset
        By ``replicate`` and ``motor_unit``: ``impulses``, ``first`` and ``last`` (s), ``active_time`` (s),
        ``rate_mean``, ``rate_min``, ``rate_max``, ``rate_first``, ``rate_last`` (1/s), ``interval_cv``, ``doublets``,
        ``recruitment_rank`` (1 fired first) and ``size_order`` (by ``replicate``: Spearman's correlation of rank and
        unit number, which rises with size). Intervals above 1 s are pauses and enter none of the rates. NaN with
        fewer intervals than a number needs: 1, for ``interval_cv`` 2, for lowest and highest rate 5, for first and
        last rate 15.

    Raises
    ------
    InputError
        If there is no such source or the run does not hold it.
    """
    rows = trains(ds, source, start, stop)
    shape = (len(rows), ds.sizes["motor_unit"])
    table = np.array([[_statistics(train) for train in row] for row in rows]).reshape(*shape, len(_STATISTICS))
    dims = ("replicate", "motor_unit")
    found = xr.Dataset(
        {
            name: (dims, table[..., i], {"units": units, "long_name": text})
            for i, (name, (units, text)) in enumerate(_STATISTICS.items())
        },
        {"replicate": np.atleast_1d(ds.replicate.values), "motor_unit": ds.motor_unit},
    )
    rank = np.array([rankdata(first, nan_policy="omit") for first in found["first"].values]).reshape(shape)
    found["recruitment_rank"] = (dims, rank, {"units": "1", "long_name": "order of recruitment"})
    order = [_correlation(ds.motor_unit.values, row) for row in rank]
    found["size_order"] = ("replicate", order, {"units": "1", "long_name": "rank correlation of recruitment and size"})
    return found.assign_attrs(source=SOURCES[source])


def _statistics(train: Times) -> list[float]:
    """Return the numbers of ``_STATISTICS``, in their order."""
    nan = float("nan")
    every = np.diff(train)
    intervals = every[every <= PAUSE_S]
    total, n = float(intervals.sum()), intervals.size
    sums = np.convolve(intervals, np.ones(RUN), "valid") if n >= RUN else np.array([nan])
    return [
        float(train.size),
        float(train[0]) if train.size else nan,
        float(train[-1]) if train.size else nan,
        total if train.size else nan,
        n / total if n else nan,
        RUN / float(sums.max()),
        RUN / float(sums.min()),
        float(intervals.std(ddof=1) * n / total) if n > 1 else nan,
        float((every < DOUBLET_S).mean()) if every.size else nan,
        ENDS / float(intervals[:ENDS].sum()) if n >= ENDS else nan,
        ENDS / float(intervals[-ENDS:].sum()) if n >= ENDS else nan,
    ]


def _correlation(units: NDArray[np.int64], rank: Times) -> float:
    fired = np.isfinite(rank)
    if fired.sum() < 3 or np.ptp(rank[fired]) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(units[fired]), rank[fired])[0, 1])
