"""What it costs to open and merge sweeps: 200 shards, and the memory of the process that makes and opens 1000 runs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from sarcomere import merge, open_ensemble
from sarcomere.bench.clock import cost_of
from tests.support.sweep_folder import write_sweep

pytestmark = pytest.mark.benchmark(timer=time.process_time)
TABLE: dict[str, Any] = {
    "title": "opening",
    "run": {"duration_s": 0.01},
    "drive": {"pCa": 4.5},
    "motor_units": [{"id": 1}],
    "lattice": {"n_thick": 1},
}
ATP = [round(0.2 * i, 1) for i in range(1, 21)]
ALONE = """
import json, resource, sys
from pathlib import Path
from benchmarks.test_ensemble_opening import ATP, TABLE
from sarcomere import merge, open_ensemble
from tests.support.sweep_folder import write_sweep
folder = write_sweep(Path(sys.argv[1]) / "sweep", TABLE, {"chemistry.atp_mM": ATP}, replicates=50)
written = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
loaded = open_ensemble(folder).load()
path = merge(folder, Path(sys.argv[1]) / "all.h5")
opened = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([loaded.force.size, written / 1024, opened / 1024, path.stat().st_size / 2**20]))
"""


def test_open_200_shards(benchmark: Any, tmp_path: Path) -> None:
    """CPU time to merge 200 shards, to open the merged file or the folder, and to load all of it."""
    folder = write_sweep(tmp_path / "sweep", TABLE, {"chemistry.atp_mM": ATP}, replicates=10)
    path = tmp_path / "all.h5"
    benchmark.pedantic(lambda: merge(folder, path), rounds=1)
    costs = cost_of(
        lambda: merge(folder, path, overwrite=True),
        lambda: xr.open_dataset(path, engine="h5netcdf").close(),
        lambda: xr.open_dataset(path, engine="netcdf4").close(),
        lambda: xr.load_dataset(path, engine="netcdf4"),
        lambda: open_ensemble(folder),
        lambda: open_ensemble(folder).load(),
        rounds=3,
    )
    names = ("merge", "open_merged_h5netcdf", "open_merged_netcdf4", "load_merged", "open_folder", "load_folder")
    seconds = {f"{name}_cpu_s": round(cost.cpu, 3) for name, cost in zip(names, costs, strict=True)}
    benchmark.extra_info.update(seconds)
    print(f"\n200 shards: {seconds}")
    assert seconds["open_merged_h5netcdf_cpu_s"] <= 2


def test_memory_of_1000_runs(benchmark: Any, tmp_path: Path) -> None:
    """Most memory of one process that makes 1000 short runs, a shard each, opens them, loads them and merges them."""
    command = [sys.executable, "-c", ALONE, str(tmp_path)]
    done = benchmark.pedantic(lambda: subprocess.run(command, capture_output=True, text=True, check=True), rounds=1)
    size, written, opened, merged = json.loads(done.stdout)
    assert size == 1000 * 11
    benchmark.extra_info.update(written_mib=round(written), opened_mib=round(opened), merged_mib=round(merged, 1))
    print(f"\n1000 runs: {written:.0f} MiB once written, {opened:.0f} MiB once opened and merged ({merged:.1f} MiB)")
    assert opened <= 1024
