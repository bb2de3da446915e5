"""Calcium of one fibre: impulse -> SR release -> myoplasm with ATP -> pump -> SR with calsequestrin.

state.calcium[CA_CYTOSOL] is what is free or on ATP; calcium on the regulatory units is counted there, not here.
Amounts are µM of myoplasm, but CA_SR and CA_CSQ, which are µM of SR volume.
"""

import math

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.types import (
    AVAILABLE,
    CA_CSQ,
    CA_CYTOSOL,
    CA_FREE,
    CA_PUMPED,
    CA_RELEASED,
    CA_SR,
    F8,
    GATE_1,
    GATE_2,
    Fibre,
    Regulation,
    State,
)


@inner
def free_calcium(fibre: Fibre, cytosol: float) -> float:
    """Free calcium in equilibrium with ATP, given free + bound: the positive root of a quadratic.

    A small lattice binds calcium in lumps, which may overdraw the pool; free calcium is then zero.
    """
    if cytosol <= 0.0:
        return 0.0
    b = fibre.k_atp_calcium + fibre.atp_total - cytosol
    c = fibre.k_atp_calcium * cytosol
    return 2.0 * c / (b + math.sqrt(b * b + 4.0 * c))


@inner
def pump_rate(fibre: Fibre, ca: float) -> float:
    """Uptake by SERCA, µM/ms; v_pump already holds its dependence on ATP."""
    return fibre.v_pump * ca * ca / (ca * ca + fibre.k_pump * fibre.k_pump)


def pump_capacity(v_max: float, atp: float, k_atp: float) -> float:
    """Return the fastest uptake at an ATP concentration; not compiled."""
    return v_max * atp / (atp + k_atp)


def balancing_leak(v_pump: float, k_pump: float, ca_rest: float, sr_rest: float) -> float:
    """Return the leak of the SR (1/ms) that balances the pump at rest; not compiled."""
    uptake = v_pump * ca_rest**2 / (ca_rest**2 + k_pump**2)
    return uptake / (sr_rest - ca_rest)


@inner
def trigger_release(fibre: Fibre, calcium: F8) -> None:
    """An impulse opens what release is available and inactivates part of it."""
    calcium[GATE_1] += calcium[AVAILABLE]
    calcium[AVAILABLE] *= 1.0 - fibre.inactivation


@inlined
def _gate(fibre: Fibre, calcium: F8, dt: float) -> float:
    """Advance the release waveform t/tau^2 exp(-t/tau) exactly; returns its area over dt."""
    decay = math.exp(-dt / fibre.tau_release)
    before = calcium[GATE_1] + calcium[GATE_2]
    calcium[GATE_2] = decay * (calcium[GATE_2] + calcium[GATE_1] * dt / fibre.tau_release)
    calcium[GATE_1] *= decay
    return before - calcium[GATE_1] - calcium[GATE_2]


@inner
def _fluxes(fibre: Fibre, cytosol: float, sr: float, csq: float, opening: float) -> tuple[float, float, float]:
    """Release with leak, pumping and binding to calsequestrin, at one instant, µM/ms."""
    ca = free_calcium(fibre, cytosol)
    release = fibre.release * opening * sr / fibre.sr_rest + fibre.k_leak * (sr - ca)
    binding = fibre.csq_on * sr * (fibre.csq_total - csq) - fibre.csq_off * csq
    return release, pump_rate(fibre, ca), binding


@inlined
def calcium_for_units(state: State, fibre: Fibre, regulation: Regulation, step: float) -> float:
    """Free calcium that the units see: as it will be half a step on, they binding and losing it meanwhile.

    They can take most of the myoplasm's calcium in one step; seeing the start of the step would bind too much.
    """
    free = state.calcium[CA_FREE]
    if fibre.clamped == 1:
        return free
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
    return max(0.0, state.calcium[CA_CYTOSOL] + lost) / (buffering + amount * regulation.k_calcium_on * empty)


@inlined
def move_calcium(fibre: Fibre, calcium: F8, step: float) -> None:
    """One step of the calcium equations, midpoint rule in substeps; conserves calcium to rounding."""
    if fibre.clamped == 1:
        return
    dt = step / fibre.substeps
    for _ in range(fibre.substeps):
        opening = _gate(fibre, calcium, dt) / dt
        cytosol, sr, csq = calcium[CA_CYTOSOL], calcium[CA_SR], calcium[CA_CSQ]
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
        calcium[CA_CYTOSOL] = cytosol + dt * net
        calcium[CA_SR] = sr - dt * (net / fibre.sr_volume + binding)
        calcium[CA_CSQ] = csq + dt * binding
        calcium[CA_RELEASED] += dt * release
        calcium[CA_PUMPED] += dt * pumped
    calcium[AVAILABLE] = 1.0 - (1.0 - calcium[AVAILABLE]) * math.exp(-step / fibre.tau_recovery)
    calcium[CA_FREE] = free_calcium(fibre, calcium[CA_CYTOSOL])


@inlined
def take_up(fibre: Fibre, calcium: F8, n_bound: int) -> None:
    """Take from the myoplasm the calcium that regulatory units bound (or give back, if negative)."""
    if fibre.clamped == 0:
        calcium[CA_CYTOSOL] -= n_bound * fibre.ru_concentration
        calcium[CA_FREE] = free_calcium(fibre, calcium[CA_CYTOSOL])
