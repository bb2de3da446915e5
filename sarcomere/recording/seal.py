"""Digest of a whole file that lies inside it: any changed byte is found at the cost of reading the file once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

SEAL_ATTRIBUTE = "file_sha256"
# Holds the place of the digest while it is computed: as long as one, of a character that no text of a scenario holds.
BLANK = "\x1a" * 64
ALTERED = "was altered since it was written (its digest differs)"

_SIZE = len(BLANK)
_DIGEST = re.compile(rb"[0-9a-f]{%d}|\x1a{%d}" % (_SIZE, _SIZE))
_OF_OTHERS = b"_NCProperties"  # attribute of files that netCDF4 or xarray wrote, and not of our runs
_PIECE = 2**20  # bytes read at once
_MOST_TRIED = 8  # a run holds one digest, and those that its own texts quote

Pieces = Callable[[], Iterable[bytes]]


class BrokenSealError(ValueError):
    """A file is not what was written."""


class NoSealError(BrokenSealError):
    """A file carries no digest."""


def sealed(image: bytes) -> bytes:
    """Put the digest of a file's bytes in the place of ``BLANK``.

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
    place, digest = digest_of(lambda: [image])
    return b"".join((image[:place], digest, image[place + _SIZE :]))


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
    place, digest = digest_of(lambda: _pieces(path))
    with open(path, "r+b") as file:
        file.seek(place)
        file.write(digest)


def digest_of(pieces: Pieces) -> tuple[int, bytes]:
    """Compute the digest of bytes that hold ``BLANK``.

    Parameters
    ----------
    pieces : callable
        Gives the bytes from the beginning, piece by piece, each time it is called.

    Returns
    -------
    place : int
        Where ``BLANK`` stands.
    digest : bytes
        What belongs there, as text.

    Raises
    ------
    ValueError
        If ``BLANK`` is not there once.
    """
    places = [place for place, text in _digests(pieces()) if text == BLANK.encode()]
    if len(places) != 1:
        raise ValueError("the place of the digest is not there once")
    return places[0], _digest(pieces(), places[0])


def check(path: Path) -> int:
    """Compare a file with the digest in it, without trusting its structure.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    int
        Where its digest stands.

    Raises
    ------
    BrokenSealError
        If it carries none or another one.
    OSError
        If it cannot be read.
    """
    found = [(place, text) for place, text in _digests(_pieces(path)) if text != BLANK.encode()]
    for place, text in found[:_MOST_TRIED]:
        if _digest(_pieces(path), place) == text:
            return place
    if found:
        raise BrokenSealError(ALTERED)
    raise NoSealError("carries no digest: another version wrote it, or another program saved it anew")


def is_saved_anew(path: Path) -> bool:
    """Whether netCDF4 or xarray wrote a run file, with the attributes that it had but other bytes."""
    kept = b""
    for piece in _pieces(path):
        if _OF_OTHERS in kept + piece:
            return True
        kept = piece[-len(_OF_OTHERS) :]
    return False


def _pieces(path: Path) -> Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            yield piece


def _digests(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Texts that may be digests, and where they stand."""
    begin, kept = 0, b""
    for piece in pieces:
        window, last = kept + piece, 0
        for match in _DIGEST.finditer(window):
            last = match.end()
            yield begin + match.start(), match.group()
        last = max(last, len(window) - _SIZE + 1)
        begin, kept = begin + last, window[last:]


def _digest(pieces: Iterable[bytes], place: int) -> bytes:
    """Digest of bytes with ``BLANK`` in one place, as text."""
    found, at, blank = hashlib.sha256(), 0, BLANK.encode()
    for piece in pieces:
        first, last = max(place - at, 0), min(place + _SIZE - at, len(piece))
        if first < last:
            begin = at + first - place
            piece = b"".join((piece[:first], blank[begin : begin + last - first], piece[last:]))
        found.update(piece)
        at += len(piece)
    return found.hexdigest().encode()
