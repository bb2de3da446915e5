"""The pair of filaments as a figure: the half-sarcomere, a part of it to scale, force and calcium below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection, PolyCollection
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import NDArray

from sarcomere.half_sarcomere import codes as k
from sarcomere.plot.animation import looks
from sarcomere.plot.animation.film import Film
from sarcomere.plot.animation.pair import PairLook
from sarcomere.plot.animation.traces import Traces, legends

SIZE = (11.0, 8.6)  # inches
_MARGIN = 40.0  # nm beyond M-line and Z-disc
_TAPER = 30.0  # nm of the tip of a thick filament
_POINTS = 20  # of an outline
_HEAD_COLOURS = to_rgba_array(looks.HEAD_COLOURS)
_SITE_COLOURS = to_rgba_array(looks.SITE_COLOURS)
# left, bottom, width, height, as shares of the figure
_PLACES = {
    "whole": (0.05, 0.775, 0.93, 0.135),
    "part": (0.05, 0.405, 0.93, 0.345),
    "force": (0.085, 0.16, 0.895, 0.09),
    "calcium": (0.085, 0.05, 0.895, 0.09),
}
_LEGEND_TOP = 0.375


class Panel:
    """One view of the filaments.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where.

    Attributes
    ----------
    moving : list of matplotlib.artist.Artist
        What changes from frame to frame.
    """

    def __init__(self, ax: Axes) -> None:
        self.ax = ax
        grain = 2 * looks.ACTIN_RADIUS
        self._titin = LineCollection([], colors=looks.TITIN, linewidths=1.0, linestyles=(0, (4, 1.5)))
        self._backbone = Polygon([[0.0, 0.0]], facecolor=looks.BACKBONE, edgecolor=looks.BACKBONE_EDGE, linewidth=0.8)
        self._actin = EllipseCollection(
            grain, grain, 0.0, units="xy", offset_transform=ax.transData, edgecolors=looks.ACTIN_EDGE, linewidths=0.15
        )
        self._tails = LineCollection([], colors=looks.TAIL, linewidths=1.2)
        self._motors = PolyCollection([], edgecolors="0.2", linewidths=0.4)
        self._z_disc = LineCollection([], colors="0.15", linewidths=4.0)
        self.moving: list[Artist] = [
            self._titin,
            self._backbone,
            self._z_disc,
            self._actin,
            self._tails,
            self._motors,
        ]
        for order, artist in enumerate(self.moving):
            artist.set_zorder(order + 1)
            ax.add_artist(artist)
        ax.axvline(0.0, color="0.15", linewidth=2.5, zorder=0.5)

    def show(self, look: PairLook) -> None:
        """Draw one moment."""
        half, reach = looks.THICK_RADIUS, look.spacing + 9.0
        tip, left = look.thick_tip, -2 * _MARGIN
        self._backbone.set_xy([[left, half], [tip - _TAPER, half], [tip, 0.0], [tip - _TAPER, -half], [left, -half]])
        self._titin.set_segments([[(tip, 0.0), (look.hs_length, y)] for y in (-look.spacing / 2, look.spacing / 2)])
        self._z_disc.set_segments([[(look.hs_length, -reach), (look.hs_length, reach)]])
        self._actin.set_offsets(look.actin)
        self._actin.set_facecolor(_SITE_COLOURS[look.actin_state].tolist())
        self._tails.set_segments(list(np.stack([look.foot, look.motor], axis=1)))
        order = np.argsort(look.head_state >= k.HeadState.A1, kind="stable")  # attached heads in front
        self._motors.set_verts(list(outlines(look)[order]))
        self._motors.set_facecolor(_HEAD_COLOURS[look.head_state[order]].tolist())


def outlines(look: PairLook) -> NDArray[np.float64]:
    """Outline each motor domain, (head, point, 2): it continues its tail, a folded one lies on the backbone."""
    along = look.motor - look.foot
    along[look.head_state == k.HeadState.OFF] = (1.0, 0.0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = along[:, ::-1] * (-1.0, 1.0)
    turn = np.linspace(0.0, 2 * np.pi, _POINTS, endpoint=False)[:, None]
    shape = looks.MOTOR_LENGTH * np.cos(turn) * along[:, None] + looks.MOTOR_WIDTH * np.sin(turn) * across[:, None]
    return np.asarray(look.motor[:, None] + 0.5 * shape, dtype=np.float64)


class PairFigure:
    """The figure, taken from frame to frame.

    Parameters
    ----------
    film : Film of PairLook
        What is drawn.
    title : str
        Above it.
    notes : sequence of str
        Below the title: what is shown and where it comes from.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    """

    def __init__(self, film: Film[PairLook], title: str, notes: Sequence[str]) -> None:
        self._film = film
        self.figure = Figure(figsize=SIZE)
        axes = {name: self.figure.add_axes(place) for name, place in _PLACES.items()}
        self.figure.text(0.05, 0.985, title, va="top", fontsize="large", weight="bold", parse_math=False)
        self.figure.text(0.05, 0.955, "\n".join(notes), va="top", fontsize="x-small", color="0.25")
        self._clock = self.figure.text(0.98, 0.985, "", va="top", ha="right", fontsize="large", family="monospace")
        self._whole, self._part = Panel(axes["whole"]), Panel(axes["part"])
        self._traces = Traces([axes["force"], axes["calcium"]], film)
        legends(self.figure, _LEGEND_TOP)
        self._set_whole()
        self._set_part()

    @property
    def moving(self) -> list[Artist]:
        """What changes from frame to frame, and what lies in front of it."""
        return [*self._whole.moving, *self._part.moving, self._frame, self._z_name, self._clock, *self._traces.moving]

    def _set_whole(self) -> None:
        ax, film = self._whole.ax, self._film.looks
        reach = max(look.spacing for look in film) + 12.0
        longest = max(look.hs_length for look in film)
        ax.set(xlim=(-_MARGIN, longest + _MARGIN), ylim=(-reach, reach), yticks=[])
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.tick_params(labelsize="x-small", length=2, pad=1)
        small: dict[str, Any] = {"fontsize": "x-small", "va": "bottom", "ha": "center"}
        ax.text(0.0, reach, "M-line", **small)
        self._z_name = ax.text(film[0].hs_length, reach, "Z-disc", **small)
        ax.text(film[0].thick_tip / 2, reach, "thin filaments (actin) above and below the thick one (myosin)", **small)
        ax.text((film[0].thick_tip + film[0].hs_length) / 2, 0.0, "titin", **small | {"va": "center"})

    def _set_part(self) -> None:
        ax, film = self._part.ax, self._film.looks
        reach = max(look.spacing for look in film) + 9.0
        first = film[0]
        heads = first.foot[:, 0]
        low, high = max(first.actin[:, 0].min(), heads.min()), heads.max()
        middle = 0.5 * (low + high) if low < high else heads.mean()
        box = ax.get_window_extent()
        width = 2 * reach * box.width / box.height
        ends = (float(middle) - width / 2, float(middle) + width / 2)
        ax.set(xlim=ends, ylim=(-reach, reach), yticks=[], aspect="equal")
        ax.set_xlabel("distance from the M-line (nm); this panel is to scale", fontsize="x-small", labelpad=1)
        ax.tick_params(labelsize="x-small", length=2, pad=1)
        self._frame = Rectangle((ends[0], -reach), width, 2 * reach, fill=False, edgecolor=looks.NOW, linewidth=1.0)
        self._whole.ax.add_patch(self._frame).set_zorder(10)
        ax.spines[:].set_color(looks.NOW)

    def show(self, frame: int) -> None:
        """Draw one frame."""
        for panel in (self._whole, self._part):
            panel.show(self._film.looks[frame])
        self._z_name.set_x(self._film.looks[frame].hs_length)
        self._traces.show(frame)
        self._clock.set_text(f"{1e3 * self._film.time[frame]:8.1f} ms")
