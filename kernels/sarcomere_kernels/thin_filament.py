"""Regulatory units: calcium binds to troponin, tropomyosin opens and closes, neighbours cooperate.

Within a step each unit is simulated exactly (event by event) with its neighbours frozen, first every other
unit of a strand, then the ones between.  Each half leaves the Boltzmann distribution of the chain unchanged,
so equilibrium carries no step error; the halves swap order from step to step.
"""

import math

import numpy as np

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.rng import fill_uniform, uniform
from sarcomere_kernels.types import F8, MAX_COOPERATING, MAX_SITES_CALCIUM, Count, Lattice, Regulation, Scratch, State


def flip_rates(k_close: float, equilibrium: float, contrast: float, cooperativity: float, lock: float) -> tuple[F8, F8]:
    """Return opening and closing rates (calcium, neighbours + 2, heads); not compiled.

    ``contrast`` is how many times tighter an open unit binds calcium, and 1/``lock`` a head.
    """
    n, s, m = np.ogrid[: MAX_SITES_CALCIUM + 1.0, -2.0:3.0, : MAX_COOPERATING + 1.0]
    tilt = contrast ** (n / 2) * np.exp(0.5 * cooperativity * s) * lock ** (-m / 2)
    return k_close * equilibrium * tilt, k_close / tilt


def chance_to_stay(k_open: F8, k_close: F8, dt: float) -> F8:
    """Return the chance not to open or close in dt, as laid out in Regulation.stay; not compiled."""
    return np.exp(-np.stack([k_open, k_close], axis=1) * dt).ravel()


@inner
def _exit_rates(regulation: Regulation, ca: float, n: int, is_open: int, s: int, m: int) -> tuple[float, float, float]:
    """Return the rates of calcium on, calcium off and flip for a unit with n calcium, neighbour sum s - 2, m heads."""
    on = regulation.k_calcium_on * ca * (regulation.n_calcium_sites - n)
    if is_open == 1:
        return on, regulation.k_calcium_off_open * n, regulation.k_close[n, s, m]
    return on, regulation.k_calcium_off_closed * n, regulation.k_open[n, s, m]


@inlined
def _tabulate_stay(regulation: Regulation, ca: float, dt: float, stay: F8) -> None:
    """Tabulate the chance of every kind of unit to change nothing in this step."""
    i = 0
    for n in range(regulation.n_calcium_sites + 1):
        for is_open in range(2):
            on, off, _ = _exit_rates(regulation, ca, n, is_open, 0, 0)
            decay = math.exp(-(on + off) * dt)
            for _ in range(5 * (MAX_COOPERATING + 1)):
                stay[i] = decay * regulation.stay[i]
                i += 1


@inlined
def _kind(n: int, is_open: int, s: int, m: int) -> np.uint64:
    """Return the row of ``stay``; unsigned, which spares a check for a negative index."""
    return np.uint64(((2 * n + is_open) * 5 + int(s)) * (MAX_COOPERATING + 1) + m)


@inlined
def _visit(state: State, regulation: Regulation, ca: float, dt: float, scratch: Scratch, unit: int, s: int) -> None:
    """Step one unit whose neighbours add up to s - 2 (open +1, not open -1)."""
    n, is_open = int(state.ru_calcium[unit]), int(state.ru_open[unit])
    m = min(int(state.ru_heads[unit]), MAX_COOPERATING)
    u = scratch.draw[unit]
    if u >= scratch.ru_stay[_kind(n, is_open, s, m)]:
        # -ln(u)/k is the time of the first event, within the step
        _run_unit(state, regulation, ca, dt, unit, s, m, u)


@inner
def _run_unit(state: State, regulation: Regulation, ca: float, dt: float, unit: int, s: int, m: int, u: float) -> None:
    """Follow one unit through the step; u < 1 already fixes when its first event comes."""
    left = dt
    n, is_open = state.ru_calcium[unit], state.ru_open[unit]
    while True:
        on, off, flip = _exit_rates(regulation, ca, n, is_open, s, m)
        total = on + off + flip
        if total <= 0.0:
            break
        left += math.log(max(u, 1e-300)) / total
        if left <= 0.0:
            break
        pick = uniform(state.stream) * total
        if pick < on:
            n += 1
        elif pick < on + off:
            n -= 1
        else:
            is_open = 1 - is_open
        u = uniform(state.stream)
    state.counters[Count.RU_CALCIUM] += n - state.ru_calcium[unit]
    state.ru_calcium[unit] = n
    state.ru_open[unit] = is_open


@inner
def switch_thin(state: State, lattice: Lattice, regulation: Regulation, ca: float, dt: float, scratch: Scratch) -> None:
    """Let every regulatory unit bind or lose calcium, open or close, for one step at free calcium ca (µM)."""
    _tabulate_stay(regulation, ca, dt, scratch.ru_stay)
    fill_uniform(state.lanes, scratch.draw, state.ru_open.size)
    opened, n_ru = state.ru_open, lattice.n_ru
    for half in range(2):
        first = (state.counters[Count.STEP] + half) % 2
        for begin in range(0, opened.size, n_ru):  # a strand; each of its ends has one neighbour
            last = begin + n_ru - 1
            if first == 0:
                _visit(state, regulation, ca, dt, scratch, begin, 1 + 2 * opened[begin + 1])
            for unit in range(begin + 2 - first, last, 2):
                _visit(state, regulation, ca, dt, scratch, unit, 2 * (opened[unit - 1] + opened[unit + 1]))
            if (n_ru - 1) % 2 == first:
                _visit(state, regulation, ca, dt, scratch, last, 1 + 2 * opened[last - 1])
