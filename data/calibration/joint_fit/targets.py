"""Bands of the validation table, and what the lattice would give where the mean-field model gives a value."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import NamedTuple

from mean_field.rows import COLD, RELAXATION, STRETCH, Line, Readings

from sarcomere.validate.targets import read_targets

RATIOS = Path(__file__).parents[1] / "lattice_ratios.toml"
ROWS = (2, 3, 4, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20)
HELD_OUT = (4, 11, 12, 13, 18)
_ELSEWHERE = {(15, "onset"), (20, "low")}  # regulation decides
_OF_FAST_ALONE = 17
MARGIN = 0.05  # of a band's width, kept from its edges; less where the tolerance is narrow
_TOLERANCE = 0.1  # of a band's width, off by which a line costs about 1
_TOLERANCES = {(14, "level"): 0.01, (15, "bound"): 0.025}  # where a band begins at nothing, or has no end
# What the table does not list.  In the cold, velocity of each fibre type, of which the table has the ratio only
# (row 7), and tension: choices.
_COLD: dict[str, dict[Line, tuple[float, float]]] = {
    "fast": {(COLD, "v0_12"): (0.8, 1.0), (COLD, "tension_12"): (90.0, 180.0)},
    "slow": {(COLD, "v0_12"): (0.28, 0.36), (COLD, "tension_12"): (70.0, 140.0)},
}
# Forces in stretch between 1.2 and 2.2 of the isometric: choices, with eight times the tolerance.
_STRETCHED: dict[Line, tuple[float, float]] = {
    (STRETCH, "0.05 ML/s"): (1.0, 1.6),
    (STRETCH, "0.4 ML/s"): (1.2, 2.2),
    (STRETCH, "1.5 ML/s"): (1.2, 2.2),
    (STRETCH, "3 ML/s"): (1.2, 2.2),
}
# Time after which a quarter of the force is left once no head attaches, ms: choices, shorter than twitches last.
_RELAXED: dict[str, dict[Line, tuple[float, float]]] = {
    "fast": {(RELAXATION, "quarter"): (20.0, 90.0)},
    "slow": {(RELAXATION, "quarter"): (20.0, 130.0)},
}


class Band(NamedTuple):
    """Where a reading should lie; a side may be open."""

    low: float
    high: float
    tolerance: float = _TOLERANCE

    @property
    def width(self) -> float:
        """Width; of a band with one side, the distance of that side from zero."""
        width = self.high - self.low
        return width if math.isfinite(width) else abs(self.low if math.isinf(self.high) else self.high)

    def miss(self, value: float) -> float:
        """How far a value lies outside the band less its margin, in tolerances; below zero: under it."""
        margin = min(MARGIN, 0.5 * self.tolerance) * self.width
        low, high = self.low + margin, self.high - margin
        return (min(value - low, 0.0) + max(value - high, 0.0)) / (self.tolerance * self.width)


def line_of(fibre: str, row: int, name: str) -> Line | None:
    """Return a line of the validation table without its fibre type; None for lines of the other, or of both.

    Parameters
    ----------
    fibre : {"slow", "fast"}
        Fibre type.
    row : int
        Row of the table.
    name : str
        Line, such as ``k_fast_15``.

    Returns
    -------
    tuple or None
    """
    words = name.split("_")
    if fibre in words:
        words.remove(fibre)
        return row, "_".join(words)
    return (row, name) if row == _OF_FAST_ALONE and fibre == "fast" else None


def bands(fibre: str, without: tuple[int, ...] = ()) -> dict[Line, Band]:
    """Return the bands of a fibre type.

    Parameters
    ----------
    fibre : {"slow", "fast"}
        Fibre type.
    without : tuple of int
        Rows to leave out.

    Returns
    -------
    dict
        By row and line.
    """
    found = {line_of(fibre, t.row, t.line): (t.low, t.high) for t in read_targets(list(ROWS))}
    listed = {
        line: Band(*band, _TOLERANCES.get(line, _TOLERANCE))
        for line, band in found.items()
        if line is not None and line not in _ELSEWHERE
    }
    beside = {line: Band(*band) for line, band in (_COLD[fibre] | _RELAXED[fibre]).items()}
    stretched = {line: Band(*band, 8.0 * _TOLERANCE) for line, band in _STRETCHED.items()}
    return {line: band for line, band in (listed | beside | stretched).items() if line[0] not in without}


def read_ratios(fibre: str) -> dict[Line, float]:
    """Read by how much the lattice differs from the mean field, by row and line."""
    table = tomllib.loads(RATIOS.read_text(encoding="utf-8"))[fibre]
    return {(int(key.partition(".")[0]), key.partition(".")[2]): ratio for key, ratio in table.items()}


def as_lattice(readings: Readings, ratios: dict[Line, float]) -> Readings:
    """Predict what the lattice gives."""
    return {line: value * ratios.get(line, 1.0) for line, value in readings.items()}
