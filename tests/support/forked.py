"""The command line in a fork of this process, which has all loaded, with streams of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

from sarcomere.cli import main


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    stderr: str


UNREAD = "|"  # a pipe whose reader went away


def forked(
    args: list[str], stdout: str = "out.txt", stderr: str = "err.txt", before: Callable[[], None] = lambda: None
) -> Ended:
    """Run a command; its output goes to files of these names."""
    child = os.fork()
    if not child:
        try:
            for descriptor, name in ((1, stdout), (2, stderr)):
                os.dup2(_unread() if name == UNREAD else os.open(name, os.O_WRONLY | os.O_CREAT), descriptor)
            sys.stdout, sys.stderr = _stream(1), _stream(2)
            before()
            main(args, prog_name="sarcomere")
        except SystemExit as end:
            os._exit(end.code if isinstance(end.code, int) else 1)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
        os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return Ended(code, Path(stderr).read_text() if os.path.isfile(stderr) else "")


def _unread() -> int:
    read, write = os.pipe()
    os.close(read)
    return write


def _stream(descriptor: int) -> IO[Any]:
    return open(descriptor, "w", encoding=os.environ.get("PYTHONIOENCODING", "utf-8"), closefd=False)
