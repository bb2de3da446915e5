"""Steady sliding, unloaded velocity, and isotonic releases."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.interpolate import PchipInterpolator
from scipy.optimize import root_scalar

from mean_field.propagate import attach, move, tabulate
from mean_field.rates import Head
from mean_field.steady import (
    MDP,
    MT,
    N_HEADS,
    N_PHASES,
    N_SITES,
    PERIOD,
    SITES_PER_HEAD,
    Isometric,
    Means,
    displacement,
    exit_rate,
)

_WIDTH = PERIOD / N_PHASES
_REACH = 84  # phases to either side of a site, 46 nm
_PERIODS = 60  # after which sliding counts as steady at the latest
_STEPS = 30  # in which OFF follows a release
_SHARES = np.array([0.0, 0.03, 0.08, 0.16, 0.28, 0.42, 0.58, 0.78, 1.0])  # of the unloaded velocity, that are solved
_FINE = 200
LOADS = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9])


@njit(cache=True)
def slide(h: Head, velocity: float, n_on: float, leave_off: float) -> Means:
    """Follow one phase of sliding heads until every period of the sites is like the last.

    Heads go OFF as MDP and come back at one rate, by which those that find no site wait OFF while sliding is slow.

    Parameters
    ----------
    h : Head
        Constants.
    velocity : float
        nm/s; above zero: shortening.
    n_on : float
        Share of heads that are not OFF, which hold sites.
    leave_off : float
        Rate of leaving OFF, 1/s.

    Returns
    -------
    Means
        Of heads that are not OFF.
    """
    crossing = _WIDTH / abs(velocity)
    # Detached heads exchange in half steps, which must be short.
    n_sub = max(1, math.ceil(crossing * max(h.attach, h.attach_back, h.hydrolysis) / 0.15))
    dt = crossing / n_sub
    table = tabulate(h, dt, (0.5 - _REACH) * _WIDTH, _WIDTH, 2 * _REACH)
    detached, attached, dwell = n_on * np.array([0.2, 0.8]), np.zeros((N_SITES, 4)), np.zeros((N_SITES, 4))
    off, rests, wakes = 1.0 - n_on, -math.expm1(-h.off_return * dt), -math.expm1(-leave_off * dt)
    bins, free, found = np.zeros(N_SITES, np.int64), 0.9, Means(0.0, 0.0, 0.0, 0.0, 0.0)
    for period in range(_PERIODS):
        before_mt, before_mdp = detached[MT], detached[MDP]
        force, bound, mdp, mt, atp, waiting = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for step in range(N_PHASES):
            phase = step if velocity < 0 else N_PHASES - 1 - step
            for s in range(N_SITES):
                bins[s] = phase + (s % 3 - 1) * 10 + (s // 3 - 1) * N_PHASES - N_PHASES // 2 + _REACH
                bins[s] = min(max(bins[s], 0), 2 * _REACH - 1)
            for _ in range(n_sub):
                atp -= attach(h, table, bins, free, 0.5 * dt, detached, attached)
                mdp += 0.5 * detached[MDP]
                mt += 0.5 * detached[MT]
                atp += move(table, bins, detached, attached, dwell)
                mdp += 0.5 * detached[MDP]
                mt += 0.5 * detached[MT]
                atp -= attach(h, table, bins, free, 0.5 * dt, detached, attached)
                gone = rests * detached[MDP] - wakes * off
                detached[MDP] -= gone
                off += gone
                waiting += off
                for s in range(N_SITES):
                    x = table.first + bins[s] * _WIDTH
                    for k in range(4):
                        bound += dwell[s, k]
                        force += dwell[s, k] * h.stiffness * (x + displacement(h, k))
        next_zone(velocity, detached, attached)
        samples = N_PHASES * n_sub
        cycling = samples - waiting
        time = dt * cycling
        found = Means(force / time, bound / time, mdp / cycling, mt / cycling, atp / time)
        free = 1.0 - found.bound * n_on / SITES_PER_HEAD
        if period > 1 and abs(detached[MT] - before_mt) + abs(detached[MDP] - before_mdp) < 1e-5:
            break
    return found


@njit(cache=True)
def next_zone(velocity: float, detached: np.ndarray, attached: np.ndarray) -> None:
    """Number zones anew after a period; heads on the one that is left behind come off."""
    left, kept, onto = (0, 3, 0) if velocity > 0 else (6, 0, 3)
    detached[MDP] += attached[left : left + 3].sum()
    attached[onto : onto + 6] = attached[kept : kept + 6].copy()
    entered = 6 if velocity > 0 else 0
    attached[entered : entered + 3] = 0.0


def unloaded_velocity(state: Isometric, guess: float) -> float:
    """Find the velocity (nm/s) at which sliding heads bear no force.

    Parameters
    ----------
    state : Isometric
        What is released.
    guess : float
        nm/s.

    Returns
    -------
    float
    """
    found = root_scalar(
        lambda log_v: slide(state.head, math.exp(log_v), state.n_on, state.leave_off).force,
        x0=math.log(guess), x1=math.log(1.1 * guess), method="secant", xtol=1e-3, maxiter=25,
    )  # fmt: skip
    if not found.converged:
        raise ArithmeticError(f"no unloaded velocity near {guess:.4g} nm/s")
    return math.exp(found.root)


class Curve(NamedTuple):
    """What sliding heads do, in order of falling force per head that is not OFF."""

    force: np.ndarray
    velocity: np.ndarray
    mdp: np.ndarray
    flux: np.ndarray
    bound: np.ndarray


def curve(state: Isometric, v0: float) -> Curve:
    """Solve sliding from rest to the unloaded velocity, and interpolate.

    Parameters
    ----------
    state : Isometric
        What is released.
    v0 : float
        Unloaded velocity, nm/s.

    Returns
    -------
    Curve
    """
    velocities = v0 * _SHARES
    solved = np.array([state.cycling, *(slide(state.head, v, state.n_on, state.leave_off) for v in velocities[1:])])
    fine = v0 * np.linspace(0.0, 1.0, _FINE) ** 2
    force, bound, mdp, _, flux = PchipInterpolator(velocities, solved)(fine).T
    return Curve(np.minimum.accumulate(force), fine, mdp.copy(), flux.copy(), bound.copy())


@njit(cache=True)
def follow(h: Head, on: np.ndarray, tension: float, window: tuple[float, float], c: Curve) -> np.ndarray:
    """Let OFF follow a load, the cycle being steady at every moment.

    Parameters
    ----------
    h : Head
        Constants.
    on : array of float64
        Shares of heads that are not OFF before the release, by segment; changed.
    tension : float
        Load, pN per head.
    window : tuple of float
        What is averaged: from and to, s after the release.
    c : Curve
        Of the heads.

    Returns
    -------
    array of 3 float64
        Velocity (nm/s), ATPase per head (1/s), bound share of heads that are not OFF.
    """
    dt, found, samples = window[1] / _STEPS, np.zeros(3), 0
    for step in range(_STEPS):
        needed = -tension / on.mean()
        velocity, mdp = np.interp(needed, -c.force, c.velocity), np.interp(needed, -c.force, c.mdp)
        if (step + 0.5) * dt >= window[0]:
            found[0] += velocity
            found[1] += np.interp(needed, -c.force, c.flux) * on.mean()
            found[2] += np.interp(needed, -c.force, c.bound)
            samples += 1
        total = on.sum()
        beyond = total
        for s in range(on.size):
            leave = exit_rate(h, tension * N_HEADS * (beyond - 0.5 * on[s]) / total)
            beyond -= on[s]
            settled = leave / (leave + h.off_return * mdp)
            on[s] = settled + (on[s] - settled) * math.exp(-(leave + h.off_return * mdp) * dt)
    return found / samples


def isotonic(state: Isometric, v0: float, window: tuple[float, float]) -> np.ndarray:
    """Release to every load of `LOADS`.

    Parameters
    ----------
    state : Isometric
        What is released.
    v0 : float
        Its unloaded velocity, nm/s.
    window : tuple of float
        What is averaged, s after the release.

    Returns
    -------
    numpy.ndarray
        By load: velocity (nm/s), ATPase per head (1/s), bound share of heads that are not OFF.
    """
    c = curve(state, v0)
    return np.array([follow(state.head, state.on.mean(axis=1), load * state.force, window, c) for load in LOADS])
