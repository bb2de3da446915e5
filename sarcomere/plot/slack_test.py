"""The slack test."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import slack_test
from sarcomere.analysis.select.conditions import unnamed
from sarcomere.plot import style

PERCENT = 100.0


def force(ds: xr.Dataset, ax: Axes) -> None:
    """Draw force through release and redevelopment."""
    style.traces(ax, ds, ds.force - ds.titin_force)
    ax.set_ylabel("active force (pN per\nthick filament)")
    ax.set_xlabel("time (s)")
    style.title(ax, "releases to slack; dark to light: the order of the series, dashed: fast")


def line(found: xr.Dataset, ax: Axes) -> None:
    """Draw length of the release against the time to take it up; the slope is V0."""
    for fibre in style.fibres(found):
        one, colour = style.of(found, fibre), style.look(fibre, line=True)["color"]
        style.points(ax, 1e3 * one.slack_time, PERCENT * one.slack_length, None, fibre)
        if np.isfinite(one.v0):
            times = np.array([0.0, float(one.slack_time.max())])
            ax.plot(1e3 * times, PERCENT * (float(one.elastic) + float(one.v0) * times), color=colour, linewidth=1.2)
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("time slack (ms)")
    ax.set_ylabel("release (% of length)")
    style.title(ax, "slack test")
    style.legend(ax)


def slack_test_figure(ds: xr.Dataset) -> Figure:
    """Draw records of a slack test and the line through its slack times.

    Parameters
    ----------
    ds : xarray.Dataset
        A series of releases to slack.

    Returns
    -------
    matplotlib.figure.Figure
    """
    found = slack_test(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 2, 1)
    force(unnamed(ds), axes[0, 0])
    line(found, axes[1, 0])
    numbers = [
        f"{fibre or 'fibre'}: V0 {style.interval(one, 'v0')} ML/s."
        for fibre in style.fibres(found)
        for one in [style.of(found, fibre)]
    ]
    style.caption(
        figure,
        *numbers,
        "Slack ends when force last rises through 5 % of the isometric. V0 of human fibres at 37 °C: slow 1.5-3.5, "
        "fast 5-9 ML/s (unsourced).",
    )
    return figure
