"""How fast this machine is: steps of half-sarcomeres, their phases, small rows, start-up and compilation.

Times are of the CPU and the least of several rounds, as other work on the machine only ever adds to them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from sarcomere.bench.batch import go_on, warm_batch
from sarcomere.bench.clock import Cost, cost_of, cpu_of_children
from sarcomere.bench.figures import Case, Figures, Phases, SmallRows, Speed
from sarcomere.bench.machine import load, this_machine
from sarcomere.ensemble.workers.cores import cores
from sarcomere.half_sarcomere.phases import time_phases
from sarcomere.simulation.fibre import FibreSimulation
from sarcomere.simulation.warm_up import load_kernels

_START = "from sarcomere.simulation.warm_up import load_kernels; load_kernels()"
_START_UP, _COMPILATION = 30.0, 600.0  # their share of the work, for the bar alone, in thick filaments of a case

T = TypeVar("T")
Progress = Callable[[str, float], None]


class Plan(NamedTuple):
    """What is measured, and for how long."""

    conditions: tuple[tuple[str, float], ...] = (("fast", 4.5), ("slow", 4.5), ("fast", 9.0))  # fibre, pCa
    n_thick: tuple[int, ...] = (4, 16, 64)
    steps_ms: tuple[float, ...] = (0.1, 0.4)
    small_rows: int = 32  # of one thick filament, against one lattice of as many; 0: not measured
    warm_up_ms: float = 200.0  # until about as many heads are attached as will be
    round_ms: float = 640.0  # simulated in a round, shared among the thick filaments
    phase_steps: int = 100  # steps of a round of phases
    rounds: int = 7
    starts: int = 3
    compile_anew: bool = False


FULL = Plan()
QUICK = Plan(n_thick=(4, 16), warm_up_ms=100.0, round_ms=320.0, rounds=5, starts=1)


def measure(plan: Plan = FULL, progress: Progress | None = None) -> Figures:
    """Measure this machine.

    Parameters
    ----------
    plan : Plan
        What to measure; ``FULL`` takes about a minute, ``QUICK`` a third of it.
    progress : callable, optional
        Called as ``progress(what, share of all work done)`` before each measurement.

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
    told = _Told(plan, progress)
    cases = [
        told(
            f"{fibre} fibre, pCa {pca:g}, {_filaments(n_thick)}, step {step_ms:g} ms",
            n_thick,
            partial(_case, plan, fibre, pca, n_thick, step_ms),
        )
        for fibre, pca in plan.conditions
        for step_ms in plan.steps_ms
        for n_thick in plan.n_thick
    ]
    small_rows = [
        told(
            f"{plan.small_rows} rows of one thick filament, step {step_ms:g} ms",
            plan.small_rows,
            partial(_small_rows, plan, step_ms),
        )
        for step_ms in (plan.steps_ms if plan.small_rows else ())
    ]
    start_up = told("start-up", _START_UP, lambda: min(_new_process() for _ in range(plan.starts)))
    compiling = told("compilation", _COMPILATION, _with_nothing_compiled) if plan.compile_anew else None
    return Figures(
        machine=this_machine(load_before),
        start_up_cpu_s=start_up,
        compile_cpu_s=compiling,
        cases=cases,
        small_rows=small_rows,
    )


class _Told:
    """Does one piece of work after the other, and tells of each before."""

    def __init__(self, plan: Plan, progress: Progress | None) -> None:
        self._progress, self._done = progress, 0.0
        stepping = len(plan.steps_ms) * (len(plan.conditions) * sum(plan.n_thick) + plan.small_rows)
        self._total = stepping + _START_UP + (_COMPILATION if plan.compile_anew else 0.0)

    def __call__(self, what: str, work: float, do: Callable[[], T]) -> T:
        if self._progress:
            self._progress(what, self._done / self._total)
        self._done += work
        return do()


def _filaments(n_thick: int) -> str:
    return f"{n_thick} thick filament{'s' if n_thick > 1 else ''}"


def _round_ms(plan: Plan, n_thick: int, step_ms: float) -> float:
    """Return the simulated time of a round, a whole number of steps."""
    return max(1, round(plan.round_ms / n_thick / step_ms)) * step_ms


def _case(plan: Plan, fibre: str, pca: float, n_thick: int, step_ms: float) -> Case:
    """Clock one half-sarcomere on one core, then one for each core, a thread each; then the phases of the first."""
    round_ms, threads = _round_ms(plan, n_thick, step_ms), cores()
    one, every = (
        warm_batch(fibre, pca, n_thick, rows=rows, round_ms=round_ms, warm_up_ms=plan.warm_up_ms, step_ms=step_ms)
        for rows in (1, threads)
    )
    alone, together = cost_of(partial(go_on, one), partial(go_on, every, threads=threads), rounds=plan.rounds)
    (hs,) = one.batch
    phases = time_phases(hs.state, hs.base, n_steps=plan.phase_steps, rounds=plan.rounds)
    return Case(
        fibre=fibre,
        pCa=pca,
        n_thick=n_thick,
        heads=one.n_heads,
        step_ms=step_ms,
        one_core=_speed(one, alone, round_ms),
        all_cores=_speed(every, together, round_ms, threads),
        phases=Phases(**phases._asdict()),
    )


def _small_rows(plan: Plan, step_ms: float) -> SmallRows:
    """Clock rows of one filament beside one lattice of as many, of the first condition, on one core."""
    (fibre, pca), n = plan.conditions[0], plan.small_rows
    round_ms = _round_ms(plan, n, step_ms)
    rows, lattice = (
        warm_batch(
            fibre, pca, n_thick, rows=n // n_thick, round_ms=round_ms, warm_up_ms=plan.warm_up_ms, step_ms=step_ms
        )
        for n_thick in (1, n)
    )
    of_rows, of_lattice = cost_of(partial(go_on, rows), partial(go_on, lattice), rounds=plan.rounds)
    return SmallRows(
        fibre=fibre,
        pCa=pca,
        step_ms=step_ms,
        rows=_speed(rows, of_rows, round_ms),
        lattice=_speed(lattice, of_lattice, round_ms),
        cost_ratio=of_rows.cpu / of_lattice.cpu,
    )


def _speed(batch: FibreSimulation, cost: Cost, round_ms: float, threads: int = 1) -> Speed:
    """Turn the cost of a round into speeds."""
    step_ms, rows = batch.scenario.numerics.step_ms, len(batch.batch)
    steps, head_seconds = rows * round_ms / step_ms, batch.n_heads * round_ms * 1e-3
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
