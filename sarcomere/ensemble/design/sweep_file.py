"""A sweep as a TOML file, and points as CSV or TOML."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from sarcomere.ensemble.design.sweep import MAX_POINTS
from sarcomere.ensemble.design.vary import steps_between
from sarcomere.errors import InputError, printable
from sarcomere.parameters.base import Parameters
from sarcomere.scenario.faults import sentences
from sarcomere.scenario.reading import parse_value, read_toml
from sarcomere.scenario.text_file import read_text
from sarcomere.scenario.time_table import Table


class _Vary(Parameters):
    """One table [[vary]]: values, or a range."""

    key: str = Field(min_length=1, description="dotted key, such as drive.pCa")
    values: list[Any] | None = Field(None, description="values that it takes")
    low: float | int | None = Field(None, alias="from", description="where a range begins")
    high: float | int | None = Field(None, alias="to", description="where it ends")
    count: int | None = Field(None, description="number of values in the range; none for a Sobol design")
    log: bool = Field(False, description="equal ratios instead of equal steps")

    @model_validator(mode="after")
    def _one_way(self) -> _Vary:
        ends = [self.low, self.high]
        if (self.values is None) == (ends == [None, None]) or (self.values is None and None in ends):
            raise ValueError(f"{self.key} needs either values, or from and to; give one of them")
        if self.values is not None and (self.count is not None or self.log):
            raise ValueError(f"{self.key} has values, so count and log mean nothing; take them out")
        return self


class _SweepFile(Parameters):
    """What a sweep file may hold."""

    scenario: str = Field(min_length=1, description="a .toml file beside the sweep file, or a shipped name")
    replicates: int | None = Field(None, description="repetitions of every point")
    seed: int | None = Field(None, description="the whole seed")
    sobol: int = Field(0, description="number of points of a Sobol design")
    settings: dict[str, Any] = Field({}, alias="set", description="values that hold at every point")
    vary: list[_Vary] = Field([], description="tables [[vary]]: keys and values")
    points: list[dict[str, Any]] | str = Field([], description="tables [[points]], or the name of a .csv file")


def is_sweep_file(name: str) -> bool:
    """Whether a name is that of a TOML file which names a scenario to sweep."""
    path = Path(name)
    return path.suffix == ".toml" and os.path.isfile(path) and "scenario" in read_toml(path)[0]


def read_sweep_file(name: str) -> dict[str, Any]:
    """Return fields of a sweep from its file.

    Parameters
    ----------
    name : str
        A TOML file with a key ``scenario``.

    Returns
    -------
    dict
        As ``asked.Sweep`` takes them; only what the file gives.

    Raises
    ------
    InputError
        One sentence per fault.
    """
    path = Path(name)
    table, text = read_toml(path)
    try:
        found = _SweepFile.model_validate(table)
    except ValidationError as error:
        raise InputError("\n".join(sentences(error, name, text, (), _SweepFile))) from None
    beside = path.parent / found.scenario
    fields: dict[str, Any] = {"scenario": str(beside) if found.scenario.endswith(".toml") else found.scenario}
    fields["settings"] = dict(_flat(found.settings))
    fields["grid"] = [
        {"key": v.key, "values": _values(v, name)} for v in found.vary if v.values is not None or v.count is not None
    ]
    fields["ranges"] = [
        {"key": v.key, "low": float(v.low), "high": float(v.high), "log": v.log}
        for v in found.vary
        if v.count is None and v.low is not None and v.high is not None
    ]
    points = found.points
    fields["points"] = read_points(str(path.parent / points)) if isinstance(points, str) else _points(points)
    return fields | {"sobol": found.sobol, "replicates": found.replicates, "seed": found.seed}


def _values(vary: _Vary, name: str) -> list[Any]:
    if vary.values is not None or vary.low is None or vary.high is None or vary.count is None:
        return vary.values or []
    return list(steps_between(vary.low, vary.high, vary.count, vary.log, f"{name}, vary {vary.key}"))


def _flat(table: Mapping[str, Any], parents: str = "") -> Iterator[tuple[str, Any]]:
    """Return values by dotted key: TOML makes tables of ``chemistry.atp_mM = 1``."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{parents}{key}.")
        else:
            yield f"{parents}{key}", value


def _points(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [dict(_flat(table)) for table in tables]


def read_points(name: str) -> list[dict[str, Any]]:
    """Return points of a list: a CSV file with dotted keys as its header, or a TOML file with tables [[points]].

    Parameters
    ----------
    name : str
        The file.

    Returns
    -------
    list of dict
        Value by dotted key.

    Raises
    ------
    InputError
        If the file cannot be read or has no points.
    """
    path = Path(name)
    if not os.path.isfile(path):
        raise InputError(f"{name}: no such file of points; give a .csv or .toml file.")
    if path.suffix == ".toml":
        tables = read_toml(path)[0].get("points")
        if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
            raise InputError(f"{name}: has no points; write tables [[points]] with keys and values.")
        return _points(tables)
    return _read_table(path)


def _read_table(path: Path) -> list[dict[str, Any]]:
    where = printable(str(path))
    table = Table(read_text(path, "give CSV with dotted keys as header"), where, "drive.pCa,run.hs_length and the like")
    keys = table.cells
    if len(set(keys)) < len(keys) or not all(keys):
        raise InputError(f"{table.place}: keys are empty or named twice; give each column its own key.")
    points: list[dict[str, Any]] = []
    for place, cells in table.rows():
        if len(points) == MAX_POINTS:
            raise InputError(f"{where}: has more than {MAX_POINTS} points; cut it down.")
        points.append({key: parse_value(table.plain(cell, place)) for key, cell in zip(keys, cells, strict=True)})
    if not points:
        raise InputError(f"{where}: has no points; write a line of dotted keys and a line of values for each point.")
    return points
