"""Force against calcium."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import FORCE_PCA, fitted, force_pca
from sarcomere.plot import style

# Skinned fibres; values unsourced, slow fibres the more sensitive [@Ruff-Whittlesey1991].
MEASURED_PCA50 = {"slow": (5.7, 6.1), "fast": (5.6, 6.0)}


def curve(found: xr.Dataset, ax: Axes) -> None:
    """Draw steady force relative to the fitted maximum, Hill's curve, and the measured pCa50."""
    for fibre in style.fibres(found):
        one = style.of(found, fibre)
        colour = style.look(fibre, line=True)["color"]
        fits = bool(np.isfinite(one.f_max))
        top = one.f_max if fits else one.force.max()
        style.points(ax, one.pCa, one.force / top, one.force_sem / top, fibre)
        if fits:
            fine = xr.DataArray(np.linspace(float(one.pCa.min()), float(one.pCa.max()), 300), dims="fine")
            ax.plot(fine, fitted(FORCE_PCA, one, fine) / top, color=colour, linewidth=1.2)
        if fibre in MEASURED_PCA50:
            low, high = MEASURED_PCA50[fibre]
            ax.plot([low, high], [0.5, 0.5], color=colour, linewidth=8, alpha=0.3, solid_capstyle="butt")
    ax.invert_xaxis()
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    ax.set_xlabel("pCa (−log₁₀ [Ca²⁺] in M)")
    ax.set_ylabel("active force / fitted maximum")
    style.title(ax, "force-pCa")
    style.legend(ax)


def force_pca_figure(ds: xr.Dataset) -> Figure:
    """Draw Force-pCa of each fibre type with Hill's curve.

    Parameters
    ----------
    ds : xarray.Dataset
        A series that varies ``pCa``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    found = force_pca(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 1, 1, height=4.2)
    curve(found, axes[0, 0])
    numbers = [
        f"{fibre or 'fibre'}: pCa50 {style.interval(one, 'pCa50')}, nH {style.interval(one, 'nH')}, "
        f"maximum {float(one.f_max):.0f} pN per thick filament."
        for fibre in style.fibres(found)
        for one in [style.of(found, fibre)]
    ]
    style.caption(
        figure,
        *numbers,
        "Bars: s.e.m.; in brackets: 95 % confidence. Thick bars at half force: pCa50 of skinned muscle, slow 5.7-6.1, "
        "fast 5.6-6.0 (unsourced; that slow fibres are more sensitive: human gastrocnemius [@Ruff-Whittlesey1991]).",
    )
    return figure
