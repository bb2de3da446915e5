"""What is wrong with a scenario, one sentence per fault, naming file, line, key, value and remedy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sarcomere.errors import MAX_QUOTED, nearest, printable, quoted
from sarcomere.parameters import Parameters
from sarcomere.parameters.intervention import INTERVENTIONS
from sarcomere.scenario.keys import keys_of, kind_of, model_at, unit_of
from sarcomere.scenario.renamed import new_name

_MAX_TOLD = 20  # faults
_KINDS = [kind_of(model) for model in INTERVENTIONS]
# What to do about a value of the wrong type, by pydantic's name of the fault.
_WRONG_TYPE = {
    "float_type": "give a number without quotes",
    "int_type": "give a whole number without quotes",
    "finite_number": "give a finite number",
    "bool_type": "give true or false",
    "string_type": "give text in quotes",
    "string_unicode": "give text in UTF-8",
    "literal_error": "use {expected}",
    "model_type": "make it a table, [{key}]",
    "list_type": "make it tables, [[{key}]]",
    "too_long": "give at most {max_length} entries",
    "too_short": "give at least one table [[{key}]]",
}


def sentences(
    error: ValidationError, where: str, text: str, overrides: Collection[str], root: type[Parameters]
) -> Iterator[str]:
    """One sentence per fault that pydantic found; a misspelt key alone, as it may be why another is missing."""
    faults, where = error.errors(include_url=False), printable(where)
    faults = [fault for fault in faults if fault["type"] == "extra_forbidden"] or faults
    for fault in faults[:_MAX_TOLD]:
        written = _as_written(fault["loc"])
        key = _shortened(".".join(str(part) for part in written))
        given = any(f"{override}.".startswith(f"{key}.") for override in overrides)
        value, kind, limits = _shown(fault["input"]), fault["type"], fault.get("ctx", {})
        if kind == "float_type" and type(fault["input"]) is int:  # of hundreds of digits
            kind = "finite_number"
        place = f"{where}, command line" if given else f"{where}{_place(written, kind, text)}"
        if kind == "extra_forbidden":
            known = _keys_beside(root, fault["loc"])
            now = new_name(key)
            if now is not None and now.rpartition(".")[2] in known:
                remedy = f"it is called {now} now."
            else:
                remedy = _nearest_key(fault["loc"], known, root)
            yield f"{place}: unknown key {key} = {value}; {remedy}"
        elif kind == "missing":
            yield f"{place}: {key} is missing; add it ({_meaning(root, fault['loc'])})."
        elif kind == "union_tag_not_found":
            yield f"{place}: {key}.kind is missing; {nearest('', _KINDS)}"
        elif kind == "union_tag_invalid":
            tag = str(limits["tag"])
            yield f"{place}: {key}.kind = {quoted(tag)} is no kind of intervention; {nearest(tag, _KINDS)}"
        elif kind == "value_error":
            reason = printable(str(limits["error"]))
            yield f"{place}: {f'{key}: ' if key else ''}{reason}{'' if reason.endswith(('.', '?')) else '.'}"
        elif kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
            unit = unit_of(key)
            bound = _bound(kind, limits) + (f" {unit}" if unit not in ("", "1") else "")
            yield f"{place}: {key} = {value} is out of range ({_meaning(root, fault['loc'])}); {bound}."
        else:
            remedy = _WRONG_TYPE.get(kind, fault["msg"]).format(key=key, **limits)
            if kind == "list_type" and model_at(fault["loc"], root) is None:
                remedy = "give a list in brackets, such as [0.0, 0.5]"
            yield f"{place}: {key} = {value} cannot be used; {remedy}."
    if len(faults) > _MAX_TOLD:
        yield f"{where}: has {len(faults) - _MAX_TOLD} more faults; mend these first."


def _shortened(key: str) -> str:
    """Make a key safe to print: without control characters, and shortened."""
    shown = printable(key)
    return shown if len(shown) <= MAX_QUOTED else f"{shown[: MAX_QUOTED - 1]}…"


def _as_written(path: tuple[Any, ...]) -> tuple[Any, ...]:
    """Drop from a path of keys the kind that pydantic puts after the number of an intervention."""
    return tuple(part for i, part in enumerate(path) if not (part in _KINDS and i and isinstance(path[i - 1], int)))


def _shown(value: Any) -> str:
    """Format a value as TOML writes it; a table in short."""
    if isinstance(value, Mapping):
        return "{…}"
    return str(value).lower() if isinstance(value, bool) else quoted(value)


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


def _keys_beside(root: type[Parameters], path: tuple[Any, ...]) -> list[str]:
    model = model_at(path[:-1], root)
    return [key for key in getattr(model, "model_fields", {}) if key not in ("source", "user_folder")]


def _nearest_key(path: tuple[Any, ...], known: Collection[str], root: type[Parameters]) -> str:
    """Remedy for an unknown key: one beside it of nearly that name, one elsewhere of just that name, or all beside."""
    remedy = nearest(str(path[-1]), known)
    elsewhere = [key for key in keys_of(root) if key.rpartition(".")[2] == path[-1]]
    return remedy if remedy.startswith("did") or not elsewhere else f"did you mean '{elsewhere[0]}'?"


def _meaning(root: type[Parameters], path: tuple[Any, ...]) -> str:
    while path and isinstance(path[-1], int):  # an entry of a list means what the list does
        path = path[:-1]
    field = getattr(model_at(path[:-1], root), "model_fields", {}).get(path[-1])
    return (field.description if field is not None else "") or "required"


def _place(path: tuple[Any, ...], kind: str, text: str) -> str:
    """Return the line of a fault; of an unknown kind of intervention that of its kind, of a missing key its table's."""
    if kind == "union_tag_invalid":
        path = (*path, "kind")
    return _line_of(path, text) or (_line_of(path[:-1], text) if kind == "missing" and len(path) > 2 else "")


def _line_of(path: tuple[Any, ...], text: str) -> str:
    """``, line N`` where the last key of a path is set in its table, if it can be found."""
    while path and isinstance(path[-1], int) and len(path) > 2:  # an entry of a list of values, not of tables
        path = path[:-1]
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
