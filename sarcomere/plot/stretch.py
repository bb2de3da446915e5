"""Slow stretch and forcible detachment."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import attached_fraction, by_point, ramp_force
from sarcomere.analysis.select.conditions import unnamed
from sarcomere.plot import style


def force(ds: xr.Dataset, found: xr.Dataset, ax: Axes) -> None:
    """Draw force relative to the isometric one."""
    relative = (ds.force - ds.titin_force).mean("replicate") / found.isometric
    colours, styles = style.line_looks(ds)
    for i in range(ds.sizes["condition"]):
        speed = f"{-float(found.velocity[i]):+.3g} ML/s"
        ax.plot(ds.time, relative.isel(condition=i), color=colours[i], linestyle=styles[i], linewidth=1, label=speed)
    ax.axhline(1, color="0.7", linewidth=0.6, zorder=0)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("active force\n/ isometric")
    style.title(ax, "force")
    style.side_legend(ax)


def heads(ds: xr.Dataset, ax: Axes) -> None:
    """Draw heads attached."""
    style.traces(ax, ds, attached_fraction(ds))
    ax.set_ylim(bottom=0)
    ax.set_ylabel("heads attached\n(fraction)")
    ax.set_xlabel("time (s)")
    style.title(ax, "heads")


def against_velocity(found: xr.Dataset, ax: Axes) -> None:
    """Draw force late in the ramp (filled) and highest (open) against the velocity of stretch."""
    table = by_point(found)
    for fibre in style.fibres(table):
        one = style.of(table, fibre)
        style.points(ax, -one.velocity, one.force, one.force_sem, fibre, label=f"late, {fibre}")
        ax.plot(
            -one.velocity.values.ravel(), one.peak.values.ravel(), linestyle="none", markerfacecolor="white",
            label=f"peak, {fibre}", **style.look(fibre),
        )  # fmt: skip
    ax.axhline(1, color="0.7", linewidth=0.6, zorder=0)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("velocity of stretch (ML/s)")
    ax.set_ylabel("active force\n/ isometric")
    style.title(ax, "force against velocity")
    style.legend(ax)


def stretch_figure(ds: xr.Dataset) -> Figure:
    """Draw force and heads during ramps of length, and force against velocity.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series of ramps.

    Returns
    -------
    matplotlib.figure.Figure
    """
    found, plain = ramp_force(ds), unnamed(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 3, 1, height=2.8)
    force(plain, found, axes[0, 0])
    heads(plain, axes[1, 0])
    axes[0, 0].sharex(axes[1, 0])
    against_velocity(found, axes[2, 0])
    both = len(np.unique(ds.fibre.values)) > 1 if "fibre" in ds.coords else False
    style.caption(
        figure,
        "Late: mean over the last quarter of the ramp; bars: s.e.m.",
        "Dashed records: fast fibres." if both else "",
    )
    return figure
