"""Read discharge times of motor units: CSV with ``motor_unit,time_s``, or openhdemg's JSON, gzip or plain."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError, printable, quoted
from sarcomere.scenario.text_file import read_text

HEADER = ["motor_unit", "time_s"]
_QUOTED = 24  # characters of a file that may be another's

Discharges = dict[int, NDArray[np.float64]]


def read_discharges(path: str | Path) -> Discharges:
    """Discharge times of every motor unit in a file.

    Parameters
    ----------
    path : str or pathlib.Path
        ``.csv`` with columns ``motor_unit,time_s`` (lines starting with # are comments), or openhdemg JSON.

    Returns
    -------
    dict of int to ndarray, shape (n_discharges,)
        Times in s, rising, by motor unit; openhdemg units are numbered from 1.

    Raises
    ------
    InputError
        If the file cannot be read or a time is negative, out of order, not a number or not finite.
    """
    path = Path(path)
    where = printable(str(path))
    try:
        text = read_text(path, "give CSV or openhdemg JSON")
    except FileNotFoundError:
        raise InputError(f"{where}: no such discharge file; check drive.discharge_file.") from None
    except OSError as error:
        raise InputError(f"{where}: cannot be read ({error.strerror}); give CSV or openhdemg JSON.") from None
    found = _from_json(where, text) if text.lstrip().startswith("{") else _from_csv(where, text)
    if not found:
        raise InputError(f"{where}: holds no discharge; give lines such as 1,0.250 or, in JSON, MUPULSES.")
    return found


def _from_csv(path: str, text: str) -> Discharges:
    times: dict[int, list[float]] = {}
    header_seen = False
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        row = _cells(line, f"{path}, line {number}")
        if not header_seen:
            if row != HEADER:
                raise InputError(
                    f"{path}, line {number}: header is {quoted(line, _QUOTED)}; make it {','.join(HEADER)}."
                )
            header_seen = True
            continue
        if len(row) != len(HEADER):
            raise InputError(f"{path}, line {number}: {quoted(line)} has not two columns; give motor_unit,time_s.")
        unit = _unit_number(row[0], f"{path}, line {number}")
        _append(times.setdefault(unit, []), row[1], f"{path}, line {number}")
    if not header_seen:
        raise InputError(f"{path}: has no header; make its first line {','.join(HEADER)}.")
    return {unit: np.array(values) for unit, values in sorted(times.items())}


def _cells(line: str, where: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line]))]
    except csv.Error as error:
        raise InputError(f"{where}: {quoted(line)} cannot be read ({error}); give motor_unit,time_s.") from None


def _unit_number(text: str, where: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise InputError(
            f"{where}: motor_unit {quoted(text)} is not a whole number; number the units 1, 2, …."
        ) from None
    if number < 0:
        raise InputError(f"{where}: motor_unit {quoted(number)} is negative; number the units 1, 2, ….")
    return number


def _append(times: list[float], value: Any, where: str) -> None:
    """Add one discharge time, refusing what cannot be one."""
    try:
        time = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{where}: time_s {quoted(value)} is not a number; give seconds, such as 0.250.") from None
    if not math.isfinite(time):
        raise InputError(f"{where}: time_s {quoted(value)} is not finite; remove it or give seconds.")
    if time < 0:
        raise InputError(f"{where}: time_s {time:g} is negative; count time from the start of the recording.")
    if times and time == times[-1]:
        raise InputError(f"{where}: time_s {time:g} is there twice for the same unit; take one out.")
    if times and time < times[-1]:
        raise InputError(f"{where}: time_s {time:g} is not after {times[-1]:g} of the same unit; sort the times.")
    times.append(time)


def _entry(path: str, table: dict[str, Any], key: str) -> Any:
    """Read an openhdemg entry: JSON in a string where openhdemg wrote the file, plain where it was made by hand."""
    if key not in table:
        raise InputError(f"{path}: has no {key}; export the decomposed recording from openhdemg again.")
    value = table[key]
    return _parse_json(f"{path}: {key} = {quoted(value)}", value) if isinstance(value, str) else value


def _parse_json(where: str, text: str) -> Any:
    try:
        return json.loads(text, parse_int=float)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{where} is not valid JSON ({error}); export it from openhdemg again.") from None


def _from_json(path: str, text: str) -> Discharges:
    table = _parse_json(f"{path}:", text)
    rate = _entry(path, table, "FSAMP")
    if not isinstance(rate, float) or not (math.isfinite(rate) and rate > 0):
        raise InputError(
            f"{path}: FSAMP = {quoted(rate)} is not a sampling rate; give samples per second, such as 2048."
        )
    units = _entry(path, table, "MUPULSES")
    if not isinstance(units, list) or not all(isinstance(unit, list) for unit in units):
        shown = f"MUPULSES = {quoted(units)}"
        raise InputError(f"{path}: {shown} is not a list of lists of samples; export it from openhdemg again.")
    found: Discharges = {}
    for number, pulses in enumerate(units, start=1):
        times = _pulse_times(pulses, rate, f"{path}, MUPULSES of unit {number}")
        if times:
            found[number] = np.array(times)
    return found


def _pulse_times(pulses: Iterable[Any], rate: float, where: str) -> list[float]:
    times: list[float] = []
    for number, pulse in enumerate(pulses, start=1):
        if not isinstance(pulse, float):
            raise InputError(
                f"{where}, entry {number}: {quoted(pulse)} is not a number; give the sample of a discharge."
            )
        _append(times, pulse / rate, f"{where}, entry {number}")
    return times
