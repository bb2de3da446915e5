"""A file takes its name once it is whole."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sarcomere.errors import InputError

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_ALLOWED = {errno.EROFS, errno.EACCES, errno.EPERM}
ASIDE = ".aside"  # ends the name of a file that is not whole


@contextmanager
def aside(path: Path, part: Path | None = None) -> Iterator[Path]:
    """Work on a file beside its place: it is synced and renamed if all goes well, and removed if not.

    Parameters
    ----------
    path : pathlib.Path
        What it becomes; may exist.
    part : pathlib.Path, optional
        What it is called until then, in a folder of the same disk, by a name that only this process gives; by default
        a name that nobody else has.

    Yields
    ------
    pathlib.Path
        The file, new and empty; it must be there at the end.

    Raises
    ------
    OSError
        If the disk does not take it.
    """
    if part is None:
        part = aside_of(path)
    else:
        part.unlink(missing_ok=True)
    create(part)
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


def aside_of(path: Path) -> Path:
    """Return an unused file name in the same folder, with the same suffix."""
    return path.with_name(f".{path.stem}.{secrets.token_hex(4)}{ASIDE}{path.suffix.lower()}")


def create(path: Path) -> None:
    """Make an empty file where there is nothing, not even a link.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    os.close(os.open(path, _NEW, 0o666))


def _sync(path: Path, how: int) -> None:
    descriptor = os.open(path, how)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def target_of(path: Path) -> Path:
    """Where a file is to be written: what a symbolic link points to, or the path itself."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else path


def check_place(path: Path, example: str = "run.h5", option: str = "-o") -> None:
    """Refuse a place where no file can be written.

    Parameters
    ----------
    path : pathlib.Path
        Where a file is to go.
    example : str
        Name of such a file.
    option : str
        Of the command line, by which another name is given.

    Raises
    ------
    InputError
        If it is a folder, a link without an end, a device, a pipe or a socket, or its folder does not exist.
    """
    if os.path.islink(path):  # the target of a link is none, but in a circle
        raise InputError(f"{path}: is a link that leads back to itself; remove it, or choose another with {option}.")
    if os.path.isdir(path):
        raise InputError(f"{path}: is a folder; give a file name such as {path / example}.")
    if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
        raise InputError(f"{path}: is a device, pipe or socket, not a file; choose another name with {option}.")
    if not os.path.isdir(path.parent):
        raise InputError(f"{path}: the folder {path.parent} does not exist; create it or choose another with {option}.")


def remedy(error: BaseException) -> str:
    """Return the remedy for an error of the disk."""
    number = getattr(error, "errno", None)
    if number in _NO_ROOM:
        return "free space"
    return "make its folder writable" if number in _NOT_ALLOWED else "mend the disk"


def reason(error: BaseException) -> str:
    """Return the message of an error of the disk or of HDF5, in one line."""
    return getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]


def reserve(path: Path, room: int) -> None:
    """Have the disk set space aside at a file's end, which HDF5 crashes without; it cuts off what is left.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    room : int
        Bytes.

    Raises
    ------
    OSError
        If there is not so much.
    """
    with open(path, "ab") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), file.tell(), room)
        else:
            file.write(bytes(room))
