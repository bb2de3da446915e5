"""Force balance of the whole cross-linked lattice, every step.

Unknowns are the shifts of thick nodes u (toward the Z-line), of thin nodes v (toward the M-line) and, at a free
end, of the Z-line.  A head carries kappa*(x + h) with x = x_0 - u - v(site), so the equations are linear but
for titin and the contact of thick filaments with the Z-disc.  The thick filaments are eliminated exactly (each is
tridiagonal) and their Schur complement is solved by conjugate gradients, with the thin filaments, tridiagonal too, as
preconditioner.  The Z-line is row 0 of thin_shift; of the residual's row 0 only the first entry is used, for the Z-line
as a whole.
"""

import math

import numpy as np

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.filaments import (
    copy,
    dot,
    factor_thick,
    factor_thin,
    largest,
    solve_thick,
    solve_thin,
    total,
)
from sarcomere_kernels.types import (
    F8,
    NOT_BALANCED,
    NOT_FINITE,
    OK,
    Count,
    Cycle,
    HeadState,
    Lattice,
    Mechanical,
    Mechanics,
    Scratch,
    State,
)


@inlined
def head_stroke(cycle: Cycle, head_state: int) -> float:
    """Return the working stroke done in an attached state, nm; without a branch, as states come in any order."""
    return cycle.stroke_1 * int(head_state >= HeadState.A2) + cycle.stroke_2 * int(head_state >= HeadState.A3)


@inner
def titin(mechanics: Mechanics, extension: float) -> tuple[float, float]:
    """Return force and stiffness of the titin of one thick filament; slack below zero extension."""
    if extension <= 0.0:
        return 0.0, 0.0
    grown = mechanics.titin_amplitude * math.exp(mechanics.titin_exponent * extension)
    return grown - mechanics.titin_amplitude, mechanics.titin_exponent * grown


@inner
def z_disc_contact(mechanics: Mechanics, gap: float) -> tuple[float, float]:
    """Return force (negative: it pushes) and stiffness of the Z-disc on one thick filament that far from the Z-line."""
    if gap >= mechanics.contact:
        return 0.0, 0.0
    return mechanics.stiffness_contact * (gap - mechanics.contact), mechanics.stiffness_contact


@inlined
def _gap(state: State, lattice: Lattice, mechanics: Mechanics, filament: int) -> float:
    """Return the distance from the tip of a thick filament to the Z-line."""
    tip = mechanics.thick_tip + state.thick_shift[state.thick_shift.size - lattice.n_thick + filament]
    return float(lattice.reference_length - state.thin_shift[0] - tip)


@inlined
def _assemble(state: State, lattice: Lattice, cycle: Cycle, mechanics: Mechanics, scratch: Scratch) -> None:
    """Assemble the stiffness of filaments and heads, and how far each is drawn where no filament is shifted.

    Titin and contact come in with each linearisation.
    """
    n_thick, n_thin = lattice.n_thick, lattice.n_thin
    up = np.uint32(n_thin)  # from a thin node to the next
    k, k_bare = mechanics.stiffness_thick, mechanics.stiffness_bare_zone
    scratch.thick_diag[:] = 2.0 * k
    scratch.thick_diag[:n_thick] = k + k_bare
    for f in range(n_thick):
        scratch.thick_diag[scratch.thick_diag.size - n_thick + f] -= k
    scratch.tip_slope[:] = 0.0
    k = mechanics.stiffness_thin
    scratch.thin_diag[:] = 2.0 * k
    scratch.thin_diag[:n_thin] = k
    scratch.thin_diag[-n_thin:] = k
    scratch.thin_off[:] = -k  # thin_off[node] couples a node with the one on its Z side
    kappa = cycle.stiffness_head
    for b in range(state.counters[Count.N_BOUND]):
        thin, w1 = state.bound_thin[b], state.bound_weight[b]
        w0 = 1.0 - w1
        stroke = head_stroke(cycle, state.head_state[np.uint32(state.bound_head[b])])
        scratch.bound_load[b] = state.bound_rest[b] + stroke
        scratch.thick_diag[state.bound_thick[b]] += kappa
        scratch.thin_diag[thin] += kappa * w0 * w0
        scratch.thin_diag[thin + up] += kappa * w1 * w1
        scratch.thin_off[thin + up] += kappa * w0 * w1


@inlined
def _z_line_stiffness(lattice: Lattice, mechanics: Mechanics, scratch: Scratch) -> float:
    springs = total(scratch.thin_diag, lattice.n_thin) + total(scratch.tip_slope, lattice.n_thick)
    return springs + lattice.n_thick * mechanics.stiffness_series


@inlined
def _z_line_response(lattice: Lattice, scratch: Scratch) -> None:
    """Solve for the shift of the thin nodes that follows a unit shift of the Z-line."""
    n = lattice.n_thin
    response = scratch.thin_response
    response[:] = 0.0
    for f in range(n):
        response[n + f] = -scratch.thin_off[n + f]
    solve_thin(lattice, scratch.thin_off, scratch.thin_pivot, response)


@inlined
def _precondition(lattice: Lattice, mechanics: Mechanics, scratch: Scratch, r: F8, z: F8) -> None:
    """Set z = M^-1 r: thin filaments, and at a free end the Z-line with them, solved without the thick ones."""
    n = lattice.n_thin
    copy(r, z)
    solve_thin(lattice, scratch.thin_off, scratch.thin_pivot, z)
    z[:n] = 0.0
    if mechanics.free_end == 1:
        stiffness = _z_line_stiffness(lattice, mechanics, scratch)
        load = r[0]
        for f in range(n):
            load -= scratch.thin_off[n + f] * z[n + f]
            stiffness += scratch.thin_off[n + f] * scratch.thin_response[n + f]
        z_line = load / stiffness
        for node in range(n, z.size):
            z[node] += scratch.thin_response[node] * z_line
        z[:n] = z_line


@inlined
def _schur_matvec(
    state: State, lattice: Lattice, cycle: Cycle, mechanics: Mechanics, scratch: Scratch, p: F8, q: F8
) -> None:
    """Set q = S p, S the Schur complement of the thick filaments; thick_work is then their shift that follows p."""
    n_thick, n_thin, kappa = lattice.n_thick, lattice.n_thin, cycle.stiffness_head
    up = np.uint32(n_thin)  # from a thin node to the next
    w = scratch.thick_work
    w[:] = 0.0
    for b in range(state.counters[Count.N_BOUND]):
        thin, w1 = state.bound_thin[b], state.bound_weight[b]
        w[state.bound_thick[b]] += kappa * ((1.0 - w1) * p[thin] + w1 * p[thin + up])
    for f in range(n_thick):
        w[w.size - n_thick + f] += scratch.tip_slope[f] * p[0]
    solve_thick(lattice, mechanics, scratch.thick_pivot, w)

    diag, off = scratch.thin_diag, scratch.thin_off
    for f in range(n_thin):
        q[f] = 0.0
    for row in range(n_thin, q.size, n_thin):
        before, here = slice(row - n_thin, row), slice(row, row + n_thin)
        p0, p1, q0, q1, d, c = p[before], p[here], q[before], q[here], diag[here], off[here]
        for f in range(n_thin):
            q0[f] += c[f] * p1[f]
        for f in range(n_thin):
            q1[f] = d[f] * p1[f] + c[f] * p0[f]
    for b in range(state.counters[Count.N_BOUND]):
        thin, w1 = state.bound_thin[b], state.bound_weight[b]
        reaction = kappa * w[state.bound_thick[b]]
        q[thin] -= (1.0 - w1) * reaction
        q[thin + up] -= w1 * reaction
    q_z = 0.0
    if mechanics.free_end == 1:
        q_z = total(q, n_thin) + _z_line_stiffness(lattice, mechanics, scratch) * p[0]
        for f in range(n_thick):
            q_z -= scratch.tip_slope[f] * w[w.size - n_thick + f]
    q[:n_thin] = 0.0
    q[0] = q_z


@inlined
def _solve_thick_block(state: State, lattice: Lattice, cycle: Cycle, mechanics: Mechanics, scratch: Scratch) -> None:
    """Solve the thick filaments at fixed thin ones, titin and contact linearised."""
    n_thick, n_thin, kappa = lattice.n_thick, lattice.n_thin, cycle.stiffness_head
    up = np.uint32(n_thin)  # from a thin node to the next
    u, v, w = state.thick_shift, state.thin_shift, scratch.thick_work
    w[:] = 0.0
    for f in range(n_thick):
        tip = u.size - n_thick + f
        gap = _gap(state, lattice, mechanics, f)
        force, slope = titin(mechanics, gap - mechanics.titin_slack)
        push, push_slope = z_disc_contact(mechanics, gap)
        force, slope = force + push, slope + push_slope
        scratch.thick_diag[tip] += slope - scratch.tip_slope[f]
        scratch.tip_slope[f] = slope
        scratch.tip_load[f] = force + slope * (u[tip] + v[0])
        w[tip] = force + slope * u[tip]
    for b in range(state.counters[Count.N_BOUND]):
        thin, w1 = state.bound_thin[b], state.bound_weight[b]
        shift = (1.0 - w1) * v[thin] + w1 * v[thin + up]
        w[state.bound_thick[b]] += kappa * (scratch.bound_load[b] - shift)
    factor_thick(lattice, mechanics, scratch.thick_diag, scratch.thick_pivot)
    solve_thick(lattice, mechanics, scratch.thick_pivot, w)
    copy(w, u)


@inlined
def _residual(state: State, lattice: Lattice, cycle: Cycle, mechanics: Mechanics, scratch: Scratch) -> None:
    """Set thin_r to the residual force at each thin node, titin and contact as they are linearised."""
    n_thick, n_thin, kappa = lattice.n_thick, lattice.n_thin, cycle.stiffness_head
    up = np.uint32(n_thin)  # from a thin node to the next
    u, v, r = state.thick_shift, state.thin_shift, scratch.thin_r
    k = mechanics.stiffness_thin
    for f in range(n_thin):
        r[f] = 0.0
    for row in range(n_thin, r.size, n_thin):
        before, here = slice(row - n_thin, row), slice(row, row + n_thin)
        v0, v1, r0, r1 = v[before], v[here], r[before], r[here]
        for f in range(n_thin):
            r0[f] += k * (v1[f] - v0[f])
        for f in range(n_thin):
            r1[f] = k * (v0[f] - v1[f])
    for b in range(state.counters[Count.N_BOUND]):
        thin, w1 = state.bound_thin[b], state.bound_weight[b]
        shift = (1.0 - w1) * v[thin] + w1 * v[thin + up]
        force = kappa * (scratch.bound_load[b] - u[state.bound_thick[b]] - shift)
        r[thin] += (1.0 - w1) * force
        r[thin + up] += w1 * force
    z_line = 0.0
    if mechanics.free_end == 1:
        stretch = state.mechanics[Mechanical.IMPOSED_LENGTH] - lattice.reference_length + v[0]
        hold = n_thick * (mechanics.stiffness_series * stretch + state.mechanics[Mechanical.LOAD])
        z_line = total(r, n_thin) - hold
        for f in range(n_thick):
            z_line += _linear_tip(state, lattice, scratch, f)
    r[:n_thin] = 0.0
    r[0] = z_line


@inlined
def _linear_tip(state: State, lattice: Lattice, scratch: Scratch, filament: int) -> float:
    """Return force of titin and contact on a thick filament as linearised."""
    tip = state.thick_shift.size - lattice.n_thick + filament
    moved = state.thick_shift[tip] + state.thin_shift[0]
    return float(scratch.tip_load[filament] - scratch.tip_slope[filament] * moved)


@inlined
def _tips(state: State, lattice: Lattice, mechanics: Mechanics, scratch: Scratch) -> tuple[float, float, float, float]:
    """Return the forces of all titin and all contact, and what linearising left out: the most at a tip, and in all."""
    passive, pushed, most, in_all = 0.0, 0.0, 0.0, 0.0
    for f in range(lattice.n_thick):
        gap = _gap(state, lattice, mechanics, f)
        pull, push = titin(mechanics, gap - mechanics.titin_slack)[0], z_disc_contact(mechanics, gap)[0]
        missed = pull + push - _linear_tip(state, lattice, scratch, f)
        passive += pull
        pushed += push
        most = max(most, abs(missed))
        in_all += missed
    return passive, pushed, most, in_all


@inlined
def _strain_heads(state: State, lattice: Lattice, scratch: Scratch) -> float:
    """Strain every attached head; returns the sum of what they are drawn by, their strokes included."""
    up = np.uint32(lattice.n_thin)  # from a thin node to the next
    u, v, drawn = state.thick_shift, state.thin_shift, 0.0
    for b in range(state.counters[Count.N_BOUND]):
        thin, w1 = state.bound_thin[b], state.bound_weight[b]
        shift = u[state.bound_thick[b]] + (1.0 - w1) * v[thin] + w1 * v[thin + up]
        state.strain[b] = state.bound_rest[b] - shift
        drawn += scratch.bound_load[b] - shift
    return drawn


@inlined
def _conjugate_gradient(
    state: State, lattice: Lattice, cycle: Cycle, mechanics: Mechanics, scratch: Scratch, left: int
) -> int:
    """Reduce the residual thin_r by preconditioned conjugate gradients on thin_shift; returns the iterations used.

    The thick filaments follow each iterate, so that they stay in equilibrium with the thin ones.
    """
    u, v, r, z, p, q = (
        state.thick_shift,
        state.thin_shift,
        scratch.thin_r,
        scratch.thin_z,
        scratch.thin_p,
        scratch.thin_q,
    )
    rz = 0.0
    for iteration in range(1, left + 1):
        _precondition(lattice, mechanics, scratch, r, z)
        rz_new = dot(r, z)
        if iteration == 1:
            copy(z, p)
        else:
            beta = rz_new / rz
            for i in range(p.size):
                p[i] = z[i] + beta * p[i]
        rz = rz_new
        _schur_matvec(state, lattice, cycle, mechanics, scratch, p, q)
        alpha = rz / dot(p, q)
        for i in range(v.size):
            v[i] += alpha * p[i]
            r[i] -= alpha * q[i]
        for i in range(u.size):
            u[i] -= alpha * scratch.thick_work[i]
        if not largest(r) > mechanics.tolerance:
            return iteration
    return left


@inner
def balance_forces(state: State, lattice: Lattice, cycle: Cycle, mechanics: Mechanics, scratch: Scratch) -> int:
    """Solve for force balance and strain the heads; returns a status code.

    The largest residual force at any node (pN) is at most ``mechanics.tolerance`` on return of OK, and is
    always left in state.mechanics[RESIDUAL].
    """
    v = state.thin_shift
    if mechanics.free_end == 0:
        moved = lattice.reference_length - state.mechanics[Mechanical.IMPOSED_LENGTH] - v[0]
        for node in range(v.size):
            v[node] += moved
    _assemble(state, lattice, cycle, mechanics, scratch)
    factor_thin(lattice, scratch.thin_diag, scratch.thin_off, scratch.thin_pivot)
    if mechanics.free_end == 1:
        _z_line_response(lattice, scratch)
    used, linearise = 0, True
    while True:
        if linearise:
            _solve_thick_block(state, lattice, cycle, mechanics, scratch)
            _residual(state, lattice, cycle, mechanics, scratch)
        else:
            used += _conjugate_gradient(state, lattice, cycle, mechanics, scratch, mechanics.max_iterations - used)
        passive, pushed, nonlinear, on_z_line = _tips(state, lattice, mechanics, scratch)
        residual = max(nonlinear, largest(scratch.thin_r))
        if mechanics.free_end == 1:
            nonlinear = max(nonlinear, abs(on_z_line))
            residual = max(residual, abs(scratch.thin_r[0] + on_z_line))
        if not (residual > mechanics.tolerance and used < mechanics.max_iterations):
            break
        linearise = nonlinear > 0.5 * mechanics.tolerance
        if linearise:
            used += 1
    pull = cycle.stiffness_head * _strain_heads(state, lattice, scratch)
    state.mechanics[Mechanical.FORCE] = (pull + passive + pushed) / lattice.n_thick
    state.mechanics[Mechanical.TITIN_FORCE] = passive / lattice.n_thick
    state.mechanics[Mechanical.HS_LENGTH] = lattice.reference_length - v[0]
    state.mechanics[Mechanical.RESIDUAL] = residual
    state.counters[Count.SOLVER_ITERATIONS] += used
    if not np.isfinite(state.mechanics[Mechanical.FORCE]):
        return NOT_FINITE
    return OK if residual <= mechanics.tolerance else NOT_BALANCED
