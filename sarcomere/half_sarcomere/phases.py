"""What each phase of a step costs: the steps of ``advance`` with a clock between their phases.

Compiled where it is first called, which no run does, so that no run waits for it.
"""

from __future__ import annotations

import copy
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
_clock: Any = numba.types.ExternalFunction("clock", numba.types.intp())  # POSIX: CPU time of this process, whole µs


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
        off_exit_rates(state, lattice, model.thick, model.mechanics, scratch)
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


class PhaseClock:
    """Clocks the phases of a step of a half-sarcomere at held length, clamped calcium and regulated thin filaments.

    Parameters
    ----------
    state : sarcomere_kernels.types.State
        Where it stands, its forces balanced; a copy goes on.
    model : sarcomere_kernels.types.Model
        What is constant.
    n_steps : int
        Steps of a round. The clock tells whole µs, so that of a few steps it says little.

    Attributes
    ----------
    state : sarcomere_kernels.types.State
        Where it has come to.
    """

    def __init__(self, state: k.State, model: k.Model, n_steps: int) -> None:
        self.state = copy.deepcopy(state)
        self._model, self._n_steps = model, n_steps
        self._scratch, self._rounds = scratch_for(model), list[k.I8]()
        self._iterations = np.zeros(MANY + 1, dtype=np.int64)
        timed_steps(
            self.state, model, self._scratch, 0, np.zeros(_N_SPENT, dtype=np.int64), self._iterations
        )  # compiled

    def round(self) -> None:
        """Go on by the steps of a round, with the bits of any other run.

        Raises
        ------
        SolverError
            If a step finds no force balance.
        """
        self._rounds.append(self._take(self._n_steps))

    def _take(self, n_steps: int) -> k.I8:
        """Take steps; returns what their phases took, µs."""
        state, model, spent = self.state, self._model, np.zeros(_N_SPENT, dtype=np.int64)
        status = timed_steps(state, model, self._scratch, n_steps, spent, self._iterations)
        check_status(
            status,
            time_ms=state.counters[Count.TICK] / k.TICKS_PER_STEP * model.sampling.step,
            residual=state.mechanics[Mechanical.RESIDUAL],
            tolerance=model.mechanics.tolerance,
            iterations=model.mechanics.max_iterations,
        )
        return spent

    def phases(self) -> Phases:
        """Return what the phases cost in their cheapest rounds, as other work on the machine only ever adds to them.

        Returns
        -------
        Phases
        """
        thin, heads, balance, clock = (np.min(self._rounds, axis=0) / self._n_steps).tolist()
        shares = self._iterations / self._iterations.sum()
        return Phases(thin - clock, heads - clock, balance - clock, tuple(shares.tolist()))
