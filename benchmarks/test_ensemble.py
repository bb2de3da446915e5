"""What the ensemble layer costs: a shard of about a second against the same run in memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.timing import cost_of
from sarcomere.ensemble.api import asked
from sarcomere.ensemble.driver import carry_out, planned, serially
from sarcomere.running import run

pytestmark = pytest.mark.benchmark(timer=time.process_time)
# Runs of about a second of CPU time in one shard: scenario, what is changed, replicates.
CASES = {
    "lattices": ("tetanus", {"lattice.n_thick": 4, "run.duration_s": 0.1, "record.sample_interval_ms": 1.0}, 2),
    "a cramp without lattices": ("nocturnal-calf-cramp", {"muscle.explicit_units": 0, "run.duration_s": 6.0}, 1),
    "many of the smallest": ("voluntary-contraction", {"lattice.n_thick": 1, "run.duration_s": 0.1}, 20),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_overhead(benchmark: Any, tmp_path: Path, case: tuple) -> None:
    """A sweep of one shard, from the command to the synced file, over the run alone."""
    scenario, settings, replicates = case
    wanted = asked(scenario, settings=settings, replicates=replicates)
    plan = planned(wanted, tmp_path / "any")
    (shard,) = plan.manifest.shards
    checked = plan.task(tmp_path, shard).scenario()
    folders = (tmp_path / str(i) for i in range(100))

    def sweep() -> None:
        folder = next(folders)
        report = carry_out(planned(wanted, folder), lambda: plan, folder, serially)
        assert (report.made, report.failures) == (replicates, [])

    benchmark.pedantic(sweep, rounds=1)
    memory, folder = cost_of(lambda: run(checked), sweep, rounds=5)
    share = folder.cpu / memory.cpu - 1
    benchmark.extra_info.update(run_cpu_seconds=round(memory.cpu, 3), overhead_share=round(share, 4))
    more = 1e3 * (folder.cpu - memory.cpu)
    print(f"\n{replicates} x {scenario}: {memory.cpu:.2f} CPU-s, {more:.0f} ms more in a sweep, {100 * share:.1f} %")
