"""``--vary key=…`` as it is written: values, steps through a range, or a range to cover."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from sarcomere.ensemble.design.sweep import LARGEST, MAX_POINTS
from sarcomere.errors import MAX_QUOTED, InputError, printable, quoted
from sarcomere.scenario.reading import parse_toml, parse_value

_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_STEPS = re.compile(rf"{_NUMBER}:{_NUMBER}:(\d+)(log)?")
_RANGE = re.compile(rf"{_NUMBER}:{_NUMBER}(:?log)?")
_HELP = "write key=a,b,c or key=low:high:number, with log behind the number for equal ratios"


def parse_vary(texts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return grid and ranges from texts such as ``drive.pCa=4.5,5.8`` or ``chemistry.atp_mM=0.1:8:7log``.

    Parameters
    ----------
    texts : sequence of str
        One for each key; numbers, true, false, quoted texts and lists as TOML has them, bare words as texts.

    Returns
    -------
    dict
        ``grid`` and ``ranges`` as ``Sweep`` takes them.

    Raises
    ------
    InputError
        If a text cannot be read.
    """
    found: dict[str, list[dict[str, Any]]] = {"grid": [], "ranges": []}
    for text in texts:
        key, equals, written = (part.strip() for part in text.partition("="))
        if not (equals and key and written):
            raise InputError(f"--vary {quoted(text)}: is not key=values; {_HELP}.")
        span = _RANGE.fullmatch(written)
        if span:
            low, high, log = span.groups()
            found["ranges"].append({"key": key, "low": float(low), "high": float(high), "log": bool(log)})
        else:
            found["grid"].append({"key": key, "values": _values(text, written)})
    return found


def _values(text: str, written: str) -> list[Any]:
    steps = _STEPS.fullmatch(written)
    if steps:
        low, high, count, log = steps.groups()
        try:
            ends, number = (_plain(low), _plain(high)), int(count)
        except ValueError:
            raise InputError(f"--vary {text[:40]!r}...: has a number of thousands of digits; {_HELP}.") from None
        return steps_between(*ends, number, bool(log), f"--vary {printable(text)}")
    if ":" in written and not re.search(r"[\"'\[{]", written):
        raise InputError(f"--vary {quoted(text)}: {printable(written)[:MAX_QUOTED]} is no range; {_HELP}.")
    try:
        return list(parse_toml(f"v = [{written}]")["v"])
    except ValueError:  # no TOML, a number of thousands of digits, or nested too deep
        return [_word(text, word.strip()) for word in written.split(",")]


def _word(text: str, word: str) -> Any:
    if not word:
        raise InputError(f"--vary {quoted(text)}: has an empty value; {_HELP}.")
    return parse_value(word)


def _plain(number: str) -> int | float:
    return int(number) if re.fullmatch(r"[+-]?\d+", number) else float(number)


def steps_between(low: float, high: float, count: int, log: bool, where: str) -> list[int | float]:
    """Return values from ``low`` to ``high``, both among them; whole numbers if the ends and all between are.

    Raises
    ------
    InputError
        If there are no such values.
    """
    if not 2 <= count <= MAX_POINTS:
        raise InputError(f"{where}: asks for {count} values; give from 2 to {MAX_POINTS}.")
    if not max(abs(low), abs(high)) < LARGEST:
        raise InputError(f"{where[:60]}: ends beyond {LARGEST:g}; give smaller ones.")
    if log and min(low, high) <= 0:
        raise InputError(f"{where}: equal ratios cannot pass 0; begin and end above it or leave log out.")
    if low == high:
        raise InputError(f"{where}: begins and ends at {low:g}; give two ends that differ.")
    values = (np.geomspace if log else np.linspace)(float(low), float(high), count)
    whole = isinstance(low, int) and isinstance(high, int) and bool((values == np.round(values)).all())
    return [int(value) if whole else float(value) for value in values]
