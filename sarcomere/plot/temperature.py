"""Series of temperatures."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import Q10, HEADS_mM, fitted, q10, steady_series
from sarcomere.plot import style

MEASURED_ATPASE = {"slow": (0.10, 0.03), "fast": (0.41, 0.12)}  # mM/s at 20 degrees Celsius: I and IIB [@Stienen1996]
MEASURED_AT = 20.0


def force(found: xr.Dataset, ax: Axes) -> None:
    """Draw steady active force."""
    for fibre in style.fibres(found):
        one = style.of(found, fibre)
        style.points(ax, one.temperature_C, one.force, one.force_sem, fibre)
        ax.plot(one.temperature_C, one.force, linewidth=1, **style.look(fibre, line=True))
    ax.set_ylim(bottom=0)
    ax.set_ylabel("active force (pN per\nthick filament)")
    style.title(ax, "force")
    style.legend(ax)


def atp_use(found: xr.Dataset, rates: xr.Dataset, ax: Axes) -> None:
    """Draw ATPase of the fibre on a logarithmic scale, the line of its Q10, and the rates measured."""
    for fibre in style.fibres(found):
        one, line = style.of(found, fibre), style.of(rates, fibre)
        look = style.look(fibre, line=True)
        style.points(ax, one.temperature_C, HEADS_mM * one.atpase, HEADS_mM * one.atpase_sem, fibre)
        if np.isfinite(line.q10):
            fine = xr.DataArray(
                np.linspace(float(one.temperature_C.min()), float(one.temperature_C.max())), dims="fine"
            )
            ax.plot(fine, HEADS_mM * fitted(Q10, line, fine), linewidth=1, **look)
        if fibre in MEASURED_ATPASE:
            value, sd = MEASURED_ATPASE[fibre]
            ax.errorbar(
                [MEASURED_AT], [value], [sd], color=look["color"], marker="D", markersize=9, alpha=0.35, elinewidth=5
            )
    ax.set_yscale("log")
    ax.set_xlabel("temperature (°C)")
    ax.set_ylabel("ATPase (mM/s)")
    style.title(ax, "ATP use")
    style.legend(ax)


def temperature_figure(ds: xr.Dataset) -> Figure:
    """Draw steady force and ATP use against temperature.

    Parameters
    ----------
    ds : xarray.Dataset
        A series that varies ``temperature_C``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    found = steady_series(ds, "temperature_C")
    rates = q10(found.atpase, found.temperature_C, "temperature_C", found.atpase_sem)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 2, 1, sharex=True)
    force(found, axes[0, 0])
    atp_use(found, rates, axes[1, 0])
    numbers = [
        f"{fibre or 'fibre'}: Q10 of ATP use {style.interval(one, 'q10')}."
        for fibre in style.fibres(rates)
        for one in [style.of(rates, fibre)]
    ]
    style.caption(
        figure,
        *numbers,
        "Bars: s.e.m.; ATPase with 185 µM heads. Diamonds: human fibres at 20 °C, I 0.10 ± 0.03 and IIB 0.41 ± 0.12 "
        "mM/s; Q10 2.6 ± 0.06 [@Stienen1996].",
    )
    return figure
