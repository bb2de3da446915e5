"""The step of every head: detached ones try what is within reach, attached ones follow the tabulated cycle."""

import math

import numpy as np

from sarcomere_kernels.compiled import inlined, inner
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
    TICK,
    TICKS_PER_STEP,
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
def _first_site(lattice: Lattice, face: int, s_low: float) -> int:
    """First site of a face at or beyond s_low."""
    cell = max(0, min(int(s_low / lattice.cell_length), lattice.first_site.shape[1] - 1))
    site, end = lattice.first_site[face, cell], lattice.face_start[face + 1]
    while site < end and lattice.site_s[site] < s_low:
        site += 1
    return site


@inner
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
            # the Z-line is row 0 of thin_shift, so the first node needs no special case
            node, w = lattice.site_node[site], lattice.site_weight[site]
            shift = (1.0 - w) * state.thin_shift[node] + w * state.thin_shift[node + lattice.n_thin]
            x = lattice.reference_length - lattice.site_s[site] - anchor - shift
            total += rate[strain_bin(table, x)]
            if total > pick:
                return site, x, total
        site += 1
    return NO_SITE, 0.0, total


@inlined
def _attach(state: State, lattice: Lattice, head: int, site: int, x: float, new_state: int) -> None:
    """Append the head to the list of attached ones."""
    slot = state.counters[N_BOUND]
    state.counters[N_BOUND] = slot + 1
    unit = lattice.site_ru[site]
    state.head_state[head] = new_state
    state.head_since[head] = state.counters[TICK]
    state.bound_head[slot] = head
    state.bound_site[slot] = site
    state.bound_ru[slot] = unit
    state.bound_thick[slot] = lattice.head_node[head]
    state.bound_thin[slot] = lattice.site_node[site]
    state.bound_weight[slot] = lattice.site_weight[site]
    state.bound_rest[slot] = lattice.reference_length - lattice.site_s[site] - lattice.head_z[head]
    state.strain[slot] = x
    state.site_taken[site] = 1
    state.ru_heads[unit] += 1


@inlined
def _detach(state: State, slot: int, new_state: int) -> None:
    """Take a head from the list; the last one of the list moves into its place."""
    head = state.bound_head[slot]
    dwell = (state.counters[TICK] - state.head_since[head]) / TICKS_PER_STEP
    path = BY_ATP if new_state == MT else BY_REVERSAL
    if new_state == MT:
        state.counters[ATP_USED] += 1
    dwell_bin = int(DWELL_BINS_PER_DECADE * math.log10(max(dwell, 1.0)) + 1e-9)
    state.dwell[path, min(dwell_bin, N_DWELL_BINS - 1)] += 1
    state.head_state[head] = new_state
    state.site_taken[state.bound_site[slot]] = 0
    state.ru_heads[state.bound_ru[slot]] -= 1
    last = state.counters[N_BOUND] - 1
    state.counters[N_BOUND] = last
    for array in (state.bound_head, state.bound_site, state.bound_ru, state.bound_thick, state.bound_thin):
        array[slot] = array[last]
    for array in (state.bound_weight, state.bound_rest, state.strain):
        array[slot] = array[last]


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
def _leave(
    state: State,
    lattice: Lattice,
    cycle: Cycle,
    table: CycleTable,
    thick: ThickFilament,
    scratch: Scratch,
    dt: float,
    spacing_weight: float,
    head: int,
    u: float,
) -> None:
    """The exits of a detached head over dt, competing for one draw."""
    now = state.head_state[head]
    if u >= scratch.attempt[now]:
        return
    if now == OFF:
        if u < 1.0 - math.exp(-scratch.wake_rate[lattice.head_node[head]] * dt):
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


@inlined
def _outcome(state: State, table: CycleTable, slot: int, now: int, u: float) -> int:
    """Where an attached head is a step later: A1, A2, A3, RIGOR, or off to MDP or MT, as 0 ... 5."""
    closed, b = 1 - state.ru_open[state.bound_ru[slot]], strain_bin(table, state.strain[slot])
    if u < table.stay[closed, now, b]:
        return now
    k = 1
    while k < N_OUTCOMES - 1 and u >= table.transition[closed, b, now, k]:
        k += 1
    return k - 1 if k <= now else k  # the row leaves out "stay"


@inner
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
    """Let every head take one step: detached ones first, then the ones that were attached when it began.

    No detached head changes with a chance above p, so heads are visited in jumps, each visited with chance p.  One that
    came into another detached state has, on average, half the step left to leave it again; without that second draw,
    heads that bind and let go often would lose half a step each time, an error of first order.
    """
    n_bound = state.counters[N_BOUND]
    p = max(scratch.attempt[OFF], scratch.attempt[MT], scratch.attempt[MDP])
    per_head = 1.0 / math.log1p(-min(p, 1.0 - 1e-16)) if p > 0.0 else -np.inf
    n_heads = state.head_state.size
    # with u = 0 the jump passes any lattice; held below it so that it stays an integer
    head = int(min(math.log(uniform(state.stream)) * per_head, float(n_heads)))
    while head < n_heads:
        now = state.head_state[head]
        if now < A1:
            _leave(state, lattice, cycle, table, thick, scratch, dt, spacing_weight, head, p * uniform(state.stream))
            after = state.head_state[head]
            if after != now and after < A1:
                u = uniform(state.stream)
                _leave(state, lattice, cycle, table, thick, scratch, 0.5 * dt, spacing_weight, head, u)
        head += 1 + int(min(math.log(uniform(state.stream)) * per_head, float(n_heads)))

    fill_uniform(state.stream, scratch.draw, n_bound)
    for slot in range(n_bound - 1, -1, -1):  # backward, so that what moves into a slot has had its turn
        head = state.bound_head[slot]
        now = state.head_state[head] - A1
        outcome = _outcome(state, table, slot, now, scratch.draw[slot])
        if outcome == now:
            continue
        if outcome < N_ATTACHED:
            state.head_state[head] = A1 + outcome
        else:
            _detach(state, slot, MDP if outcome == TO_MDP else MT)
            u = uniform(state.stream)
            _leave(state, lattice, cycle, table, thick, scratch, 0.5 * dt, spacing_weight, head, u)
