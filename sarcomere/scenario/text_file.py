"""Read a file that a scenario names: ordinary files only, up to a size, packed by gzip or not."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

from sarcomere.errors import InputError, printable
from sarcomere.parameters.shipped import data_path

MAX_BYTES = 2**28  # of a file, unpacked: a recording of hours
MAX_LINES = 1_000_000
MAX_LINE = 100_000  # characters
_MAX_NAME = 200  # characters of a name in a sentence
_GZIP_MAGIC = b"\x1f\x8b"
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_FROM_MATLAB = (
    "open it with openhdemg (emg_from_demuse, emg_from_otb) and save it as JSON, or write CSV with writematrix"
)
# First bytes of what is no text: what it is, and how it becomes text.
_KINDS = {
    b"MATLAB ": ("a MATLAB file", _FROM_MATLAB),
    b"\x93NUMPY": ("a NumPy array", "write CSV with numpy.savetxt"),
    b"PK\x03\x04": ("a ZIP archive, as .npz and .xlsx are", "unpack it, or save it as CSV (NumPy: numpy.savetxt)"),
    b"\x89HDF": ("an HDF5 file", "write what it holds as CSV"),
    b"\xd0\xcf\x11\xe0": ("an old Excel or Spike2 file", "export it as CSV"),
    b"BZh": ("packed with bzip2", "unpack it or pack it with gzip"),
    b"\xfd7zXZ": ("packed with xz", "unpack it or pack it with gzip"),
    b"\x28\xb5\x2f\xfd": ("packed with zstd", "unpack it or pack it with gzip"),
}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def locate(name: str, source: str, user_folder: str, what: str, key: str) -> Path:
    """Find a recording that a scenario names: beside the scenario, where the user is, or among those shipped.

    Parameters
    ----------
    name : str
        As the scenario, the command line or a program gives it.
    source : str
        File of the scenario.
    user_folder : str
        Where the user is; empty for the present folder.
    what, key : str
        Kind of file and the key that names it, for the error.

    Returns
    -------
    pathlib.Path
        The first that exists.

    Raises
    ------
    InputError
        If there is none.
    """
    shown = printable(name)[:_MAX_NAME]
    if "\0" in name:
        raise InputError(f"{shown}: a file name cannot hold the character NUL; check {key}.")
    for path in (Path(source).parent / name, Path(user_folder) / name, data_path(f"measurements/{name}")):
        if os.path.exists(path):
            return path
    raise InputError(
        f"{shown}: no such {what} beside the scenario, in {printable(user_folder or os.getcwd())} or "
        f"among those shipped; check {key}."
    )


def read_text(path: Path, remedy: str) -> str:
    """Read a whole file as text, unpacked if it is gzip.

    Parameters
    ----------
    path : pathlib.Path
        An ordinary file of at most ``MAX_BYTES``, also once it is unpacked.
    remedy : str
        What to do about a file that is no such text, for the error.

    Returns
    -------
    str
        From UTF-8, UTF-16 with a byte order mark, or else, as words are in comments only, Windows-1252.

    Raises
    ------
    InputError
        If it cannot be opened, is no ordinary file, too large, or no text.
    """
    where = printable(str(path))
    try:
        raw = _read(path, where, remedy)
        if raw.startswith(_GZIP_MAGIC):
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                raw = packed.read(MAX_BYTES + 1)
            if len(raw) > MAX_BYTES:
                raise InputError(f"{where}: unpacks to more than {MAX_BYTES // 2**20} MiB; cut it down to what is run.")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{where}: cannot be read as text ({reason}); {remedy}.") from None
    for begin, (kind, cure) in _KINDS.items():
        if raw.startswith(begin):
            raise InputError(f"{where}: is {kind}, not text; {cure}.")
    text = _decoded(raw)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(
            f"{where}, line {line}: cannot be read as text (it holds '\\x00'); save it as UTF-8, or {remedy}."
        )
    return text


def _decoded(raw: bytes) -> str:
    """Text of some bytes."""
    if raw.startswith(_UTF_16):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _read(path: Path, where: str, remedy: str) -> bytes:
    """All bytes of an ordinary file; a pipe would never end, a device such as /dev/zero neither."""
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise InputError(f"{where}: is {kind}, not a file; {remedy}.")
    if found.st_size > MAX_BYTES:
        size, most = found.st_size // 2**20, MAX_BYTES // 2**20
        raise InputError(f"{where}: holds {size} MiB, more than {most}; cut it down to what is run.")
    with open(path, "rb") as file:
        return file.read(MAX_BYTES)


def written_lines(text: str, where: str) -> Iterator[tuple[str, str]]:
    """Lines of a text that are neither blank nor a comment.

    Parameters
    ----------
    text : str
        Lines that begin with # are comments, also after blanks.
    where : str
        Begins the message of an error.

    Yields
    ------
    place, line : str
        Such as ``mine.csv, line 3``, and what stands there.

    Raises
    ------
    InputError
        If there are too many or one is too long.
    """
    if max(text.count("\n"), text.count("\r")) > MAX_LINES:
        raise InputError(f"{where}: has more than {MAX_LINES} lines; cut it down to what is run.")
    for number, found in enumerate(_LINE.finditer(text), start=1):
        line = found[1].strip()
        if len(line) > MAX_LINE:
            raise InputError(f"{where}, line {number}: has {len(line)} characters; write one entry a line.")
        if line and not line.startswith("#"):
            yield f"{where}, line {number}", found[1]
