"""One step of every head: detached ones attach within reach, attached ones follow the tabulated propagator."""

import math

import numpy as np

from sarcomere_kernels.bounds import bound_by_state, list_tries
from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.listing import list_flagged
from sarcomere_kernels.rng import fill_words, to_unit, uniform
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


@inlined
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
        # the Z-line is row 0 of thin_shift, so the first node needs no special case
        node, w = np.uint32(lattice.site_node[site]), lattice.site_weight[site]
        shift = (1.0 - w) * state.thin_shift[node] + w * state.thin_shift[node + np.uint32(lattice.n_thin)]
        x = lattice.reference_length - lattice.site_s[site] - anchor - shift
        free = 1 - state.site_taken[site]  # of a site that is taken the entry is written over
        ease = 1.0 if state.ru_open[np.uint32(lattice.site_ru[site])] == 1 else closed
        total += free * rate[strain_bin(table, x)] * ease
        found.found_site[n], found.found_strain[n], found.found_sum[n] = site, x, total
        n += free
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


@inlined
def _exit_detached(
    state: State,
    lattice: Lattice,
    cycle: Cycle,
    table: CycleTable,
    thick: ThickFilament,
    scratch: Scratch,
    step: float,
    part: int,
    spacing_weight: float,
    crossed: float,
    head: int,
    u: float,
) -> None:
    """Draw one of the competing exits of a detached head over a step (part 0) or half a step (part 1)."""
    now = state.head_state[head]
    if u >= scratch.attempt[part, now]:
        return
    dt = step if part == 0 else 0.5 * step
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
    # With K the sum of all rates, u K/(1 - exp(-K dt)) picks the exit.  That is u/dt or more and no more than what the
    # largest K gives: where both pick the same of the first two exits, its sites need not be looked at.
    least, most = u / dt, u * scratch.steepest[part, now]
    if most < first:
        state.head_state[head] = HeadState.MT if now == HeadState.MDP else HeadState.MDP
        return
    if least >= first and most < first + second:
        state.head_state[head] = HeadState.OFF
        return
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


@inner
def _list_moves(state: State, table: CycleTable, n_bound: int, scratch: Scratch) -> int:
    """List the places, among the first n_bound, of attached heads that may have moved on; returns how many."""
    last_bin = table.attach.size - 1
    for slot in range(n_bound):
        now = np.uint8(state.head_state[np.uint32(state.bound_head[slot])] - HeadState.A1)
        closed = np.uint8(1 - state.ru_open[np.uint32(state.bound_ru[slot])])
        at = int((state.strain[slot] - table.x_min) * table.bins_per_nm)
        b = np.uint32(max(0, min(at, last_bin)))
        scratch.flag[slot] = scratch.draw[slot] >= table.quiet[closed, now, b]
    return list_flagged(scratch.flag, n_bound, scratch.listed)


@inlined
def _outcome(state: State, table: CycleTable, slot: int, now: int, u: float) -> int:
    """Draw where an attached head is one step later: A1, A2, A3, RIGOR, or off to MDP or MT, as 0 ... 5."""
    closed, b = 1 - state.ru_open[state.bound_ru[slot]], strain_bin(table, state.strain[slot])
    row = table.transition[closed, b, now]
    if u < row[0]:
        return now
    k = 1
    while k < N_OUTCOMES - 1 and u >= row[k]:
        k += 1
    return k - 1 if k <= now else k  # the row leaves out "stay"


@inlined
def _move_attached(state: State, table: CycleTable, slot: int, u: float) -> bool:
    """Move an attached head to where it is one step later; tells whether that is off its site."""
    head = state.bound_head[slot]
    now = state.head_state[head] - HeadState.A1
    outcome = _outcome(state, table, slot, now, u)
    if outcome < N_ATTACHED:
        state.head_state[head] = HeadState.A1 + outcome
        return False
    _detach(state, slot, HeadState.MDP if outcome == Outcome.MDP else HeadState.MT)
    return True


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
    bound_by_state(table, dt, scratch)
    n_bound, now = state.counters[Count.N_BOUND], state.counters[Count.TICK]
    for phase in range(2):
        detached_now = (state.counters[Count.STEP] + phase) % 2 == 0
        fill_words(state.lanes, scratch.draw, state.head_state.size if detached_now else n_bound)
        if detached_now:
            n = list_tries(state, lattice, cycle, table, dt, spacing_weight, scratch)
        else:
            n = _list_moves(state, table, n_bound, scratch)
        # one loop for both, as what it calls is compiled into it
        for i in range(n):
            if detached_now:
                head, part = scratch.listed[i], 0
                if phase == 1 and state.head_since[head] == now:
                    continue  # came loose in this step
                u = to_unit(scratch.draw[head])
            else:
                slot = scratch.listed[n - 1 - i]  # backward, so that what moves into a place has had its turn
                head, part = state.bound_head[slot], 1
                if not _move_attached(state, table, slot, to_unit(scratch.draw[slot])):
                    continue
                u = uniform(state.stream)
            while True:
                before = state.head_state[head]
                _exit_detached(state, lattice, cycle, table, thick, scratch, dt, part, spacing_weight, crossed, head, u)
                after = state.head_state[head]
                if part == 1 or after == before or after >= HeadState.A1:
                    break
                part, u = 1, uniform(state.stream)
