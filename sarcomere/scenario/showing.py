"""Show a scenario in one line, and in a notebook as a table of what differs from the shipped values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

if TYPE_CHECKING:
    from sarcomere.scenario.base import Scenario

_IN_HEAD = {"title", "description", "figure", "source", "user_folder", "run.duration_s"}
_SHOWN = 6  # keys in one line
_LONGEST = 4  # list that is written out


class Difference(NamedTuple):
    """A value that is not the shipped one."""

    key: str
    value: Any
    shipped: Any  # None where nothing is shipped


def differences(scenario: Scenario) -> list[Difference]:
    """List the values of a scenario that differ from the shipped ones, by dotted key.

    Parameters
    ----------
    scenario : Scenario
        Any kind.

    Returns
    -------
    list of Difference
    """
    return [found for found in _differences(scenario, scenario.shipped()) if found.key not in _IN_HEAD]


def _differences(model: BaseModel, shipped: Mapping[str, Any], parents: str = "") -> Iterator[Difference]:
    for name, field in type(model).model_fields.items():
        default = field.get_default(call_default_factory=True)
        yield from _between(f"{parents}{name}", getattr(model, name), shipped.get(name, default))


def _between(key: str, value: Any, shipped: Any) -> Iterator[Difference]:
    base = shipped.model_dump() if isinstance(shipped, BaseModel) else shipped
    inside = base if isinstance(base, Mapping) else {}
    if isinstance(value, BaseModel):
        yield from _differences(value, inside, f"{key}.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _between(f"{key}.{name}", inner, inside.get(name))
    elif value != base:
        yield Difference(key, value, None if base is PydanticUndefined else base)


def one_line(scenario: Scenario) -> str:
    """Return title, duration and the first differences from the shipped values.

    Parameters
    ----------
    scenario : Scenario
        Any kind.

    Returns
    -------
    str
    """
    found = differences(scenario)
    shown = [f"{key} = {_short(value)}" for key, value, _ in found[:_SHOWN]]
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    own = f": {', '.join(shown + more)}" if found else ""
    return f"<{type(scenario).__name__} {scenario.title!r}, {scenario.run.duration_s:g} s{own}>"


def as_html(scenario: Scenario) -> str:
    """Return title, kind, duration and a table of the differences from the shipped values, as HTML.

    Parameters
    ----------
    scenario : Scenario
        Any kind.

    Returns
    -------
    str
    """
    head = f"{scenario.title}: {scenario.kind}, {scenario.run.duration_s:g} s"
    rows = [(key, _short(value), _short(shipped)) for key, value, shipped in differences(scenario)]
    return html_table(head, ("key", "value", "shipped"), rows)


def html_table(head: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a headed table as HTML, every text escaped; only the head where there are no rows."""
    body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{_cells('th', columns)}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    return f"<p><b>{escape(head)}</b></p>{table}"


def _cells(tag: str, texts: Sequence[str]) -> str:
    return "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)


def _short(value: Any) -> str:
    """Write a value; of a table its kind or its values, of a long list its ends."""
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, BaseModel):
        kind = getattr(value, "kind", None)
        values = (f"{name} {_short(inner)}" for name, inner in value if inner is not None)
        return str(kind) if kind is not None else f"({', '.join(values)})"
    if isinstance(value, list):
        texts = [_short(inner) for inner in value]
        ends = texts if len(texts) <= _LONGEST else [*texts[:2], "…", texts[-1]]
        count = f" ({len(texts)})" if len(texts) > _LONGEST else ""
        return f"[{', '.join(ends)}]{count}"
    return str(value)
