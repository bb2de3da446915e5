"""A file takes its name once it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def aside(part: Path, path: Path) -> Iterator[Path]:
    """Work on a file beside its place: it is synced and renamed if all goes well, and removed if not.

    Parameters
    ----------
    part : pathlib.Path
        What it is called until then, on the same disk; there at the end.
    path : pathlib.Path
        What it becomes; may exist.

    Yields
    ------
    pathlib.Path
        ``part``.

    Raises
    ------
    OSError
        If the disk does not take it.
    """
    try:
        yield part
        _sync(part, os.O_RDWR)
        os.replace(part, path)
        if os.name == "posix":
            with suppress(OSError):  # where it can be done, the rename outlasts a power cut
                _sync(path.parent, os.O_RDONLY)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _sync(path: Path, how: int) -> None:
    descriptor = os.open(path, how)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
