"""One experiment: parameters, drive, and what to record; read from TOML or built in Python, frozen from birth."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, Literal, get_args

from pydantic import Field, model_validator

from sarcomere.lattice import thin_filament_length
from sarcomere.parameters import (
    Chemistry,
    FibreParameters,
    LatticeParameters,
    MechanicsParameters,
    Parameters,
)
from sarcomere.parameters.base import quantity
from sarcomere.protocol import Protocol
from sarcomere.series import Condition, Series, conditions, with_values

MAX_STEP_MS = 2.0
# What the conditions of a series must share to lie in one file: the rest of the lattice sets how many sites there are.
_MAY_VARY = {"d10", "spacing_length", "stiffness_radial", "gap_unstrained", "myofibril_fraction"}


class Train(Parameters):
    """Equally spaced impulses to every motor unit."""

    frequency_Hz: float = quantity("Hz", "impulses per second", "protocol", gt=0, le=300)
    start_s: float = quantity("s", "time of the first impulse", "protocol", 0.05, ge=0, le=1e5)
    count: int = quantity("1", "number of impulses", "protocol", ge=1, le=1_000_000)


class DriveParameters(Parameters):
    """What excites the fibres; exactly one of discharge_file, train and pCa."""

    discharge_file: str | None = Field(
        None, description="CSV with motor_unit,time_s or openhdemg JSON; relative to the scenario, or shipped"
    )
    start_s: float = quantity("s", "time in the discharge file at which the run begins", "protocol", 0.0, ge=0, le=1e6)
    latency_ms: float = quantity(
        "ms",
        "discharge to calcium release: nerve, junction, fibre",
        "0 as discharges are seen in the muscle's EMG",
        0.0,
        ge=0,
        le=1000,
    )
    train: Train | None = Field(None, description="equally spaced impulses to every motor unit")
    pCa: float | None = Field(None, description="-log10 of free calcium in mol/L, held constant", ge=2.0, le=10.0)

    @model_validator(mode="after")
    def _one_drive(self) -> DriveParameters:
        given = [name for name in ("discharge_file", "train", "pCa") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"has {' and '.join(given) or 'none'}; give exactly one of discharge_file, train and pCa")
        return self


class MotorUnit(Parameters):
    """One motor unit: a fibre type, and how many fibres pull together."""

    id: int = quantity("1", "number of the unit in the discharge file", "protocol", ge=0, le=1_000_000)
    fibre: Literal["slow", "fast"] = Field("slow", description="fibre type")
    n_fibres: int = quantity(
        "1", "muscle fibres of the unit", "design: hundreds in human limb muscle", 300, ge=1, le=1_000_000
    )


class RunParameters(Parameters):
    """How long, from which seed, how often."""

    duration_s: float = quantity("s", "simulated time", "protocol", gt=0, le=1e5)
    hs_length: float = quantity(
        "nm",
        "half-sarcomere length at which the muscle is held",
        "plateau of a human sarcomere, 2.6 um",
        1300.0,
        ge=600,
        le=2200,
    )
    seed: int = quantity("1", "the whole seed of the run", "protocol", 1, ge=0, le=2**63 - 1)
    replicates: int = quantity("1", "independent repetitions", "protocol", 1, ge=1, le=1_000_000)
    regulated: bool = Field(True, description="false holds the thin filament open")
    stream: int = quantity(
        "1",
        "which of the seed's random streams the first motor unit draws from; a series counts its conditions here",
        "design: conditions draw independent chances",
        0,
        ge=0,
        le=2**31,
    )


class Numerics(Parameters):
    """Step length and tolerances."""

    step_ms: float = quantity(
        "ms", "time step", "docs/accuracy.md: no difference to 0.0125 ms", 0.1, gt=0, le=MAX_STEP_MS
    )
    length_step_nm: float = quantity(
        "nm",
        "farthest that an imposed length may move in a step; steps are halved until it does",
        "design: 1/20 of a working stroke",
        0.25,
        gt=0,
        le=100,
    )
    fine_step_ms: float = quantity(
        "ms",
        "longest step under force control and just after a jump of length or load",
        "design: under 0.5 nm a step at the unloaded speed of a fast fibre",
        0.05,
        gt=0,
        le=MAX_STEP_MS,
    )
    settle_ms: float = quantity(
        "ms",
        "how long after a jump of length or load steps stay fine",
        "design: the quick recovery of force is over",
        5.0,
        ge=0,
        le=1e4,
    )
    chemistry_interval_ms: float = quantity(
        "ms",
        "how often rates follow a ramp of nucleotides, phosphate or temperature; jumps are followed at once",
        "design: well within an ATPase cycle",
        5.0,
        gt=0,
        le=1e4,
    )
    calcium_substep_ms: float = quantity(
        "ms", "longest substep of the calcium equations", "converged: tests/theory", 0.025, gt=0, le=1
    )
    force_tolerance_pN: float = quantity(
        "pN", "largest force out of balance at any node", "1e-3 of a head's force", 0.01, ge=1e-9, le=10
    )
    max_iterations: int = quantity(
        "1", "conjugate-gradient iterations a step may take", "design; 3-5 are usual", 200, ge=1, le=100_000
    )
    strain_bin_nm: float = quantity(
        "nm", "strain resolution of the transition table", "converged: tests/theory", 0.05, ge=0.005, le=0.5
    )


class RecordParameters(Parameters):
    """What is kept and how often."""

    sample_interval_ms: float = quantity("ms", "time between samples", "design", 1.0, gt=0, le=1e5)
    snapshot_interval_ms: float = quantity(
        "ms", "time between head-by-head snapshots; 0 keeps none", "design", 0.0, ge=0, le=1e6
    )


class Scenario(Parameters):
    """One experiment, whole.

    Attributes
    ----------
    fibres : dict of str to FibreParameters
        Parameters of each fibre type: the shipped values with what the scenario replaces.
    source : str
        File it was read from; relative paths in it start there.
    """

    title: str = Field(description="what the experiment is called")
    description: str = Field("", description="what it is for")
    figure: str = Field("overview", description="kind of figure that sarcomere plot draws")
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
    fibres: dict[Literal["slow", "fast"], FibreParameters]
    numerics: Numerics = Numerics()
    record: RecordParameters = RecordParameters()
    protocol: Protocol = Protocol()
    series: Series | None = Field(None, description="tables [[series.vary]]: keys and the values they take")
    source: str = Field("", description="file it was read from")

    @model_validator(mode="before")
    @classmethod
    def _calcium_course_drives(cls, table: Any) -> Any:
        """A course of pCa is the drive; drive.pCa is where it begins."""
        course = (table.get("protocol") or {}) if isinstance(table, dict) else None
        course = course.get("pCa") if isinstance(course, dict) else None
        values = course.get("value") if isinstance(course, dict) else None
        first = values[0] if isinstance(values, list) and values else values
        drive = table.get("drive", {}) if isinstance(table, dict) else None
        if not isinstance(first, int | float) or not isinstance(drive, dict):
            return table
        if any(drive.get(name) is not None for name in ("pCa", "train", "discharge_file")):
            return table
        return {**table, "drive": {**drive, "pCa": float(first)}}

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
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
        for name in {unit.fibre for unit in self.motor_units}:
            _check_step(name, self.fibres[name], self.numerics.step_ms)
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
    def conditions(self) -> tuple[Scenario, ...]:
        """Every condition of the series as a scenario of its own; this one itself if there is no series."""
        return (self,) if self.series is None else self._expanded

    @cached_property
    def _expanded(self) -> tuple[Scenario, ...]:
        return tuple(Scenario.model_validate(table) for _, table in self.condition_tables)

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


def _whole_steps(key: str, interval: float, step: float) -> None:
    steps = interval / step
    if abs(steps - round(steps)) > 1e-6 or (interval > 0 and round(steps) == 0):
        raise ValueError(
            f"{key} = {interval:g} is not a whole number of steps of numerics.step_ms = {step:g}; "
            f"use a multiple such as {max(1, round(steps)) * step:g}"
        )


def _check_geometry(s: Scenario) -> None:
    last_crown = s.lattice.bare_half_zone + s.lattice.crown_spacing * (s.lattice.n_crown - 1)
    if last_crown > s.lattice.thick_half_length:
        raise ValueError(
            f"lattice.n_crown = {s.lattice.n_crown} puts the last crown at {last_crown:g} nm, beyond "
            f"lattice.thick_half_length = {s.lattice.thick_half_length:g}; use fewer crowns or a longer filament"
        )
    longest = s.lattice.thick_half_length + thin_filament_length(s.lattice)
    course = s.protocol.length
    where = ["run.hs_length"] if course is None else [f"protocol.length at {time:g} s" for time in course.time_s]
    for name, length in zip(where, lengths(s), strict=True):
        if length <= s.lattice.thick_half_length:
            raise ValueError(
                f"{name} = {length:g} presses the thick filament against the Z-line; use more than "
                f"lattice.thick_half_length = {s.lattice.thick_half_length:g}"
            )
        if length >= longest:
            raise ValueError(f"{name} = {length:g} pulls the filaments out of overlap; use less than {longest:g}")


def lengths(s: Scenario) -> list[float]:
    """Imposed lengths, nm: at the points of the course, or the one at which the muscle is held."""
    course = s.protocol.length
    if course is None:
        return [s.run.hs_length]
    return [value + (s.run.hs_length if course.relative else 0.0) for value in course.value]


def _check_calcium(s: Scenario) -> None:
    course = s.protocol.pCa
    if course is None:
        return
    if s.drive.pCa is None:
        given = "train" if s.drive.train is not None else "discharge_file"
        raise ValueError(f"protocol.pCa holds calcium, but drive.{given} would release it; give one of them")
    if s.drive.pCa != course.value[0]:
        raise ValueError(
            f"drive.pCa = {s.drive.pCa:g} is not where protocol.pCa begins, {course.value[0]:g}; leave drive.pCa out"
        )


def check_shared(s: Scenario) -> None:
    """Refuse a series whose conditions cannot lie in one file.

    Parameters
    ----------
    s : Scenario
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


def _check_step(name: str, fibre: FibreParameters, step: float) -> None:
    """A detached head draws once a step: its rates must be small against 1/step."""
    cycle, off = fibre.cycle, fibre.off_state
    fastest = {
        f"fibres.{name}.cycle.k_hydrolysis": cycle.k_hydrolysis,
        f"fibres.{name}.cycle.k_attach": cycle.k_attach,
        f"fibres.{name}.off_state.k_rest": off.k_rest,
        f"fibres.{name}.off_state.k_wake_force": off.k_wake_force * off.max_relative_force + off.k_wake,
    }
    key, rate = max(fastest.items(), key=lambda item: item[1])
    if rate * step * 1e-3 > 0.5:
        raise ValueError(
            f"numerics.step_ms = {step:g} is too long for {key}, which gives {rate:g} /s: a head would change state "
            f"{rate * step * 1e-3:.2g} times a step; use at most {math.floor(0.5e9 / rate) / 1e6:g}"
        )


def unit_of(key: str) -> str:
    """Unit of the parameter at a dotted key; empty if it has none.

    Parameters
    ----------
    key : str
        Such as ``chemistry.atp_mM`` or ``protocol.load.value``.

    Returns
    -------
    str
    """
    *parents, last = (word for word in key.split(".") if not word.isdigit())
    model = model_at(tuple(parents))
    field = getattr(model, "model_fields", {}).get(last)
    extra = field.json_schema_extra if field is not None else None
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def model_at(path: tuple[Any, ...]) -> Any:
    """The group of parameters that a path of keys leads to, or None."""
    model: Any = Scenario
    for part in path:
        if isinstance(part, int) or part in ("slow", "fast"):
            continue
        field = model.model_fields.get(part)
        model = _group_in(field.annotation) if field is not None else None
        if model is None:
            return None
    return model


def _group_in(annotation: Any) -> Any:
    """The group of parameters inside an annotation such as ``list[MotorUnit]`` or ``Train | None``."""
    if isinstance(annotation, type) and issubclass(annotation, Parameters):
        return annotation
    return next((group for inner in get_args(annotation) if (group := _group_in(inner)) is not None), None)
