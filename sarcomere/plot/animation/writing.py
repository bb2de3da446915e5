"""Frames become a file: GIF, HTML that needs nothing else, or one PNG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from matplotlib.animation import AbstractMovieWriter, PillowWriter
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from PIL import Image

from sarcomere.errors import InputError
from sarcomere.plot.animation.bake import bake
from sarcomere.plot.animation.page import HtmlWriter
from sarcomere.plot.animation.palette import palette
from sarcomere.recording import output

DPI = 90
_STILL_DPI = 130
SUFFIXES = (".gif", ".html", ".png")


class GifWriter(PillowWriter):
    """Writes every frame in the same 256 colours: a palette chosen for each frame would mix up those of the states."""

    _frames: list[Image.Image]

    def grab_frame(self, **options: Any) -> None:
        """Take the figure as it is now."""
        super().grab_frame(**options)
        self._frames[-1] = self._frames[-1].quantize(palette=palette(), dither=Image.Dither.NONE)

    def finish(self) -> None:
        """Write the file, unless what stopped the drawing came before the first frame."""
        if self._frames:
            super().finish()


class Drawn(Protocol):
    """A figure that shows one frame after the other."""

    figure: Figure

    @property
    def moving(self) -> list[Artist]:
        """What changes from frame to frame."""

    def show(self, frame: int) -> None:
        """Draw one frame."""


def check_output(path: Path) -> None:
    """Refuse a file that cannot be written before the work begins.

    Parameters
    ----------
    path : pathlib.Path
        Where the animation is to go.

    Raises
    ------
    InputError
        If its suffix says nothing, or no file can be there.
    StoreError
        If its folder takes no file.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: its suffix '{path.suffix}' names no kind of picture; use {', '.join(SUFFIXES)}.")
    output.check_output(path, "run.gif")


def write(drawn: Drawn, frames: int, path: Path, fps: int, progress: Callable[[float], None] | None = None) -> None:
    """Write all frames, or of a PNG the last one.

    Parameters
    ----------
    drawn : Drawn
        What is drawn.
    frames : int
        How many there are.
    path : pathlib.Path
        Where to; the suffix says what.
    fps : float
        Frames per second when played.
    progress : callable, optional
        Takes the share that is done.

    Raises
    ------
    StoreError
        If the disk does not take it; what was there before is left.
    """
    with output.output(path) as part:
        if part.suffix == ".png":
            drawn.show(frames - 1)
            drawn.figure.savefig(part, dpi=_STILL_DPI)
        else:
            _write_moving(drawn, frames, part, fps, progress)


def _write_moving(drawn: Drawn, frames: int, path: Path, fps: int, progress: Callable[[float], None] | None) -> None:
    bake(drawn.figure, drawn.moving, DPI)
    writer: AbstractMovieWriter
    writer = GifWriter(fps=fps) if path.suffix == ".gif" else HtmlWriter(fps=fps)
    with writer.saving(drawn.figure, str(path), DPI):
        for frame in range(frames):
            drawn.show(frame)
            writer.grab_frame()
            if progress:
                progress((frame + 1) / frames)
