"""What the record costs: a run into a file against the same run in memory.  Fast and slow fibre, pCa 4.5."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from sarcomere.bench.clock import cost_of
from sarcomere.recording.recordable import DEFAULT_BLOCK
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.checking import from_dict
from sarcomere.simulation.api import record, run

pytestmark = pytest.mark.benchmark(timer=time.process_time)
FURTHER_BLOCKS = 2


def scenario_of(blocks: int, snapshot_ms: float) -> Scenario:
    """Two half-sarcomeres of 1 thick filament, a sample a millisecond."""
    return from_dict(
        {
            "title": "record",
            "run": {"duration_s": (blocks * DEFAULT_BLOCK - 1) * 1e-3},  # one sample is at time zero
            "drive": {"pCa": 4.5},
            "motor_units": [{"id": 1, "fibre": "slow"}, {"id": 2, "fibre": "fast"}],
            "lattice": {"n_thick": 1},
            "record": {"snapshot_interval_ms": snapshot_ms},
        }
    )


@pytest.mark.parametrize("snapshot_ms", [0.0, 10.0], ids=["no snapshots", "snapshots every 10 ms"])
def test_write_cost(benchmark: Any, tmp_path: Path, snapshot_ms: float) -> None:
    """A file of one block, made and finished, and what every further block adds; CPU time beyond that of the run."""
    path = tmp_path / "run.h5"
    short, long = scenario_of(1, snapshot_ms), scenario_of(1 + FURTHER_BLOCKS, snapshot_ms)
    benchmark.pedantic(lambda: record(short, path, overwrite=True), rounds=1)
    short_memory, short_file, long_memory, long_file = cost_of(
        lambda: run(short),
        lambda: record(short, path, overwrite=True),
        lambda: run(long),
        lambda: record(long, path, overwrite=True),
        rounds=3,
    )
    first = short_file.cpu - short_memory.cpu
    further = (long_file.cpu - long_memory.cpu - first) / FURTHER_BLOCKS
    size = path.stat().st_size / (2 * (1 + FURTHER_BLOCKS) * DEFAULT_BLOCK)
    benchmark.extra_info.update(
        first_block_cpu_seconds=round(first, 3),
        further_block_cpu_seconds=round(further, 3),
        file_over_memory=round(long_file.cpu / long_memory.cpu, 3),
        bytes_per_sample=round(size),
    )
    print(
        f"\nrecord: {first:.2f} CPU-s for a file of one block ({DEFAULT_BLOCK} samples), {further:.2f} for each more; "
        f"{size:.0f} bytes a sample and half-sarcomere;\nwith 1 thick filament "
        f"{long_file.cpu / long_memory.cpu:.2f} x the CPU time of the run in memory"
    )
