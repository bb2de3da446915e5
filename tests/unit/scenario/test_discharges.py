"""Discharge times are the same, however they are written down."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sarcomere.parameters.shipped import data_path
from sarcomere.scenario.discharge_file import Discharges, read_discharges

FSAMP = 2048.0
SAMPLES = {1: [512, 1024, 3000], 2: [0, 9, 4095]}
PULSES = tuple(SAMPLES.values())
TIMES = {unit: [sample / FSAMP for sample in samples] for unit, samples in SAMPLES.items()}
ROWS = [f"{unit},{time!r}" for unit, times in TIMES.items() for time in times]
HEADER = "motor_unit,time_s"
SHIPPED = data_path("measurements/vastus_lateralis_25mvc_discharges.csv")


def lines(*rows: str, end: str = "\n") -> bytes:
    """Text of a CSV file."""
    return (end.join(rows) + end).encode()


def hdemg(as_strings: bool, samples: Sequence[Sequence[float]] = PULSES, rate: float = FSAMP) -> bytes:
    """An openhdemg file; openhdemg itself writes each entry as JSON inside a string."""
    entries = {"SOURCE": "OTB", "FILENAME": "mine.mat", "FSAMP": rate, "MUPULSES": samples, "EXTRAS": None}
    return json.dumps({key: json.dumps(value) if as_strings else value for key, value in entries.items()}).encode()


def same(found: Discharges, times: dict[int, list[float]]) -> bool:
    """The same units with the same times, to the bit."""
    return list(found) == list(times) and all(np.array_equal(found[unit], times[unit]) for unit in times)


WAYS = {
    "csv": lines(HEADER, *ROWS),
    "csv, unit by unit or in order of time": lines(HEADER, *sorted(ROWS, key=lambda row: float(row.split(",")[1]))),
    "csv, other units first": lines(HEADER, *ROWS[3:], *ROWS[:3]),
    "csv with comments": lines("# mine", HEADER, *ROWS[:2], "  # pause", "", *ROWS[2:], "#1,9.9"),
    "csv with a byte-order mark": b"\xef\xbb\xbf" + lines(HEADER, *ROWS),
    "csv from Windows": lines(HEADER, *ROWS, end="\r\n"),
    "csv with spaces": lines(" motor_unit, time_s ", *(row.replace(",", " ,  ") for row in ROWS)),
    "csv with quotes": lines('"motor_unit","time_s"', *(row.replace(",", ',"') + '"' for row in ROWS)),
    "csv without the last line end": lines(HEADER, *ROWS)[:-1],
    "csv, gzip": gzip.compress(lines(HEADER, *ROWS)),
    "openhdemg": hdemg(as_strings=True),
    "openhdemg, gzip": gzip.compress(hdemg(as_strings=True)),
    "plain JSON": hdemg(as_strings=False),
    "plain JSON, gzip": gzip.compress(hdemg(as_strings=False)),
    "JSON with a byte-order mark": b"\xef\xbb\xbf" + hdemg(as_strings=False),
    "JSON with whole FSAMP and fractional samples": hdemg(
        as_strings=True, rate=2048, samples=[[float(sample) for sample in samples] for samples in PULSES]
    ),
}


@pytest.mark.parametrize("content", WAYS.values(), ids=WAYS)
def test_all_ways_of_writing_give_the_same_times(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "discharges"
    path.write_bytes(content)
    assert same(read_discharges(path), TIMES)
    assert same(read_discharges(str(path)), TIMES)


def test_openhdemg_units_keep_their_number_when_one_before_them_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "silent.json"
    path.write_bytes(hdemg(as_strings=True, samples=[[], [2048]]))
    assert same(read_discharges(path), {2: [1.0]})


def test_times_of_different_units_may_coincide(tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    path.write_bytes(lines(HEADER, "1,0.5", "2,0.5"))
    assert same(read_discharges(path), {1: [0.5], 2: [0.5]})


def test_the_shipped_recording_has_5_units_and_1073_discharges() -> None:
    found = read_discharges(SHIPPED)
    with open(SHIPPED, encoding="utf-8") as file:  # counted without our reader
        counts = Counter(row[0] for row in csv.reader(file) if not row[0].startswith("#") and row[0] != "motor_unit")
    assert {str(unit): times.size for unit, times in found.items()} == counts
    assert sorted(found) == [1, 2, 3, 4, 5]
    assert sum(times.size for times in found.values()) == 1073


def test_the_shipped_recording_holds_whole_samples_at_2048_per_second() -> None:
    """Written to six digits, each time is within a microsecond of a sample."""
    times = np.concatenate(list(read_discharges(SHIPPED).values()))
    assert np.abs(times - np.round(times * FSAMP) / FSAMP).max() < 1e-6
