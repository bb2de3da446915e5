"""One experiment: parameters, drive, and what to record; read from TOML or built in Python, frozen from birth."""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from sarcomere.data_files import data_path
from sarcomere.errors import InputError, nearest
from sarcomere.parameters import (
    FIBRE_TYPES,
    Chemistry,
    FibreParameters,
    LatticeParameters,
    MechanicsParameters,
    Parameters,
    fibre_table,
)
from sarcomere.parameters.base import quantity

MAX_STEP_MS = 0.5


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
        "ms", "discharge to calcium release: nerve, junction, fibre", "0 as discharges are seen in the muscle's EMG", 0.0, ge=0, le=1000
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
    n_fibres: int = quantity("1", "muscle fibres of the unit", "design: hundreds in human limb muscle", 300, ge=1, le=1_000_000)


class RunParameters(Parameters):
    """How long, from which seed, how often."""

    duration_s: float = quantity("s", "simulated time", "protocol", gt=0, le=1e5)
    hs_length: float = quantity("nm", "half-sarcomere length at which the muscle is held", "plateau of a human sarcomere, 2.6 um", 1300.0, ge=600, le=2200)
    seed: int = quantity("1", "the whole seed of the run", "protocol", 1, ge=0, le=2**63 - 1)
    replicates: int = quantity("1", "independent repetitions", "protocol", 1, ge=1, le=1_000_000)
    regulated: bool = Field(True, description="false holds the thin filament open")


class Numerics(Parameters):
    """Step length and tolerances."""

    step_ms: float = quantity("ms", "time step", "docs/accuracy.md: no difference to 0.0125 ms", 0.1, gt=0, le=MAX_STEP_MS)
    calcium_substep_ms: float = quantity("ms", "longest substep of the calcium equations", "converged: tests/theory", 0.025, gt=0, le=1)
    force_tolerance_pN: float = quantity("pN", "largest force out of balance at any node", "1e-3 of a head's force", 0.01, ge=1e-9, le=10)
    max_iterations: int = quantity("1", "conjugate-gradient iterations a step may take", "design; 3-5 are usual", 200, ge=1, le=100_000)
    strain_bin_nm: float = quantity("nm", "strain resolution of the transition table", "converged: tests/theory", 0.05, ge=0.005, le=0.5)


class RecordParameters(Parameters):
    """What is kept and how often."""

    sample_interval_ms: float = quantity("ms", "time between samples", "design", 1.0, gt=0, le=1e5)
    snapshot_interval_ms: float = quantity("ms", "time between head-by-head snapshots; 0 keeps none", "design", 0.0, ge=0, le=1e6)


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
    run: RunParameters = Field(description="table [run]: how long, from which seed, how often")
    drive: DriveParameters = Field(description="table [drive]: what excites the fibres")
    motor_units: list[MotorUnit] = Field(
        min_length=1, max_length=10_000, description="one table [[motor_units]] for each unit: its id, fibre and n_fibres"
    )
    lattice: LatticeParameters = LatticeParameters()
    mechanics: MechanicsParameters = MechanicsParameters()
    chemistry: Chemistry = Chemistry()
    fibres: dict[Literal["slow", "fast"], FibreParameters]
    numerics: Numerics = Numerics()
    record: RecordParameters = RecordParameters()
    source: str = Field("", description="file it was read from")

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
        for name in {unit.fibre for unit in self.motor_units}:
            _check_step(name, self.fibres[name], self.numerics.step_ms)
        return self

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
    if s.run.hs_length <= s.lattice.thick_half_length:
        raise ValueError(
            f"run.hs_length = {s.run.hs_length:g} presses the thick filament against the Z-line; use more than "
            f"lattice.thick_half_length = {s.lattice.thick_half_length:g}"
        )


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


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        inner = merged.get(key)
        merged[key] = _merge(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return merged


def from_dict(
    table: Mapping[str, Any], *, source: str = "", text: str = "", overrides: Collection[str] = ()
) -> Scenario:
    """Check a scenario given as plain tables.

    Parameters
    ----------
    table : mapping
        As a TOML file gives it; ``fibres`` holds only what differs from the shipped fibre types.
    source, text : str
        File name and text, for error messages and relative paths.
    overrides : collection of str
        Dotted keys that the command line replaced, for error messages.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        One sentence per fault, naming key, value and remedy.
    """
    fibres = table.get("fibres", {})
    where = source or "scenario"
    if not isinstance(fibres, Mapping):
        raise InputError(f"{where}: fibres = {fibres!r} is not a table; write [fibres.slow.cycle] and the like.")
    for name in fibres:
        if name not in FIBRE_TYPES:
            raise InputError(f"{where}: fibres.{name} is not a fibre type; {nearest(name, FIBRE_TYPES)}")
    shipped = {name: fibre_table(name) for name in FIBRE_TYPES}
    try:
        return Scenario.model_validate({**table, "fibres": _merge(shipped, fibres), "source": source})
    except ValidationError as error:
        raise InputError("\n".join(_sentences(error, where, text, overrides))) from None


# What to do about a value of the wrong type, by pydantic's name of the fault.
_WRONG_TYPE = {
    "float_type": "give a number without quotes",
    "int_type": "give a whole number without quotes",
    "finite_number": "give a finite number",
    "bool_type": "give true or false",
    "string_type": "give text in quotes",
    "literal_error": "use {expected}",
    "model_type": "make it a table, [{key}]",
    "list_type": "make it tables, [[{key}]]",
    "too_short": "give at least one table [[{key}]]",
}


def _sentences(error: ValidationError, where: str, text: str, overrides: Collection[str]) -> Iterator[str]:
    """One sentence per fault that pydantic found; a misspelt key alone, as it may be why another is missing."""
    faults = error.errors(include_url=False)
    for fault in [fault for fault in faults if fault["type"] == "extra_forbidden"] or faults:
        key = ".".join(str(part) for part in fault["loc"])
        given = any(f"{override}.".startswith(f"{key}.") for override in overrides)
        place = f"{where}, command line" if given else f"{where}{_line_of(fault['loc'], text)}"
        value, kind, limits = _shown(fault["input"]), fault["type"], fault.get("ctx", {})
        if kind == "extra_forbidden":
            known = _keys_beside(fault["loc"])
            yield f"{place}: unknown key {key} = {value}; {nearest(str(fault['loc'][-1]), known)}"
        elif kind == "missing":
            yield f"{place}: {key} is missing; add it ({_meaning(fault['loc'])})."
        elif kind == "value_error":
            yield f"{place}: {f'{key}: ' if key else ''}{limits['error']}."
        elif kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
            yield f"{place}: {key} = {value} is out of range ({_meaning(fault['loc'])}); {_bound(kind, limits)}."
        else:
            remedy = _WRONG_TYPE.get(kind, fault["msg"]).format(key=key, **limits)
            yield f"{place}: {key} = {value} cannot be used; {remedy}."


def _shown(value: Any) -> str:
    """A value as TOML writes it; a table in short."""
    if isinstance(value, Mapping):
        return "{…}"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _bound(kind: str, limits: Mapping[str, Any]) -> str:
    words = {
        "greater_than": ("gt", "use a value greater than"),
        "greater_than_equal": ("ge", "use a value of at least"),
        "less_than": ("lt", "use a value below"),
        "less_than_equal": ("le", "use a value of at most"),
    }
    name, sentence = words[kind]
    limit = limits[name]
    return f"{sentence} {limit if isinstance(limit, int) else f'{limit:g}'}"


def _model_at(path: tuple[Any, ...]) -> Any:
    """The group of parameters that a path of keys leads to, or None."""
    model: Any = Scenario
    for part in path:
        if isinstance(part, int) or part in FIBRE_TYPES:
            continue
        field = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        if field is None:
            return None
        model = {"motor_units": MotorUnit, "fibres": FibreParameters, "train": Train}.get(part, field.annotation)
    return model


def _keys_beside(path: tuple[Any, ...]) -> list[str]:
    model = _model_at(path[:-1])
    return [key for key in getattr(model, "model_fields", {}) if key != "source"]


def _meaning(path: tuple[Any, ...]) -> str:
    field = getattr(_model_at(path[:-1]), "model_fields", {}).get(path[-1])
    return (field.description if field is not None else "") or "required"


def _line_of(path: tuple[Any, ...], text: str) -> str:
    """``, line N`` where the last key of a path is set in its table, if it can be found."""
    keys = [part for part in path if isinstance(part, str)]
    entry = next((part for part in path if isinstance(part, int)), 0)
    table, last = ".".join(keys[:-1]), keys[-1] if keys else ""
    current, met = "", Counter([""])  # how often each header was met: [[table]] once an entry
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            current = header.group(1)
            met[current] += 1
            if last and current == ".".join(keys) and met[current] > entry:
                return f", line {number}"
        elif last and current == table and met[table] > entry and re.match(rf"\s*\"?{re.escape(last)}\"?\s*=", line):
            return f", line {number}"
    return ""


def shipped_scenarios() -> list[str]:
    """Names of the scenarios that come with the package."""
    return sorted(path.stem for path in data_path("scenarios").glob("*.toml"))


def find(name: str) -> Path:
    """File of a scenario given by path or by shipped name.

    Raises
    ------
    InputError
        If there is neither.
    """
    path = Path(name)
    if path.suffix == ".toml" or os.path.exists(path):
        if not os.path.isfile(path):
            raise InputError(f"{name}: no such scenario file; give an existing .toml file or one of: "
                             f"{', '.join(shipped_scenarios())}.")
        return path
    shipped = data_path(f"scenarios/{name}.toml")
    if not os.path.isfile(shipped):
        raise InputError(f"{name}: no scenario of that name; {nearest(name, shipped_scenarios())}")
    return shipped


def read(name: str, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    name : str
        Path of a TOML file, or the name of a shipped scenario.
    overrides : mapping of str to value, optional
        Dotted keys to replace, such as ``{"lattice.n_thick": 4}``.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If the file cannot be read or a value cannot be used.
    """
    path = find(name)
    try:
        text = path.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its permissions.") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start + 1} is not UTF-8 text; save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not valid TOML ({error}); mend that line.") from None
    if not table:
        raise InputError(f"{path}: is empty; write title, [run], [drive] and [[motor_units]].")
    for key, value in (overrides or {}).items():
        _override(table, key, value)
    return from_dict(table, source=str(path), text=text, overrides=list(overrides or {}))


def _override(table: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key; numbers step into lists."""
    *parents, last = key.split(".")
    node: Any = table
    for i, part in enumerate(parents):
        if isinstance(node, list):
            if not part.isdigit() or int(part) >= len(node):
                raise InputError(f"--set {key}: {'.'.join(parents[:i])} has entries 0 to {len(node) - 1}, not {part!r}.")
            node = node[int(part)]
        else:
            node = node.setdefault(part, {})
        if not isinstance(node, dict | list):
            raise InputError(f"--set {key}: {'.'.join(parents[: i + 1])} = {node!r} is a value, not a table; shorten the key.")
    if isinstance(node, list):
        raise InputError(f"--set {key}: name a key inside one entry, such as {key.rsplit('.', 1)[0]}.0.fibre.")
    node[last] = value


def parse_override(text: str) -> tuple[str, Any]:
    """Split ``key=value`` as given on a command line; the value is read as TOML, else as a string.

    Raises
    ------
    InputError
        If there is no key or no value.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise InputError(f"--set {text!r}: is not key=value; write for example --set lattice.n_thick=4.")
    try:
        return key.strip(), tomllib.loads(f"v = {value}")["v"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()
