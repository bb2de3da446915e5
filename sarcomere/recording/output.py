"""Outputs of commands: refused before the work if they cannot be written, locked while they are, there whole or not.

A run, which grows block by block and can be resumed, has ``run_file`` for this, and a merged sweep ``merge``, which
reserves its room; both use the same check, lock and rename.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sarcomere.errors import InputError, StoreError
from sarcomere.recording.atomic import aside, aside_of, check_place, create, reason, remedy, target_of
from sarcomere.recording.lock import locked_output, refuse_held


def check_output(path: Path, example: str = "run.h5", *, option: str = "-o", held: bool = False) -> None:
    """Refuse an output that could not be written in the end, before the work begins; what is there stays.

    Parameters
    ----------
    path : pathlib.Path
        Where it is to go; a symbolic link stands for its target.
    example : str
        Name of such a file.
    option : str
        Of the command line, by which another name is given.
    held : bool
        Whether this process holds its lock.

    Raises
    ------
    InputError
        If it is a folder, a device, a pipe or a socket, its folder does not exist, or another process writes it.
    StoreError
        If its folder takes no file.
    """
    place = target_of(path)
    check_place(place, example, option)
    if not held:
        refuse_held(place)
    trial = aside_of(place)
    try:
        create(trial)
        trial.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error, option) from None


def check_not_read(path: Path, read: Path, option: str = "-o") -> None:
    """Refuse an output that would replace what it is made from.

    Parameters
    ----------
    path, read : pathlib.Path
        Where it is to go, and the file that is read.
    option : str
        Of the command line, by which another name is given.

    Raises
    ------
    InputError
        If both are one file, perhaps by a link.
    """
    if os.path.exists(path) and os.path.exists(read) and os.path.samefile(path, read):
        raise InputError(f"{path}: is the run that is read, and would be replaced; choose another name with {option}.")


def beside(path: Path, suffix: str, example: str = "run.h5", *, option: str = "-o") -> Path:
    """Return the file of the same name with another suffix.

    Parameters
    ----------
    path : pathlib.Path
        Beside which it stands.
    suffix : str
        Such as ``.png``.
    example : str
        Name of a file that ``path`` could be.
    option : str
        Of the command line, by which another name is given.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    InputError
        If no file can be at ``path``.
    """
    check_place(target_of(path), example, option)
    return path.with_suffix(suffix)


@contextmanager
def output(path: Path, *, option: str = "-o") -> Iterator[Path]:
    """Write an output beside its place, under its lock; it takes its name if all goes well, and is removed if not.

    Parameters
    ----------
    path : pathlib.Path
        Where it is to go; a symbolic link is written through to its target.
    option : str
        Of the command line, by which another name is given.

    Yields
    ------
    pathlib.Path
        The file to fill, with the suffix of ``path`` in lower case.

    Raises
    ------
    InputError
        If no file can be there, or another process writes it.
    StoreError
        If the disk does not take it; what was there before is left.
    """
    place = target_of(path)
    check_place(place, option=option)
    with locked_output(place):
        try:
            with aside(place, aside_of(place.with_name(path.name))) as part:
                yield part
        except OSError as error:
            raise _unwritable(path, error, option) from None


def write_text(path: Path, text: str, *, option: str = "-o") -> None:
    """Write a text as an output.

    Parameters
    ----------
    path : pathlib.Path
        Where it is to go.
    text : str
        What is written, in UTF-8.
    option : str
        Of the command line, by which another name is given.

    Raises
    ------
    InputError, StoreError
        As in ``output``.
    """
    with output(path, option=option) as part:
        part.write_text(text, encoding="utf-8")


def _unwritable(path: Path, error: OSError, option: str) -> StoreError:
    return StoreError(
        f"{path}: cannot be written ({reason(error)}); {remedy(error)}, or choose another name or folder with {option}."
    )
