"""Shipped values of the closed loop, and presets of its pool of motoneurons."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from sarcomere.errors import InputError, nearest
from sarcomere.parameters.motoneuron import pool_presets
from sarcomere.parameters.shipped import data_path
from sarcomere.parameters.tables import merge


@cache
def shipped_loop() -> dict[str, Any]:
    """Tables of ``data/parameters/cramp.toml``."""
    return tomllib.loads(data_path("parameters/cramp.toml").read_text(encoding="utf-8"))


def pool_with_preset(pool: Any, where: str) -> Any:
    """Put the values given in the place of the preset's.

    Parameters
    ----------
    pool : mapping
        Table ``[pool]``: its preset and what differs from it.
    where : str
        What to call the scenario in error messages.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If it is no table or there is no such preset.
    """
    if pool is None:
        raise InputError(f"{where}: pool is missing; add a table [pool] with a line such as preset = 'prone'.")
    if not isinstance(pool, Mapping):
        raise InputError(f"{where}: pool = {pool!r} is not a table; write [pool] and a line such as preset = 'prone'.")
    name = pool.get("preset", "prone")
    presets = pool_presets()
    if name not in presets:
        raise InputError(f"{where}: pool.preset = {name!r} is no preset of the pool; {nearest(str(name), presets)}")
    return merge(presets[name], pool)
