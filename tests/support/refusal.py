"""What the tests of bad input and bad output share."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest
from click.testing import CliRunner

from sarcomere.cli import main
from sarcomere.errors import InputError
from sarcomere.recording.seal import SEAL_ATTRIBUTE

SMALL = """\
title = "small"
[run]
duration_s = 0.002
seed = 1
[drive]
discharge_file = "mine.csv"
[[motor_units]]
id = 1
[[motor_units]]
id = 2
fibre = "fast"
[lattice]
n_thick = 1
"""
SMALL_LOOP = """\
title = "small scenario"
mtu_length = 0.9
[run]
duration_s = 0.02
[pool]
n_units = 4
[muscle]
explicit_units = 2
[lattice]
n_thick = 1
[[interventions]]
kind = "effort"
at_s = 0.0
x = 1.0
hold_s = 0.1
"""
HEADER = "motor_unit,time_s\n"
GOOD = HEADER + "1,0.001\n2,0.001\n"


def refused(words: tuple[str, ...], action: Any) -> None:
    """The action is refused in one sentence that holds the words."""
    with pytest.raises(InputError) as caught:
        action()
    message = str(caught.value)
    assert re.fullmatch(r"[^\n]*[^.\n][.?]", message), message
    assert not [word for word in words if word not in message], message


def files() -> dict[str, bytes]:
    """Every file here and what it holds."""
    return {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def check(code: int, message: str, words: tuple[str, ...]) -> None:
    """Exit code 2 and one sentence that holds the words."""
    assert code == 2, message
    assert re.fullmatch(r"Error: [^\n]*[^.\n][.?]\n", message), message
    assert not re.search(r"[.?!] [A-Z]|Traceback|pydantic|Input should|dictionary|instance of", message), message
    assert not [word for word in words if word not in message], message


def refuse(args: list[str], *words: str) -> None:
    """The command is refused in one sentence that holds the words, and leaves every file as it was."""
    before = files()
    result = CliRunner().invoke(main, args)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    check(result.exit_code, result.stderr, words)
    assert files() == before


def run(*args: str) -> list[str]:
    """Arguments that run the scenario here."""
    return ["run", "mine.toml", "-o", "run.h5", "--threads", "1", "--no-figure", *args]


def shell(args: list[str], before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    code = "from sarcomere.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, preexec_fn=before)


def unseal(path: Path) -> None:
    """Take the digest out of a run file, as if another program had written it, so that it can be altered."""
    with h5py.File(path) as file:
        digest = str(file.attrs[SEAL_ATTRIBUTE]).encode()
    path.write_bytes(path.read_bytes().replace(digest, b"-" * len(digest)))
