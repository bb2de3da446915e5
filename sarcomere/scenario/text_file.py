"""Read a file that a scenario names: ordinary files only, up to a size, packed by gzip or not."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from pathlib import Path

from sarcomere.errors import InputError, printable

MAX_BYTES = 2**28  # of a file, unpacked: a recording of hours
_GZIP_MAGIC = b"\x1f\x8b"


def read_text(path: Path, remedy: str) -> str:
    """Read a whole file as UTF-8 text, unpacked if it is gzip.

    Parameters
    ----------
    path : pathlib.Path
        An ordinary file of at most ``MAX_BYTES``, also once it is unpacked.
    remedy : str
        What to do about a file that is no such text, for the error.

    Returns
    -------
    str
        Without a byte order mark.

    Raises
    ------
    OSError
        If it cannot be opened.
    InputError
        If it is no ordinary file, too large, or no text.
    """
    where = printable(str(path))
    raw = _read(path, where, remedy)
    try:
        if raw.startswith(_GZIP_MAGIC):
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                raw = packed.read(MAX_BYTES + 1)
            if len(raw) > MAX_BYTES:
                raise InputError(f"{where}: unpacks to more than {MAX_BYTES // 2**20} MiB; cut it down to what is run.")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte {error.start + 1}, 0x{raw[error.start]:02x}, is not UTF-8"
        raise InputError(f"{where}: cannot be read as text ({byte}); save it as UTF-8, or {remedy}.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{where}: cannot be read as text ({error}); {remedy}.") from None


def _read(path: Path, where: str, remedy: str) -> bytes:
    """All bytes of an ordinary file; a pipe would never end, a device such as /dev/zero neither."""
    if "\0" in str(path):
        raise InputError(f"{where}: a file name cannot hold the character NUL; {remedy}.")
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise InputError(f"{where}: is {kind}, not a file; {remedy}.")
    if found.st_size > MAX_BYTES:
        size, most = found.st_size // 2**20, MAX_BYTES // 2**20
        raise InputError(f"{where}: holds {size} MiB, more than {most}; cut it down to what is run.")
    with open(path, "rb") as file:
        return file.read(MAX_BYTES)
