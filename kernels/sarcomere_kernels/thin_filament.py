"""Regulatory units: calcium binds to troponin, tropomyosin opens and closes, neighbours cooperate.

Within a step each unit is simulated exactly (event by event) with its neighbours frozen, first every other
unit of a strand, then the ones between.  Each half leaves the Boltzmann distribution of the chain unchanged,
so equilibrium carries no step error; the halves swap order from step to step.
"""

import math

import numpy as np

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.listing import list_flagged
from sarcomere_kernels.rng import fill_words, to_unit, uniform, word_below
from sarcomere_kernels.types import (
    F8,
    I1,
    MAX_COOPERATING,
    MAX_SITES_CALCIUM,
    U1,
    U4,
    Count,
    Lattice,
    Regulation,
    Scratch,
    State,
)

_SUMS, _HEADS = 5, MAX_COOPERATING + 1  # neighbour sums and numbers of heads that are told apart


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
def _tabulate_quiet(regulation: Regulation, ca: float, dt: float, quiet: U4) -> None:
    """Tabulate below which draws a unit of every kind changes nothing in this step."""
    i = 0
    for n in range(regulation.n_calcium_sites + 1):
        for is_open in range(2):
            on, off, _ = _exit_rates(regulation, ca, n, is_open, 0, 0)
            decay = math.exp(-(on + off) * dt)
            for _ in range(_SUMS * _HEADS):
                quiet[i] = word_below(decay * regulation.stay[i])
                i += 1


@inlined
def _kind(n: int, is_open: int, s: int, m: int) -> np.uint8:
    """Return the row of ``quiet`` of a unit with n calcium, neighbour sum s - 2 and m heads."""
    return np.uint8(((2 * n + is_open) * _SUMS + s) * _HEADS + min(m, MAX_COOPERATING))


@inner
def _flag_units(opened: I1, calcium: I1, heads: I1, draw: U4, quiet: U4, n_ru: int, kind: U1, flag: U1) -> None:
    """Set the kind of every unit, as it stands among its neighbours, and flag those that may change in this step."""
    for begin in range(0, opened.size, n_ru):  # a strand; each of its ends has one neighbour
        o, c, h = opened[begin : begin + n_ru], calcium[begin : begin + n_ru], heads[begin : begin + n_ru]
        strand, last = kind[begin : begin + n_ru], n_ru - 1
        for r in range(1, last):
            strand[r] = _kind(c[r], o[r], 2 * (o[r - 1] + o[r + 1]), h[r])
        strand[0] = _kind(c[0], o[0], 1 + 2 * o[1], h[0])
        strand[last] = _kind(c[last], o[last], 1 + 2 * o[last - 1], h[last])
    for unit in range(kind.size):
        flag[unit] = draw[unit] >= quiet[kind[unit]]


@inlined
def _tell_neighbours(unit: int, n_ru: int, turn: int, draw: U4, quiet: U4, kind: U1, flag: U1) -> None:
    """Change the kind of the neighbours of a unit that opens (turn 1) or closes (-1); flag those that may change."""
    for side in range(-1, 2, 2):
        beside = unit + side
        if 0 <= unit % n_ru + side < n_ru:
            kind[beside] = np.uint8(int(kind[beside]) + 2 * _HEADS * turn)
            flag[beside] = draw[beside] >= quiet[kind[beside]]


@inlined
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
    draw, quiet, kind, flag = scratch.draw, scratch.ru_quiet, scratch.ru_kind, scratch.flag
    opened, n_ru = state.ru_open, lattice.n_ru
    _tabulate_quiet(regulation, ca, dt, quiet)
    fill_words(state.lanes, draw, opened.size)
    _flag_units(opened, state.ru_calcium, state.ru_heads, draw, quiet, n_ru, kind, flag)
    for half in range(2):
        first = (state.counters[Count.STEP] + half) % 2
        for i in range(list_flagged(flag, opened.size, scratch.listed)):
            unit = scratch.listed[i]
            if unit % n_ru % 2 != first:
                continue
            before, row = int(opened[unit]), int(kind[unit])
            # -ln(u)/k is the time of the first event, within the step
            _run_unit(state, regulation, ca, dt, unit, row // _HEADS % _SUMS, row % _HEADS, to_unit(draw[unit]))
            if half == 0 and opened[unit] != before:
                _tell_neighbours(unit, n_ru, int(opened[unit]) - before, draw, quiet, kind, flag)
