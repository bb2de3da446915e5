"""Plain tables, as TOML gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A table with the values of another in place of its own, table by table.

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
