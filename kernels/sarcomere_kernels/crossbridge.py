"""One step of every head: detached ones attach within reach, attached ones follow the tabulated propagator."""

import math

import numpy as np

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.rng import fill_uniform, uniform
from sarcomere_kernels.types import (
    DWELL_BINS_PER_DECADE,
    F8,
    N_ATTACHED,
    N_DWELL_BINS,
    N_OUTCOMES,
    TICKS_PER_STEP,
    Count,
    Cycle,
    CycleTable,
    Exit,
    HeadState,
    Lattice,
    Outcome,
    Scratch,
    State,
    ThickFilament,
)


@inlined
def strain_bin(table: CycleTable, x: float) -> int:
    """Return the bin of a strain; strains beyond the table use its last bin."""
    b = int((x - table.x_min) * table.bins_per_nm)
    return max(0, min(b, table.attach.size - 1))


@inlined
def _first_site(lattice: Lattice, face: int, s_low: float) -> int:
    """Return the first site of a face at or beyond s_low."""
    cell = max(0, min(int(s_low / lattice.cell_length), lattice.first_site.shape[1] - 1))
    site, end = lattice.first_site[face, cell], lattice.face_start[face + 1]
    while site < end and lattice.site_s[site] < s_low:
        site += 1
    return int(site)


@inner
def _find_sites(
    state: State, lattice: Lattice, table: CycleTable, closed: float, head: int, centre: float, rate: F8, found: Scratch
) -> int:
    """List the free sites within reach of a head and the running sum of their rates; returns how many.

    ``closed`` is the share of the rate that is left where the unit is not open.
    """
    face = lattice.head_face[head]
    anchor = lattice.head_z[head] + state.thick_shift[lattice.head_node[head]]
    tip = lattice.n_thin * lattice.n_ru + face // 3
    z_line, z_tip = state.thin_shift[face // 3], state.thin_shift[tip]
    at_zero_strain = lattice.reference_length - anchor - centre
    site = _first_site(lattice, face, at_zero_strain - table.reach - max(z_line, z_tip))
    s_high = at_zero_strain + table.reach - min(z_line, z_tip)
    end = lattice.face_start[face + 1]
    n, total = 0, 0.0
    while site < end and lattice.site_s[site] <= s_high:
        if state.site_taken[site] == 0:
            # the Z-line is row 0 of thin_shift, so the first node needs no special case
            node, w = lattice.site_node[site], lattice.site_weight[site]
            shift = (1.0 - w) * state.thin_shift[node] + w * state.thin_shift[node + lattice.n_thin]
            x = lattice.reference_length - lattice.site_s[site] - anchor - shift
            total += rate[strain_bin(table, x)] * (1.0 if state.ru_open[lattice.site_ru[site]] == 1 else closed)
            found.found_site[n], found.found_strain[n], found.found_sum[n] = site, x, total
            n += 1
        site += 1
    return n


@inlined
def _attach_weight(lattice: Lattice, spacing_weight: float, crossed: float, head: int) -> float:
    """Return the factor on attachment of a head, lower where thin filaments of both halves lie side by side."""
    return spacing_weight * lattice.double_overlap if lattice.head_z[head] < crossed else spacing_weight


@inlined
def _attach(state: State, lattice: Lattice, head: int, site: int, x: float, new_state: int) -> None:
    """Append the head to the list of attached ones."""
    slot = state.counters[Count.N_BOUND]
    state.counters[Count.N_BOUND] = slot + 1
    unit = lattice.site_ru[site]
    state.head_state[head] = new_state
    state.head_since[head] = state.counters[Count.TICK]
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
    dwell = (state.counters[Count.TICK] - state.head_since[head]) / TICKS_PER_STEP
    path = Exit.ATP_CYCLE if new_state == HeadState.MT else Exit.REVERSAL
    if new_state == HeadState.MT:
        state.counters[Count.ATP_USED] += 1
    dwell_bin = int(DWELL_BINS_PER_DECADE * math.log10(max(dwell, 1.0)) + 1e-9)
    state.dwell[path, min(dwell_bin, N_DWELL_BINS - 1)] += 1
    state.head_state[head] = new_state
    state.head_since[head] = state.counters[Count.TICK]
    state.site_taken[state.bound_site[slot]] = 0
    state.ru_heads[state.bound_ru[slot]] -= 1
    last = state.counters[Count.N_BOUND] - 1
    state.counters[Count.N_BOUND] = last
    state.bound_head[slot] = state.bound_head[last]
    state.bound_site[slot] = state.bound_site[last]
    state.bound_ru[slot] = state.bound_ru[last]
    state.bound_thick[slot] = state.bound_thick[last]
    state.bound_thin[slot] = state.bound_thin[last]
    state.bound_weight[slot] = state.bound_weight[last]
    state.bound_rest[slot] = state.bound_rest[last]
    state.strain[slot] = state.strain[last]


@inlined
def _attach_in_step(
    state: State, lattice: Lattice, table: CycleTable, head: int, site: int, x: float, entry: int
) -> None:
    """Draw the end-of-step state of a newly attached head.

    Binding without ATP (entry 1) gives back the ATP that a detachment will use.
    """
    v = uniform(state.stream)
    closed, b = 1 - state.ru_open[lattice.site_ru[site]], strain_bin(table, x)
    outcome = 0
    while outcome < N_OUTCOMES - 1 and v >= table.landing[closed, entry, b, outcome]:
        outcome += 1
    state.counters[Count.ATP_USED] -= entry
    if outcome < N_ATTACHED:
        _attach(state, lattice, head, site, x, HeadState.A1 + outcome)
    elif outcome == Outcome.MDP:
        state.head_state[head] = HeadState.MDP
    else:
        state.head_state[head] = HeadState.MT
        state.counters[Count.ATP_USED] += 1


@inner
def _exit_detached(
    state: State,
    lattice: Lattice,
    cycle: Cycle,
    table: CycleTable,
    thick: ThickFilament,
    scratch: Scratch,
    dt: float,
    spacing_weight: float,
    crossed: float,
    head: int,
    u: float,
) -> None:
    """Draw one of the competing exits of a detached head over dt."""
    now = state.head_state[head]
    if u >= scratch.attempt[now]:
        return
    if now == HeadState.OFF:
        if u < 1.0 - math.exp(-scratch.off_exit_rate[lattice.head_node[head]] * dt):
            state.head_state[head] = HeadState.MDP
        return
    if now == HeadState.MDP:
        rate, centre, entry = table.attach, 0.0, 0
        first, second = cycle.k_hydrolysis_reverse, thick.k_off_return
    else:
        rate, centre, entry = table.rebind, -(cycle.stroke_1 + cycle.stroke_2), 1
        first, second = cycle.k_hydrolysis, 0.0
    n_found = _find_sites(state, lattice, table, cycle.closed_attachment, head, centre, rate, scratch)
    weight = _attach_weight(lattice, spacing_weight, crossed, head)
    leave = first + second
    if n_found > 0:
        leave += weight * scratch.found_sum[n_found - 1]
    if u >= leave * dt:  # cheaper than, and above, the exact chance
        return
    chance = 1.0 - math.exp(-leave * dt)
    if u >= chance:
        return
    pick = u / chance * leave
    if pick < first:
        state.head_state[head] = HeadState.MT if now == HeadState.MDP else HeadState.MDP
    elif pick < first + second:
        state.head_state[head] = HeadState.OFF
    else:
        pick = (pick - first - second) / weight
        i = 0
        while i < n_found - 1 and scratch.found_sum[i] <= pick:
            i += 1
        if n_found > 0:  # none: rounding carried pick past the last exit
            _attach_in_step(state, lattice, table, head, scratch.found_site[i], scratch.found_strain[i], entry)


@inlined
def _outcome(state: State, table: CycleTable, slot: int, now: int, u: float) -> int:
    """Draw where an attached head is one step later: A1, A2, A3, RIGOR, or off to MDP or MT, as 0 ... 5."""
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
    crossed: float,
    scratch: Scratch,
) -> None:
    """Let every head take one step: the detached ones, and the ones that were attached when it began.

    Which come first changes from step to step: a head that binds in the middle of a step finds half of what leaves in
    it gone, so always trying sites before they are left, or after, would be an error of first order.  So would be
    losing the rest of the step of a head that came into another detached state: it has half of it, on average, to leave
    that state again.
    """
    n_bound = state.counters[Count.N_BOUND]
    for phase in range(2):
        if (state.counters[Count.STEP] + phase) % 2 == 0:
            fill_uniform(state.lanes, scratch.draw, state.head_state.size)
            for head in range(state.head_state.size):
                now = state.head_state[head]
                if scratch.draw[head] >= scratch.attempt[np.uint8(now)]:  # always, where attached
                    continue
                if phase == 1 and state.head_since[head] == state.counters[Count.TICK]:
                    continue  # came loose in this step
                _exit_detached(
                    state, lattice, cycle, table, thick, scratch, dt, spacing_weight, crossed, head, scratch.draw[head]
                )
                after = state.head_state[head]
                if after != now and after < HeadState.A1:
                    u = uniform(state.stream)
                    _exit_detached(
                        state, lattice, cycle, table, thick, scratch, 0.5 * dt, spacing_weight, crossed, head, u
                    )
        else:
            fill_uniform(state.lanes, scratch.draw, n_bound)
            for slot in range(n_bound - 1, -1, -1):  # backward, so that what moves into a slot has had its turn
                head = state.bound_head[slot]
                now = state.head_state[head] - HeadState.A1
                outcome = _outcome(state, table, slot, now, scratch.draw[slot])
                if outcome == now:
                    continue
                if outcome < N_ATTACHED:
                    state.head_state[head] = HeadState.A1 + outcome
                else:
                    _detach(state, slot, HeadState.MDP if outcome == Outcome.MDP else HeadState.MT)
                    u = uniform(state.stream)
                    _exit_detached(
                        state, lattice, cycle, table, thick, scratch, 0.5 * dt, spacing_weight, crossed, head, u
                    )
