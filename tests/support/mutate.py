"""Good input made bad: edits of text and bytes that hypothesis draws and shrinks, and what a command may say to it."""

from __future__ import annotations

import re
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from click.testing import CliRunner
from hypothesis import strategies as st

from sarcomere.cli import main

PATIENCE_S = 10.0  # of a processor
WAIT_S = 300.0  # by the clock, where others compute too: only what waits for ever comes to it
MEMORY_BYTES = 1.5e9
JUNK = (
    *("0", "-1", "1", "5e-324", "1e-300", "1e308", "-1e308", "1e400", "nan", "inf", "-inf", "1_000", "0x" + "f" * 2000),
    *("9" * 19, "9" * 400, "9" * 5000, "1.5.2", "1e", "--5", "0,5", "1;2", "'1'", '"1"', "true", "false", "null"),
    *("[", "]", "{", "}", "[" * 3000, "{a=" * 500, "[]", "{}", "[[]]", "[1, [2]]", "=", "==", "#", ",", ";", "\t"),
    *(" ", "\n", "\r\n", "\n[run]\n", "\n[pool]\n", "\n[[motor_units]]\n", "\n[[interventions]]\n", "\n[series]\n"),
    *('"', '"""', "'", "\\", '"\\u0000"', "\0", "\x1b[2J", "\u202e", "\ufeff", "é", "٣", "½", "\U0001f9b5"),
    *("a" * 10_000, "a.b", "a." * 100, "run", "source", "user_folder", "title", "kind", "file", "value", "time_ms"),
    *("/dev/zero", "/dev/stdin", "/", "..", "pipe", "none.csv", "mine.csv", "mine.toml", "[red]", "$x_{$", "%s%n"),
    *("motor_unit", "{0}", "sep=;\n"),
)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_WAYS = ("number", "insert", "replace", "delete", "repeat", "swap", "truncate", "many", "digit")

junk = st.sampled_from(JUNK) | st.text(max_size=20)
_edit = st.tuples(st.sampled_from(_WAYS), st.floats(0, 1), st.floats(0, 1), junk)
edits = st.lists(_edit, min_size=1, max_size=3)
encodings = st.sampled_from(["utf-8"] * 12 + ["utf-16", "utf-8-sig", "latin-1", "utf-16-le"])


def edited(text: str, drawn: list[tuple[str, float, float, str]]) -> str:
    """Return a text after edits.

    Parameters
    ----------
    text : str
        Good input.
    drawn : list of tuple
        Way, place and length (shares of the text), and a word, as ``edits`` draws them.
    """
    for way, place, length, word in drawn:
        begin = int(place * len(text))
        end = min(len(text), begin + int(length * 40))
        numbers = list(_NUMBER.finditer(text))
        if way in ("number", "digit") and numbers:
            found = numbers[min(int(place * len(numbers)), len(numbers) - 1)]
            new = word if way == "number" else f"{found[0]}{int(length * 9)}"
            text = text[: found.start()] + new + text[found.end() :]
        elif way == "insert":
            text = text[:begin] + word + text[begin:]
        elif way == "replace":
            text = text[:begin] + word + text[end:]
        elif way == "delete":
            text = text[:begin] + text[end:]
        elif way == "repeat":
            text = text[:end] + text[begin:end] + text[end:]
        elif way == "many":
            text = text[:end] + text[begin:end] * 2000 + text[end:]
        elif way == "truncate":
            text = text[:begin]
        elif way == "swap" and text:
            lines = text.split("\n")
            i, j = (min(int(share * len(lines)), len(lines) - 1) for share in (place, length))
            lines[i], lines[j] = lines[j], lines[i]
            text = "\n".join(lines)
    return text


class HungError(BaseException):
    """A command took longer than ``PATIENCE_S`` of a processor, or waits for what does not come."""


@contextmanager
def bounded() -> Iterator[None]:
    """Fail what takes or waits too long, and what makes this process larger than ``MEMORY_BYTES``."""

    def hung(_number: int, _frame: FrameType | None) -> None:
        raise HungError

    clocks = {signal.ITIMER_PROF: (signal.SIGPROF, PATIENCE_S), signal.ITIMER_REAL: (signal.SIGALRM, WAIT_S)}
    former = {number: signal.signal(number, hung) for number, _ in clocks.values()}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for clock, (_, seconds) in clocks.items():
        signal.setitimer(clock, seconds)
    try:
        yield
    finally:
        for clock in clocks:
            signal.setitimer(clock, 0)
        for number, handler in former.items():
            signal.signal(number, handler)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    assert after == before or after * unit < MEMORY_BYTES


def survive(args: list[str]) -> int:
    """Give a command bad input: it does what is asked or says in sentences why not; returns its exit code."""
    with bounded():
        result = CliRunner().invoke(main, args)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1, 2), result.exit_code
    for line in result.stderr.splitlines():
        assert len(line) < 1100, line
        assert "Traceback" not in line
        assert "pydantic" not in line
    if result.exit_code == 2:
        told = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
        assert told, result.stderr
        assert all(re.search(r"[.?…]$", line) for line in told) or "Usage:" in result.stderr, told
    return result.exit_code
