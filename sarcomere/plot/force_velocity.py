"""Velocity and power against load."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import FORCE_VELOCITY, fitted, force_velocity
from sarcomere.analysis.select.conditions import unnamed
from sarcomere.plot import style

# At 37 degrees Celsius; unsourced (docs/unsourced.md).
MEASURED_V0 = {"slow": (1.5, 3.5), "fast": (5.0, 9.0)}
MEASURED_BEST_LOAD = (0.25, 0.40)


def curve(found: xr.Dataset, ax: Axes) -> None:
    """Draw the velocity against relative force, Hill's hyperbola, and the V0 measured."""
    for fibre in style.fibres(found):
        one, colour = style.of(found, fibre), style.look(fibre, line=True)["color"]
        style.points(ax, one.force, one.velocity, one.velocity_sem, fibre)
        force = _fine(one)
        ax.plot(force, fitted(FORCE_VELOCITY, one, force), color=colour, linewidth=1.2)
        if fibre in MEASURED_V0:
            ax.plot([0, 0], MEASURED_V0[fibre], color=colour, linewidth=8, alpha=0.3, solid_capstyle="butt")
    ax.axhline(0, color="0.7", linewidth=0.6, zorder=0)
    ax.set_ylabel("velocity (ML/s)")
    style.title(ax, "force-velocity")
    style.legend(ax)


def power(found: xr.Dataset, ax: Axes) -> None:
    """Draw relative force times velocity."""
    for fibre in style.fibres(found):
        one, colour = style.of(found, fibre), style.look(fibre, line=True)["color"]
        style.points(ax, one.force, one.force * one.velocity, one.force * one.velocity_sem, fibre)
        force = _fine(one)
        ax.plot(force, force * fitted(FORCE_VELOCITY, one, force), color=colour, linewidth=1.2)
    style.band(ax, *MEASURED_BEST_LOAD, of_x=True, label="measured load of peak power")
    ax.set_ylim(bottom=0)
    ax.set_ylabel("power (F0 · ML/s)")
    ax.set_xlabel("active force / isometric")
    style.title(ax, "power")
    style.legend(ax)


def lengths(ds: xr.Dataset, ax: Axes) -> None:
    """Draw length against time during the loaded phases."""
    style.traces(ax, ds, ds.hs_length)
    ax.set_ylabel("half-sarcomere\nlength (nm)")
    ax.set_xlabel("time (s)")
    style.title(ax, "isotonic shortening; dark to light: the order of the series, dashed: fast")


def force_velocity_figure(ds: xr.Dataset) -> Figure:
    """Draw force-velocity and power of each fibre type, and the records they come from.

    Parameters
    ----------
    ds : xarray.Dataset
        A series of isotonic releases or ramps.

    Returns
    -------
    matplotlib.figure.Figure
    """
    found = force_velocity(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 3, 1)
    curve(found, axes[0, 0])
    power(found, axes[1, 0])
    axes[0, 0].sharex(axes[1, 0])
    lengths(unnamed(ds), axes[2, 0])
    numbers = [
        f"{fibre or 'fibre'}: Vmax {style.interval(one, 'v_max')} ML/s, a/F0 {style.interval(one, 'a_over_f0', 2)}, "
        f"peak power {style.interval(one, 'peak_power', 2)} F0·ML/s at {float(one.peak_power_at):.2f} Vmax and F0."
        if np.isfinite(one.v_max)
        else f"{fibre or 'fibre'}: the points do not determine Hill's curve."
        for fibre in style.fibres(found)
        for one in [style.of(found, fibre)]
    ]
    style.caption(
        figure,
        *numbers,
        "Bars: s.e.m. At zero force, V0 of human fibres at 37 °C: slow 1.5-3.5, fast 5-9 ML/s (unsourced); "
        "shaded: peak power at 0.25-0.40 F0 (unsourced).",
    )
    return figure


def _fine(one: xr.Dataset) -> xr.DataArray:
    top = float(one.f0) if np.isfinite(one.f0) else 1.0
    return xr.DataArray(np.linspace(0, top, 200), dims="fine")
