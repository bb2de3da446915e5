"""The corner of fatigue: low ATP, high ADP and phosphate against rest."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import active_force, attached_fraction, half_relaxation_time, smoothed
from sarcomere.analysis.conditions import flat
from sarcomere.plot import style
from sarcomere.plot.relaxation import release_time


def force(ds: xr.Dataset, ax: Axes) -> None:
    """Active force."""
    style.traces(ax, ds, active_force(ds))
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    ax.set_ylabel("active force (pN per\nthick filament)")
    style.title(ax, "force")
    ax.legend(fontsize="x-small", frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))


def heads(ds: xr.Dataset, ax: Axes) -> None:
    """Heads attached."""
    style.traces(ax, ds, attached_fraction(ds))
    ax.set_ylim(bottom=0)
    ax.set_ylabel("fraction of heads")
    style.title(ax, "heads attached")


def letting_go(ds: xr.Dataset, ax: Axes) -> None:
    """Force after activation ends, relative to what it was then."""
    after, mean = release_time(ds), smoothed(active_force(ds))
    relative = mean / mean.where(mean.time >= after).max("time")
    style.traces(ax, ds, relative.where(mean.time >= after))
    ax.axhline(0.5, color="0.7", linewidth=0.6, zorder=0)
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    ax.set_ylabel("force / peak after the\nend of activation")
    ax.set_xlabel("time (s)")
    style.title(ax, "relaxation")


def fatigue_figure(ds: xr.Dataset) -> Figure:
    """Force, heads and relaxation in rested and in tired surroundings.

    Parameters
    ----------
    ds : xarray.Dataset
        A series that varies ATP, ADP and phosphate.

    Returns
    -------
    matplotlib.figure.Figure
    """
    ds = flat(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 3, 1, height=2.6, sharex=True)
    for panel, ax in zip((force, heads, letting_go), axes[:, 0], strict=True):
        panel(ds, ax)
    half = 1e3 * half_relaxation_time(active_force(ds), release_time(ds))
    numbers = [f"{name}: {float(half[i]):.0f} ms." for i, name in enumerate(style.condition_labels(ds))]
    style.caption(
        figure,
        *(["Half-relaxation:", *numbers] if len(numbers) <= 6 else []),
        "Tired human muscle relaxes 1.3-3 times more slowly (Jones, PMC2956939; factor from memory; PHYSIOLOGY C 24).",
    )
    return figure
