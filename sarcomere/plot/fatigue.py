"""The corner of fatigue: low ATP, high ADP and phosphate against rest."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import activation_end, active_force, attached_fraction, half_fall_time, smoothed
from sarcomere.analysis.select.conditions import stack_conditions
from sarcomere.plot import style

SETTLED_S = 0.01  # around the end of activation, for the force then


def force(ds: xr.Dataset, ax: Axes) -> None:
    """Draw active force."""
    style.traces(ax, ds, active_force(ds))
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    ax.set_ylabel("active force (pN per\nthick filament)")
    style.title(ax, "force")
    style.side_legend(ax)


def heads(ds: xr.Dataset, ax: Axes) -> None:
    """Draw heads attached."""
    style.traces(ax, ds, attached_fraction(ds))
    ax.set_ylim(bottom=0)
    ax.set_ylabel("fraction of heads")
    style.title(ax, "heads attached")


def relaxation(ds: xr.Dataset, ax: Axes) -> None:
    """Draw force after activation ends, relative to what it was then."""
    after, mean = activation_end(ds), smoothed(active_force(ds))
    level = mean.where(abs(mean.time - after) <= 0.5 * SETTLED_S).mean("time")
    relative = mean / level
    style.traces(ax, ds, relative.where(mean.time >= after))
    ax.axhline(0.5, color="0.7", linewidth=0.6, zorder=0)
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    ax.set_ylabel("force / at the end\nof activation")
    ax.set_xlabel("time (s)")
    style.title(ax, "relaxation")


def fatigue_figure(ds: xr.Dataset) -> Figure:
    """Draw force, heads and relaxation in rested and in tired surroundings.

    Parameters
    ----------
    ds : xarray.Dataset
        A series that varies ATP, ADP and phosphate.

    Returns
    -------
    matplotlib.figure.Figure
    """
    ds = stack_conditions(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 3, 1, height=2.6, sharex=True)
    for panel, ax in zip((force, heads, relaxation), axes[:, 0], strict=True):
        panel(ds, ax)
    half = 1e3 * half_fall_time(active_force(ds), activation_end(ds))
    times = [f"{name or 'fibre'} {float(half[i]):.0f} ms" for i, name in enumerate(style.condition_labels(ds))]
    style.caption(
        figure,
        f"From the end of activation to half the force: {'; '.join(times)}.",
        "Tired human muscle relaxes 1.3-3 times more slowly (slower [@Jones2010], factor unsourced).",
    )
    return figure
