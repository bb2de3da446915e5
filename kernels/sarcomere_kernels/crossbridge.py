"""The head cycle: strain-dependent rates, their exact one-step propagator, and the step of every head.

Rates inside the attached states reach 4e4 /s.  Instead of following each transition, P(x) = exp(Q(x) dt)
is tabulated per strain bin, so one draw moves a head to where it is one step later, exactly at frozen strain.
"""

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
    TO_MT,
    Cycle,
    CycleTable,
    Lattice,
    Scratch,
    State,
    ThickFilament,
)

_MAX_EXPONENT = 600.0
_MAX_RATE = 1e6  # per ms; at such strains the step is in equilibrium anyway


@inner
def head_energy(cycle: Cycle, x: float, stroke: float) -> float:
    """Elastic energy of a head in kT, its stroke done."""
    return 0.5 * cycle.stiffness_head * (x + stroke) ** 2 / cycle.thermal_energy


@inner
def _bounded(log_rate: float) -> float:
    return min(math.exp(min(log_rate, _MAX_EXPONENT)), _MAX_RATE)


@inner
def _overstretch(cycle: Cycle, x: float) -> float:
    """Factor phi on attachment and reversal alike: lets an over-stretched A1 head go."""
    exponent = 2.0 * cycle.stiffness_head * (abs(x) - cycle.x_critical) / cycle.thermal_energy
    return 1.0 + math.exp(min(12.0, exponent))


@inner
def attach_rate(cycle: Cycle, x: float) -> float:
    """MDP -> A1 at a free site on an open unit, per ms."""
    return cycle.k_attach * math.exp(-head_energy(cycle, x, 0.0)) * _overstretch(cycle, x)


@inner
def rebind_rate(cycle: Cycle, x: float) -> float:
    """MT -> RIGOR, the reverse of detachment by ATP, per ms."""
    return cycle.k_atp_reverse * math.exp(-head_energy(cycle, x, cycle.stroke_1 + cycle.stroke_2))


@kernel
def attached_generator(cycle: Cycle, x: float, closed: bool, q: F8) -> None:
    """Fill q[from, to], the generator over A1, A2, A3, RIGOR and the absorbing MDP, MT."""
    for i in range(N_OUTCOMES):
        for j in range(N_OUTCOMES):
            q[i, j] = 0.0
    e1 = head_energy(cycle, x, 0.0)
    e2 = head_energy(cycle, x, cycle.stroke_1)
    e3 = head_energy(cycle, x, cycle.stroke_1 + cycle.stroke_2)
    release = cycle.closed_detach_factor if closed else 1.0
    q[0, TO_MDP] = release * cycle.k_attach_reverse * _overstretch(cycle, x)
    w = cycle.k_stroke * math.exp(min(-cycle.stroke_split * (e2 - e1), _MAX_EXPONENT))
    stroke = w * cycle.stroke_cap / (w + cycle.stroke_cap)
    q[0, 1] = stroke
    q[1, 0] = _bounded(math.log(stroke / cycle.stroke_equilibrium) + e2 - e1)
    w = cycle.k_isomerise * math.exp(min(-(e3 - e2), _MAX_EXPONENT))
    isomerise = w * cycle.isomerise_cap / (w + cycle.isomerise_cap)
    q[1, 2] = isomerise
    q[2, 1] = _bounded(math.log(isomerise / cycle.isomerise_equilibrium) + e3 - e2)
    q[2, 3] = cycle.k_adp_release
    q[3, 2] = cycle.k_adp_rebind
    q[3, TO_MT] = release * cycle.k_atp_bind
    for i in range(N_OUTCOMES):
        out = 0.0
        for j in range(N_OUTCOMES):
            out += q[i, j]
        q[i, i] = -out


@inner
def _multiply(a: F8, b: F8, scale: float, product: F8) -> None:
    """product = scale * a b, small square matrices."""
    n = a.shape[0]
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += a[i, k] * b[k, j]
            product[i, j] = scale * total


@kernel
def propagator(q: F8, dt: float, p: F8, mean_p: F8, term: F8, work: F8) -> None:
    """p = exp(q dt) and mean_p = (1/dt) * integral of exp(q t) over the step, by doubling a tiny step.

    ``term`` and ``work`` are work space of the same shape as q.
    """
    n = q.shape[0]
    fastest = 1e-30
    for i in range(n):
        fastest = max(fastest, -q[i, i])
        for j in range(n):
            term[i, j] = p[i, j] = mean_p[i, j] = 1.0 if i == j else 0.0
    doublings = max(0, int(math.ceil(math.log2(fastest * dt))) + 4)
    tiny = dt / 2.0**doublings
    for order in range(1, 9):  # Taylor series; q*tiny is below 1/16
        _multiply(term, q, tiny / order, work)
        for i in range(n):
            for j in range(n):
                term[i, j] = work[i, j]
                p[i, j] += term[i, j]
                mean_p[i, j] += term[i, j] / (order + 1)
    for _ in range(doublings):
        _multiply(p, mean_p, 0.5, work)
        _multiply(p, p, 1.0, term)
        for i in range(n):
            for j in range(n):
                mean_p[i, j] = 0.5 * mean_p[i, j] + work[i, j]
                p[i, j] = term[i, j]


@inner
def _accumulate(p: F8, start: int, first: int, row: F8) -> None:
    """Cumulative chances of the outcomes of one start, ``first`` ahead of the others."""
    total = 0.0
    for j in range(N_OUTCOMES):
        total += p[start, j]
    cumulative = p[start, first] / total
    row[0] = cumulative
    k = 1
    for j in range(N_OUTCOMES):
        if j != first:
            cumulative += p[start, j] / total
            row[k] = cumulative
            k += 1


@kernel
def tabulate_cycle(cycle: Cycle, dt: float, table: CycleTable, work: F8) -> None:
    """Fill the table for one step length: the only place where rates become probabilities.

    ``work`` is work space of shape (5, N_OUTCOMES, N_OUTCOMES).
    """
    q, p, mean_p = work[0], work[1], work[2]
    for b in range(table.attach.size):
        x = table.x_min + (b + 0.5) / table.bins_per_nm
        table.attach[b] = attach_rate(cycle, x)
        table.rebind[b] = rebind_rate(cycle, x)
        for closed in range(2):
            attached_generator(cycle, x, closed == 1, q)
            propagator(q, dt, p, mean_p, work[3], work[4])
            for i in range(N_ATTACHED):
                _accumulate(p, i, i, table.transition[closed, b, i])
            if closed == 0:
                _accumulate(mean_p, 0, 0, table.landing[0, b])
                _accumulate(mean_p, 3, 0, table.landing[1, b])


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
    state.head_since[head] = state.count[STEP]
    state.strain[head] = x
    state.site_taken[site] = 1
    state.ru_heads[lattice.site_ru[site]] += 1


@inlined
def _detach(state: State, lattice: Lattice, head: int, new_state: int) -> None:
    site = state.head_site[head]
    dwell = state.count[STEP] - state.head_since[head]
    path = BY_ATP if new_state == MT else BY_REVERSAL
    if new_state == MT:
        state.count[ATP_USED] += 1
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
def _land(
    state: State, lattice: Lattice, table: CycleTable, head: int, site: int, x: float, entry: int
) -> None:
    """A head that bound during the step has moved on by its end: draw where it is then.

    Binding without ATP (entry 1) gives back the ATP that a detachment will use.
    """
    v = uniform(state.stream)
    b = strain_bin(table, x)
    outcome = 0
    while outcome < N_OUTCOMES - 1 and v >= table.landing[entry, b, outcome]:
        outcome += 1
    state.count[ATP_USED] -= entry
    if outcome < N_ATTACHED:
        _attach(state, lattice, head, site, x, A1 + outcome)
    elif outcome == TO_MDP:
        state.head_state[head] = MDP
    else:
        state.head_state[head] = MT
        state.count[ATP_USED] += 1


@inlined
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

    A head that attaches takes a second draw, for where it stands at the end of the step.
    """
    fill_uniform(state.stream, scratch.head_draw)
    n_bound = 0
    for head in range(state.head_state.size):
        u = scratch.head_draw[head]
        now = state.head_state[head]
        if now >= A1:
            _step_attached(state, lattice, table, head, u)
        elif u < table.attempt[now]:
            wake = scratch.wake_rate[lattice.head_node[head]]
            _step_detached(state, lattice, cycle, table, thick, dt, spacing_weight, wake, head, u)
        if state.head_state[head] >= A1:
            scratch.bound_head[n_bound] = head
            n_bound += 1
    state.count[N_BOUND] = n_bound
