"""What measured muscle and measured cramps do: targets, their bands and sources, and how a value of ours is judged."""

from __future__ import annotations

import csv
import math
from enum import StrEnum
from typing import NamedTuple

from sarcomere.errors import InputError, nearest
from sarcomere.parameters.shipped import data_path

TABLES = {"muscle": "measurements/validation_targets.csv", "cramp": "measurements/cramp_targets.csv"}
SURE = 2.0  # standard errors from the edge of the band at which a verdict counts as sure


class Role(StrEnum):
    """Whether a line says that the model predicts, or only that a fit holds."""

    FITTED = "fitted"  # parameters were chosen with the line in view, or with both lines that it compares
    PUT_IN = "put in"  # the number is itself a parameter
    PREDICTED = "predicted"  # no parameter was chosen from it


class Target(NamedTuple):
    """One line of the table: a row may have several.

    ``low`` and ``high`` are infinite where the band is open; ``needs`` says what is missing where a line cannot run.
    ``source`` cites (``[@Sale1982]``); in it "unsourced" marks what has no source and "choice" what is ours.
    """

    row: int
    line: str
    title: str
    quantity: str
    unit: str
    low: float
    high: float
    tier: int
    role: Role
    source: str
    how: str
    needs: str

    @property
    def band(self) -> str:
        """Such as ``200 to 280``."""
        if self.needs:
            return "–"
        if math.isinf(self.high):
            return f"≥ {self.low:g}"
        return f"≤ {self.high:g}" if math.isinf(self.low) else f"{self.low:g} to {self.high:g}"


class Finding(NamedTuple):
    """A target with our value and its standard error."""

    target: Target
    value: float = math.nan
    sem: float = math.nan

    @property
    def verdict(self) -> str:
        """``inside``, ``outside``, ``no value``, or ``cannot run``."""
        if self.target.needs:
            return "cannot run"
        if math.isnan(self.value):
            return "no value"
        return "inside" if self.target.low <= self.value <= self.target.high else "outside"

    @property
    def is_sure(self) -> bool:
        """Whether the value is further from the band's edges than two standard errors."""
        distance = min(abs(self.value - self.target.low), abs(self.value - self.target.high))
        return distance > SURE * self.sem  # False where there is no value or no error


def row_verdict(findings: list[Finding]) -> str:
    """Return verdict on a row: inside only if all of its lines are.

    Parameters
    ----------
    findings : list of Finding
        The lines of one row.

    Returns
    -------
    str
        ``inside``, ``outside``, ``no value`` or ``cannot run``: the worst of them, ``outside`` first.
    """
    verdicts = {finding.verdict for finding in findings}
    return next(v for v in ("outside", "no value", "cannot run", "inside") if v in verdicts)


def read_targets(rows: list[int] | None = None, table: str = "muscle") -> list[Target]:
    """Read a table of targets.

    Parameters
    ----------
    rows : list of int, optional
        Which rows of the table; by default all.
    table : {"muscle", "cramp"}
        Which table.

    Returns
    -------
    list of Target
        In the order of the table.

    Raises
    ------
    InputError
        If there is no such table or row.
    """
    if table not in TABLES:
        raise InputError(f"{table!r} is no table of targets: {nearest(table, TABLES)}")
    with data_path(TABLES[table]).open(newline="", encoding="utf-8") as file:
        targets = [_target(entry) for entry in csv.DictReader(file)]
    known = sorted({target.row for target in targets})
    for row in rows or []:
        if row not in known:
            raise InputError(f"--rows: the table has no row {row}; give numbers from {known[0]} to {known[-1]}.")
    return [target for target in targets if rows is None or target.row in rows]


def parse_rows(text: str) -> list[int]:
    """Return row numbers as given on a command line.

    Parameters
    ----------
    text : str
        Such as ``3,7,21``.

    Returns
    -------
    list of int

    Raises
    ------
    InputError
        If it is not a list of numbers.
    """
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() for word in words):
        raise InputError(f"--rows {text!r}: is not a list of row numbers; write for example --rows 3,7,21.")
    return [int(word) for word in words]


def _target(entry: dict[str, str]) -> Target:
    low, high = (float(entry[key]) if entry[key] else sign * math.inf for key, sign in (("low", -1), ("high", 1)))
    texts = {key: entry[key] for key in ("line", "title", "quantity", "unit", "source", "how", "needs")}
    row, tier, role = int(entry["row"]), int(entry["tier"]), Role(entry["role"])
    return Target(row=row, tier=tier, role=role, low=low, high=high, **texts)
