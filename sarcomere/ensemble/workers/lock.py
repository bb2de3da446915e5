"""One sweep at a time in a folder, or the parts of one job array side by side."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from sarcomere.errors import InputError
from sarcomere.recording.lock import PATIENCE_S, flocked, holder, is_held

LOCK = ".lock"


class Part(NamedTuple):
    """Which part of a sweep a job does: every ``of``-th shard, from the ``number``-th on."""

    number: int  # from 1
    of: int


def part_of(number: int, of: int) -> Part:
    """Return one part of a sweep, checked.

    Raises
    ------
    InputError
        If there is no such part.
    """
    if not 1 <= number <= of:
        last = max(of, 1)
        raise InputError(f"--shard {number}/{of}: there is no such part; count from 1/{last} to {last}/{last}.")
    return Part(number, of)


def parse_part(text: str) -> Part:
    """Parse a part as ``--shard`` takes it, such as ``3/8``.

    Raises
    ------
    InputError
        If there is no such part.
    """
    number, slash, of = text.partition("/")
    if not (slash and number.strip().isdecimal() and of.strip().isdecimal() and len(text) < 40):
        raise InputError(f"--shard {text!r}: is not i/N; write for example --shard 1/8.")
    return part_of(int(number), int(of))


@contextmanager
def locked(folder: Path, part: Part | None = None) -> Iterator[None]:
    """Hold a folder for a sweep, or for one part of a job array beside the others.

    Parameters
    ----------
    folder : pathlib.Path
        Exists.
    part : Part, optional
        The part; other parts may work at the same time.

    Raises
    ------
    InputError
        If another sweep, the same part or a part of another array holds it.
    StoreError
        If the file system cannot lock.
    """
    with ExitStack() as locks:
        if part is None:
            locks.enter_context(_flock(folder / LOCK, fcntl.LOCK_EX, folder))
        else:
            locks.enter_context(_flock(folder / LOCK, fcntl.LOCK_SH, folder))
            locks.enter_context(_flock(folder / f"{LOCK}-{part.number}-of-{part.of}", fcntl.LOCK_EX, folder))
            _check_array(folder, part)
        yield


def _check_array(folder: Path, part: Part) -> None:
    """Refuse parts of another number of parts at the same time: they would share shards."""
    for path in held(folder):
        of = path.name.rpartition("-of-")[2]
        if of != str(part.of):
            raise InputError(
                f"{folder}: an array of {of} parts is at work in it ({holder(path)}), not of {part.of}; give --shard "
                f"i/{of}, or wait until it ends."
            )


@contextmanager
def settling(folder: Path) -> Iterator[None]:
    """Hold the manifest while it is read, changed and written; parts of a job array wait for each other."""
    with _flock(folder / f"{LOCK}-manifest", fcntl.LOCK_EX, folder, patience=60.0):
        yield


def held(folder: Path) -> list[Path]:
    """Locks of a folder that are held, by a sweep or by parts of one, as far as this machine can see.

    Parameters
    ----------
    folder : pathlib.Path
        Of a sweep.

    Returns
    -------
    list of pathlib.Path
        For ``holder``; empty if nobody is at work.
    """
    return [path for path in (folder / LOCK, *sorted(folder.glob(f"{LOCK}-*-of-*"))) if is_held(path)]


def _flock(path: Path, how: int, folder: Path, patience: float = PATIENCE_S) -> AbstractContextManager[TextIO]:
    def taken() -> str:
        holding = [path] if is_held(path) else held(folder)  # parts share the lock of the whole
        who = holder(holding[0]) if holding else "another process"
        return f"another sweep is at work in it ({who}); wait until it ends, or sweep into another folder with -o"

    return flocked(path, how, folder, taken, patience)
