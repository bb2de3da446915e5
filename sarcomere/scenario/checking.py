"""Fill in shipped values and check a scenario."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from sarcomere.errors import InputError, nearest
from sarcomere.parameters import FIBRE_TYPES, fibre_table
from sarcomere.parameters.tables import merge, set_key
from sarcomere.scenario import loop_reading as episode_file
from sarcomere.scenario.course_file import read_course
from sarcomere.scenario.faults import sentences
from sarcomere.scenario.fibre import FibreScenario, check_shared
from sarcomere.scenario.loop import LoopScenario


def from_dict(
    table: Mapping[str, Any], *, source: str = "", text: str = "", overrides: Collection[str] = ()
) -> FibreScenario:
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
    FibreScenario

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


def _validated(table: Mapping[str, Any], where: str, text: str, overrides: Collection[str]) -> FibreScenario:
    try:
        return FibreScenario.model_validate(table)
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


class Written(NamedTuple):
    """A scenario as its file has it, not checked yet; plain values throughout."""

    table: dict[str, Any]
    text: str
    source: str


def check(written: Written, overrides: Mapping[str, Any]) -> FibreScenario | LoopScenario:
    """A scenario from its file, with values replaced.

    Parameters
    ----------
    written : Written
        As ``load`` gives it; not changed.
    overrides : mapping of str to value
        Dotted keys to replace.

    Returns
    -------
    FibreScenario or LoopScenario

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
