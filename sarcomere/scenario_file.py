"""Scenarios as TOML: find, read, replace values, check."""

from __future__ import annotations

import copy
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from sarcomere.course_file import read_course
from sarcomere.cramp import scenario_file as episode_file
from sarcomere.cramp.scenario import Episode
from sarcomere.data_files import data_path
from sarcomere.errors import InputError, nearest
from sarcomere.parameters import FIBRE_TYPES, fibre_table
from sarcomere.scenario import Scenario, check_shared
from sarcomere.scenario_faults import sentences
from sarcomere.series import set_key
from sarcomere.tables import merge

_BARE_POINT = re.compile(r"[+-]?(?:\d+\.|\.\d+)(?:[eE][+-]?\d+)?")  # which TOML does not take


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
    whole = {**_with_course_files(table, source), "fibres": merge(shipped, fibres), "source": source}
    scenario = _validated(whole, where, text, overrides)
    for condition, changed in scenario.condition_tables:
        _validated(changed, f"{where}, condition {condition.label}", "", ())
    try:
        check_shared(scenario)
    except ValueError as error:
        raise InputError(f"{where}: {error}.") from None
    return scenario


def _validated(table: Mapping[str, Any], where: str, text: str, overrides: Collection[str]) -> Scenario:
    try:
        return Scenario.model_validate(table)
    except ValidationError as error:
        raise InputError("\n".join(sentences(error, where, text, overrides))) from None


def _with_course_files(table: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    """The points of every course that is given as a file, in the file's place."""
    protocol = table.get("protocol")
    if not isinstance(protocol, Mapping):
        return table
    read_in = {}
    for name, course in protocol.items():
        read_in[name] = course
        if isinstance(course, Mapping) and isinstance(course.get("file"), str) and "value" not in course:
            rest = {key: value for key, value in course.items() if key != "file"}
            read_in[name] = {**rest, **read_course(Path(source).parent / course["file"], f"protocol.{name}.file")}
    return {**table, "protocol": read_in}


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
            raise InputError(
                f"{name}: no such scenario file; give an existing .toml file or one of: "
                f"{', '.join(shipped_scenarios())}."
            )
        return path
    shipped = data_path(f"scenarios/{name}.toml")
    if not os.path.isfile(shipped):
        raise InputError(f"{name}: no scenario of that name; {nearest(name, shipped_scenarios())}")
    return shipped


def read(name: str, overrides: Mapping[str, Any] | None = None) -> Scenario | Episode:
    """Read a scenario.

    Parameters
    ----------
    name : str
        Path of a TOML file, or the name of a shipped scenario.
    overrides : mapping of str to value, optional
        Dotted keys to replace, such as ``{"lattice.n_thick": 4}``.

    Returns
    -------
    Scenario or Episode
        An episode, the whole loop, if the scenario has a pool of motoneurons.

    Raises
    ------
    InputError
        If the file cannot be read or a value cannot be used.
    """
    return check(load(name), overrides or {})


class Written(NamedTuple):
    """A scenario as its file has it, not checked yet; plain values throughout."""

    table: dict[str, Any]
    text: str
    source: str


def load(name: str) -> Written:
    """Read a scenario's file without checking what it says.

    Parameters
    ----------
    name : str
        Path of a TOML file, or the name of a shipped scenario.

    Returns
    -------
    Written

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    path = find(name)
    table, text = read_toml(path)
    if not table:
        raise InputError(f"{path}: is empty; write title, [run], [drive] and [[motor_units]].")
    return Written(table, text, str(path))


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """Tables and text of a TOML file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), text
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its permissions.") from None
    except UnicodeDecodeError as error:
        if path.read_bytes()[:4] == b"\x89HDF":
            raise InputError(f"{path}: is a result, not a scenario; look at it with 'sarcomere info {path}'.") from None
        raise InputError(f"{path}: byte {error.start + 1} is not UTF-8 text; save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not valid TOML ({error}); mend that line.") from None


def check(written: Written, overrides: Mapping[str, Any]) -> Scenario | Episode:
    """A scenario from its file, with values replaced.

    Parameters
    ----------
    written : Written
        As ``load`` gives it; not changed.
    overrides : mapping of str to value
        Dotted keys to replace.

    Returns
    -------
    Scenario or Episode

    Raises
    ------
    InputError
        If a value cannot be used.
    """
    table = copy.deepcopy(written.table)
    for key, value in overrides.items():
        set_key(table, key, copy.deepcopy(value), f"--set {key}")
    from_table = episode_file.from_dict if episode_file.is_episode(table) else from_dict
    return from_table(table, source=written.source, text=written.text, overrides=list(overrides))


def parse_override(text: str) -> tuple[str, Any]:
    """Split ``key=value`` as given on a command line; the value is read as TOML, else as a string.

    A discharge file is looked for where one is, then beside the scenario.

    Raises
    ------
    InputError
        If there is no key or no value.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise InputError(f"--set {text!r}: is not key=value; write for example --set lattice.n_thick=4.")
    key, found = key.strip(), parse_value(value)
    if key.endswith("discharge_file") and os.path.isfile(str(found)):  # where it is typed, not beside the scenario
        found = os.path.abspath(str(found))
    return key, found


def parse_value(text: str) -> Any:
    """A value as TOML has it, a number such as ``.5`` or ``5.``, or else the text itself.

    Parameters
    ----------
    text : str
        As written on a command line or in a table.

    Returns
    -------
    any
    """
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except ValueError:  # no TOML, or a number of thousands of digits
        word = text.strip()
        return float(word) if _BARE_POINT.fullmatch(word) else word
