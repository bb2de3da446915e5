"""What the command line shows while it works: compiling, one run, many experiments."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sarcomere.cli.telling import silence

if TYPE_CHECKING:
    from sarcomere.simulation.base import Simulation


class _Unfailing:
    """A stream whose failures end nothing: what it shows is no result, and a terminal may be closed meanwhile."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write if that can be done."""
        try:
            return self._stream.write(text)
        except OSError:
            silence(self._stream)
            return len(text)

    def flush(self) -> None:
        """Hand on what was written, if that can be done."""
        try:
            self._stream.flush()
        except OSError:
            silence(self._stream)


def progress_console() -> Console:
    """Return where progress is shown: the standard error stream, if it takes it."""
    stream: Any = _Unfailing(sys.stderr) if sys.stderr is not None else io.StringIO()
    return Console(file=stream, highlight=False, markup=False)


_COMPILING = "Compiling the kernels for this machine, once (about half a minute) …"


def compile_kernels(console: Console, kind: str = "fibre") -> None:
    """Compile the kernels of a kind of run, or load them, before the clock of the run starts."""
    from sarcomere.simulation.warm_up import load_kernels

    with contextlib.ExitStack() as stack:

        def begin() -> None:
            stack.enter_context(console.status(_COMPILING))
            if not console.is_terminal:
                console.print(_COMPILING)

        load_kernels(kind, begin)


class Bar:
    """Progress on a terminal as a bar, elsewhere as a line for every tenth of the run."""

    def __init__(self, console: Console, duration: float) -> None:
        self._console, self._duration, self._told = console, duration, 0
        self._progress = Progress(
            TextColumn("{task.completed:6.2f} of {task.total:.2f} s simulated"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=duration)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, simulation: Simulation[Any]) -> None:
        """Show how far the simulation has come."""
        done = simulation.time_done_s
        self._progress.update(self._task, completed=done, description=simulation.news)
        tenth = int(10 * done / self._duration)
        if not self._console.is_terminal and tenth > self._told:
            self._told = tenth
            news = f"; {simulation.news}" if simulation.news else ""
            self._console.print(f"{done:.2f} of {self._duration:.2f} s simulated{news}")


class Share:
    """Progress of many experiments: a bar on a terminal, elsewhere a line for each."""

    def __init__(self, console: Console) -> None:
        self._console, self._told = console, ""
        self._progress = Progress(
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=1.0)

    def __enter__(self) -> Share:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, title: str, share: float) -> None:
        """Show which experiment runs, and the share of all work done."""
        self._progress.update(self._task, completed=share, description=title)
        if not self._console.is_terminal and title != self._told:
            self._told = title
            self._console.print(f"{100 * share:3.0f} % {title}")


_LINE_EVERY_S = 30.0


class Runs:
    """Progress of a sweep: a bar on a terminal, elsewhere a line every 30 s."""

    def __init__(self, console: Console) -> None:
        self._console, self._total, self._done, self._failed, self._new = console, 0, 0, 0, 0
        self._since, self._end = time.monotonic(), threading.Event()
        self._progress = Progress(
            MofNCompleteColumn(),
            TextColumn("runs"),
            BarColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=None)
        self._lines = threading.Thread(target=self._print_lines, daemon=True)

    def __enter__(self) -> Runs:
        self._progress.start()
        if not self._console.is_terminal:
            self._lines.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._progress.stop()

    def begin(self, runs: int, done: int, failed: int) -> None:
        """So many runs in all, of which some are there and some failed before."""
        self._total, self._done, self._failed, self._since = runs, done, failed, time.monotonic()
        self._progress.update(self._task, total=runs)
        self._show()

    def update(self, runs: int, *, failed: bool) -> None:
        """So many more are there, or failed."""
        self._new += runs
        self._done += 0 if failed else runs
        self._failed += runs if failed else 0
        self._show()

    def _show(self) -> None:
        self._progress.update(self._task, completed=self._done + self._failed, description=self._news())

    def _rate(self) -> float:
        return self._new / max(time.monotonic() - self._since, 1e-9)

    def _news(self) -> str:
        return f"{self._rate():.2g} runs/s" + (f", {self._failed} failed" if self._failed else "")

    def _print_lines(self) -> None:
        while not self._end.wait(_LINE_EVERY_S):
            missing, rate = self._total - self._done - self._failed, self._rate()
            remaining = f", about {missing / rate:.0f} s remain" if self._new else ""
            self._console.print(f"{self._done} of {self._total} runs, {self._news()}{remaining}")
