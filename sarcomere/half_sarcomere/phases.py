"""What each phase of a step costs: the steps of ``advance`` with a clock between their phases.

Compiled where it is first called, which no run does, so that no run waits for it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from sarcomere.errors import check_status
from sarcomere.half_sarcomere.initial_state import scratch_for
from sarcomere_kernels import CACHE_FOLDER
from sarcomere_kernels import types as k
from sarcomere_kernels.calcium import midpoint_calcium
from sarcomere_kernels.compiled import kernel
from sarcomere_kernels.crossbridge import cycle_heads
from sarcomere_kernels.half_sarcomere import crossing, spacing_weight
from sarcomere_kernels.mechanics import balance_forces
from sarcomere_kernels.thick_filament import off_exit_rates
from sarcomere_kernels.thin_filament import switch_thin
from sarcomere_kernels.types import OK, Count, Mechanical

MANY = 5  # iterations of the force balance that are counted as "so many or more"
_THIN, _HEADS, _BALANCE, _CLOCK, _N_SPENT = range(5)
_clock: Any = numba.types.ExternalFunction("clock", numba.types.intp())  # libc: CPU time of this process, whole µs


class Phases(NamedTuple):
    """What one step costs, µs of CPU time, phase by phase."""

    thin_us: float  # regulatory units
    heads_us: float  # leaving the OFF state, and the cycle of every head
    balance_us: float  # force balance
    iterations: tuple[float, ...]  # share of steps by iterations of the force balance; the last: MANY or more


def _timed_steps(
    state: k.State, model: k.Model, scratch: k.Scratch, n_steps: int, spent: k.I8, iterations: k.I8
) -> int:
    """Take steps as ``advance`` does at held length and clamped calcium; add to ``spent`` and ``iterations``."""
    lattice, cycle, dt = model.lattice, model.cycle, model.sampling.step
    for _ in range(n_steps):
        begin = _clock()
        ca = midpoint_calcium(state, model.fibre, model.regulation, dt)
        switch_thin(state, lattice, model.regulation, ca, dt, scratch)
        after_thin = _clock()
        off_exit_rates(state, lattice, model.thick, model.table, model.mechanics, dt, scratch)
        hs_length = state.mechanics[Mechanical.HS_LENGTH]
        weight, crossed = spacing_weight(lattice, cycle, hs_length), crossing(lattice, hs_length)
        cycle_heads(state, lattice, cycle, model.table, model.thick, dt, weight, crossed, scratch)
        state.counters[Count.STEP] += 1
        state.counters[Count.TICK] += model.sampling.ticks
        after_heads = _clock()
        before = state.counters[Count.SOLVER_ITERATIONS]
        status = balance_forces(state, lattice, cycle, model.mechanics, scratch)
        after_balance = _clock()
        spent[_CLOCK] += _clock() - after_balance
        spent[_THIN] += after_thin - begin
        spent[_HEADS] += after_heads - after_thin
        spent[_BALANCE] += after_balance - after_heads
        iterations[min(state.counters[Count.SOLVER_ITERATIONS] - before, iterations.size - 1)] += 1
        if status != OK:
            return int(status)
    return OK


_config: Any = numba.config
_users_cache_dir, _config.CACHE_DIR = _config.CACHE_DIR, str(CACHE_FOLDER)  # beside the kernels it is made of
timed_steps = kernel(_timed_steps)
_config.CACHE_DIR = _users_cache_dir


def time_phases(state: k.State, model: k.Model, *, n_steps: int, rounds: int) -> Phases:
    """Clock the phases of a step of a half-sarcomere at held length, clamped calcium and regulated thin filaments.

    Parameters
    ----------
    state : sarcomere_kernels.types.State
        Where it stands, its forces balanced; goes on by ``n_steps * rounds`` steps, with the bits of any other run.
    model : sarcomere_kernels.types.Model
        What is constant.
    n_steps : int
        Steps of a round. The clock tells whole µs, so that of a few steps it says little.
    rounds : int
        How often; the least of each phase is given, as other work on the machine only ever adds to it.

    Returns
    -------
    Phases

    Raises
    ------
    SolverError
        If a step finds no force balance.
    """
    scratch, spent = scratch_for(model), np.zeros((rounds, _N_SPENT), dtype=np.int64)
    iterations = np.zeros(MANY + 1, dtype=np.int64)
    timed_steps(state, model, scratch, 0, spent[0], iterations)  # compiled, or loaded
    for row in spent:
        status = timed_steps(state, model, scratch, n_steps, row, iterations)
        check_status(
            status,
            time_ms=state.counters[Count.TICK] / k.TICKS_PER_STEP * model.sampling.step,
            residual=state.mechanics[Mechanical.RESIDUAL],
            tolerance=model.mechanics.tolerance,
            iterations=model.mechanics.max_iterations,
        )
    thin, heads, balance, clock = spent.min(axis=0) / n_steps
    shares = iterations / iterations.sum()
    return Phases(thin - clock, heads - clock, balance - clock, tuple(shares.tolist()))
