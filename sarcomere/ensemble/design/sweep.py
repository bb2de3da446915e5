"""What a sweep is: a scenario, the keys that vary, how often, from which seed; checked and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field, ValidationError, model_validator

from sarcomere.errors import InputError
from sarcomere.parameters.base import Parameters
from sarcomere.scenario.faults import sentences

MAX_POINTS = 100_000
LARGEST = 1e300  # of an end of a range: what lies between two of them is a number
# What --replicates and the shards decide.
_NOT_VARIED = {"run.replicates": "--replicates", "run.first_replicate": "--replicates"}


class Axis(Parameters):
    """A key and the values that it takes."""

    key: str = Field(min_length=1, description="dotted key, such as drive.pCa")
    values: list[Any] = Field(min_length=1, description="values that it takes")

    @model_validator(mode="after")
    def _once_each(self) -> Axis:
        for i, value in enumerate(self.values):
            if value in self.values[:i]:
                raise ValueError(f"{self.key} takes {value!r} twice; give each value once")
        return self


class Range(Parameters):
    """A key and the range that a space-filling design covers."""

    key: str = Field(min_length=1, description="dotted key, such as drive.pCa")
    low: float = Field(ge=-LARGEST, le=LARGEST, description="where the range begins")
    high: float = Field(ge=-LARGEST, le=LARGEST, description="where it ends")
    log: bool = Field(False, description="equal steps of the logarithm")

    @model_validator(mode="after")
    def _ascends(self) -> Range:
        if not self.low < self.high:
            raise ValueError(f"{self.key} = {self.low:g}:{self.high:g} does not ascend; give the lower end first")
        if self.log and self.low <= 0:
            raise ValueError(
                f"{self.key} = {self.low:g}:{self.high:g} has no logarithm; begin above 0 or leave log out"
            )
        return self


class Sweep(Parameters):
    """Runs to make; exactly one of a grid, a list of points and a Sobol design, or none for replicates alone.

    Attributes
    ----------
    scenario : str
        Path of a TOML file, or the name of a shipped scenario.
    settings : dict
        Values by dotted key that hold at every point.
    """

    scenario: str = Field(min_length=1, description="a .toml file or the name of a shipped scenario")
    settings: dict[str, Any] = Field({}, description="values by dotted key that hold at every point")
    grid: list[Axis] = Field([], max_length=8, description="keys of a full grid, the first changing slowest")
    points: list[dict[str, Any]] = Field([], max_length=MAX_POINTS, description="points: values by dotted key")
    ranges: list[Range] = Field([], max_length=64, description="ranges that a Sobol design covers")
    sobol: int = Field(0, ge=0, le=MAX_POINTS, description="number of points of a Sobol design")
    replicates: int | None = Field(None, ge=1, le=10**6, description="repetitions of every point")
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="the whole seed; all points share it")

    @model_validator(mode="after")
    def _one_design(self) -> Sweep:
        if self.ranges and not self.sobol:
            raise ValueError(
                f"{self.ranges[0].key} is given as a range without a number of values; write low:high:number, or add "
                f"--sobol with a number of points"
            )
        if self.sobol and self.grid:
            raise ValueError(
                f"{self.grid[0].key} has values in a Sobol design, which covers ranges; write --vary key=low:high"
            )
        if self.sobol and not self.ranges:
            raise ValueError("sobol needs a range to cover; add --vary key=low:high")
        if self.points and (self.grid or self.sobol):
            raise ValueError("points and vary cannot be joined; put all values into the points")
        for i, point in enumerate(self.points):
            if point.keys() != self.points[0].keys():
                raise ValueError(f"point {i + 1} has other keys than the first; give every point the same keys")
        count = 1
        for axis in self.grid:
            count *= len(axis.values)
        if count > MAX_POINTS:
            raise ValueError(f"vary makes {count} points; give at most {MAX_POINTS}")
        return self

    @model_validator(mode="after")
    def _keys_apart(self) -> Sweep:
        keys = self.keys
        if self.points and not keys:
            raise ValueError("points set nothing; give every point at least one key")
        for key in (*keys, *self.settings):
            if key in _NOT_VARIED:
                raise ValueError(f"{key} is for the sweep to set; give {_NOT_VARIED[key]}")
        for i, key in enumerate(keys):
            for other in (*keys[:i], *self.settings):
                if f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}."):
                    raise ValueError(f"{key} is set twice, also by {other}; give it once")
        if self.seed is not None and "run.seed" in (*keys, *self.settings):
            raise ValueError("run.seed is set twice, also by --seed; give it once")
        return self

    @property
    def keys(self) -> list[str]:
        """Dotted keys that vary, in order."""
        return [
            *(axis.key for axis in self.grid),
            *(self.points[0] if self.points else ()),
            *(r.key for r in self.ranges),
        ]

    @property
    def design(self) -> str:
        """What the points are: grid, points or sobol."""
        return "sobol" if self.sobol else "points" if self.points else "grid"


def sweep_of(table: Mapping[str, Any], where: str, text: str = "") -> Sweep:
    """Check a sweep given as plain values.

    Parameters
    ----------
    table : mapping
        Fields of ``Sweep``.
    where, text : str
        What begins the message of an error, and the text of the file, for line numbers.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        One sentence per fault.
    """
    try:
        return Sweep.model_validate(_plain(table))
    except ValidationError as error:
        raise InputError("\n".join(sentences(error, where, text, (), Sweep))) from None


def _plain(value: Any) -> Any:
    """Return numbers, arrays and sequences of any kind as a file would have them."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple | range) else value
