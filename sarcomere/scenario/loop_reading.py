"""Episodes as TOML tables: shipped values filled in, checked."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from sarcomere.errors import InputError, nearest
from sarcomere.parameters import FIBRE_TYPES, fibre_table
from sarcomere.parameters.motoneuron import pool_presets
from sarcomere.parameters.shipped import data_path
from sarcomere.parameters.tables import merge
from sarcomere.scenario.faults import sentences
from sarcomere.scenario.loop import LoopScenario


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(data_path("parameters/cramp.toml").read_text(encoding="utf-8"))


def is_episode(table: Mapping[str, Any]) -> bool:
    """Whether a scenario's table asks for the whole loop: it has a pool of motoneurons, or what only a loop takes."""
    return bool({"pool", "interventions", "switches"} & table.keys())


def from_dict(
    table: Mapping[str, Any], *, source: str = "", text: str = "", overrides: Collection[str] = ()
) -> LoopScenario:
    """Check an episode given as plain tables.

    Parameters
    ----------
    table : mapping
        As a TOML file gives it; ``pool`` holds its preset and what differs from it, ``fibres`` what differs from the
        shipped fibre types.
    source, text : str
        File name and text, for error messages.
    overrides : collection of str
        Dotted keys that the command line replaced, for error messages.

    Returns
    -------
    LoopScenario

    Raises
    ------
    InputError
        One sentence per fault, naming key, value and remedy.
    """
    where = source or "scenario"
    fibres = table.get("fibres", {})
    if not isinstance(fibres, Mapping):
        raise InputError(f"{where}: fibres = {fibres!r} is not a table; write [fibres.slow.cycle] and the like.")
    for name in fibres:
        if name not in FIBRE_TYPES:
            raise InputError(f"{where}: fibres.{name} is not a fibre type; {nearest(name, FIBRE_TYPES)}")
    filled = {"muscle": {}, "lattice": _shipped()["lattice"], "mechanics": _shipped()["mechanics"]}
    whole = {
        **merge(filled, table),
        "pool": _pool(table.get("pool"), where),
        "fibres": merge({name: fibre_table(name) for name in FIBRE_TYPES}, fibres),
        "source": source,
    }
    try:
        return LoopScenario.model_validate(whole)
    except ValidationError as error:
        raise InputError("\n".join(sentences(error, where, text, overrides, LoopScenario))) from None


def _pool(pool: Any, where: str) -> Any:
    """The preset's values with those given in their place."""
    if pool is None:
        raise InputError(f"{where}: pool is missing; add a table [pool] with a line such as preset = 'prone'.")
    if not isinstance(pool, Mapping):
        raise InputError(f"{where}: pool = {pool!r} is not a table; write [pool] and a line such as preset = 'prone'.")
    name = pool.get("preset", "prone")
    presets = pool_presets()
    if name not in presets:
        raise InputError(f"{where}: pool.preset = {name!r} is no preset of the pool; {nearest(str(name), presets)}")
    return merge(presets[name], pool)
