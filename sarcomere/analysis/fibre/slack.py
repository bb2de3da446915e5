"""The slack test: unloaded shortening velocity from the time to take up slack."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.fibre.length_steps import length_moves
from sarcomere.analysis.select.conditions import by_point, unnamed
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import Quantity, Vector, fit
from sarcomere.analysis.statistics.line import straight
from sarcomere.analysis.statistics.steady import need

BEFORE_S = 0.02
LEVEL = 0.05  # of the isometric force
SLACK_LINE = straight(
    Quantity("v0", "1/s", "unloaded shortening velocity, slack test, in muscle lengths"),
    Quantity("elastic", "1", "release taken up at once by elastic elements, in muscle lengths"),
)


@pointwise
def slack_times(ds: xr.Dataset, level: float = LEVEL) -> xr.Dataset:
    """Find how long each release leaves the half-sarcomere slack.

    Slack ends when active force last rises through ``level`` of the isometric force. The threshold delays all slack
    times alike, which moves the intercept of the slack test and not its slope.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series of releases to slack.
    level : float
        Threshold, relative to the active force in the 20 ms before the release.

    Returns
    -------
    xarray.Dataset
        By ``condition``: ``slack_time`` (s) and ``slack_length`` (ML, of the length before). Time is NaN where force
        did not fall below the threshold, or not come back above it.
    """
    need(ds, "force", "titin_force", "hs_length")
    ds = unnamed(ds)
    force = (ds.force - ds.titin_force).mean("replicate")
    moves = length_moves(ds.hs_length)
    time = xr.apply_ufunc(
        _slack,
        force,
        moves.start,
        force.time,
        input_core_dims=[["time"], [], ["time"]],
        vectorize=True,
        kwargs={"level": level},
    )
    length = (moves.before - moves.after) / moves.before
    return xr.Dataset(
        {
            "slack_time": time.assign_attrs(units="s", long_name="time to take up the slack"),
            "slack_length": length.assign_attrs(units="1", long_name="length of the release, in muscle lengths"),
        }
    )


@pointwise
def slack_test(ds: xr.Dataset, level: float = LEVEL) -> xr.Dataset:
    """Compute slack times of a series of releases, and V0, the slope of length against time.

    Parameters
    ----------
    ds : xarray.Dataset
        A series of releases to slack.
    level : float
        As in ``slack_times``.

    Returns
    -------
    xarray.Dataset
        ``slack_time`` and ``slack_length`` by ``fibre`` and ``measurement``; ``v0`` (ML/s) and ``elastic`` (ML) by
        ``fibre``, with ``_ci``; NaN with fewer than three releases.
    """
    points = by_point(slack_times(ds, level))
    return points.merge(fit(SLACK_LINE, points.slack_time, points.slack_length, "measurement"))


def _slack(force: Vector, start: float, time: Vector, *, level: float) -> float:
    if not np.isfinite(start):
        return np.nan
    before = (time >= start - BEFORE_S) & (time <= start)
    threshold = level * force[before].mean()
    after = np.flatnonzero(time > start)
    below = after[force[after] < threshold]
    if below.size == 0 or below[-1] + 1 >= time.size:
        return np.nan
    i = below[-1]
    share = (threshold - force[i]) / (force[i + 1] - force[i])
    return float(time[i] + share * (time[i + 1] - time[i]) - start)
