"""Several runs side by side: what tells a cramp from a contraction, from rigor, from a slow calcium pump."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sarcomere.analysis import ATTACHED, attached_fraction, interventions, trains
from sarcomere.errors import InputError
from sarcomere.plot import style
from sarcomere.plot.cramp import hardest, has_lattices, smooth
from sarcomere.plot.overview import STATE_COLOURS
from sarcomere.plot.style import FIBRE_COLOURS

TITLE_WIDTH = 20  # characters of a column's name on one line


def spikes(ds: xr.Dataset, ax: Axes) -> None:
    """Draw spikes of the motoneurons."""
    row = trains(ds, "spike")[0]
    for i, train in enumerate(row):
        colour = FIBRE_COLOURS[str(ds.fibre.values[i])]
        units = np.full(train.size, i + 1)
        ax.plot(train, units, linestyle="none", marker=".", markersize=1.2, color=colour, rasterized=True)
    ax.set_ylim(0, len(row) + 1)


def shown(ds: xr.Dataset) -> int:
    """Find the group that is drawn: most heads attached, or without lattices the one that worked most."""
    if not has_lattices(ds):
        return hardest(ds)
    return int(attached_fraction(ds).isel(replicate=0).mean("time").argmax("group"))


def calcium(ds: xr.Dataset, ax: Axes) -> None:
    """Draw free calcium; logarithmic, as a cramp has a few µM and a muscle without ATP hundreds."""
    if has_lattices(ds):
        ax.plot(ds.time, smooth(ds.ca.isel(replicate=0, group=shown(ds))), color="black", linewidth=1)
        ax.set_yscale("log")


def atp(ds: xr.Dataset, ax: Axes) -> None:
    """Draw ATP."""
    ax.plot(ds.time, ds.atp_mM.isel(replicate=0, group=shown(ds)), color="black", linewidth=1)


def heads(ds: xr.Dataset, ax: Axes) -> None:
    """Draw attached heads by chemical state, stacked."""
    if has_lattices(ds):
        mean = smooth(ds.head_state_fraction.isel(replicate=0, group=shown(ds)))
        stack = [mean.sel(head_state=name).values for name in ATTACHED]
        ax.stackplot(ds.time, stack, colors=[STATE_COLOURS[name] for name in ATTACHED], labels=ATTACHED)


def force(ds: xr.Dataset, ax: Axes) -> None:
    """Draw force of the muscle over that of the fully active muscle."""
    ax.plot(ds.time, 100 * ds.relative_force.isel(replicate=0), color="black", linewidth=1)


ROWS = {
    "motor unit\n(spikes)": spikes,
    "[Ca²⁺] (µM)": calcium,
    "ATP (mmol/L)": atp,
    "attached heads\n(fraction)": heads,
    "force\n(% of maximum)": force,
}


def contrast_figure(runs: Mapping[str, xr.Dataset], title: str = "") -> Figure:
    """Draw matrix of runs and what tells them apart: spikes, calcium, ATP, attached heads, force.

    Parameters
    ----------
    runs : mapping of str to xarray.Dataset
        Cramp runs, a column each, by the name above it; of each the first replicate is drawn.
    title : str
        Above the figure.

    Returns
    -------
    matplotlib.figure.Figure
        A row has one scale; each column has its own time, in s.

    Raises
    ------
    InputError
        If there are no runs, or one lacks what is shown.
    """
    if not runs:
        raise InputError("A figure of contrasts needs runs, and none is given; give one at least.")
    figure = Figure(figsize=(1.2 + 2.4 * len(runs), 1.5 * len(ROWS) + 1.2), layout="constrained")
    figure.suptitle(title, parse_math=False)
    table = figure.subplots(len(ROWS), len(runs), sharex="col", sharey="row", squeeze=False)
    for column, (name, ds) in zip(table.T, runs.items(), strict=True):
        for (label, draw), ax in zip(ROWS.items(), column, strict=True):
            draw(ds, ax)
            _mark(ds, ax)
            if ax is column[0]:
                ax.set_title(textwrap.fill(name, TITLE_WIDTH), fontsize="medium")
            if ax in table[:, 0]:
                ax.set_ylabel(label)
        column[-1].set_xlabel("time (s)")
        column[-1].set_xlim(float(ds.time[0]), float(ds.time[-1]))
    for row in table[2:]:
        style.from_zero(row[0])
    _legend(figure)
    figure.align_ylabels(table[:, 0])
    style.caption(
        figure,
        "Calcium, ATP and heads: group with most heads attached, running mean of 0.25 s. "
        "Shaded: activity is imposed; dotted: something else is done.",
    )
    return figure


def _mark(ds: xr.Dataset, ax: Axes) -> None:
    for deed in interventions(ds):
        if deed.imposes:
            ax.axvspan(deed.start, deed.stop, color="0.5", alpha=style.BAND_ALPHA, linewidth=0, zorder=0)
        elif deed.start > 0:
            ax.axvline(deed.start, color="0.3", linestyle=":", linewidth=0.9)


def _legend(figure: Figure) -> None:
    """Draw states of the heads and types of fibres, on the right."""
    patches = [Patch(color=STATE_COLOURS[name], label=name) for name in ATTACHED]
    patches += [Patch(color=colour, label=f"{fibre} unit") for fibre, colour in FIBRE_COLOURS.items()]
    figure.legend(handles=patches, loc="outside right center", frameon=False, fontsize="small")
