"""What the experimenter imposes against time: length, load, calcium, nucleotides, temperature.

A course is piecewise linear.  It holds its first value from the start and its last one to the end; a repeated time is a
jump, which the step that begins there makes.
"""

from __future__ import annotations

import math
from typing import Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from sarcomere.parameters import Chemistry
from sarcomere.parameters.base import Line, Parameters, quantity
from sarcomere.parameters.experiment import MAX_TIME_S, MAX_TIMES, Clock

CHEMISTRY = ("atp_mM", "adp_uM", "pi_mM", "temperature_C")
MAX_PCA, MIN_PCA = 10.0, 2.0
MAX_LOAD_PN = 1e4
MAX_RELATIVE_LOAD = 5.0
MAX_LENGTH_NM = 2200.0


class Course(Clock):
    """Points of a course, joined by straight lines."""

    time_s: list[float] = Field(max_length=MAX_TIMES, description="times, s; a repeated time is a jump")
    value: list[float] = Field(max_length=MAX_TIMES, description="values at these times; one number holds throughout")
    file: Line | None = Field(
        None,
        description="table with columns time_s,value in place of both; beside the scenario, where one is, or shipped",
    )

    @model_validator(mode="before")
    @classmethod
    def _one_number_holds(cls, table: Any) -> Any:
        if not isinstance(table, dict) or table.get("file") is not None:
            return table
        times, value = table.get("time_s"), table.get("value")
        if isinstance(times, list) and isinstance(value, int | float) and not isinstance(value, bool):
            return {**table, "value": [value] * len(times)}
        return table

    @model_validator(mode="after")
    def _points(self) -> Course:
        if self.file is not None:
            raise ValueError("has time_s and value beside file; give either the lists or the file")
        if self.clock_Hz is not None:
            raise ValueError(f"clock_Hz = {self.clock_Hz:g} is of a file, and there is none; give time_s in seconds")
        if not self.time_s:
            raise ValueError("has no point; give time_s and value, such as time_s = [0.0], value = [1.0]")
        if len(self.time_s) != len(self.value):
            raise ValueError(
                f"time_s has {len(self.time_s)} entries but value has {len(self.value)}; give one value for each time"
            )
        late = next((time for time in self.time_s if abs(time) > MAX_TIME_S), None)
        if late is not None:
            raise ValueError(f"time_s has {late:g}; give seconds, at most {MAX_TIME_S:g}")
        for before, after in zip(self.time_s[:-1], self.time_s[1:], strict=True):
            if after < before:
                raise ValueError(f"time_s runs backwards, {after:g} after {before:g}; sort the points")
        for first, third in zip(self.time_s[:-2], self.time_s[2:], strict=True):
            if first == third:
                raise ValueError(f"time_s has {first:g} more than twice; a jump takes two points")
        return self


class LengthCourse(Course):
    """Length of the half-sarcomere, nm (with a tendon: of both together, its slack length apart)."""

    relative: bool = Field(False, description="true adds the values to run.hs_length")
    slack: bool = Field(
        False, description="true lets the ends only pull: released beyond zero force, it shortens unloaded until taut"
    )


class LoadCourse(Course):
    """Force control from the first to the last of its times; before and after, length control."""

    relative: bool = Field(
        False,
        description="true takes the values as multiples of the mean force just before, else pN per thick filament",
    )
    reference_ms: float = quantity(
        "ms",
        "how long before the load the force is averaged, for a relative load",
        "choice: longer than the noise of force",
        5.0,
        gt=0,
        le=1e4,
    )


class Protocol(Parameters):
    """Time courses; what has none keeps its value of ``run``, ``drive`` and ``chemistry``."""

    length: LengthCourse | None = Field(None, description="table [protocol.length]: half-sarcomere length, nm")
    load: LoadCourse | None = Field(None, description="table [protocol.load]: force control")
    pCa: Course | None = Field(None, description="table [protocol.pCa]: -log10 of free calcium in mol/L")
    atp_mM: Course | None = Field(None, description="table [protocol.atp_mM]: MgATP, mmol/L")
    adp_uM: Course | None = Field(None, description="table [protocol.adp_uM]: free MgADP, umol/L")
    pi_mM: Course | None = Field(None, description="table [protocol.pi_mM]: inorganic phosphate, mmol/L")
    temperature_C: Course | None = Field(None, description="table [protocol.temperature_C]: degrees Celsius")

    @field_validator("length", "pCa", *CHEMISTRY, mode="after")
    @classmethod
    def _from_the_start(cls, course: Course | None) -> Course | None:
        if course is not None and course.time_s[0] != 0:
            raise ValueError(f"begins at {course.time_s[0]:g} s; begin it at 0, the start of the run")
        return course

    @field_validator("load", mode="after")
    @classmethod
    def _load_lasts(cls, course: LoadCourse | None) -> LoadCourse | None:
        if course is None:
            return course
        first, last = course.time_s[0], course.time_s[-1]
        if not 0 <= first < last:
            raise ValueError(f"lasts from {first:g} to {last:g} s; give two or more times, the last after the first")
        if course.relative and first * 1e3 < course.reference_ms:
            raise ValueError(
                f"sets in at {first:g} s relative to the force before, of which there are no reference_ms = "
                f"{course.reference_ms:g}; begin later, or give pN with relative = false"
            )
        return course

    @field_validator("*", mode="after")
    @classmethod
    def _in_range(cls, course: Course | None, info: ValidationInfo) -> Course | None:
        if course is None or info.field_name is None:
            return course
        low, high, unit = _limits(info.field_name, getattr(course, "relative", False))
        for time, value in zip(course.time_s, course.value, strict=True):
            if not low <= value <= high:
                span = f"{'more than 0' if low == math.ulp(0.0) else f'{low:g}'} to {high:g}"
                raise ValueError(f"{value:g} at {time:g} s is out of range; give {span} {unit}".rstrip())
        return course

    @property
    def chemistry(self) -> dict[str, Course]:
        """Courses of nucleotides, phosphate and temperature that there are."""
        return {name: getattr(self, name) for name in CHEMISTRY if getattr(self, name) is not None}


def _limits(name: str, relative: bool) -> tuple[float, float, str]:
    """Smallest and largest value of a course, and its unit; those of the chemistry are its parameters' own."""
    if name == "pCa":
        return MIN_PCA, MAX_PCA, ""
    if name == "load":
        return (0.0, MAX_RELATIVE_LOAD, "times the force before") if relative else (0.0, MAX_LOAD_PN, "pN")
    if name == "length":  # how it fits the lattice is seen in FibreScenario
        return (-MAX_LENGTH_NM if relative else 0.0), MAX_LENGTH_NM, "nm"
    field = Chemistry.model_fields[name]
    bounds = {key: value for item in field.metadata for key, value in _bounds(item).items()}
    low = math.ulp(0.0) if "gt" in bounds else bounds["ge"]
    unit = field.json_schema_extra["unit"] if isinstance(field.json_schema_extra, dict) else ""
    return float(low), float(bounds["le"]), str(unit)


def _bounds(bound: Any) -> dict[str, float]:
    """Convert a bound such as ``Ge(ge=0)`` to a mapping."""
    return {key: getattr(bound, key) for key in ("gt", "ge", "le") if hasattr(bound, key)}
