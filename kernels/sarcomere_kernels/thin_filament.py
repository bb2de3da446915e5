"""Regulatory units: calcium binds to troponin, tropomyosin opens and closes, neighbours cooperate.

Within a step each unit is simulated exactly (event by event) with its neighbours frozen, first every other
unit of a strand, then the ones between.  Each half leaves the Boltzmann distribution of the chain unchanged,
so equilibrium carries no step error; the halves swap order from step to step.
"""

import math

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.rng import fill_uniform, uniform
from sarcomere_kernels.types import F8, MAX_LOCK, RU_CALCIUM, STEP, Lattice, Regulation, Scratch, State


@inner
def _exit_rates(regulation: Regulation, ca: float, n: int, is_open: int, s: int, m: int) -> tuple[float, float, float]:
    """Rates of calcium on, calcium off and flip for a unit with n calcium, neighbour sum s - 2, m heads."""
    on = regulation.k_calcium_on * ca * (regulation.n_calcium_sites - n)
    if is_open == 1:
        return on, regulation.k_calcium_off_open * n, regulation.k_close[n, s, m]
    return on, regulation.k_calcium_off_closed * n, regulation.k_open[n, s]


@inlined
def _tabulate_stay(regulation: Regulation, ca: float, dt: float, stay: F8) -> None:
    for n in range(regulation.n_calcium_sites + 1):
        for is_open in range(2):
            for s in range(5):
                for m in range(MAX_LOCK + 1):
                    on, off, flip = _exit_rates(regulation, ca, n, is_open, s, m)
                    stay[n, is_open, s, m] = math.exp(-(on + off + flip) * dt)


@inlined
def neighbour_sum(ru_open: F8, unit: int, place: int, n_ru: int) -> int:
    """2 + (open - not-open neighbours); a unit at the end of a strand has one neighbour."""
    s = 2
    if place > 0:
        s += 2 * ru_open[unit - 1] - 1
    if place < n_ru - 1:
        s += 2 * ru_open[unit + 1] - 1
    return s


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
    state.counters[RU_CALCIUM] += n - state.ru_calcium[unit]
    state.ru_calcium[unit] = n
    state.ru_open[unit] = is_open


@inner
def switch_thin(state: State, lattice: Lattice, regulation: Regulation, ca: float, dt: float, scratch: Scratch) -> None:
    """Let every regulatory unit bind or lose calcium, open or close, for one step at free calcium ca (µM)."""
    stay = scratch.ru_stay
    _tabulate_stay(regulation, ca, dt, stay)
    fill_uniform(state.stream, scratch.draw, state.ru_open.size)
    n_strand = state.ru_open.size // lattice.n_ru
    for half in range(2):
        first = (state.counters[STEP] + half) % 2
        for strand in range(n_strand):
            for place in range(first, lattice.n_ru, 2):
                unit = strand * lattice.n_ru + place
                s = neighbour_sum(state.ru_open, unit, place, lattice.n_ru)
                m = min(state.ru_heads[unit], MAX_LOCK)
                u = scratch.draw[unit]
                if u < stay[state.ru_calcium[unit], state.ru_open[unit], s, m]:
                    continue
                # u in [stay, 1): -ln(u)/k is the time of the first event, within the step
                _run_unit(state, regulation, ca, dt, unit, s, m, u)
