"""Fill in shipped values and check a scenario."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from sarcomere.errors import InputError
from sarcomere.parameters.tables import set_key
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.faults import sentences
from sarcomere.scenario.kinds import class_for

S = TypeVar("S", bound=Scenario)


def from_dict(
    table: Mapping[str, Any],
    *,
    source: str = "",
    text: str = "",
    overrides: Collection[str] = (),
    user_folder: str = "",
) -> Scenario:
    """Check a scenario given as plain tables; its tables tell of what kind it is.

    Parameters
    ----------
    table : mapping
        As a TOML file gives it; ``fibres`` holds only what differs from the shipped fibre types.
    source, text : str
        File name and text, for error messages and files it names.
    overrides : collection of str
        Dotted keys that the command line replaced, for error messages.
    user_folder : str
        Where the user is, for files it names; empty for the present folder.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        One sentence per fault, naming key, value and remedy.
    """
    where, kind = source or "scenario", class_for(table)
    filled = kind.fill({**table, "source": source, "user_folder": user_folder}, where)
    scenario = _validated(kind, filled, where, text, overrides)
    for condition, changed in scenario.condition_tables:
        _validated(kind, changed, f"{where}, condition {condition.label}", "", ())
    try:
        scenario.check_together()
    except ValueError as error:
        raise InputError(f"{where}: {error}.") from None
    return scenario


def _validated(kind: type[S], table: Mapping[str, Any], where: str, text: str, overrides: Collection[str]) -> S:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise InputError("\n".join(sentences(error, where, text, overrides, kind))) from None


class Written(NamedTuple):
    """A scenario as its file has it, not checked yet; plain values throughout."""

    table: dict[str, Any]
    text: str
    source: str
    user_folder: str = ""  # where who asked for it was


def check(written: Written, overrides: Mapping[str, Any]) -> Scenario:
    """Make a scenario from its file, with values replaced.

    Parameters
    ----------
    written : Written
        As ``load`` gives it; not changed.
    overrides : mapping of str to value
        Dotted keys to replace.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If a value cannot be used.
    """
    table = copy.deepcopy(written.table)
    for key, value in overrides.items():
        set_key(table, key, copy.deepcopy(value), f"--set {key}")
    return from_dict(
        table,
        source=written.source,
        text=written.text,
        overrides=list(overrides),
        user_folder=written.user_folder,
    )
