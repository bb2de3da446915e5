"""What the record costs: a run into a file against the same run in memory.  Fast and slow fibre, pCa 4.5."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.timing import cost_of
from sarcomere.scenario_file import from_dict
from sarcomere.simulate import run
from sarcomere.store import record

SAMPLES = 1500  # more than one block


@pytest.mark.parametrize("snapshot_ms", [0.0, 10.0], ids=["no snapshots", "snapshots every 10 ms"])
def test_write_cost(benchmark: Any, tmp_path: Path, snapshot_ms: float) -> None:
    """Two half-sarcomeres of 4 thick filaments, a sample a millisecond."""
    scenario = from_dict(
        {
            "title": "record",
            "run": {"duration_s": SAMPLES * 1e-3},
            "drive": {"pCa": 4.5},
            "motor_units": [{"id": 1, "fibre": "slow"}, {"id": 2, "fibre": "fast"}],
            "lattice": {"n_thick": 4},
            "record": {"snapshot_interval_ms": snapshot_ms},
        }
    )
    path = tmp_path / "run.h5"
    benchmark.pedantic(lambda: record(scenario, path, overwrite=True), rounds=1)
    memory, file = cost_of(lambda: run(scenario), lambda: record(scenario, path, overwrite=True), rounds=3)
    per_sample = (file.cpu - memory.cpu) / (2 * SAMPLES) * 1e6
    size = path.stat().st_size / (2 * SAMPLES)
    benchmark.extra_info.update(
        file_over_memory=round(file.cpu / memory.cpu, 3),
        microseconds_per_sample=round(per_sample, 1),
        bytes_per_sample=round(size),
    )
    print(
        f"\nrecorded run: {file.cpu / memory.cpu:.3f} x the CPU time of a run in memory; "
        f"{per_sample:.0f} us and {size:.0f} bytes a sample and half-sarcomere"
    )
