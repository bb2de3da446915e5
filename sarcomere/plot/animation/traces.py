"""Force and calcium below the picture, with a mark that moves; what stands beside the lattice in any view."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sarcomere.plot.animation import looks
from sarcomere.plot.animation.film import Film


class Traces:
    """Both curves, pale where they are still to come.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        For force and for calcium.
    film : Film
        What is drawn.
    """

    def __init__(self, axes: list[Axes], film: Film[Any]) -> None:
        self._film = film
        self._parts = []
        curves = (
            (film.force, looks.FORCE, "force (pN per\nthick filament)"),
            (film.ca, looks.CALCIUM, "free Ca²⁺ (µM)"),
        )
        time = 1e3 * film.curve_time
        for ax, (values, colour, label) in zip(axes, curves, strict=True):
            ax.plot(time, values, color=colour, alpha=0.25, linewidth=1.2)
            (past,) = ax.plot([], [], color=colour, linewidth=1.5)
            mark = ax.axvline(0.0, color=looks.NOW, linewidth=1.2)
            told = ax.text(
                1.0, 1.0, "", transform=ax.transAxes, ha="right", va="bottom", color=colour, fontsize="small"
            )
            ax.set_ylabel(label, fontsize="small")
            ax.set_xlim(1e3 * film.time[0], 1e3 * film.time[-1])
            ax.set_ylim(min(0.0, 1.05 * float(values.min())), 1.15 * float(values.max()) or 1.0)
            ax.tick_params(labelsize="small")
            ax.spines[["top", "right"]].set_visible(False)
            self._parts.append((past, mark, told, values))
        axes[0].tick_params(labelbottom=False)
        axes[-1].set_xlabel("time (ms)", fontsize="small")

    @property
    def moving(self) -> list[Artist]:
        """What changes from frame to frame."""
        return [artist for *artists, _ in self._parts for artist in artists]

    def show(self, frame: int) -> None:
        """Move the marks to a frame."""
        now = self._film.time[frame]
        until = int(np.searchsorted(self._film.curve_time, now + 1e-9))
        for (past, mark, told, values), unit in zip(self._parts, ("pN", "µM"), strict=True):
            past.set_data(1e3 * self._film.curve_time[:until], values[:until])
            mark.set_xdata([1e3 * now, 1e3 * now])
            told.set_text(f"{values[until - 1]:.3g} {unit}")


def legends(figure: Figure, y: float) -> None:
    """Find what the colours of heads and of actin mean, in two rows below height ``y`` of the figure."""
    box: dict[str, Any] = {"loc": "upper left", "fontsize": "x-small", "frameon": False, "handletextpad": 0.3}
    box |= {"columnspacing": 1.2, "title_fontsize": "small", "alignment": "left"}
    rows = (
        ("Myosin heads", looks.HEAD_NAMES, looks.HEAD_COLOURS, 0.05, 2),
        ("Actin, by its regulatory unit", looks.SITE_NAMES, looks.SITE_COLOURS, 0.62, 1),
    )
    for title, names, colours, x, columns in rows:
        points = [
            Line2D([], [], marker="o", linestyle="", color=colour, markeredgecolor="0.3", markeredgewidth=0.4)
            for colour in colours
        ]
        figure.legend(points, names, title=title, ncols=columns, bbox_to_anchor=(x, y), **box)
