"""How fast this machine is: the whole step on one core and on all, and the start-up of a new process.

CPU time is the least of several rounds, as other work on the machine only ever adds to it.
"""

from __future__ import annotations

import contextlib
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from llvmlite import binding
from pydantic import BaseModel, ConfigDict, Field
from rich.table import Table

from sarcomere.ensemble.workers.cores import cores
from sarcomere.recording.provenance import KERNEL_HASH
from sarcomere.scenario.checking import from_dict
from sarcomere.simulation.api import simulation_of
from sarcomere.simulation.warm_up import load_kernels

_START = (
    "import time; from sarcomere.simulation.warm_up import load_kernels; load_kernels(); print(time.process_time())"
)

Progress = Callable[[int, int, str], None]


class Plan(NamedTuple):
    """What is measured, and for how long."""

    conditions: tuple[tuple[str, float], ...] = (("fast", 4.5), ("slow", 4.5), ("fast", 9.0))  # fibre, pCa
    n_thick: tuple[int, ...] = (4, 16, 64)
    warm_up_ms: float = 200.0  # until about as many heads are attached as will be
    round_ms: float = 640.0  # simulated in a round, shared among the thick filaments
    rounds: int = 7
    starts: int = 3


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Speed(_Frozen):
    """How fast a batch of half-sarcomeres went."""

    half_sarcomeres: int = Field(description="advanced together, one a thread")
    head_steps_per_core_second: float = Field(description="heads x steps / CPU seconds")
    head_seconds_per_core_second: float = Field(description="heads x simulated seconds / CPU seconds")
    head_seconds_per_second: float = Field(description="heads x simulated seconds / seconds on the clock")


class Case(_Frozen):
    """One fibre at one calcium concentration in one lattice, isometric, filaments compliant."""

    fibre: str
    pCa: float
    n_thick: int
    heads: int = Field(description="of one half-sarcomere")
    step_ms: float = Field(description="numerics.step_ms, which the shipped tests hold converged")
    one_core: Speed
    all_cores: Speed


class Figures(_Frozen):
    """What ``sarcomere bench`` measures."""

    cpu: str
    cores: int = Field(description="that this process may use")
    start_up_cpu_s: float = Field(description="CPU seconds of a new process until its first simulated millisecond")
    cases: list[Case]
    sarcomere: str
    kernel_hash: str
    python: str
    numba: str


def measure(plan: Plan | None = None, progress: Progress | None = None) -> Figures:
    """Measure this machine; takes less than a minute.

    Parameters
    ----------
    plan : Plan, optional
        What to measure; everything if not given.
    progress : callable, optional
        Called as ``progress(done, total, what)`` before each measurement.

    Returns
    -------
    Figures
        ``figures.model_dump_json()`` gives them to machines.
    """
    plan = plan or Plan()
    load_kernels()
    grid = [(fibre, pca, n_thick) for fibre, pca in plan.conditions for n_thick in plan.n_thick]
    cases = []
    for done, (fibre, pca, n_thick) in enumerate(grid):
        if progress:
            progress(done, len(grid) + 1, f"{fibre} fibre, pCa {pca:g}, {n_thick} thick filaments")
        cases.append(_case(plan, fibre, pca, n_thick))
    if progress:
        progress(len(grid), len(grid) + 1, "start-up")
    return Figures(
        cpu=cpu_name(),
        cores=cores(),
        start_up_cpu_s=min(_start_up() for _ in range(plan.starts)),
        cases=cases,
        sarcomere=metadata.version("sarcomere"),
        kernel_hash=KERNEL_HASH,
        python=platform.python_version(),
        numba=metadata.version("numba"),
    )


def _case(plan: Plan, fibre: str, pca: float, n_thick: int) -> Case:
    """One half-sarcomere on one core, then as many as there are cores, a thread each."""
    one, facts = _speed(plan, fibre, pca, n_thick, 1)
    available = cores()
    every = one if available == 1 else _speed(plan, fibre, pca, n_thick, available)[0]
    return Case(fibre=fibre, pCa=pca, n_thick=n_thick, one_core=one, all_cores=every, **facts)


def _speed(plan: Plan, fibre: str, pca: float, n_thick: int, threads: int) -> tuple[Speed, dict[str, Any]]:
    """Warm half-sarcomeres up, then clock rounds of one sample each; also heads of each and the step."""
    round_ms = plan.round_ms / n_thick
    warm_up = max(1, round(plan.warm_up_ms / round_ms))
    scenario = from_dict(
        {
            "title": "bench",
            "run": {"duration_s": (warm_up + plan.rounds) * round_ms * 1e-3, "replicates": threads},
            "drive": {"pCa": pca},
            "motor_units": [{"id": 1, "fibre": fibre}],
            "lattice": {"n_thick": n_thick},
            "record": {"sample_interval_ms": round_ms},
        }
    )
    simulation = simulation_of(scenario)
    with contextlib.closing(simulation.blocks(threads, warm_up + 1)) as blocks:  # with the sample at time zero
        next(blocks)
    cpu, wall = [], []
    with contextlib.closing(simulation.blocks(threads, 1)) as blocks:
        for _ in range(plan.rounds):
            cpu_before, wall_before = time.process_time(), time.perf_counter()
            next(blocks)
            cpu.append(time.process_time() - cpu_before)
            wall.append(time.perf_counter() - wall_before)
    step_ms = scenario.numerics.step_ms
    head_seconds = simulation.n_heads * round_ms * 1e-3
    speed = Speed(
        half_sarcomeres=threads,
        head_steps_per_core_second=head_seconds / (step_ms * 1e-3) / min(cpu),
        head_seconds_per_core_second=head_seconds / min(cpu),
        head_seconds_per_second=head_seconds / min(wall),
    )
    return speed, {"heads": simulation.n_heads // threads, "step_ms": step_ms}


def _start_up() -> float:
    """CPU seconds of a new process with compiled kernels on disk, interpreter and imports included."""
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True)
    return float(done.stdout)


def cpu_name() -> str:
    """Name of the CPU: as the system gives it, else the kind that kernels are compiled for."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return str(binding.get_host_cpu_name())


def table(figures: Figures) -> Table:
    """Lay the figures out as a table to print.

    Parameters
    ----------
    figures : Figures
        From ``measure``.

    Returns
    -------
    rich.table.Table
    """
    shown = Table(
        title=f"{figures.cpu}, {figures.cores} core{'s' if figures.cores > 1 else ''}",
        caption="Isometric, compliant filaments; one half-sarcomere a core.\n"
        "core-s: CPU seconds, least of several rounds.  s: seconds on the clock,\n"
        "which other work lengthens.  x: all cores over one, per s on the clock;\n"
        "of all cores, /s over /core-s is how many of them were free to work.\n"
        f"Start-up of a new process: {figures.start_up_cpu_s:.1f} CPU s.",
    )
    for heading in ("fibre", "pCa", "thick", "step\nms", "M head-\nsteps\n/core-s", "head-s\n/core-s"):
        shown.add_column(heading, justify="left" if heading == "fibre" else "right")
    for heading in ("all cores\n/core-s", "head-s\n/s", "x"):
        shown.add_column(heading, justify="right")
    for case in figures.cases:
        one, every = case.one_core, case.all_cores
        shown.add_row(
            case.fibre,
            f"{case.pCa:g}",
            str(case.n_thick),
            f"{case.step_ms:g}",
            f"{one.head_steps_per_core_second / 1e6:.1f}",
            f"{one.head_seconds_per_core_second:.0f}",
            f"{every.head_seconds_per_core_second:.0f}",
            f"{every.head_seconds_per_second:.0f}",
            f"{every.head_seconds_per_second / one.head_seconds_per_second:.2f}",
        )
    return shown
