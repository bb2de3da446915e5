"""Digest of a whole file that lies inside it: any changed byte is found at the cost of reading the file once."""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path

SEAL_ATTRIBUTE = "file_sha256"
# Holds the place of the digest: as long as one, of a character that no text of a scenario can hold.
BLANK = "\x1a" * 64
# Stands there while the digest is computed.
_STAND_IN = hashlib.sha256(b"place of the digest").hexdigest().encode()


def sealed(image: bytes) -> bytes:
    """A file's bytes with their digest in the place of ``BLANK``.

    Parameters
    ----------
    image : bytes
        Holds ``BLANK`` once, as the text of an attribute.

    Returns
    -------
    bytes
        As long as they were.

    Raises
    ------
    ValueError
        If ``BLANK`` is not there once.
    """
    if image.count(BLANK.encode()) != 1:
        raise ValueError("the place of the digest is not there once")
    digest = hashlib.sha256(image.replace(BLANK.encode(), _STAND_IN)).hexdigest()
    return image.replace(BLANK.encode(), digest.encode())


def seal(path: Path) -> None:
    """Put the digest of a file in the place of ``BLANK`` in it.

    Parameters
    ----------
    path : pathlib.Path
        Closed, and holds ``BLANK`` once.

    Raises
    ------
    ValueError
        If it does not.
    """
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as whole:
        place = whole.find(BLANK.encode())
        if place < 0 or whole.find(BLANK.encode(), place + 1) >= 0:
            raise ValueError("the place of the digest is not there once")
        whole[place : place + len(BLANK)] = _digest(whole, place).encode()


def is_intact(path: Path, digest: str) -> bool:
    """Whether a file's bytes have the digest that they hold.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    digest : str
        What its attribute says.

    Returns
    -------
    bool
    """
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        place = whole.find(digest.encode())
        if len(digest) != len(BLANK) or place < 0:
            return False
        return _digest(whole, place) == digest


def _digest(whole: mmap.mmap, place: int) -> str:
    """Digest of a file with the stand-in at the place of the digest."""
    with memoryview(whole) as view:
        found = hashlib.sha256(view[:place])
        found.update(_STAND_IN)
        found.update(view[place + len(_STAND_IN) :])
    return found.hexdigest()
