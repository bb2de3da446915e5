"""Plain tables, as TOML gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sarcomere.errors import InputError, printable, quoted

MAX_DEPTH = 32  # of tables and lists in one another; scenarios have 6


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two tables recursively; values of the second replace those of the first.

    Parameters
    ----------
    base, over : mapping
        Nested tables.

    Returns
    -------
    dict
    """
    merged = dict(base)
    for key, value in over.items():
        inner = merged.get(key)
        merged[key] = merge(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return merged


def depth(value: Any) -> int:
    """Count how deep tables and lists lie in one another, without recursion.

    Parameters
    ----------
    value : any
        As TOML gives it.

    Returns
    -------
    int
        0 for a number or a text, 1 for an empty table.
    """
    levels, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        levels += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return levels


def set_key(table: dict[str, Any], key: str, value: Any, where: str) -> None:
    """Set a dotted key in nested tables; numbers step into lists.

    Parameters
    ----------
    table : dict
        Changed in place; tables that are missing are made.
    key : str
        Such as ``motor_units.0.fibre``.
    value : any
        What to set.
    where : str
        Begins the message of an error.

    Raises
    ------
    InputError
        If the key leads through a value or beyond a list.
    """
    *parents, last = key.split(".")
    if len(parents) >= MAX_DEPTH:
        raise InputError(f"{quoted(where)}: has {len(parents) + 1} words; give a key such as lattice.n_thick.")
    where = printable(where)
    node: Any = table
    for i, part in enumerate(parents):
        if isinstance(node, list):
            node = node[_index(node, parents[:i], part, where)]
        elif node.get(part) is None:
            node[part] = node = {}
        else:
            node = node[part]
        if not isinstance(node, dict | list):
            raise InputError(
                f"{where}: {_dotted(parents[: i + 1])} = {quoted(node)} is a value, not a table; shorten the key."
            )
    if not isinstance(node, list):
        node[last] = value
        return
    if node and isinstance(node[0], dict):
        raise InputError(f"{where}: name a key inside one entry, such as {_dotted(parents)}.0.fibre.")
    node[_index(node, parents, last, where)] = value


def _index(node: list[Any], parents: list[str], part: str, where: str) -> int:
    if not part.isdecimal() or len(part) > 9 or int(part) >= len(node):
        raise InputError(f"{where}: {_dotted(parents)} has entries 0 to {len(node) - 1}, not {quoted(part)}.")
    return int(part)


def _dotted(words: list[str]) -> str:
    return printable(".".join(words))


def short_name(key: str) -> str:
    """Return the name of a key's coordinate: its last word that is no number or, for a course, what it is a course of.

    Parameters
    ----------
    key : str
        Such as ``protocol.load.value`` (load) or ``motor_units.0.fibre`` (fibre).

    Returns
    -------
    str
    """
    words = [word for word in key.split(".") if not word.isdigit()]
    return words[-2] if len(words) > 2 and words[0] == "protocol" and words[-1] == "value" else words[-1]
