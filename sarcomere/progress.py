"""What the command line shows while it works: compiling, one run, many experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from sarcomere.running import Running


def compile_kernels(console: Console, *, loop: bool = False) -> None:
    """Compile the kernels, or load them, before the clock of the run starts."""
    from sarcomere.cramp.simulate import load_loop_kernels
    from sarcomere.simulate import load_kernels as load_lattice_kernels
    from sarcomere_kernels import is_compiled

    load_kernels = load_loop_kernels if loop else load_lattice_kernels
    if is_compiled(loop=loop):
        load_kernels()
        return
    with console.status("Compiling the kernels for this machine, once (about half a minute) …"):
        if not console.is_terminal:
            console.print("Compiling the kernels for this machine, once (about half a minute) …")
        load_kernels()


class Bar:
    """Progress on a terminal as a bar, elsewhere as a line for every tenth of the run."""

    def __init__(self, console: Console, duration: float) -> None:
        self._console, self._duration, self._told = console, duration, 0
        self._progress = Progress(
            TextColumn("{task.completed:6.2f} of {task.total:.2f} s simulated"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=duration)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, simulation: Running) -> None:
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
            TextColumn("{task.description}"),
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
