"""Force against length."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import force_length
from sarcomere.plot import style

MEASURED_OPTIMUM = (2.64, 2.81)  # um, human [@Gollapudi-Lin2009]
MEASURED_SLOPES = (0.42, -0.52)  # F0 per um


def curve(found: xr.Dataset, ax: Axes) -> None:
    """Draw steady active force and titin against sarcomere length, relative to the highest active force."""
    for fibre in style.fibres(found):
        one = style.of(found, fibre).sortby(style.of(found, fibre).sarcomere_length)
        highest, line = one.force.max(), style.look(fibre, line=True)
        style.points(ax, one.sarcomere_length, one.force / highest, one.force_sem / highest, fibre)
        ax.plot(one.sarcomere_length, one.force / highest, linewidth=1, **line)
        ax.plot(one.sarcomere_length, one.titin / highest, linewidth=1, linestyle=":", label=f"titin, {fibre}", **line)
    style.band(ax, *MEASURED_OPTIMUM, of_x=True, label="human optimum")
    for slope, edge in zip(MEASURED_SLOPES, MEASURED_OPTIMUM, strict=True):
        reach = np.array([edge, edge - 0.8 / slope])
        ax.plot(reach, 1 + slope * (reach - edge), color="0.4", linewidth=1, linestyle="--")
    ax.set_ylim(0, 1.5)
    ax.set_xlabel("sarcomere length (µm)")
    ax.set_ylabel("force / highest active force")
    style.title(ax, "force-length")
    style.legend(ax, 5)


def force_length_figure(ds: xr.Dataset) -> Figure:
    """Draw active force and titin of a series of lengths.

    Parameters
    ----------
    ds : xarray.Dataset
        A series of isometric contractions at different lengths.

    Returns
    -------
    matplotlib.figure.Figure
    """
    found = force_length(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 1, 1, height=4.2)
    curve(found, axes[0, 0])
    numbers = [
        f"{fibre or 'fibre'}: optimum {style.interval(one, 'optimum')} µm, slopes "
        f"{style.interval(one, 'ascending', 2)} and {style.interval(one, 'descending', 2)} F0/µm."
        for fibre in style.fibres(found)
        for one in [style.of(found, fibre)]
    ]
    style.caption(
        figure,
        *numbers,
        "Bars: s.e.m. Shaded and dashed: optimum 2.64-2.81 µm and limbs of +0.42 and −0.52 F0/µm of human muscle "
        "[@Gollapudi-Lin2009].",
    )
    return figure
