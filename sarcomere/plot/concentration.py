"""Series of ATP, ADP and phosphate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import slope_per_decade, steady_series
from sarcomere.plot import style

RESTING_PI = 4.0  # mM, resting human calf 4.5 +- 0.2 [@Kemp2007]


class Ligand(NamedTuple):
    """What is varied, and what was measured."""

    key: str
    label: str
    measured: str


ATP = Ligand(
    "atp_mM",
    "MgATP (mM)",
    "Measured: force rises 1.15-1.7 times from 5 mM to 20-100 µM, then levels or falls "
    "(frog [@Ferenczi1984]; upper end unsourced).",
)
ADP = Ligand("adp_uM", "MgADP (µM)", "Measured: force rises slightly with MgADP [@Cooke-Pate1985].")
PI = Ligand(
    "pi_mM",
    "inorganic phosphate (mM)",
    "Shaded: −0.1 to −0.35 F0 per decade from rest (4 mM) at 37 °C (unsourced; cold fibres [@Ranatunga2002], "
    "warm [@Coupland2001]).",
)
PI_SLOPES = (-0.35, -0.1)


def force(found: xr.Dataset, ligand: Ligand, ax: Axes) -> None:
    """Draw steady active force."""
    _lines(found, "force", ligand, ax)
    ax.set_ylabel("active force (pN per\nthick filament)")
    style.title(ax, "force")
    style.legend(ax)


def relative_force(found: xr.Dataset, ligand: Ligand, ax: Axes) -> None:
    """Draw force relative to that at resting phosphate, straight lines against the logarithm, and measurements."""
    x = found[ligand.key]
    for fibre in style.fibres(found):
        one, colour = style.of(found, fibre), style.look(fibre, line=True)["color"]
        line = slope_per_decade(one.force, x, ligand.key, reference=RESTING_PI, sem=one.force_sem)
        if not np.isfinite(line.slope):
            continue
        style.points(ax, x, one.force / line.at_reference, one.force_sem / line.at_reference, fibre)
        fine = np.geomspace(float(x.min()), float(x.max()), 50)
        label = f"{fibre}: {style.interval(line, 'relative_slope', 2)} F0 per decade"
        ax.plot(fine, 1 + float(line.relative_slope) * np.log10(fine / RESTING_PI), color=colour, label=label)
    fine = np.geomspace(float(x.min()), float(x.max()), 50)
    edges = [1 + slope * np.log10(fine / RESTING_PI) for slope in PI_SLOPES]
    ax.fill_between(fine, edges[0], edges[1], color="0.4", alpha=style.BAND_ALPHA, linewidth=0)
    ax.set_xscale("log")
    ax.set_ylim(bottom=0)
    ax.set_ylabel("force / force at 4 mM")
    style.title(ax, "per decade")
    handles, labels = ax.get_legend_handles_labels()
    kept = [(h, name) for h, name in zip(handles, labels, strict=True) if "decade" in name]
    if kept:
        ax.legend(*zip(*kept, strict=True), fontsize="small", frameon=False, loc="lower left")


def atp_use(found: xr.Dataset, ligand: Ligand, ax: Axes) -> None:
    """Draw ATPase rate."""
    _lines(found, "atpase", ligand, ax)
    ax.set_ylabel("ATP per head and s")
    style.title(ax, "ATP use")
    style.legend(ax)


def concentration_figure(ds: xr.Dataset, ligand: Ligand) -> Figure:
    """Draw steady force and ATP use against a concentration.

    Parameters
    ----------
    ds : xarray.Dataset
        A series that varies the ligand's key.
    ligand : Ligand
        ``ATP``, ``ADP`` or ``PI``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    found = steady_series(ds, ligand.key)
    panels = (force, relative_force, atp_use) if ligand is PI else (force, atp_use)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), len(panels), 1, sharex=True)
    for panel, ax in zip(panels, axes[:, 0], strict=True):
        panel(found, ligand, ax)
    axes[-1, 0].set_xlabel(ligand.label)
    style.caption(figure, "Bars: s.e.m.", ligand.measured)
    return figure


def _lines(found: xr.Dataset, name: str, ligand: Ligand, ax: Axes) -> None:
    x = found[ligand.key]
    for fibre in style.fibres(found):
        one = style.of(found, fibre)
        style.points(ax, x, one[name], one[f"{name}_sem"], fibre)
        ax.plot(x, one[name], linewidth=1, **style.look(fibre, line=True))
    if float(x.min()) > 0:
        ax.set_xscale("log")
    ax.set_ylim(bottom=0)
