"""Read a time course from CSV: columns ``time_s,value``; lines starting with # are comments, gzip or plain."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from sarcomere.errors import InputError, printable, quoted
from sarcomere.scenario.text_file import read_text

HEADER = ["time_s", "value"]


def read_course(path: str | Path, key: str) -> dict[str, list[float]]:
    """Points of a course.

    Parameters
    ----------
    path : str or pathlib.Path
        CSV file.
    key : str
        Key that names the file, for error messages.

    Returns
    -------
    dict
        Lists ``time_s`` and ``value``.

    Raises
    ------
    InputError
        If the file cannot be read or an entry is not a finite number.
    """
    where, remedy = printable(str(path)), f"give CSV with {','.join(HEADER)}"
    try:
        text = read_text(Path(path), remedy)
    except FileNotFoundError:
        raise InputError(f"{where}: no such file; check {key}.") from None
    except OSError as error:
        raise InputError(f"{where}: cannot be read ({error.strerror}); {remedy}.") from None
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip() and line.lstrip()[0] != "#"]
    if not lines or _cells(lines[0][1], where) != HEADER:
        raise InputError(f"{where}: does not begin with {','.join(HEADER)}; make that its first line.")
    points = [_point(line, f"{where}, line {number}") for number, line in lines[1:]]
    return {"time_s": [time for time, _ in points], "value": [value for _, value in points]}


def _cells(line: str, where: str) -> list[str]:
    try:
        return [cell.strip() for row in csv.reader([line]) for cell in row]
    except csv.Error as error:
        raise InputError(f"{where}: {quoted(line)} cannot be read ({error}); give {','.join(HEADER)}.") from None


def _point(line: str, where: str) -> tuple[float, float]:
    cells = _cells(line, where)
    try:
        time, value = (float(cell) for cell in cells)
    except ValueError:
        raise InputError(f"{where}: {quoted(line)} is not two numbers; give {','.join(HEADER)}.") from None
    if not (math.isfinite(time) and math.isfinite(value)):
        raise InputError(f"{where}: {quoted(line)} is not finite; give numbers.")
    return time, value
