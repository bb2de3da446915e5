"""Length steps and redevelopment of force, with filaments of one lumped compliance."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from scipy.optimize import curve_fit

from mean_field.propagate import attach, bin_of, move, tabulate
from mean_field.rates import Head
from mean_field.shortening import slide
from mean_field.steady import MDP, N_HEADS, N_SITES, SITES_PER_HEAD, Isometric, displacement, exit_rate, strain

COMPLIANCE = 0.0102  # nm/pN per thick filament: both filaments, 21 nm/MPa (Linari 2007)
N_PHASES = 26
_BIN_NM, _FIRST_NM, _BINS = 0.25, -59.875, 480
_STEP_S = 1e-4
_RISE_STEPS = 300
_FALL_S, _FALL_STEPS = 1e-3, 250


@njit(cache=True)
def develop(
    h: Head, on: np.ndarray, detached: np.ndarray, attached: np.ndarray, length: float, dt: float, force: np.ndarray
) -> None:
    """Follow heads at a constant length.

    Parameters
    ----------
    h : Head
        Constants.
    on : array (segment, phase) of float64
        Shares of heads that are not OFF, segments from the M-line on; changed.
    detached, attached : array (phase, 2), (phase, site, 4) of float64
        Shares of all heads; changed.
    length : float
        Of sites and filaments beyond the length at which strains are those of `strain`, nm.
    dt : float
        Step, s.
    force : array of float64
        Receives the force of a filament (pN) at the beginning of every step.
    """
    n_phases = detached.shape[0]
    table = tabulate(h, dt, _FIRST_NM, _BIN_NM, _BINS)
    bins, dwell = np.zeros(N_SITES, np.int64), np.zeros((N_SITES, 4))
    for step in range(force.size):
        pull, stiffness = unshifted(h, attached)
        shift = (length - COMPLIANCE * pull) / (1.0 + COMPLIANCE * stiffness)
        force[step] = pull + stiffness * shift
        free = 1.0 - attached.sum() / n_phases / SITES_PER_HEAD
        exchange_off(h, on, force[step], dt, detached)
        for i in range(n_phases):
            for s in range(N_SITES):
                bins[s] = bin_of(table, strain(i, s, n_phases) + shift)
            attach(h, table, bins, free, 0.5 * dt, detached[i], attached[i])
            move(table, bins, detached[i], attached[i], dwell)
            attach(h, table, bins, free, 0.5 * dt, detached[i], attached[i])


@njit(cache=True)
def unshifted(h: Head, attached: np.ndarray) -> tuple[float, float]:
    """Return force (pN) and stiffness (pN/nm) of a filament whose sites are not shifted."""
    n_phases, pull = attached.shape[0], 0.0
    for i in range(n_phases):
        for s in range(N_SITES):
            x = strain(i, s, n_phases)
            for k in range(4):
                pull += attached[i, s, k] * (x + displacement(h, k))
    scale = h.stiffness * N_HEADS / n_phases
    return pull * scale, attached.sum() * scale


@njit(cache=True)
def exchange_off(h: Head, on: np.ndarray, force: float, dt: float, detached: np.ndarray) -> None:
    """Move heads between OFF and MDP for one step; heads of all segments at a phase are one pool while not OFF."""
    n_segments, n_phases = on.shape
    at_phase, total = on.sum(axis=0), on.sum()
    rested = detached[:, MDP] * -math.expm1(-h.off_return * dt)
    detached[:, MDP] -= rested
    beyond = total
    for s in range(n_segments):
        mine = on[s].sum()
        wakes = -math.expm1(-exit_rate(h, force * (beyond - 0.5 * mine) / total) * dt)
        beyond -= mine
        for i in range(n_phases):
            woken = (1.0 - on[s, i]) * wakes
            on[s, i] += woken - rested[i] * on[s, i] / at_phase[i] * n_segments
            detached[i, MDP] += woken / n_segments


def redevelopment(state: Isometric, v0: float, unloaded_s: float) -> float:
    """Measure k_tr (1/s): a single exponential from where shortening without load and restretch leave the heads.

    Parameters
    ----------
    state : Isometric
        What is released.
    v0 : float
        Unloaded velocity, nm/s.
    unloaded_s : float
        Time of shortening, over which OFF follows; restretch then tears every head off.

    Returns
    -------
    float
    """
    h = state.head
    loose = slide(h, v0, state.n_on, state.leave_off)
    speed = h.off_exit + h.off_return * loose.mdp
    settled = h.off_exit / speed
    by_segment = settled + (state.on.mean(axis=1) - settled) * math.exp(-speed * unloaded_s)
    on = np.repeat(by_segment[:, np.newaxis], N_PHASES, axis=1)
    detached = np.empty((N_PHASES, 2))
    detached[:] = on.mean() * np.array([loose.mt, loose.mdp]) / (loose.mt + loose.mdp)
    attached = np.zeros((N_PHASES, N_SITES, 4))
    dt = min(3e-3, 0.2 / max(h.hydrolysis, h.attach, h.off_exit_force))
    force, time = np.empty(_RISE_STEPS), dt * np.arange(_RISE_STEPS)
    develop(h, on, detached, attached, COMPLIANCE * state.force * N_HEADS, dt, force)
    half_way = time[int(np.argmax(force > 0.5 * force[-1]))]
    start = (force[-1], force[0], math.log(2.0) / max(half_way, dt))
    found, _ = curve_fit(lambda t, end, begin, k: end + (begin - end) * np.exp(-k * t), time, force, start, maxfev=400)
    return float(abs(found[2]))


def relaxation(state: Isometric) -> float:
    """Measure how long force takes to fall to a quarter (s) at a fixed length once no head attaches any more.

    Parameters
    ----------
    state : Isometric
        Solved at `N_PHASES` phases.

    Returns
    -------
    float
        At most what is followed.
    """
    attached, detached = state.attached * state.n_on, state.detached * state.n_on
    t0, force = unshifted(state.head, attached)[0], np.empty(_FALL_STEPS)
    alone = state.head._replace(attach=0.0, release_atp=0.0)
    develop(alone, state.on.copy(), detached, attached, COMPLIANCE * t0, _FALL_S, force)
    left = np.minimum.accumulate(force / force[0])
    return float(np.interp(-0.25, -left, _FALL_S * np.arange(_FALL_STEPS)))


def at_once(state: Isometric) -> float:
    """Find the length step (nm) that takes all force at once: filaments and heads are springs."""
    pull, stiffness = unshifted(state.head, state.attached * state.n_on)
    return -pull * (1.0 / stiffness + COMPLIANCE)


def recovered(state: Isometric, steps_nm: np.ndarray) -> np.ndarray:
    """Measure T2 over T0: force after length steps, on average 2 to 5 ms after.

    Parameters
    ----------
    state : Isometric
        Solved at `N_PHASES` phases.
    steps_nm : array
        Sizes of the steps.

    Returns
    -------
    numpy.ndarray
    """
    attached, detached = state.attached * state.n_on, state.detached * state.n_on
    t0 = unshifted(state.head, attached)[0]
    force = np.empty((len(steps_nm), 51))
    for size, record in zip(steps_nm, force, strict=True):
        length = COMPLIANCE * t0 + size
        develop(state.head, state.on.copy(), detached.copy(), attached.copy(), length, _STEP_S, record)
    return force[:, 20:].mean(axis=1) / t0
