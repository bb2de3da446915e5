"""The 256 colours of a GIF: those of the drawing, their shades where light falls on them, and greys."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from sarcomere.plot.animation import looks

_BASES = (
    *looks.HEAD_COLOURS,
    *looks.SITE_COLOURS,
    looks.BACKBONE,
    looks.BACKBONE_EDGE,
    looks.TAIL,
    looks.TITIN,
    looks.CALCIUM,
)
_DARKER = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.25)
_PALER = (0.2, 0.4, 0.6, 0.8)
_SIZE = 256


@cache
def palette() -> Image.Image:
    """Return an image that has these colours as its palette.

    Returns
    -------
    PIL.Image.Image
    """
    bases = np.array([to_rgb(colour) for colour in _BASES])
    shades = [share * bases for share in _DARKER] + [bases + share * (1.0 - bases) for share in _PALER]
    known = np.unique(np.round(255 * np.concatenate(shades)).astype(np.uint8), axis=0)
    # none near white, to which the background would be rounded
    greys = np.append(np.round(np.linspace(0, 240, _SIZE - len(known) - 1)), 255).astype(np.uint8)
    colours = np.concatenate([known, np.repeat(greys[:, None], 3, axis=1)])
    image = Image.new("P", (1, 1))
    image.putpalette(colours.tobytes())
    return image
