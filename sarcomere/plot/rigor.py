"""Rigor: what happens when ATP goes."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import attached_fraction
from sarcomere.analysis.conditions import flat
from sarcomere.plot import style

MEASURED_BOUND = 0.9  # of the heads that can reach a site


def force(ds: xr.Dataset, ax: Axes) -> None:
    """Active force."""
    style.traces(ax, ds, ds.force - ds.titin_force)
    ax.set_ylabel("active force (pN per\nthick filament)")
    style.title(ax, "force")
    style.legend(ax, 3)


def heads(ds: xr.Dataset, ax: Axes) -> None:
    """Heads attached."""
    style.traces(ax, ds, attached_fraction(ds))
    ax.axhline(MEASURED_BOUND, color="0.4", linestyle=":", linewidth=1)
    ax.set_ylim(0, 1)
    ax.set_ylabel("fraction of heads")
    style.title(ax, "attached heads")


def units(ds: xr.Dataset, ax: Axes) -> None:
    """Regulatory units open."""
    style.traces(ax, ds, ds.ru_open_fraction)
    ax.set_ylim(0, 1)
    ax.set_ylabel("fraction of\nregulatory units")
    ax.set_xlabel("time (s)")
    style.title(ax, "thin filament: units open")


def rigor_figure(ds: xr.Dataset) -> Figure:
    """Force, attached heads and open regulatory units against time.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series in which ATP falls.

    Returns
    -------
    matplotlib.figure.Figure
    """
    ds = flat(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 3, 1, height=2.5, sharex=True)
    for panel, ax in zip((force, heads, units), axes[:, 0], strict=True):
        panel(ds, ax)
    style.caption(
        figure,
        "Dotted: in rigor more than 90 % of the heads that can reach a site bind it, and stiffness is about three "
        "times that of active muscle (e_r/e_0 = 3.05, Linari 2007; PHYSIOLOGY C 15).",
    )
    return figure
