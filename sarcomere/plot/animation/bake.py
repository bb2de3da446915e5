"""What never changes in a figure becomes its background: letters take two thirds of the time of a frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def bake(figure: Figure, moving: Sequence[Artist], dpi: float) -> None:
    """Draw everything else once; from then on the figure can be drawn at this resolution only.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Its artists are hidden, but for the moving ones, which are drawn in front of the rest.
    moving : sequence of matplotlib.artist.Artist
        What changes from frame to frame.
    dpi : float
        Resolution.
    """
    figure.set_dpi(dpi)
    for artist in moving:
        artist.set_visible(False)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    background = np.array(canvas.buffer_rgba())
    for artist in (*figure.get_children(), *(child for ax in figure.axes for child in ax.get_children())):
        artist.set_visible(artist in figure.axes)
    for artist in moving:
        artist.set_visible(True)
    figure.figimage(background, zorder=-1)
