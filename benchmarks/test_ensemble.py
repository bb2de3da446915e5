"""What the ensemble layer costs beside the runs: a shard of a second, from the command to the synced file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sarcomere.bench.clock import cost_of
from sarcomere.ensemble.api import asked
from sarcomere.ensemble.workers import work
from sarcomere.ensemble.workers.driver import carry_out, planned, serially
from sarcomere.simulation.api import run, simulation_of
from sarcomere.simulation.base import Simulation

pytestmark = pytest.mark.benchmark(timer=time.process_time)
# Runs of about a second of CPU time in one shard: scenario, what is changed, replicates.
CASES = {
    "lattices": ("tetanus", {"lattice.n_thick": 4, "run.duration_s": 0.1}, 3),
    "a cramp without lattices": ("nocturnal-calf-cramp", {"muscle.explicit_units": 0, "run.duration_s": 10.0}, 1),
    "many of the smallest": ("voluntary-contraction", {"lattice.n_thick": 1, "run.duration_s": 0.1}, 40),
}


class Played:
    """A simulation that is over: its blocks come at once, so that what remains is the cost of all else."""

    def __init__(self, simulation: Simulation) -> None:
        self.of, self.pieces = simulation, list(simulation.blocks())
        self.samples_done = -1

    def blocks(self, threads: int, rows: int) -> Iterator[object]:
        """The blocks of the run."""
        for piece in self.pieces:
            self.samples_done = self.of.samples_done
            yield piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of, name)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_overhead(benchmark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: tuple) -> None:
    """CPU time of a sweep of one shard whose run costs nothing, over that of the run alone."""
    scenario, settings, replicates = case
    wanted = asked(scenario, settings=settings, replicates=replicates)
    plan = planned(wanted, tmp_path / "any")
    (shard,) = plan.manifest.shards
    checked = plan.task(tmp_path, shard).scenario()
    folders = (tmp_path / str(i) for i in range(100))
    over = Played(simulation_of(checked))

    def play(_: object) -> Played:
        over.samples_done = -1
        return over

    monkeypatch.setattr(work, "simulation_of", play)

    def sweep() -> None:
        folder = next(folders)
        report = carry_out(planned(wanted, folder), lambda: plan, folder, serially)
        assert (report.made, report.failures) == (replicates, [])

    benchmark.pedantic(sweep, rounds=1)
    alone, layer = cost_of(lambda: run(checked), sweep, rounds=7)
    share = layer.cpu / alone.cpu
    benchmark.extra_info.update(run_cpu_seconds=round(alone.cpu, 3), layer_share=round(share, 4))
    print(
        f"\n{replicates} x {scenario}: {alone.cpu:.2f} CPU-s, the sweep {1e3 * layer.cpu:.0f} ms, {100 * share:.1f} %"
    )
