"""Read a time course from CSV: columns ``time_s,value``; lines starting with # are comments."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from sarcomere.errors import InputError

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
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check {key}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text ({error}); give CSV with {','.join(HEADER)}.") from None
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip() and line[0] != "#"]
    if not lines or _cells(lines[0][1]) != HEADER:
        raise InputError(f"{path}: does not begin with {','.join(HEADER)}; make that its first line.")
    points = [_point(line, f"{path}, line {number}") for number, line in lines[1:]]
    return {"time_s": [time for time, _ in points], "value": [value for _, value in points]}


def _cells(line: str) -> list[str]:
    return [cell.strip() for row in csv.reader([line]) for cell in row]


def _point(line: str, where: str) -> tuple[float, float]:
    cells = _cells(line)
    try:
        time, value = (float(cell) for cell in cells)
    except ValueError:
        raise InputError(f"{where}: {line[:80]!r} is not two numbers; give {','.join(HEADER)}.") from None
    if not (math.isfinite(time) and math.isfinite(value)):
        raise InputError(f"{where}: {line[:80]!r} is not finite; give numbers.")
    return time, value
