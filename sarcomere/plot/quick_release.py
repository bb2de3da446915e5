"""T1 and T2 of quick releases."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import by_point, length_moves, quick_release, t1_curve
from sarcomere.analysis.select.conditions import unnamed
from sarcomere.plot import style

AROUND_S = (0.002, 0.012)  # shown before and after the step
T1_ZERO = (-9.0, -4.0)  # nm, whole half-sarcomere: psoas [@Linari2007] to frog [@Ford1977]
T2_ZERO = (-13.0, -9.0)


def force(ds: xr.Dataset, found: xr.Dataset, ax: Axes) -> None:
    """Draw force around the step, relative to T0."""
    starts = length_moves(ds.hs_length).start
    relative = (ds.force - ds.titin_force).mean("replicate") / found.t0
    colours, styles = style.line_looks(ds)
    for i in range(ds.sizes["condition"]):
        start = float(starts[i])
        if not np.isfinite(start):
            continue
        one = relative.isel(condition=i).sel(time=slice(start - AROUND_S[0], start + AROUND_S[1]))
        step = f"{float(found.step[i]):+.3g} nm"
        ax.plot(1e3 * (one.time - start), one, color=colours[i], linestyle=styles[i], linewidth=1, label=step)
    ax.set_xlabel("time after the start of the step (ms)")
    ax.set_ylabel("active force / T0")
    style.title(ax, "length steps; dashed: fast")
    style.side_legend(ax)


def curves(found: xr.Dataset, ax: Axes) -> None:
    """Draw T1 (filled) and T2 (open) against the step, and the line through the T1 of small steps."""
    table, line = by_point(found), t1_curve(found)
    for fibre in style.fibres(table):
        one, colour = style.of(table, fibre).sortby(style.of(table, fibre).step), style.look(fibre, line=True)["color"]
        style.points(ax, one.step, one.t1, one.t1_sem, fibre, label=f"T1 {fibre}")
        ax.errorbar(
            one.step, one.t2, np.nan_to_num(one.t2_sem), linestyle=":", linewidth=1, capsize=2, label=f"T2 {fibre}",
            markerfacecolor="white", **style.look(fibre),
        )  # fmt: skip
        fit = style.of(line, fibre)
        if np.isfinite(fit.y0):
            reach = np.array([float(fit.y0), float(one.step.max())])
            ax.plot(reach, 1 + float(fit.t1_slope) * reach, color=colour, linewidth=1)
    ax.axhline(0, color="0.7", linewidth=0.6, zorder=0)
    ax.plot(T1_ZERO, [0, 0], color="0.3", linewidth=8, alpha=0.35, solid_capstyle="butt")
    ax.plot(T2_ZERO, [-0.07, -0.07], color="0.6", linewidth=8, alpha=0.35, solid_capstyle="butt")
    ax.set_xlabel("length step (nm per half-sarcomere)")
    ax.set_ylabel("force / T0")
    style.title(ax, "T1 and T2")
    style.legend(ax)


def quick_release_figure(ds: xr.Dataset) -> Figure:
    """Draw force around length steps, and the T1 and T2 curves.

    Parameters
    ----------
    ds : xarray.Dataset
        A series of length steps.

    Returns
    -------
    matplotlib.figure.Figure
    """
    found = quick_release(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 2, 1, height=3.6)
    force(unnamed(ds), found, axes[0, 0])
    curves(found, axes[1, 0])
    line = t1_curve(found)
    zeros = [
        f"{fibre or 'fibre'}: T1 line reaches zero at {style.interval(style.of(line, fibre), 'y0', 2)} nm."
        for fibre in style.fibres(line)
        if np.isfinite(style.of(line, fibre).y0)
    ]
    style.caption(
        figure,
        *zeros,
        "T1: extreme of force at the step; T2: mean over 2-5 ms after it; bars: s.e.m. Grey bars: where T1 (dark, −4 "
        "nm frog [@Ford1977] to −9 nm psoas [@Linari2007]) and T2 (light, −9 to −13 nm [@Ford1977]) of muscle "
        "reach zero.",
    )
    return figure
