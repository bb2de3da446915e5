"""Relaxation in two phases."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import (
    TWO_PHASES,
    activation_end,
    active_force,
    fitted,
    smoothed,
    two_phase_relaxation,
)
from sarcomere.analysis.select.conditions import stack_conditions
from sarcomere.plot import style

LOWEST_SHOWN = 0.01  # of the force at start
LOWEST_CALCIUM = 0.01  # uM; in small lattices single ions make it flicker below


def calcium(ds: xr.Dataset, ax: Axes) -> None:
    """Draw free calcium."""
    style.traces(ax, ds, ds.ca)
    ax.set_yscale("log")
    ax.set_ylim(bottom=LOWEST_CALCIUM)
    ax.set_ylabel("[Ca²⁺] (µM)")
    style.title(ax, "free calcium")
    style.legend(ax, 3)


def force(ds: xr.Dataset, found: xr.Dataset, ax: Axes, *, logarithmic: bool = False) -> None:
    """Draw force relative to that at which relaxation begins, and the two phases fitted to it."""
    mean = active_force(ds)
    scale = found.force_start.fillna(mean.max("time"))
    after = mean.time - found.begin
    fits = (fitted(TWO_PHASES, found, after) / scale).where(after >= 0)
    relative = (smoothed(mean) if logarithmic else mean) / scale
    style.traces(ax, ds, relative.where(relative > LOWEST_SHOWN) if logarithmic else relative)
    for i in range(ds.sizes["condition"]):
        ax.plot(mean.time, fits.isel(condition=i), color="black", linewidth=0.9, linestyle="--", zorder=3)
    if logarithmic:
        ax.set_yscale("log")
        ax.set_ylim(LOWEST_SHOWN, 1.5)
    ax.set_xlabel("time (s)")
    ax.set_ylabel("active force / at start")
    style.title(ax, "logarithmic" if logarithmic else "force")


def relaxation_figure(ds: xr.Dataset) -> Figure:
    """Draw calcium and force of a relaxation with its linear and exponential phase.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series that ends a contraction: after the last impulse, or else when calcium begins to fall.

    Returns
    -------
    matplotlib.figure.Figure
    """
    ds = stack_conditions(ds)
    found = two_phase_relaxation(active_force(ds), activation_end(ds))
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 3, 1, height=2.6, sharex=True)
    calcium(ds, axes[0, 0])
    force(ds, found, axes[1, 0])
    force(ds, found, axes[2, 0], logarithmic=True)
    axes[1, 0].set_xlabel("")
    numbers = [
        f"{name or 'fibre'}: k_LIN {style.interval(one, 'k_lin')} and k_REL {style.interval(one, 'k_rel')} /s, ratio "
        f"{float(one.rate_ratio):.1f}."
        for i, name in enumerate(style.condition_labels(ds))
        for one in [found.isel(condition=i)]
        if np.isfinite(one.k_rel)
    ]
    style.caption(
        figure,
        *numbers[:4],
        "Dashed: linear, then exponential phase. Measured k_REL/k_LIN: 5-20 "
        "(unsourced; about 20 in heart [@Stehle2002]), where sarcomeres give one after the other, which "
        "one alone cannot.",
    )
    return figure
