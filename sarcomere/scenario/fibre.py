"""One experiment: parameters, drive, and what to record; read from TOML or built in Python, frozen from birth."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field, ValidationError, model_validator

from sarcomere.errors import InputError, nearest, printable, quoted
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
from sarcomere.parameters.experiment import Clock
from sarcomere.parameters.lattice import longest_length, shortest_length
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.checks import check_crowns, check_step
from sarcomere.scenario.course_file import read_course
from sarcomere.scenario.discharge_file import Discharges, read_discharges
from sarcomere.scenario.doubts import of_course, of_discharges, of_impulses
from sarcomere.scenario.protocol import Protocol
from sarcomere.scenario.series import Condition, Series, check_names, conditions, with_values
from sarcomere.scenario.text_file import locate

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

    def notes(self) -> Iterator[str]:
        """Name, in a sentence each, what looks like a mistake in what is imposed."""
        found = (note for condition in self.conditions for note in _notes(condition))
        yield from dict.fromkeys(found)

    def cost_s(self) -> float:
        """Estimate the CPU seconds that one replicate takes; the same on every machine."""
        return len(self.motor_units) * len(self.conditions) * (self._stepping_s() + _SETTING_UP_S)

    def varied_keys(self) -> set[str]:
        """Dotted keys that the series varies."""
        return {key for vary in (self.series.vary if self.series is not None else []) for key in vary.keys}

    def content_hashes(self) -> Iterator[str]:
        """Hash every discharge file, in order of conditions."""
        for path in dict.fromkeys(s.discharge_path for s in self.conditions if s.drive.discharge_file is not None):
            yield _content_hash(path, path.stat().st_mtime_ns)

    @property
    def discharge_path(self) -> Path:
        """Path of the discharge file.

        Raises
        ------
        InputError
            If it is nowhere.
        """
        name = self.drive.discharge_file or ""
        return locate(name, self.source, self.user_folder, "discharge file", "drive.discharge_file")

    def discharges(self) -> Discharges:
        """Read the discharge times of its motor units from the discharge file.

        Raises
        ------
        InputError
            If it cannot be read or lacks one of them.
        """
        found = read_discharges(self.discharge_path, self.drive.clock_Hz)
        for unit in self.motor_units:
            if unit.id not in found:
                remedy = nearest(str(unit.id), map(str, found))
                raise InputError(
                    f"{printable(str(self.discharge_path))}: has no motor unit {unit.id}, which motor_units asks for; "
                    f"{remedy}"
                )
        return {unit.id: found[unit.id] for unit in self.motor_units}

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
def _content_hash(path: Path, _changed: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _notes(s: FibreScenario) -> Iterator[str]:
    drive, duration = s.drive, s.run.duration_s
    if drive.discharge_file is not None:
        yield from of_discharges(drive.discharge_file, s.discharges(), drive.start_s, duration)
    elif drive.train is not None:
        yield from of_impulses("drive.train", np.array([drive.train.start_s]), duration)
    elif drive.impulses_s is not None:
        yield from of_impulses("drive.impulses_s", np.array(drive.impulses_s), duration)
    for name in type(s.protocol).model_fields:
        course = getattr(s.protocol, name)
        if course is not None:
            yield from of_course(f"protocol.{name}", course, duration)


def _with_course_files(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Replace every course that is given as a file by its points."""
    protocol = table.get("protocol")
    if not isinstance(protocol, Mapping):
        return table
    read_in = {}
    for name, course in protocol.items():
        read_in[name] = course
        if isinstance(course, Mapping) and isinstance(course.get("file"), str) and "value" not in course:
            path = locate(
                course["file"], table.get("source", ""), table.get("user_folder", ""), "file", f"protocol.{name}.file"
            )
            read_in[name] = _from_course_file(name, course, path)
    return {**table, "protocol": read_in}


def _from_course_file(name: str, course: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return a course with the points of its file; what is wrong with them is told of the file."""
    rest = {key: value for key, value in course.items() if key not in ("file", "clock_Hz")}
    points = {**rest, **read_course(path, f"protocol.{name}", _clock(name, course))}
    try:
        Protocol.model_validate({name: points})
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            if fault["type"] == "value_error":  # all others stand in the scenario
                raise InputError(f"{printable(str(path))}: {fault['ctx']['error']}.") from None
    return points


def _clock(name: str, course: Mapping[str, Any]) -> float | None:
    try:
        return Clock.model_validate({"clock_Hz": course.get("clock_Hz")}).clock_Hz
    except ValidationError:
        key = f"protocol.{name}.clock_Hz"
        raise InputError(
            f"{key} = {quoted(course['clock_Hz'])} is no number from 1 to 1e6; give how many units of the file's times "
            f"make a second."
        ) from None


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
            raise ValueError(f"{name} = {length:g} nm leaves no head a site; use more than {shortest:g} nm")
        if length >= longest:
            raise ValueError(f"{name} = {length:g} nm pulls the filaments out of overlap; use less than {longest:g} nm")


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
