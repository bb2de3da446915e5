"""Locks that say who holds them, given back when their process ends, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sarcomere.errors import InputError, StoreError
from sarcomere.recording.atomic import reason, remedy

PATIENCE_S = 1.0  # somebody who asks for the status holds the lock for a moment
_HOW = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def is_held(path: Path) -> bool:
    """Whether a lock is held exclusively; to ask for a shared one takes no right to write, also on NFS."""
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is none, or none to be had
        return False
    return False


def holder(path: Path) -> str:
    """Who holds, or held last, a lock."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return f"process {int(said['pid'])} on {said['host']!s:.100} since {said['since']!s:.30}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


@contextmanager
def flocked(
    path: Path, how: int, place: Path, taken: Callable[[], str], patience: float = PATIENCE_S
) -> Iterator[TextIO]:
    """Hold a lock.

    Parameters
    ----------
    path : pathlib.Path
        The lock's file; made if there is none.
    how : int
        ``fcntl.LOCK_EX``, or ``fcntl.LOCK_SH`` beside others.
    place : pathlib.Path
        What is locked, for what is said.
    taken : callable
        Says, when somebody else holds it, who does and what to do.
    patience : float
        So many seconds are waited for it.

    Yields
    ------
    file
        The open lock.

    Raises
    ------
    InputError
        If somebody else holds it.
    StoreError
        If the file system does not take it.
    """
    until = time.monotonic() + patience
    try:
        file = os.fdopen(os.open(path, _HOW, 0o666), "r+", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{place}: cannot be written ({reason(error)}); {remedy(error)} or choose another folder with -o."
        ) from None
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise StoreError(f"{place}: cannot be locked, for {path} is no file; remove it.")
        while True:
            try:
                fcntl.flock(file, how | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise InputError(f"{place}: {taken()}.") from None
                time.sleep(0.05)
            except OSError as error:
                raise StoreError(
                    f"{place}: cannot be locked ({reason(error)}); choose a folder on a file system with locks."
                ) from None
        if how == fcntl.LOCK_EX:
            _sign(file)
        yield file


def _sign(file: TextIO) -> None:
    """Write down who holds a lock, for others to read; a full disk leaves it unsaid."""
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    said = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}).encode()
    try:
        os.ftruncate(file.fileno(), 0)
        os.pwrite(file.fileno(), said, 0)
    except OSError:
        os.ftruncate(file.fileno(), 0)


def output_lock(path: Path) -> Path:
    """Where the lock of an output lies while it is held."""
    return path.with_name(f".{path.name}.lock")


def _taken(path: Path) -> str:
    return f"is being written by {holder(output_lock(path))}; wait until it ends, or choose another name"


def refuse_held(path: Path) -> None:
    """Refuse an output that another process is writing, before the work begins.

    Raises
    ------
    InputError
        Naming who writes it.
    """
    if is_held(output_lock(path)):
        raise InputError(f"{path}: {_taken(path)}.")


@contextmanager
def locked_output(path: Path) -> Iterator[None]:
    """Hold an output while it is written; its lock goes with the work.

    Raises
    ------
    InputError
        If another process writes it.
    StoreError
        If the file system cannot lock, or its folder cannot be written.
    """
    lock = output_lock(path)
    while True:
        with flocked(lock, fcntl.LOCK_EX, path, lambda: _taken(path)) as file:
            if not _is_at(file, lock):
                continue  # whoever held it has removed it meanwhile
            try:
                yield
            finally:
                if _is_at(file, lock):  # if somebody removed it, another may hold one of that name
                    lock.unlink(missing_ok=True)
            return


def _is_at(file: TextIO, path: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.lstat(path))
    except OSError:
        return False
