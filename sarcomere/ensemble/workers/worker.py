"""A worker process: tasks come as lines of JSON on its standard input, outcomes go out on its standard output."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from queue import SimpleQueue

from sarcomere.ensemble.shards.shard import Shard, Task
from sarcomere.ensemble.workers.work import do_shard
from sarcomere.scenario.checking import Written

READY = "ready"


def main() -> None:
    """Make shards until the driver hangs up or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the driver decides
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    tasks: SimpleQueue[Task] = SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    answers.write(f"{READY}\n")
    while True:
        answers.flush()
        answers.write(json.dumps(do_shard(tasks.get())) + "\n")


def _listen(tasks: SimpleQueue[Task]) -> None:
    for line in sys.stdin:
        folder, shard, written, values = json.loads(line)
        tasks.put(Task(folder, Shard(*shard), Written(*written), values))
    os._exit(0)  # at once: what is half made would be made again anyway
