"""Rates of the head cycle, and their exact one-step propagator tabulated over strain.

Rates inside the attached states reach 4e4 /s.  Instead of following each transition, P(x) = exp(Q(x) dt) is tabulated
per strain bin, so that one draw moves a head to where it is one step later, exactly at frozen strain.
"""

import math

from sarcomere_kernels.compiled import inner, kernel
from sarcomere_kernels.rng import word_below
from sarcomere_kernels.types import F8, N_ATTACHED, N_OUTCOMES, Cycle, CycleTable, Outcome

_MAX_EXPONENT = 600.0
_MAX_RATE = 1e6  # per ms; a pair this fast is in equilibrium all the time


@inner
def head_energy(cycle: Cycle, x: float, stroke: float) -> float:
    """Return the elastic energy of a head in kT, its stroke done."""
    return 0.5 * cycle.stiffness_head * (x + stroke) ** 2 / cycle.thermal_energy


@inner
def _step_pair(q: F8, i: int, forward: float, log_ratio: float) -> None:
    """Enter i -> i+1 at ``forward`` and its reverse; both are slowed alike where the reverse would be too fast."""
    reverse = forward * math.exp(min(log_ratio, _MAX_EXPONENT))
    slowed = min(1.0, _MAX_RATE / reverse)
    q[i, i + 1], q[i + 1, i] = slowed * forward, slowed * reverse


@inner
def _overstretch(cycle: Cycle, x: float) -> float:
    """Return the factor phi on attachment and reversal alike, which detaches over-stretched A1 heads."""
    exponent = 2.0 * cycle.stiffness_head * (abs(x) - cycle.x_critical) / cycle.thermal_energy
    return 1.0 + math.exp(min(12.0, exponent))


@inner
def attach_rate(cycle: Cycle, x: float) -> float:
    """Return the rate MDP -> A1 at a free site on an open unit, per ms."""
    return float(cycle.k_attach * math.exp(-head_energy(cycle, x, 0.0)) * _overstretch(cycle, x))


@inner
def rebind_rate(cycle: Cycle, x: float) -> float:
    """Return the rate MT -> RIGOR, the reverse of detachment by ATP, per ms."""
    return cycle.k_atp_reverse * math.exp(-head_energy(cycle, x, cycle.stroke_1 + cycle.stroke_2))


@inner
def attached_generator(cycle: Cycle, x: float, closed: bool, q: F8) -> None:
    """Fill q[from, to], the generator over A1, A2, A3, RIGOR and the absorbing MDP, MT."""
    for i in range(N_OUTCOMES):
        for j in range(N_OUTCOMES):
            q[i, j] = 0.0
    e1 = head_energy(cycle, x, 0.0)
    e2 = head_energy(cycle, x, cycle.stroke_1)
    e3 = head_energy(cycle, x, cycle.stroke_1 + cycle.stroke_2)
    haste = cycle.closed_haste if closed else 1.0
    q[0, Outcome.MDP] = cycle.k_attach_reverse * _overstretch(cycle, x)
    w = cycle.k_stroke * math.exp(min(-cycle.stroke_split * (e2 - e1), _MAX_EXPONENT))
    stroke = w * cycle.stroke_cap / (w + cycle.stroke_cap)
    _step_pair(q, 0, stroke, e2 - e1 - math.log(cycle.stroke_equilibrium))
    w = cycle.k_isomerise * math.exp(min(-(e3 - e2), _MAX_EXPONENT))
    isomerise = haste * w * cycle.isomerise_cap / (w + cycle.isomerise_cap)
    _step_pair(q, 1, isomerise, e3 - e2 - math.log(cycle.isomerise_equilibrium))
    q[2, 3] = haste * cycle.k_adp_release
    q[3, 2] = haste * cycle.k_adp_rebind
    q[3, Outcome.MT] = cycle.k_atp_bind
    for i in range(N_OUTCOMES):
        out = 0.0
        for j in range(N_OUTCOMES):
            out += q[i, j]
        q[i, i] = -out


@inner
def _multiply(a: F8, b: F8, scale: float, product: F8) -> None:
    """Set product = scale * a b, small square matrices."""
    n = a.shape[0]
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += a[i, k] * b[k, j]
            product[i, j] = scale * total


@inner
def propagator(q: F8, dt: float, p: F8, mean_p: F8, term: F8, work: F8) -> None:
    """Set p = exp(q dt) and mean_p = (1/dt) * integral of exp(q t) over the step, by doubling a tiny step.

    ``term`` and ``work`` are work space of the same shape as q.
    """
    n = q.shape[0]
    fastest = 1e-30
    for i in range(n):
        fastest = max(fastest, -q[i, i])
        for j in range(n):
            term[i, j] = p[i, j] = mean_p[i, j] = 1.0 if i == j else 0.0
    doublings = max(0, math.ceil(math.log2(fastest * dt)) + 4)
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
    """Accumulate the chances of the outcomes of one start, ``first`` ahead of the others."""
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
                table.quiet[closed, i, b] = word_below(table.transition[closed, b, i, 0])
            _accumulate(mean_p, 0, 0, table.landing[closed, 0, b])
            _accumulate(mean_p, 3, 0, table.landing[closed, 1, b])
