"""The twitch."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import active_force, contraction_time, half_relaxation_time, last_impulse
from sarcomere.analysis.select.conditions import stack_conditions
from sarcomere.plot import style

# Human, ms, mean and SD [@Sale1982; @Vandervoort-McComas1983].
MEASURED_CT = {"triceps surae": (112.0, 11.0), "gastrocnemius med.": (114.0, 20.0), "soleus": (156.5, 15.0)}
MEASURED_HRT = {"triceps surae": (100.0, 14.0)}
SOURCE = (
    "Grey: human, mean ± SD; contraction and half-relaxation of triceps surae 112 ± 11 and 100 ± 14 ms [@Sale1982], "
    "contraction of medial gastrocnemius 114 ± 20 and soleus 156.5 ± 15 ms [@Vandervoort-McComas1983]."
)


def calcium(ds: xr.Dataset, ax: Axes) -> None:
    """Draw free calcium."""
    style.traces(ax, ds, ds.ca)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("[Ca²⁺] (µM)")
    style.title(ax, "free calcium")
    style.legend(ax)


def force(ds: xr.Dataset, ax: Axes) -> None:
    """Draw active force."""
    style.traces(ax, ds, active_force(ds))
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    ax.set_xlabel("time (s)")
    ax.set_ylabel("active force (pN per\nthick filament)")
    style.title(ax, "force")


def times(ds: xr.Dataset, ax: Axes) -> None:
    """Draw contraction and half-relaxation time of each condition beside those of human muscle."""
    mean, after = active_force(ds), last_impulse(ds)
    read = {"contraction": contraction_time(mean, after), "half-relaxation": half_relaxation_time(mean, after)}
    names = style.condition_labels(ds)
    colours, _ = style.line_looks(ds)
    for row, (kind, measured) in enumerate((("contraction", MEASURED_CT), ("half-relaxation", MEASURED_HRT))):
        for i, name in enumerate(names):
            value = 1e3 * float(read[kind][i])
            ax.plot(
                value, row, "o", color=colours[i], markersize=7, label=(name or "fibre") if row == 0 else None, zorder=3
            )
        for j, (muscle, (value, sd)) in enumerate(measured.items()):
            height = row + 0.2 + 0.16 * j
            ax.errorbar([value], [height], xerr=[sd], color="0.45", marker="|", capsize=3, linestyle="none")
            ax.annotate(f" {muscle}", (value + sd, height), fontsize="x-small", color="0.35", va="center")
    ax.set_yticks([0, 1], ["contraction\ntime", "half-relaxation\ntime"])
    ax.set_ylim(1.5, -0.3)
    ax.set_xlim(0, max(230.0, ax.get_xlim()[1]))
    ax.set_xlabel("ms")
    style.title(ax, "times")
    style.legend(ax)


def twitch_figure(ds: xr.Dataset) -> Figure:
    """Draw calcium and force of a twitch, and its times beside those measured.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series with one impulse.

    Returns
    -------
    matplotlib.figure.Figure
    """
    ds = stack_conditions(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 3, 1, height=2.6)
    axes[0, 0].sharex(axes[1, 0])
    for panel, ax in zip((calcium, force, times), axes[:, 0], strict=True):
        panel(ds, ax)
    fibre = np.unique(ds.fibre.values).tolist() if "fibre" in ds.coords else []
    style.caption(
        figure,
        f"Times are read from the mean of the replicates, {' and '.join(fibre)}, after 10 ms of smoothing.",
        SOURCE,
    )
    return figure
