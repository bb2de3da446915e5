"""What the tests of sweeps share: a scenario of milliseconds, sweeps of it, and what their folders hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sarcomere.ensemble.api import asked
from sarcomere.ensemble.design.sweep import Sweep
from sarcomere.ensemble.shards.folder import SHARDS
from sarcomere.ensemble.shards.shard import Task
from sarcomere.ensemble.workers import driver
from sarcomere.ensemble.workers.driver import Executor, Report, carry_out, planned, serially
from sarcomere.ensemble.workers.work import Outcome

SMALL = """\
title = "small"
[run]
duration_s = 0.03
seed = 3
[drive]
train = { frequency_Hz = 100.0, start_s = 0.0, count = 100 }
[[motor_units]]
id = 1
fibre = "fast"
[lattice]
n_thick = 1
"""
FAILING = "numerics.force_tolerance_pN=0.01,1e-9"  # the second finds no force balance
FEW_ITERATIONS = {"numerics.max_iterations": 2}


def small(folder: Path) -> str:
    """Path of the small scenario, written into a folder."""
    path = folder / "small.toml"
    path.write_text(SMALL)
    return str(path)


def do(wanted: Sweep, folder: Path, executor: Executor = serially, **options: bool) -> Report:
    """Carry a sweep out in this process."""
    overwrite = options.get("overwrite", False)
    return carry_out(
        planned(wanted, folder, overwrite=overwrite), lambda: planned(wanted, folder), folder, executor, **options
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Name and bytes of every file among the shards."""
    return {path.name: path.read_bytes() for path in (folder / SHARDS).iterdir()}


def counting(made: list[str]) -> Executor:
    """An executor that notes which shards it is asked for."""

    def execute(tasks: Sequence[Task]) -> Iterator[Outcome]:
        made.extend(task.shard.name for task in tasks)
        return serially(tasks)

    return execute  # type: ignore[return-value]


__all__ = ["asked", "contents", "counting", "do", "driver", "small"]
