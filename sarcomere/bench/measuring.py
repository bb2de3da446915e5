"""How fast this machine is: steps of half-sarcomeres, their phases, small rows, start-up and compilation.

Times are of the CPU and the least of several rounds, as other work on the machine only ever adds to them. Rounds of all
that is measured take turns, so that a busy minute meets all of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import NamedTuple

from sarcomere.bench.batch import go_on, warm_batch
from sarcomere.bench.clock import Cost, cost_of, cpu_of_children
from sarcomere.bench.figures import Case, Figures, Phases, SmallRows, Speed
from sarcomere.bench.machine import load, this_machine
from sarcomere.ensemble.workers.cores import cores
from sarcomere.half_sarcomere.phases import PhaseClock
from sarcomere.simulation.fibre import FibreSimulation
from sarcomere.simulation.warm_up import load_kernels

_START = "from sarcomere.simulation.warm_up import load_kernels; load_kernels()"
# Work, for the bar alone, in simulated ms of one thick filament: about 0.1 ms of CPU time.
_START_UP, _COMPILATION = 3e4, 5e5

Progress = Callable[[str, float], None]


class Plan(NamedTuple):
    """What is measured, and for how long."""

    conditions: tuple[tuple[str, float], ...] = (("fast", 4.5), ("slow", 4.5), ("fast", 9.0))  # fibre, pCa
    n_thick: tuple[int, ...] = (4, 16, 64)
    steps_ms: tuple[float, ...] = (0.1, 0.4)
    small_rows: int = 32  # of one thick filament, against one lattice of as many; 0: not measured
    warm_up_ms: float = 200.0  # until about as many heads are attached as will be
    round_steps: int = 3200  # shared among the thick filaments, 100 at least: fewer, and cold caches are measured
    rounds: int = 11
    starts: int = 3
    compile_anew: bool = False

    def steps_of(self, n_thick: int) -> int:
        """Return the steps of a round of a lattice."""
        return max(min(100, self.round_steps), self.round_steps // n_thick)

    @property
    def steps_of_small_rows(self) -> int:
        """Return the steps of a round of small rows: so many that calls from Python, one a row, take a few percent."""
        return max(1, self.round_steps // 8)

    @property
    def warming_up(self) -> float:
        """Work before the first round, in simulated ms of one thick filament."""
        cases = len(self.conditions) * sum(self.n_thick) * (1 + cores())
        return self.warm_up_ms * len(self.steps_ms) * (cases + 2 * self.small_rows)

    @property
    def one_round(self) -> float:
        """Work of a round, likewise."""
        cases = len(self.conditions) * sum(n * self.steps_of(n) for n in self.n_thick) * (2 + cores())
        return sum(self.steps_ms) * (cases + 2 * self.small_rows * self.steps_of_small_rows)


FULL = Plan()
QUICK = Plan(n_thick=(4, 16), warm_up_ms=100.0, rounds=5, starts=1)


def measure(plan: Plan = FULL, progress: Progress | None = None) -> Figures:
    """Measure this machine.

    Parameters
    ----------
    plan : Plan
        What to measure; ``FULL`` takes one to two minutes, ``QUICK`` 20 s.
    progress : callable, optional
        Called as ``progress(what, share of all work done)`` before each part.

    Returns
    -------
    Figures
        ``figures.model_dump_json()`` gives them to machines.

    Raises
    ------
    InputError
        If a step is too long for a fibre.
    """
    load_before = load()
    load_kernels()
    extra = plan.starts * _START_UP + (_COMPILATION if plan.compile_anew else 0.0)
    total = plan.warming_up + plan.rounds * plan.one_round + extra

    def tell(what: str, done: float) -> None:
        if progress:
            progress(what, done / total)

    cases, small_rows = _clocked(plan, tell)
    tell("start-up", total - extra)
    start_up = min(_new_process() for _ in range(plan.starts))
    if plan.compile_anew:
        tell("compilation", total - _COMPILATION)
    return Figures(
        machine=this_machine(load_before),
        start_up_cpu_s=start_up,
        compile_cpu_s=_with_nothing_compiled() if plan.compile_anew else None,
        cases=cases,
        small_rows=small_rows,
    )


def _clocked(plan: Plan, tell: Callable[[str, float], None]) -> tuple[list[Case], list[SmallRows]]:
    """Warm all half-sarcomeres up, then let their rounds take turns."""
    grid = [
        (*condition, n, step_ms) for condition in plan.conditions for step_ms in plan.steps_ms for n in plan.n_thick
    ]
    cases, small_rows = list[_Case](), list[_SmallRows]()
    with ThreadPoolExecutor(max_workers=cores()) as pool:
        for number, case in enumerate(grid):
            tell(f"warm-up {number + 1} of {len(grid)}", plan.warming_up * number / len(grid))
            cases.append(_Case(plan, pool, *case))
        if plan.small_rows:
            tell(f"warm-up of {plan.small_rows} half-sarcomeres of one thick filament", plan.warming_up)
            small_rows += [_SmallRows(plan, step_ms) for step_ms in plan.steps_ms]
        parts: list[_Case | _SmallRows] = [*cases, *small_rows]
        costs = iter(
            cost_of(
                *(work for part in parts for work in part.works),
                rounds=plan.rounds,
                before_round=lambda n: tell(f"round {n + 1} of {plan.rounds}", plan.warming_up + n * plan.one_round),
            )
        )
    return (
        [part.figures(*islice(costs, len(part.works))) for part in cases],
        [part.figures(*islice(costs, len(part.works))) for part in small_rows],
    )


class _Case:
    """One half-sarcomere on one core; one for each core, a thread each; and the phases of a step."""

    def __init__(self, plan: Plan, pool: Executor, fibre: str, pca: float, n_thick: int, step_ms: float) -> None:
        self._fibre, self._pca, self._n_thick, self._step_ms = fibre, pca, n_thick, step_ms
        steps = plan.steps_of(n_thick)
        self._one, self._every = (
            warm_batch(fibre, pca, n_thick, rows=rows, round_steps=steps, warm_up_ms=plan.warm_up_ms, step_ms=step_ms)
            for rows in (1, cores())
        )
        (hs,) = self._one.batch
        self._phases = PhaseClock(hs.state, hs.base, steps)
        self.works = (partial(go_on, self._one), partial(go_on, self._every, pool), self._phases.round)

    def figures(self, alone: Cost, together: Cost, _: Cost) -> Case:
        """Turn the costs of the works into figures."""
        return Case(
            fibre=self._fibre,
            pCa=self._pca,
            n_thick=self._n_thick,
            heads=self._one.n_heads,
            step_ms=self._step_ms,
            one_core=_speed(self._one, alone),
            all_cores=_speed(self._every, together, threads=cores()),
            phases=Phases(**self._phases.phases()._asdict()),
        )


class _SmallRows:
    """Rows of one thick filament and one lattice with as many, of the first condition, on one core."""

    def __init__(self, plan: Plan, step_ms: float) -> None:
        (self._fibre, self._pca), n, self._step_ms = plan.conditions[0], plan.small_rows, step_ms
        self._rows, self._lattice = (
            warm_batch(
                self._fibre,
                self._pca,
                n_thick,
                rows=n // n_thick,
                round_steps=plan.steps_of_small_rows,
                warm_up_ms=plan.warm_up_ms,
                step_ms=step_ms,
            )
            for n_thick in (1, n)
        )
        self.works = (partial(go_on, self._rows), partial(go_on, self._lattice))

    def figures(self, rows: Cost, lattice: Cost) -> SmallRows:
        """Turn the costs of the works into figures."""
        return SmallRows(
            fibre=self._fibre,
            pCa=self._pca,
            step_ms=self._step_ms,
            rows=_speed(self._rows, rows),
            lattice=_speed(self._lattice, lattice),
            cost_ratio=rows.cpu / lattice.cpu,
        )


def _speed(batch: FibreSimulation, cost: Cost, threads: int = 1) -> Speed:
    """Turn the cost of a round into speeds."""
    scenario, rows = batch.scenario, len(batch.batch)
    step_ms = scenario.numerics.step_ms
    steps, head_seconds = rows * scenario.sample_every, batch.n_heads * scenario.sample_every * step_ms * 1e-3
    return Speed(
        half_sarcomeres=rows,
        threads=threads,
        step_us=cost.cpu / steps * 1e6,
        median_step_us=cost.median_cpu / steps * 1e6,
        head_steps_per_core_second=head_seconds / (step_ms * 1e-3) / cost.cpu,
        head_seconds_per_core_second=head_seconds / cost.cpu,
        head_seconds_per_second=head_seconds / cost.wall,
    )


def _new_process(**environment: str) -> float:
    """Return the CPU seconds of a new process, imports included, until its first simulated millisecond."""
    before = cpu_of_children()
    subprocess.run(
        [sys.executable, "-c", _START], capture_output=True, text=True, check=True, env=os.environ | environment
    )
    return cpu_of_children() - before


def _with_nothing_compiled() -> float:
    """Do the same where no compiled kernel lies on the disk."""
    with tempfile.TemporaryDirectory(prefix="sarcomere-bench-") as folder:
        return _new_process(NUMBA_CACHE_DIR=folder)
