"""Read discharge times of motor units: a table with ``motor_unit,time_s``, or openhdemg's JSON, gzip or plain."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError, printable, quoted
from sarcomere.scenario.text_file import MAX_LINES, read_text
from sarcomere.scenario.time_table import Table

EXAMPLE = "motor_unit,time_s"
CLOCK = "drive.clock_Hz"
SOONEST_S = 1e-3  # choice: no motor unit fires again sooner, so that what does is one discharge found twice
_UNITS = ("motor_unit", "unit", "mu")
_WIDE = re.compile(r"mupulses_(\d{1,6})")  # a column for each unit, as openhdemg takes them from CSV
_ID = re.compile(r"([^\d.,+-]*)(\d{1,6})(?:[.,]0+)?")  # 1, 1.0, MU1, Unit 1
_EXPORT = "export it from openhdemg again"

Discharges = dict[int, NDArray[np.float64]]


def read_discharges(path: str | Path, clock_Hz: float | None = None) -> Discharges:
    """Discharge times of every motor unit in a file.

    Parameters
    ----------
    path : str or pathlib.Path
        A table with columns ``motor_unit`` and ``time_s`` or ``time_ms`` (others are left out, lines starting with #
        are comments), one with a column ``MUPULSES (1)`` for each unit, or openhdemg JSON of any version.
    clock_Hz : float, optional
        How many of the file's units of time make a second; by default what the header or ``FSAMP`` says.

    Returns
    -------
    dict of int to ndarray, shape (n_discharges,)
        Times in s, rising, by motor unit; openhdemg units are numbered from 1.

    Raises
    ------
    InputError
        If the file cannot be read or a time is negative, out of order, there twice, not a number or not finite.
    """
    path = Path(path)
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise InputError(
            f"{printable(str(path))}: cannot be read ({error.strerror}); check drive.discharge_file."
        ) from None
    return dict(_read(path, os.path.abspath(path), clock_Hz, changed))


@lru_cache(maxsize=4)  # a sweep reads the same file for every point
def _read(path: Path, _place: str, clock_Hz: float | None, _changed: int) -> Discharges:
    where, text = printable(str(path)), read_text(path, "give CSV or openhdemg JSON")
    if text.lstrip().startswith(("{", "[")):
        found = _from_json(where, text, clock_Hz)
    else:
        found = _from_table(Table(text, where, EXAMPLE), clock_Hz)
    if not found:
        raise InputError(f"{where}: holds no discharge; give lines such as 1,0.250 or, in JSON, MUPULSES.")
    for times in found.values():
        times.setflags(write=False)
    return found


def _from_table(table: Table, clock_Hz: float | None) -> Discharges:
    wide = {place: int(found[1]) for place, name in enumerate(table.names) if (found := _WIDE.fullmatch(name))}
    if wide:
        return _from_wide_table(table, wide, clock_Hz)
    unit_column, (time_column, clock) = table.column(_UNITS), table.times(clock_Hz, CLOCK)
    times, units, word = dict[int, list[float]](), dict[str, int](), None
    for place, cells in table.rows():
        text = cells[unit_column]
        unit = units.get(text)
        if unit is None:
            unit, before = _unit_number(text, place)
            if word not in (None, before):
                raise InputError(
                    f"{place}: motor_unit {quoted(text)} is spelt unlike those before; number the units 1, 2, …."
                )
            units[text], word = unit, before
        _append(times.setdefault(unit, []), _seconds(table, cells[time_column], place, clock), place)
    return {unit: np.array(values) for unit, values in sorted(times.items())}


def _from_wide_table(table: Table, wide: dict[int, int], clock_Hz: float | None) -> Discharges:
    clock, times = table.clock(next(iter(wide)), clock_Hz, CLOCK), {unit: list[float]() for unit in wide.values()}
    for place, cells in table.rows():
        for column, unit in wide.items():
            if cells[column]:  # shorter columns are filled up with blanks
                _append(times[unit], _seconds(table, cells[column], place, clock), place)
    return {unit: np.array(values) for unit, values in sorted(times.items()) if values}


def _unit_number(text: str, place: str) -> tuple[int, str]:
    """Return number of a unit and the word before it."""
    found = _ID.fullmatch(text)
    if found:
        return int(found[2]), found[1].casefold().strip(" _")
    wrong = "is negative" if re.fullmatch(r"-\d+", text) else "is not a whole number"
    raise InputError(f"{place}: motor_unit {quoted(text)} {wrong}; number the units 1, 2, ….")


def _seconds(table: Table, text: str, place: str, clock: float) -> float:
    try:
        time = table.number(text, place)
    except ValueError:
        raise InputError(f"{place}: time_s {quoted(text)} is not a number; give seconds, such as 0.250.") from None
    if not math.isfinite(time):
        raise InputError(f"{place}: time_s {quoted(text)} is not finite; remove it or give seconds.")
    return time / clock


def _append(times: list[float], time: float, where: str) -> None:
    """Add one discharge time, refusing what cannot be one."""
    if not math.isfinite(time):
        raise InputError(f"{where}: time_s {quoted(time)} is not finite; remove it or give seconds.")
    if time < 0:
        raise InputError(f"{where}: time_s {time:g} is negative; count time from the start of the recording.")
    if times and time == times[-1]:
        raise InputError(f"{where}: time_s {time:g} is there twice for the same unit; take one out.")
    if times and time < times[-1]:
        raise InputError(f"{where}: time_s {time:g} is not after {times[-1]:g} of the same unit; sort the times.")
    if times and time < times[-1] + SOONEST_S:
        raise InputError(
            f"{where}: time_s {time:g} is {(time - times[-1]) * 1e3:.3g} ms after {times[-1]:g} of the same unit, "
            f"sooner than one fires again ({SOONEST_S * 1e3:g} ms); take one out as found twice, or tell the unit of "
            f"time with {CLOCK}."
        )
    times.append(time)


def _entry(path: str, table: dict[str, Any], key: str) -> Any:
    """Read an openhdemg entry: JSON in a string where openhdemg wrote the file, plain where it was made by hand."""
    if key not in table:
        raise InputError(f"{path}: has no {key}; export the decomposed recording from openhdemg again.")
    value = table[key]
    return _parse_json(f"{path}: {key} = {quoted(value)}", value) if isinstance(value, str) else value


def _parse_json(where: str, text: str) -> Any:
    if sum(part.count(",") for part in text.split('"')[::2]) > MAX_LINES:  # those in strings stay text
        raise InputError(f"{where}: has more than {MAX_LINES} entries; cut it down to what is run.")
    try:
        return json.loads(text, parse_int=float)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{where} is not valid JSON ({error}); {_EXPORT}.") from None


def _from_json(path: str, text: str, clock_Hz: float | None) -> Discharges:
    table = _parse_json(f"{path}:", text)
    if isinstance(table, list):
        table = _of_early_version(path, table)
    rate = clock_Hz if clock_Hz is not None else _rate(path, _entry(path, table, "FSAMP"))
    units = _entry(path, table, "MUPULSES")
    if isinstance(units, list) and units and not any(isinstance(unit, list) for unit in units):
        units = [units]  # of one unit
    if not isinstance(units, list) or not all(isinstance(unit, list) for unit in units):
        shown = f"MUPULSES = {quoted(units)}"
        raise InputError(f"{path}: {shown} is not a list of lists of samples; {_EXPORT}.")
    found: Discharges = {}
    for number, pulses in enumerate(units, start=1):
        times = _pulse_times(pulses, rate, f"{path}, MUPULSES of unit {number}")
        if times:
            found[number] = np.array(times)
    return found


def _of_early_version(path: str, entries: list[Any]) -> dict[str, Any]:
    """Find the two entries in the list of JSON texts that openhdemg 0.1.0-beta wrote: FSAMP follows MUPULSES."""
    for before, entry in pairwise(entries):
        if isinstance(entry, str) and entry.lstrip().startswith('{"FSAMP"'):
            rate = _parse_json(f"{path}: {quoted(entry)}", entry)
            return {"FSAMP": rate["FSAMP"], "MUPULSES": before}
    raise InputError(f"{path}: has no FSAMP; export the decomposed recording from openhdemg again.")


def _rate(path: str, value: Any) -> float:
    """Read a sampling rate, also as text or alone in a list."""
    rate = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(rate, str) and re.fullmatch(r"\d+(\.\d*)?", rate):
        rate = float(rate)
    if not isinstance(rate, float) or not (math.isfinite(rate) and rate > 0):
        raise InputError(
            f"{path}: FSAMP = {quoted(value)} is not a sampling rate; give samples per second, such as 2048."
        )
    return rate


def _pulse_times(pulses: Iterable[Any], rate: float, where: str) -> list[float]:
    times: list[float] = []
    for number, pulse in enumerate(pulses, start=1):
        if not isinstance(pulse, float):
            raise InputError(
                f"{where}, entry {number}: {quoted(pulse)} is not a number; give the sample of a discharge."
            )
        _append(times, pulse / rate, f"{where}, entry {number}")
    return times
