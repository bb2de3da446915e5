"""Rigor: what happens when ATP goes."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import attached_fraction, stiffness
from sarcomere.analysis.select.conditions import stack_conditions
from sarcomere.plot import style

MEASURED_BOUND = 0.9  # of the heads that can reach a site


def force(ds: xr.Dataset, ax: Axes) -> None:
    """Draw active force."""
    style.traces(ax, ds, ds.force - ds.titin_force)
    ax.set_ylabel("active force (pN per\nthick filament)")
    style.title(ax, "force")
    style.side_legend(ax)


def heads(ds: xr.Dataset, ax: Axes) -> None:
    """Draw heads attached."""
    style.traces(ax, ds, attached_fraction(ds))
    ax.axhline(MEASURED_BOUND, color="0.4", linestyle=":", linewidth=1)
    ax.set_ylim(0, 1)
    ax.set_ylabel("fraction of heads")
    style.title(ax, "attached heads")


def units(ds: xr.Dataset, ax: Axes) -> None:
    """Draw regulatory units open."""
    style.traces(ax, ds, ds.ru_open_fraction)
    ax.set_ylim(0, 1)
    ax.set_ylabel("fraction of\nregulatory units")
    ax.set_xlabel("time (s)")
    style.title(ax, "thin filament: units open")


def stiff(ds: xr.Dataset, found: xr.Dataset, ax: Axes) -> None:
    """Draw the stiffness of each condition from its small step of length."""
    names, (colours, _) = style.condition_labels(ds), style.line_looks(ds)
    for i, name in enumerate(names):
        value, sem = float(found.stiffness[i]), np.nan_to_num(float(found.stiffness_sem[i]))
        ax.errorbar(value, i, xerr=sem, marker="o", capsize=2, color=colours[i])
        names[i] = name or "fibre"
    ax.set_yticks(range(len(names)), names, fontsize="small")
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.set_xlabel("stiffness (pN/nm per thick filament)")
    style.title(ax, "stiffness")


def rigor_figure(ds: xr.Dataset) -> Figure:
    """Draw force, attached heads and open regulatory units against time; stiffness where there is a small length step.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series in which ATP falls.

    Returns
    -------
    matplotlib.figure.Figure
    """
    ds = stack_conditions(ds)
    found = stiffness(ds)
    stepped = bool(found.stiffness.notnull().any())
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 4 if stepped else 3, 1, height=2.5)
    for panel, ax in zip((force, heads, units), axes[:3, 0], strict=True):
        panel(ds, ax)
        if ax is not axes[2, 0]:
            ax.sharex(axes[2, 0])
    if stepped:
        stiff(ds, found, axes[3, 0])
    style.caption(
        figure,
        "Dotted: in rigor all heads that can reach a site bind it [@Cooke-Franks1980], here 90 %, and stiffness is "
        "about three times that of active muscle (3.05 [@Linari2007]).",
    )
    return figure
