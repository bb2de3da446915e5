"""Read a time course from a table with the columns ``time_s`` and ``value``, plain or packed by gzip."""

from __future__ import annotations

import math
from pathlib import Path

from sarcomere.errors import InputError, printable, quoted
from sarcomere.scenario.text_file import read_text
from sarcomere.scenario.time_table import Table

EXAMPLE = "time_s,value"


def read_course(path: str | Path, key: str, clock_Hz: float | None = None) -> dict[str, list[float]]:
    """Points of a course.

    Parameters
    ----------
    path : str or pathlib.Path
        A table with a column of times (``time_s`` or ``time_ms``) and one called ``value``; others are left out.
    key : str
        Key of the course, for error messages.
    clock_Hz : float, optional
        How many of the file's units of time make a second; by default what the header says.

    Returns
    -------
    dict
        Lists ``time_s`` and ``value``.

    Raises
    ------
    InputError
        If the file cannot be read, an entry is not a finite number, or time runs backwards.
    """
    table = Table(read_text(Path(path), f"give CSV with {EXAMPLE}"), printable(str(path)), EXAMPLE)
    (time_column, clock), value_column = table.times(clock_Hz, f"{key}.clock_Hz"), table.column(["value"])
    times: list[float] = []
    values: list[float] = []
    for place, cells in table.rows():
        pair = [cells[time_column], cells[value_column]]
        try:
            time, value = (table.number(cell, place) for cell in pair)
        except ValueError:
            raise InputError(f"{place}: {quoted(','.join(pair))} is not two numbers; give {EXAMPLE}.") from None
        if not (math.isfinite(time) and math.isfinite(value)):
            raise InputError(f"{place}: {quoted(','.join(pair))} is not finite; give numbers.")
        time /= clock
        if times and time < times[-1]:
            raise InputError(f"{place}: time_s runs backwards, {time:g} after {times[-1]:g}; sort the points.")
        times.append(time)
        values.append(value)
    return {"time_s": times, "value": values}
