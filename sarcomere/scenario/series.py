"""A series: one scenario run at several values, all in one batch and one file."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import Field, model_validator

from sarcomere.errors import MAX_QUOTED, printable, quoted
from sarcomere.parameters.base import Parameters
from sarcomere.parameters.tables import set_key, short_name
from sarcomere.scenario.protocol import CHEMISTRY

MAX_CONDITIONS = 1000
# Names that a run file gives to something else.
TAKEN = {
    "checkpoint",
    "condition",
    "motor_unit",
    "replicate",
    "time",
    "snapshot_time",
    "head_state",
    "exit_path",
    "dwell",
    "impulse",
    "n_fibres",
    "thick_filament",
    "crown",
    "head",
    "force",
    "titin_force",
    "hs_length",
    "ca",
    "ca_sr",
    "ca_released",
    "ca_pumped",
    "ru_open_fraction",
    "ru_calcium_fraction",
    "head_state_fraction",
    "atp_used",
    "residual",
    "solver_iterations",
    "load",
    "muscle_force",
    "dwell_count",
    "impulse_time",
    "snapshot_state",
    "snapshot_strain",
}
_NOT_VARIED = {"series", "source", "user_folder"}
_FIBRE = re.compile(r"motor_units\.\d+\.fibre")


class Vary(Parameters):
    """A key and the values it takes; several keys take theirs together."""

    key: str | list[str] = Field(description="dotted key, such as drive.pCa, or a list of keys that vary together")
    values: list[Any] = Field(description="one value a condition; with several keys, a list of one value for each key")
    name: str | list[str] | None = Field(None, description="coordinate in the file; by default the end of the key")

    @model_validator(mode="after")
    def _shape(self) -> Vary:
        if not self.values:
            raise ValueError(f"values of {self.key} is empty; give at least one value")
        for key in self.keys:
            if key.split(".")[0] in _NOT_VARIED or all(word.isdigit() for word in key.split(".")):
                raise ValueError(f"key = {quoted(key)} cannot vary; give a dotted key, such as drive.pCa")
        if isinstance(self.key, list):
            for row in self.values:
                if not isinstance(row, list) or len(row) != len(self.key):
                    raise ValueError(
                        f"{quoted(row)} has not one value for each of the keys {', '.join(self.key)}; add it"
                    )
        if self.name is not None and len(_listed(self.name)) != len(self.keys):
            raise ValueError(f"name = {quoted(self.name)} has not one name for each key; give {len(self.keys)}")
        return self

    @property
    def keys(self) -> list[str]:
        """Keys that vary together."""
        return _listed(self.key)

    @property
    def names(self) -> list[str]:
        """Their coordinates in the file."""
        return _listed(self.name) if self.name is not None else [short_name(key) for key in self.keys]

    @property
    def rows(self) -> list[list[Any]]:
        """Values, one row a condition."""
        return self.values if isinstance(self.key, list) else [[value] for value in self.values]


class Series(Parameters):
    """The first [[series.vary]] changes slowest; every combination is one condition."""

    vary: list[Vary] = Field(min_length=1, max_length=8, description="one table [[series.vary]] for what varies")

    @model_validator(mode="after")
    def _distinct(self) -> Series:
        named = [pair for vary in self.vary for pair in zip(vary.names, vary.keys, strict=True)]
        names = [name for name, _ in named]
        for name, key in named:
            of_another = name == "fibre" and not _FIBRE.fullmatch(key)  # which the file says of each condition
            if names.count(name) > 1 or name in TAKEN or of_another or not name.isidentifier():
                raise ValueError(f'cannot call a coordinate {quoted(name)}; give it a free word with name = "…"')
        count = 1
        for vary in self.vary:
            count *= len(vary.values)
        if count > MAX_CONDITIONS:
            raise ValueError(f"makes {count} conditions; give at most {MAX_CONDITIONS}")
        return self


def check_names(series: Series, imposed: Collection[str]) -> None:
    """Refuse a coordinate that is called like what the file keeps against time.

    Parameters
    ----------
    series : Series
        What varies.
    imposed : collection of str
        Names of the chemistry that a protocol imposes.

    Raises
    ------
    ValueError
        Naming the coordinate and the remedy.
    """
    for vary in series.vary:
        for name, key in zip(vary.names, vary.keys, strict=True):
            if name in imposed or (name in CHEMISTRY and key.startswith(f"protocol.{name}.")):
                raise ValueError(
                    f"series: cannot call a coordinate {quoted(name)}, which the file keeps against time; give {key} "
                    f'another with name = "…"'
                )


class Condition(NamedTuple):
    """What one condition sets: value by key, and by the name of its coordinate."""

    by_key: dict[str, Any]
    by_name: dict[str, Any]

    @property
    def label(self) -> str:
        """Such as ``pCa = 5.8, fibre = fast``."""
        return ", ".join(f"{name} = {_label(value)}" for name, value in self.by_name.items())


def conditions(series: Series) -> Iterator[Condition]:
    """Every combination of the values of a series, the last ``vary`` changing fastest.

    Parameters
    ----------
    series : Series
        What varies.

    Yields
    ------
    Condition
    """
    keys = [key for vary in series.vary for key in vary.keys]
    names = [name for vary in series.vary for name in vary.names]
    for rows in itertools.product(*(vary.rows for vary in series.vary)):
        values = [value for row in rows for value in row]
        yield Condition(dict(zip(keys, values, strict=True)), dict(zip(names, values, strict=True)))


def with_values(table: Mapping[str, Any], values: Mapping[str, Any], stream: int) -> dict[str, Any]:
    """Set a condition's values in a scenario's plain table and take the series out.

    Parameters
    ----------
    table : mapping
        Whole scenario, as ``model_dump`` gives it.
    values : mapping
        Value by dotted key.
    stream : int
        Number of the condition, added to ``run.stream``: its random numbers are its own.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If a key leads nowhere.
    """
    changed = copy.deepcopy(dict(table))
    changed["series"] = None
    if (changed.get("protocol") or {}).get("pCa") is not None and "drive.pCa" not in values:
        changed["drive"]["pCa"] = None  # follows from the course, which may change
    changed["run"]["stream"] += stream
    for key, value in values.items():
        set_key(changed, key, value, f"series.vary {key}")
    return changed


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _label(value: Any) -> str:
    """Format a value of a condition: text as it is, anything else shortened."""
    return printable(value[:MAX_QUOTED]) if isinstance(value, str) else quoted(value)
