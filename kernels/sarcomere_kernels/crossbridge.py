"""The step of every head: attached ones follow the tabulated cycle, detached ones try what is within reach."""

import math

import numpy as np

from sarcomere_kernels.compiled import inlined, inner, kernel
from sarcomere_kernels.rng import fill_uniform, uniform
from sarcomere_kernels.types import (
    A1,
    ATP_USED,
    BY_ATP,
    BY_REVERSAL,
    DWELL_BINS_PER_DECADE,
    F8,
    MDP,
    MT,
    N_ATTACHED,
    N_BOUND,
    N_DWELL_BINS,
    N_OUTCOMES,
    NO_SITE,
    OFF,
    STEP,
    TO_MDP,
    Cycle,
    CycleTable,
    Lattice,
    Scratch,
    State,
    ThickFilament,
)


@inlined
def strain_bin(table: CycleTable, x: float) -> int:
    """Bin of a strain; strains beyond the table use its last bin."""
    b = int((x - table.x_min) * table.bins_per_nm)
    return max(0, min(b, table.attach.size - 1))


@inlined
def thin_shift_at(state: State, lattice: Lattice, site: int) -> float:
    """Displacement of a site toward the M-line, linear between thin-filament nodes."""
    node = lattice.site_node[site]
    w = lattice.site_weight[site]
    # mechanics.py keeps the Z-line as row 0 of thin_shift, so node -1 needs no special case.
    return (1.0 - w) * state.thin_shift[node] + w * state.thin_shift[node + lattice.n_thin]


@inlined
def _first_site(lattice: Lattice, face: int, s_low: float) -> int:
    """First site of a face at or beyond s_low, by bisection."""
    low, high = lattice.face_start[face], lattice.face_start[face + 1]
    while low < high:
        middle = (low + high) // 2
        if lattice.site_s[middle] < s_low:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def _try_sites(
    state: State, lattice: Lattice, table: CycleTable, head: int, centre: float, rate: F8, pick: float
) -> tuple[int, float, float]:
    """Walk the free, open sites within reach of a head, adding up their rates.

    Stops at the site where the sum passes ``pick``; returns (site, its strain, sum).
    """
    face = lattice.head_face[head]
    anchor = lattice.head_z[head] + state.thick_shift[lattice.head_node[head]]
    tip = lattice.n_thin * lattice.n_ru + face // 3
    z_line, z_tip = state.thin_shift[face // 3], state.thin_shift[tip]
    at_zero_strain = lattice.reference_length - anchor - centre
    site = _first_site(lattice, face, at_zero_strain - table.reach - max(z_line, z_tip))
    s_high = at_zero_strain + table.reach - min(z_line, z_tip)
    end = lattice.face_start[face + 1]
    total = 0.0
    while site < end and lattice.site_s[site] <= s_high:
        if state.site_taken[site] == 0 and state.ru_open[lattice.site_ru[site]] == 1:
            x = lattice.reference_length - lattice.site_s[site] - anchor - thin_shift_at(state, lattice, site)
            total += rate[strain_bin(table, x)]
            if total > pick:
                return site, x, total
        site += 1
    return NO_SITE, 0.0, total


@inlined
def _attach(state: State, lattice: Lattice, head: int, site: int, x: float, new_state: int) -> None:
    state.head_state[head] = new_state
    state.head_site[head] = site
    state.head_since[head] = state.counters[STEP]
    state.strain[head] = x
    state.site_taken[site] = 1
    state.ru_heads[lattice.site_ru[site]] += 1


@inlined
def _detach(state: State, lattice: Lattice, head: int, new_state: int) -> None:
    site = state.head_site[head]
    dwell = state.counters[STEP] - state.head_since[head]
    path = BY_ATP if new_state == MT else BY_REVERSAL
    if new_state == MT:
        state.counters[ATP_USED] += 1
    dwell_bin = int(DWELL_BINS_PER_DECADE * math.log10(max(dwell, 1)))
    state.dwell[path, min(dwell_bin, N_DWELL_BINS - 1)] += 1
    state.head_state[head] = new_state
    state.head_site[head] = NO_SITE
    state.site_taken[site] = 0
    state.ru_heads[lattice.site_ru[site]] -= 1


@inlined
def _step_attached(state: State, lattice: Lattice, table: CycleTable, head: int, u: float) -> None:
    now = state.head_state[head] - A1
    closed = 1 - state.ru_open[lattice.site_ru[state.head_site[head]]]
    b = strain_bin(table, state.strain[head])
    if u < table.transition[closed, b, now, 0]:
        return
    k = 1
    while k < N_OUTCOMES - 1 and u >= table.transition[closed, b, now, k]:
        k += 1
    outcome = k - 1 if k <= now else k  # the row leaves out "stay"
    if outcome < N_ATTACHED:
        state.head_state[head] = A1 + outcome
    else:
        _detach(state, lattice, head, MDP if outcome == TO_MDP else MT)


@inlined
def _land(state: State, lattice: Lattice, table: CycleTable, head: int, site: int, x: float, entry: int) -> None:
    """A head that bound during the step has moved on by its end: draw where it is then.

    Binding without ATP (entry 1) gives back the ATP that a detachment will use.
    """
    v = uniform(state.stream)
    b = strain_bin(table, x)
    outcome = 0
    while outcome < N_OUTCOMES - 1 and v >= table.landing[entry, b, outcome]:
        outcome += 1
    state.counters[ATP_USED] -= entry
    if outcome < N_ATTACHED:
        _attach(state, lattice, head, site, x, A1 + outcome)
    elif outcome == TO_MDP:
        state.head_state[head] = MDP
    else:
        state.head_state[head] = MT
        state.counters[ATP_USED] += 1


@inner
def _step_detached(
    state: State,
    lattice: Lattice,
    cycle: Cycle,
    table: CycleTable,
    thick: ThickFilament,
    dt: float,
    spacing_weight: float,
    wake_rate: float,
    head: int,
    u: float,
) -> None:
    """One competing-exit draw; u is below the bound of its state, so most heads never come here."""
    now = state.head_state[head]
    if now == OFF:
        if u < 1.0 - math.exp(-wake_rate * dt):
            state.head_state[head] = MDP
        return
    if now == MDP:
        rate, centre, entry = table.attach, 0.0, 0
        first, second = cycle.k_hydrolysis_reverse, thick.k_rest
    else:
        rate, centre, entry = table.rebind, -(cycle.stroke_1 + cycle.stroke_2), 1
        first, second = cycle.k_hydrolysis, 0.0
    sites = spacing_weight * _try_sites(state, lattice, table, head, centre, rate, np.inf)[2]
    leave = first + second + sites
    chance = 1.0 - math.exp(-leave * dt)
    if u >= chance:
        return
    pick = u / chance * leave
    if pick < first:
        state.head_state[head] = MT if now == MDP else MDP
    elif pick < first + second:
        state.head_state[head] = OFF
    else:
        pick = (pick - first - second) / spacing_weight
        site, x, _ = _try_sites(state, lattice, table, head, centre, rate, pick)
        if site != NO_SITE:  # rounding may carry pick past the last site
            _land(state, lattice, table, head, site, x, entry)


@kernel
def cycle_heads(
    state: State,
    lattice: Lattice,
    cycle: Cycle,
    table: CycleTable,
    thick: ThickFilament,
    dt: float,
    spacing_weight: float,
    scratch: Scratch,
) -> None:
    """Let every head take one step on one draw, and list the attached ones in ``scratch.bound_head``.

    A head that attaches takes another draw, for where it stands at the end of the step.  One that has come into a
    detached state has, on average, half the step left to leave it again; without that, heads that bind and let go often
    would lose half a step each time, an error of first order.
    """
    fill_uniform(state.stream, scratch.head_draw)
    n_bound = 0
    for head in range(state.head_state.size):
        u = scratch.head_draw[head]
        now = state.head_state[head]
        wake = scratch.wake_rate[lattice.head_node[head]]
        if now >= A1:
            _step_attached(state, lattice, table, head, u)
        elif u < scratch.attempt[now]:
            _step_detached(state, lattice, cycle, table, thick, dt, spacing_weight, wake, head, u)
        after = state.head_state[head]
        if after != now and after < A1:
            u = uniform(state.stream)
            if u < scratch.attempt[after]:
                _step_detached(state, lattice, cycle, table, thick, 0.5 * dt, spacing_weight, wake, head, u)
        if state.head_state[head] >= A1:
            scratch.bound_head[n_bound] = head
            n_bound += 1
    state.counters[N_BOUND] = n_bound
