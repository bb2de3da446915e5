"""Scenarios as TOML: find, read, replace values, check."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sarcomere.errors import InputError, nearest, printable, quoted
from sarcomere.parameters.shipped import data_path
from sarcomere.parameters.tables import MAX_DEPTH, depth
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.checking import Written, check

MAX_BYTES = 2**21  # of a scenario or a sweep file: a course of 100 000 points
_BARE_POINT = re.compile(r"[+-]?(?:\d+\.|\.\d+)(?:[eE][+-]?\d+)?")  # which TOML does not take


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
                f"{printable(name)}: no such scenario file; give an existing .toml file or one of: "
                f"{', '.join(shipped_scenarios())}."
            )
        return path
    shipped = data_path(f"scenarios/{name}.toml")
    if not os.path.isfile(shipped):
        raise InputError(f"{printable(name)}: no scenario of that name; {nearest(name, shipped_scenarios())}")
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
        Of the kind that its tables tell: a ``LoopScenario`` if it has a pool of motoneurons, else a ``FibreScenario``.

    Raises
    ------
    InputError
        If the file cannot be read or a value cannot be used.
    """
    return check(load(name), overrides or {})


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
        raise InputError(f"{printable(str(path))}: is empty; write title, [run], [drive] and [[motor_units]].")
    return Written(table, text, str(path), os.getcwd())


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """Tables and text of a TOML file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    where = printable(str(path))
    try:
        if path.stat().st_size > MAX_BYTES:
            most = MAX_BYTES // 2**20
            raise InputError(f"{where}: is larger than {most} MiB; put long courses into files of their own.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{where}: cannot be read ({error.strerror}); check its permissions.") from None
    except UnicodeDecodeError as error:
        if path.read_bytes()[:4] == b"\x89HDF":
            raise InputError(
                f"{where}: is a result, not a scenario; look at it with 'sarcomere info {where}'."
            ) from None
        raise InputError(f"{where}: byte {error.start + 1} is not UTF-8 text; save the file as UTF-8.") from None
    try:
        return parse_toml(text), text
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: is not valid TOML ({error}); mend that line.") from None
    except ValueError as error:
        raise InputError(f"{where}: {error}.") from None


def parse_toml(text: str) -> dict[str, Any]:
    """Tables of a TOML text.

    Parameters
    ----------
    text : str
        TOML.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If it is no TOML (``tomllib.TOMLDecodeError``), holds a number of thousands of digits, or is nested too deep.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:
        raise ValueError("holds a number of thousands of digits; give one of at most 19") from None
    except RecursionError:
        table = None
    if table is None or depth(table) > MAX_DEPTH:
        raise ValueError(f"is nested more than {MAX_DEPTH} deep; give tables and lists that a scenario has")
    return table


def parse_override(text: str) -> tuple[str, Any]:
    """Split ``key=value`` as given on a command line; the value is read as TOML, else as a string.

    Raises
    ------
    InputError
        If there is no key or no value.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise InputError(f"--set {quoted(text)}: is not key=value; write for example --set lattice.n_thick=4.")
    return key.strip(), parse_value(value)


def parse_value(text: str) -> Any:
    """Parse a value as TOML, a number such as ``.5`` or ``5.``, or else keep the text itself.

    Parameters
    ----------
    text : str
        As written on a command line or in a table.

    Returns
    -------
    any
    """
    try:
        return parse_toml(f"v = {text}")["v"]
    except ValueError:  # no TOML, a number of thousands of digits, or nested too deep
        word = text.strip()
        return float(word) if _BARE_POINT.fullmatch(word) else word
