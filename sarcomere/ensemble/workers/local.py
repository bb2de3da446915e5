"""Workers on this machine: processes of one thread each, replaced when they die."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress

from sarcomere.ensemble.shards.folder import process_part, shard_path
from sarcomere.ensemble.shards.shard import Shard, Task
from sarcomere.ensemble.workers.driver import Executor, serially
from sarcomere.ensemble.workers.work import Outcome, failed
from sarcomere.ensemble.workers.worker import READY
from sarcomere.errors import StoreError

TRIES = 3
_ONE_THREAD = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_START = "from sarcomere.ensemble.workers.worker import main; main()"


def locally(workers: int) -> Executor:
    """Return an executor on this machine.

    Parameters
    ----------
    workers : int
        Processes; with one, or one shard, this process does the work itself.

    Returns
    -------
    callable
    """

    def execute(tasks: Sequence[Task]) -> Generator[Outcome, None, None]:
        count = min(workers, len(tasks))
        return serially(tasks) if count < 2 else _side_by_side(tasks, count)

    return execute


class _Worker:
    """A process, and the task it has."""

    def __init__(self) -> None:
        # what this process would import, whatever its working folder holds
        path = os.pathsep.join(os.path.abspath(entry) for entry in sys.path if entry)
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a starting worker must not hear Ctrl-C
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **_ONE_THREAD, "PYTHONPATH": path},
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.task: Task | None = None
        self.is_ready = False
        self._read = b""

    def give(self, task: Task) -> None:
        self.task = task
        with suppress(BrokenPipeError):  # it has died, which its answers tell
            self.stdin.write(json.dumps(task).encode() + b"\n")
            self.stdin.flush()

    def answers(self) -> list[str] | None:
        """Return whole lines that have come, or None at its death."""
        got = os.read(self.stdout.fileno(), 1 << 16)
        *lines, self._read = (self._read + got).split(b"\n")
        return [line.decode() for line in lines] if got else None

    def end(self) -> None:
        """Kill it, if it lives, and remove what it was writing."""
        self.process.kill()
        self.process.wait()
        with suppress(BrokenPipeError):
            self.stdin.close()
        self.stdout.close()
        if self.task is not None:
            path = shard_path(self.task.folder, self.task.shard.name)
            process_part(path, self.process.pid).unlink(missing_ok=True)


def _side_by_side(tasks: Sequence[Task], count: int) -> Generator[Outcome, None, None]:
    waiting, tries, unborn = deque(tasks), Counter[str](), 0
    with selectors.DefaultSelector() as selector:
        try:
            for _ in range(count):
                _hire(selector, waiting)
            while selector.get_map():
                for key, _ in selector.select():
                    worker: _Worker = key.data
                    lines = worker.answers()
                    if lines is None:
                        selector.unregister(worker.stdout)
                        worker.end()
                        unborn = 0 if worker.is_ready else unborn + 1
                        yield from _after_death(worker, waiting, tries, unborn)
                        if waiting:
                            _hire(selector, waiting)
                        continue
                    for line in lines:
                        yield from _heard(line, worker)
                        if worker.task is None and waiting:
                            worker.give(waiting.popleft())
                    if worker.task is None:
                        selector.unregister(worker.stdout)
                        worker.end()
        finally:
            for key in list(selector.get_map().values()):
                key.data.end()


def _hire(selector: selectors.BaseSelector, waiting: deque[Task]) -> None:
    if waiting:
        worker = _Worker()
        selector.register(worker.stdout, selectors.EVENT_READ, worker)
        worker.give(waiting.popleft())


def _heard(line: str, worker: _Worker) -> Iterator[Outcome]:
    if line == READY:
        worker.is_ready = True
        return
    shard, *rest = json.loads(line)
    worker.task = None
    yield Outcome(Shard(*shard), *rest)


def _after_death(worker: _Worker, waiting: deque[Task], tries: Counter[str], unborn: int) -> Iterator[Outcome]:
    """Have somebody else do what a dead worker had, unless it has outlived too many."""
    task, code = worker.task, worker.process.returncode
    if unborn >= TRIES:
        raise StoreError(
            f"Workers cannot start ({TRIES} in a row ended with code {code}): free memory, or use --workers 1."
        )
    if task is None:
        return
    tries[task.shard.name] += worker.is_ready
    if tries[task.shard.name] < TRIES:
        waiting.appendleft(task)
        return
    said = f"its worker was ended {TRIES} times, the last time with code {code}; memory may be short, try --workers 1."
    yield failed(task.folder, task.shard, said, "WorkerDied", task.values)
