"""Calcium of one fibre: impulse -> SR release -> myoplasm with ATP -> pump -> SR with calsequestrin.

state.calcium[CA_CYTOSOL] is what is free or on ATP; calcium on the regulatory units is counted there, not here.
Amounts are µM of myoplasm, but CA_SR and CA_CSQ, which are µM of SR volume.
"""

import math

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.types import F8, Fibre, Pool, Regulation, State


@inner
def free_calcium(fibre: Fibre, cytosol: float) -> float:
    """Return free calcium in equilibrium with ATP, given free + bound: the positive root of a quadratic.

    A small lattice binds calcium in lumps, which may overdraw the pool; free calcium is then zero.
    """
    if cytosol <= 0.0:
        return 0.0
    b = fibre.k_atp_calcium + fibre.atp_total - cytosol
    c = fibre.k_atp_calcium * cytosol
    return 2.0 * c / (b + math.sqrt(b * b + 4.0 * c))


@inner
def pump_rate(fibre: Fibre, ca: float, sr: float) -> float:
    """Return the net uptake by SERCA, µM/ms; it stalls where two calcium ions cost what an ATP yields.

    v_pump already holds its dependence on ATP and ADP.
    """
    back = fibre.pump_reverse * sr * sr
    return fibre.v_pump * (ca * ca - back) / (fibre.k_pump * fibre.k_pump + ca * ca + back)


def pump_capacity(v_max: float, atp: float, k_atp: float, adp: float, k_adp: float) -> float:
    """Return the fastest uptake where ADP competes with ATP; not compiled."""
    return v_max * atp / (atp + k_atp * (1.0 + adp / k_adp))


def balancing_leak(v_pump: float, pump_reverse: float, k_pump: float, ca_rest: float, sr_rest: float) -> float:
    """Return the leak of the SR (1/ms) that balances the pump at rest; not compiled."""
    back = pump_reverse * sr_rest**2
    uptake = v_pump * (ca_rest**2 - back) / (k_pump**2 + ca_rest**2 + back)
    return uptake / (sr_rest - ca_rest)


@inner
def trigger_release(fibre: Fibre, calcium: F8) -> None:
    """Open the release that is available and inactivate part of it, at an impulse."""
    calcium[Pool.GATE_1] += calcium[Pool.AVAILABLE]
    calcium[Pool.AVAILABLE] *= 1.0 - fibre.inactivation


@inlined
def _gate(fibre: Fibre, calcium: F8, dt: float) -> float:
    """Advance the release waveform t/tau^2 exp(-t/tau) exactly; returns its area over dt."""
    decay = math.exp(-dt / fibre.tau_release)
    before = calcium[Pool.GATE_1] + calcium[Pool.GATE_2]
    calcium[Pool.GATE_2] = decay * (calcium[Pool.GATE_2] + calcium[Pool.GATE_1] * dt / fibre.tau_release)
    calcium[Pool.GATE_1] *= decay
    return float(before - calcium[Pool.GATE_1] - calcium[Pool.GATE_2])


@inner
def _fluxes(fibre: Fibre, cytosol: float, sr: float, csq: float, opening: float) -> tuple[float, float, float]:
    """Return release with leak, pumping and binding to calsequestrin, at one instant, µM/ms."""
    ca = free_calcium(fibre, cytosol)
    release = fibre.release * opening * sr / fibre.sr_rest + fibre.k_leak * (sr - ca)
    binding = fibre.csq_on * sr * (fibre.csq_total - csq) - fibre.csq_off * csq
    return release, pump_rate(fibre, ca, sr), binding


@inlined
def midpoint_calcium(state: State, fibre: Fibre, regulation: Regulation, step: float) -> float:
    """Return the semi-implicit midpoint [Ca] for troponin.

    Regulatory units can take most of the myoplasm's calcium in one step; the value at its start would bind too much.
    """
    free = state.calcium[Pool.FREE]
    if fibre.clamped == 1:
        return float(free)
    on_open, on_closed = 0, 0
    for unit in range(state.ru_open.size):
        if state.ru_open[unit] == 1:
            on_open += int(state.ru_calcium[unit])
        else:
            on_closed += int(state.ru_calcium[unit])
    empty = state.ru_open.size * regulation.n_calcium_sites - on_open - on_closed
    amount = 0.5 * step * fibre.ru_concentration
    lost = amount * (regulation.k_calcium_off_open * on_open + regulation.k_calcium_off_closed * on_closed)
    buffering = 1.0 + fibre.atp_total / (fibre.k_atp_calcium + free)
    return float(max(0.0, state.calcium[Pool.CYTOSOL] + lost) / (buffering + amount * regulation.k_calcium_on * empty))


@inlined
def move_calcium(fibre: Fibre, calcium: F8, step: float) -> None:
    """Advance the calcium equations by one step, midpoint rule in substeps; conserves calcium to rounding."""
    if fibre.clamped == 1:
        return
    dt = step / fibre.substeps
    for _ in range(fibre.substeps):
        opening = _gate(fibre, calcium, dt) / dt
        cytosol, sr, csq = calcium[Pool.CYTOSOL], calcium[Pool.SR], calcium[Pool.CSQ]
        release, pumped, binding = _fluxes(fibre, cytosol, sr, csq, opening)
        net = release - pumped
        release, pumped, binding = _fluxes(
            fibre,
            cytosol + 0.5 * dt * net,
            sr - 0.5 * dt * (net / fibre.sr_volume + binding),
            csq + 0.5 * dt * binding,
            opening,
        )
        net = release - pumped
        calcium[Pool.CYTOSOL] = cytosol + dt * net
        calcium[Pool.SR] = sr - dt * (net / fibre.sr_volume + binding)
        calcium[Pool.CSQ] = csq + dt * binding
        calcium[Pool.RELEASED] += dt * release
        calcium[Pool.PUMPED] += dt * pumped
    calcium[Pool.AVAILABLE] = 1.0 - (1.0 - calcium[Pool.AVAILABLE]) * math.exp(-step / fibre.tau_recovery)
    calcium[Pool.FREE] = free_calcium(fibre, calcium[Pool.CYTOSOL])


@inlined
def take_up(fibre: Fibre, calcium: F8, n_bound: int) -> None:
    """Take from the myoplasm the calcium that regulatory units bound (or give back, if negative)."""
    if fibre.clamped == 0:
        calcium[Pool.CYTOSOL] -= n_bound * fibre.ru_concentration
        calcium[Pool.FREE] = free_calcium(fibre, calcium[Pool.CYTOSOL])
