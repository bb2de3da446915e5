"""One experiment: parameters, drive, and what to record; read from TOML or built in Python, frozen from birth."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from sarcomere.parameters import (
    DRIVES,
    Chemistry,
    DriveParameters,
    LatticeParameters,
    MechanicsParameters,
    MotorUnit,
    Numerics,
    RecordParameters,
    RunParameters,
)
from sarcomere.parameters.lattice import longest_length, shortest_length
from sarcomere.parameters.shipped import data_path
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.checks import check_crowns, check_step
from sarcomere.scenario.course_file import read_course
from sarcomere.scenario.discharge_file import read_discharges
from sarcomere.scenario.protocol import Protocol
from sarcomere.scenario.series import Condition, Series, check_names, conditions, with_values

_SETTING_UP_S = 1e-3  # CPU time of one half-sarcomere; benchmarks/NOTES.md
# What the conditions of a series must share to lie in one file: the rest of the lattice sets how many sites there are.
_MAY_VARY = {"d10", "spacing_length", "stiffness_radial", "gap_unstrained", "myofibril_fraction"}


class FibreScenario(Scenario):
    """One experiment on half-sarcomeres: a protocol imposes length, load, calcium and chemistry."""

    kind: ClassVar[str] = "fibre"

    run: RunParameters = Field(description="table [run]: how long, from which seed, how often")
    drive: DriveParameters = Field(description="table [drive]: what excites the fibres")
    motor_units: list[MotorUnit] = Field(
        min_length=1,
        max_length=10_000,
        description="one table [[motor_units]] for each unit: its id, fibre and n_fibres",
    )
    lattice: LatticeParameters = LatticeParameters()
    mechanics: MechanicsParameters = MechanicsParameters()
    chemistry: Chemistry = Chemistry()
    numerics: Numerics = Numerics()
    record: RecordParameters = RecordParameters()
    protocol: Protocol = Protocol()
    series: Series | None = Field(None, description="tables [[series.vary]]: keys and the values they take")

    @model_validator(mode="before")
    @classmethod
    def _calcium_course_drives(cls, table: Any) -> Any:
        """Take a course of pCa as the drive; drive.pCa is its first value."""
        course = (table.get("protocol") or {}) if isinstance(table, dict) else None
        course = course.get("pCa") if isinstance(course, dict) else None
        values = course.get("value") if isinstance(course, dict) else None
        first = values[0] if isinstance(values, list) and values else values
        drive = table.get("drive", {}) if isinstance(table, dict) else None
        if not isinstance(first, int | float) or not isinstance(drive, dict):
            return table
        if any(drive.get(name) is not None for name in DRIVES):
            return table
        return {**table, "drive": {**drive, "pCa": first}}

    @model_validator(mode="after")
    def _consistent(self) -> FibreScenario:
        ids = [unit.id for unit in self.motor_units]
        if len(set(ids)) != len(ids):
            raise ValueError(f"motor_units: the ids {ids} are not all different; give each unit its own")
        for name in ("sample_interval_ms", "snapshot_interval_ms"):
            _whole_steps(f"record.{name}", getattr(self.record, name), self.numerics.step_ms)
        if self.run.duration_s * 1e3 < self.record.sample_interval_ms:
            raise ValueError(
                f"run.duration_s = {self.run.duration_s:g} is shorter than one record.sample_interval_ms = "
                f"{self.record.sample_interval_ms:g}; run for longer"
            )
        _check_geometry(self)
        _check_calcium(self)
        if self.series is not None and len(self.motor_units) != 1:
            raise ValueError(
                f"series runs one motor unit under many conditions but motor_units has {len(self.motor_units)}; "
                f"keep one, and vary motor_units.0.fibre for both fibre types"
            )
        if self.series is not None:
            check_names(self.series, self.protocol.chemistry)
        for name in {unit.fibre for unit in self.motor_units}:
            check_step(name, self.fibres[name], self.numerics.step_ms)
        return self

    @property
    def initial_length(self) -> float:
        """Half-sarcomere length at time zero, nm."""
        return lengths(self)[0]

    @property
    def condition_tables(self) -> list[tuple[Condition, dict[str, Any]]]:
        """Plain table of every condition of the series, not checked yet."""
        if self.series is None:
            return []
        whole = self.model_dump()
        return [
            (condition, with_values(whole, condition.by_key, stream))
            for stream, condition in enumerate(conditions(self.series))
        ]

    @property
    def condition_labels(self) -> list[str]:
        """What each condition of the series sets, such as ``pCa = 5.8``."""
        return [condition.label for condition in conditions(self.series)] if self.series is not None else []

    @property
    def conditions(self) -> tuple[FibreScenario, ...]:
        """Every condition of the series as a scenario of its own; this one itself if there is no series."""
        return (self,) if self.series is None else self._expanded

    @cached_property
    def _expanded(self) -> tuple[FibreScenario, ...]:
        return tuple(FibreScenario.model_validate(table) for _, table in self.condition_tables)

    @classmethod
    def fill(cls, table: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Put shipped values where a table gives none, and the points of every course that is a file."""
        return super().fill(_with_course_files(table), where)

    def check_together(self) -> None:
        """Refuse a series whose conditions cannot lie in one file."""
        check_shared(self)

    def late_events(self) -> Iterator[str]:
        """Name, in a sentence each, what is imposed later than the run ends."""
        end, name = self.run.duration_s, self.drive.discharge_file
        if name is not None and self.series is None:
            found = read_discharges(self.discharge_path)
            times = np.concatenate([found[unit.id] for unit in self.motor_units]) - self.drive.start_s
            if times.size and (times >= end).all():
                yield (
                    f"all {times.size} discharges of {name} come after the end of the run ({end:g} s); their times "
                    f"are read in seconds."
                )

    def cost_s(self) -> float:
        """Estimate the CPU seconds that one replicate takes; the same on every machine."""
        return len(self.motor_units) * len(self.conditions) * (self._stepping_s() + _SETTING_UP_S)

    def varied_keys(self) -> set[str]:
        """Dotted keys that the series varies."""
        return {key for vary in (self.series.vary if self.series is not None else []) for key in vary.keys}

    def content_hashes(self) -> Iterator[str]:
        """Hash every discharge file, in order of conditions; an empty text for one that is not there."""
        paths = (s.discharge_path for s in self.conditions if s.drive.discharge_file is not None)
        for path in dict.fromkeys(paths):
            yield _content_hash(path, Path(path).stat().st_mtime_ns) if Path(path).is_file() else ""

    @property
    def discharge_path(self) -> str:
        """Path of the discharge file: beside the scenario, as given, or shipped."""
        name = self.drive.discharge_file or ""
        for path in (Path(self.source).parent / name, data_path(f"measurements/{name}")):
            if path.is_file():
                return str(path)
        return str(Path(self.source).parent / name)

    @property
    def sample_interval_s(self) -> float:
        """Time between samples, s."""
        return self.record.sample_interval_ms * 1e-3

    @property
    def n_samples(self) -> int:
        """Samples after the one at time zero."""
        return math.floor(self.run.duration_s * 1e3 / self.record.sample_interval_ms + 1e-9)

    @property
    def sample_every(self) -> int:
        """Steps between samples."""
        return round(self.record.sample_interval_ms / self.numerics.step_ms)

    @property
    def snapshot_every(self) -> int:
        """Steps between snapshots; 0 if there are none."""
        return round(self.record.snapshot_interval_ms / self.numerics.step_ms)


@cache
def _content_hash(path: str, _changed: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _with_course_files(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Replace every course that is given as a file by its points."""
    protocol = table.get("protocol")
    if not isinstance(protocol, Mapping):
        return table
    folder, read_in = Path(table.get("source", "")).parent, {}
    for name, course in protocol.items():
        read_in[name] = course
        if isinstance(course, Mapping) and isinstance(course.get("file"), str) and "value" not in course:
            rest = {key: value for key, value in course.items() if key != "file"}
            read_in[name] = {**rest, **read_course(folder / course["file"], f"protocol.{name}.file")}
    return {**table, "protocol": read_in}


def _whole_steps(key: str, interval: float, step: float) -> None:
    steps = interval / step
    if abs(steps - round(steps)) > 1e-6 or (interval > 0 and round(steps) == 0):
        raise ValueError(
            f"{key} = {interval:g} is not a whole number of steps of numerics.step_ms = {step:g}; "
            f"use a multiple such as {max(1, round(steps)) * step:g}"
        )


def _check_geometry(s: FibreScenario) -> None:
    check_crowns(s.lattice)
    shortest, longest = shortest_length(s.lattice), longest_length(s.lattice)
    course = s.protocol.length
    where = ["run.hs_length"] if course is None else [f"protocol.length at {time:g} s" for time in course.time_s]
    for name, length in zip(where, lengths(s), strict=True):
        if length <= shortest:
            raise ValueError(f"{name} = {length:g} leaves no head a site; use more than {shortest:g}")
        if length >= longest:
            raise ValueError(f"{name} = {length:g} pulls the filaments out of overlap; use less than {longest:g}")


def lengths(s: FibreScenario) -> list[float]:
    """Imposed lengths, nm: at the points of the course, or the one at which the muscle is held."""
    course = s.protocol.length
    if course is None:
        return [s.run.hs_length]
    return [value + (s.run.hs_length if course.relative else 0.0) for value in course.value]


def _check_calcium(s: FibreScenario) -> None:
    course = s.protocol.pCa
    if course is None:
        return
    if s.drive.pCa is None:
        given = next(name for name in DRIVES if getattr(s.drive, name) is not None)
        raise ValueError(f"protocol.pCa holds calcium, but drive.{given} would release it; give one of them")
    if s.drive.pCa != course.value[0]:
        raise ValueError(
            f"drive.pCa = {s.drive.pCa:g} is not where protocol.pCa begins, {course.value[0]:g}; leave drive.pCa out"
        )


def check_shared(s: FibreScenario) -> None:
    """Refuse a series whose conditions cannot lie in one file.

    Parameters
    ----------
    s : FibreScenario
        With or without a series.

    Raises
    ------
    ValueError
        Naming the key that must not vary.
    """
    first, *others = s.conditions
    for other in others:
        pairs = {
            "run.duration_s": (first.run.duration_s, other.run.duration_s),
            "run.replicates": (first.run.replicates, other.run.replicates),
            "numerics.step_ms": (first.numerics.step_ms, other.numerics.step_ms),
            "record": (first.record, other.record),
            "figure": (first.figure, other.figure),
        }
        for name in type(s.lattice).model_fields.keys() - _MAY_VARY:
            pairs[f"lattice.{name}"] = (getattr(first.lattice, name), getattr(other.lattice, name))
        for key, (a, b) in pairs.items():
            if a != b:
                raise ValueError(f"series: {key} differs between conditions, {a!r} and {b!r}; run a scenario for each")
