"""Heads in time: what a head attached at a strain does in one step, and one step of a phase of the sites."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from mean_field.rates import Head, Steps, steps
from mean_field.steady import MDP, MT, N_SITES


class Table(NamedTuple):
    """Rates and propagators by bin of strain."""

    first: float  # nm, middle of bin 0
    width: float  # nm
    rates: np.ndarray  # (bin, attach, attach_back, bind_atp, release_atp), 1/s
    stay: np.ndarray  # (bin, from, to): chance of a state after a step
    dwell: np.ndarray  # (bin, from, to): time in a state within a step, s


@njit(cache=True)
def generator(r: Steps, q: np.ndarray) -> None:
    """Write rates among A1, A2, A3, RIGOR, and out of them, into ``q`` (from, to)."""
    q[:] = 0.0
    q[0, 1], q[1, 0] = r.stroke, r.stroke_back
    q[1, 2], q[2, 1] = r.isomerise, r.isomerise_back
    q[2, 3], q[3, 2] = r.release_adp, r.rebind_adp
    q[0, 0] = -r.attach_back - r.stroke
    q[1, 1] = -r.stroke_back - r.isomerise
    q[2, 2] = -r.isomerise_back - r.release_adp
    q[3, 3] = -r.rebind_adp - r.bind_atp


@njit(cache=True)
def multiply(a: np.ndarray, b: np.ndarray, factor: float, out: np.ndarray) -> None:
    """Write ``factor`` times the product of two matrices of four into a third."""
    for i in range(4):
        for j in range(4):
            out[i, j] = factor * (a[i, 0] * b[0, j] + a[i, 1] * b[1, j] + a[i, 2] * b[2, j] + a[i, 3] * b[3, j])


@njit(cache=True)
def exponential(q: np.ndarray, dt: float, stay: np.ndarray, dwell: np.ndarray, work: np.ndarray) -> None:
    """Compute exp(q dt) and its integral over dt: a Taylor series of a short step, which is then doubled."""
    fastest = max(-q[0, 0], -q[1, 1], -q[2, 2], -q[3, 3])
    doublings = max(0, math.ceil(math.log2(max(fastest * dt, 1e-12))) + 2)
    short = dt / 2.0**doublings
    term, other = work[0], work[1]
    term[:] = 0.0
    for k in range(4):
        term[k, k] = 1.0
    stay[:] = term
    for i in range(4):
        for j in range(4):
            dwell[i, j] = short * term[i, j]
    for order in range(1, 7):
        multiply(term, q, short / order, other)
        term, other = other, term
        for i in range(4):
            for j in range(4):
                stay[i, j] += term[i, j]
                dwell[i, j] += term[i, j] * short / (order + 1)
    for _ in range(doublings):
        multiply(stay, dwell, 1.0, term)
        multiply(stay, stay, 1.0, other)
        for i in range(4):
            for j in range(4):
                dwell[i, j] += term[i, j]
                stay[i, j] = other[i, j]


@njit(cache=True)
def tabulate(h: Head, dt: float, first: float, width: float, n_bins: int) -> Table:
    """Tabulate steps of length dt (s) for strains ``first + width * bin``."""
    rates, stay, dwell = np.empty((n_bins, 4)), np.empty((n_bins, 4, 4)), np.empty((n_bins, 4, 4))
    q, work = np.empty((4, 4)), np.empty((2, 4, 4))
    for b in range(n_bins):
        r = steps(h, first + b * width)
        rates[b, 0], rates[b, 1], rates[b, 2], rates[b, 3] = r.attach, r.attach_back, r.bind_atp, r.release_atp
        generator(r, q)
        exponential(q, dt, stay[b], dwell[b], work)
    return Table(first, width, rates, stay, dwell)


@njit(cache=True)
def bin_of(table: Table, x: float) -> int:
    """Return the bin of a strain, held inside the table."""
    return min(max(math.floor((x - table.first) / table.width + 0.5), 0), table.rates.shape[0] - 1)


@njit(cache=True)
def attach(
    h: Head, table: Table, bins: np.ndarray, free: float, dt: float, detached: np.ndarray, attached: np.ndarray
) -> float:
    """Let detached heads hydrolyse, and attach as A1 or RIGOR, for a time dt; returns ATP set free."""
    both, total = detached[0] + detached[1], h.hydrolysis + h.hydrolysis_back
    settled = both * h.hydrolysis / total
    detached[MDP] = settled + (detached[MDP] - settled) * math.exp(-total * dt)
    detached[MT] = both - detached[MDP]
    to_a1, to_rigor = 0.0, 0.0
    for b in bins:
        to_a1 += free * table.rates[b, 0]
        to_rigor += free * table.rates[b, 3]
    # Leaving heads share out by rate.
    as_a1 = detached[MDP] * -math.expm1(-to_a1 * dt) / max(to_a1, 1e-300)
    as_rigor = detached[MT] * -math.expm1(-to_rigor * dt) / max(to_rigor, 1e-300)
    for s in range(N_SITES):
        attached[s, 0] += as_a1 * free * table.rates[bins[s], 0]
        attached[s, 3] += as_rigor * free * table.rates[bins[s], 3]
    detached[MDP] -= as_a1 * to_a1
    detached[MT] -= as_rigor * to_rigor
    return as_rigor * to_rigor


@njit(cache=True)
def move(table: Table, bins: np.ndarray, detached: np.ndarray, attached: np.ndarray, dwell: np.ndarray) -> float:
    """Move attached heads by one step; ``dwell`` (site, 4) receives the time in every state, s; returns ATP bound."""
    bound_atp = 0.0
    for s in range(N_SITES):
        n0, n1, n2, n3 = attached[s, 0], attached[s, 1], attached[s, 2], attached[s, 3]
        if n0 + n1 + n2 + n3 < 1e-14:
            dwell[s] = 0.0
            continue
        b = bins[s]
        p, t = table.stay[b], table.dwell[b]
        for k in range(4):
            dwell[s, k] = n0 * t[0, k] + n1 * t[1, k] + n2 * t[2, k] + n3 * t[3, k]
            attached[s, k] = n0 * p[0, k] + n1 * p[1, k] + n2 * p[2, k] + n3 * p[3, k]
        detached[MDP] += dwell[s, 0] * table.rates[b, 1]
        bound_atp += dwell[s, 3] * table.rates[b, 2]
    detached[MT] += bound_atp
    return bound_atp
