"""Entries from Python into single kernels, which only tests and benchmarks call one by one.

Kernels have none of their own, as each costs seconds of compilation to every user.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from sarcomere_kernels import (
    CACHE_FOLDER,
    bounds,
    cycle,
    half_sarcomere,
    mechanics,
    rng,
    row,
    thick_filament,
    thin_filament,
)
from sarcomere_kernels import types as k

config: Any = numba.config
users_cache_dir, config.CACHE_DIR = config.CACHE_DIR, str(CACHE_FOLDER)  # named by the kernels' hash: never stale
njit: Any = numba.njit(cache=True, error_model="numpy")


@njit
def switch_thin(state: k.State, model: k.Model, scratch: k.Scratch, ca: float, n: int) -> None:
    for _ in range(n):
        thin_filament.switch_thin(state, model.lattice, model.regulation, ca, model.sampling.step, scratch)
        state.counters[k.Count.STEP] += 1


@njit
def balance_forces(state: k.State, model: k.Model, scratch: k.Scratch) -> int:
    return mechanics.balance_forces(state, model.lattice, model.cycle, model.mechanics, scratch)


@njit
def balance_rows(states: k.State, model: k.Model, scratch: k.Scratch) -> int:
    """Balance every row of a batch from compiled code, as a driver of several half-sarcomeres does."""
    worst = 0
    for i in range(states.counters.shape[0]):
        state = row(states, i)
        status = mechanics.balance_forces(state, model.lattice, model.cycle, model.mechanics, scratch)
        worst = max(worst, status)
    return worst


@njit
def attached_generator(rates: k.Cycle, x: float, closed: bool, q: k.F8) -> None:
    cycle.attached_generator(rates, x, closed, q)


@njit
def propagator(q: k.F8, dt: float, p: k.F8, mean_p: k.F8, term: k.F8, work: k.F8) -> None:
    cycle.propagator(q, dt, p, mean_p, term, work)


@njit
def fill_words(lanes: k.U4, draws: k.U4, n: int) -> None:
    rng.fill_words(lanes, draws, n)


@njit
def uniform(stream: k.U8) -> float:
    return rng.uniform(stream)


@njit
def bounds_by_place(state: k.State, model: k.Model, scratch: k.Scratch, most: k.F8) -> bool:
    """Bound the rate at which every detached head leaves its state; tells whether that holds."""
    thick_filament.off_exit_rates(state, model.lattice, model.thick, model.mechanics, scratch)
    weight = half_sarcomere.spacing_weight(model.lattice, model.cycle, state.mechanics[k.Mechanical.HS_LENGTH])
    bounds.mark_open(state.ru_open, model.lattice.n_ru, scratch.open_near)
    for head in range(most.size):
        most[head] = bounds.bound_by_place(
            state, model.lattice, model.cycle, model.table, scratch, weight, np.uint32(head)
        )
    return bounds.places_tell(state, model.lattice, model.table)


config.CACHE_DIR = users_cache_dir
