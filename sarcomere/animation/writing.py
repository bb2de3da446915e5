"""Frames become a file: GIF, HTML that needs nothing else, or one PNG; written aside and renamed when whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from matplotlib.animation import AbstractMovieWriter, HTMLWriter, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sarcomere.errors import InputError, StoreError

DPI = 90
_STILL_DPI = 130
_EMBED_MB = 1024  # more than MAX_FRAMES take
SUFFIXES = (".gif", ".html", ".png")


class Drawn(Protocol):
    """A figure that shows one frame after the other."""

    figure: Figure

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
        If its suffix says nothing or its folder does not take files.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: its suffix '{path.suffix}' names no kind of picture; use {', '.join(SUFFIXES)}.")
    folder = path.parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(f"{path}: cannot be written there; name a file in a folder that takes files with -o.")


def write(
    drawn: Drawn, frames: int, path: Path, fps: float, progress: Callable[[float], None] | None = None
) -> None:
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
    aside = path.with_name(f".{path.stem}.part{path.suffix.lower()}")
    try:
        if path.suffix.lower() == ".png":
            drawn.show(frames - 1)
            drawn.figure.savefig(aside, dpi=_STILL_DPI)
        else:
            _write_moving(drawn, frames, aside, fps, progress)
        os.replace(aside, path)
    except OSError as error:
        raise StoreError(
            f"{path}: the animation cannot be written ({error.strerror or error}); free space or choose another "
            f"folder with -o."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _write_moving(
    drawn: Drawn, frames: int, path: Path, fps: float, progress: Callable[[float], None] | None
) -> None:
    FigureCanvasAgg(drawn.figure)
    writer: AbstractMovieWriter
    if path.suffix == ".gif":
        writer = PillowWriter(fps=fps)
    else:
        writer = HTMLWriter(fps=fps, embed_frames=True, embed_limit=_EMBED_MB, default_mode="loop")
    with writer.saving(drawn.figure, str(path), DPI):
        for frame in range(frames):
            drawn.show(frame)
            writer.grab_frame()
            if progress:
                progress((frame + 1) / frames)
