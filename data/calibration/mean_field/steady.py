"""Isometric contraction: heads at every phase of the sites, OFF by segments of the thick filament, sites taken."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from mean_field.rates import Head, Steps, head, steps
from sarcomere.parameters import Chemistry, CycleParameters, LatticeParameters, OffStateParameters
from sarcomere.parameters.lattice import area_per_thick

PERIOD, SITE = 35.75, 5.5  # nm: between target zones of a face, between the three sites of a zone
N_SITES = 9  # of three zones, which is as far as heads reach
LENGTH = 1300.0  # nm, half-sarcomere
_LATTICE = LatticeParameters()
N_HEADS = _LATTICE.n_crown * _LATTICE.n_dimer * _LATTICE.n_head
SITES_PER_HEAD = 3 * _LATTICE.crown_spacing / PERIOD  # one head a crown looks at a face
KPA = N_HEADS * _LATTICE.myofibril_fraction / area_per_thick(_LATTICE, LENGTH) * 1e3  # per pN of mean force
N_PHASES = 65
N_SEGMENTS = 8
MT, MDP = 0, 1


class Means(NamedTuple):
    """Means over all phases, per head."""

    force: float  # pN
    bound: float
    mdp: float
    mt: float
    flux: float  # ATP, 1/s


@njit(cache=True)
def strain(phase: int, site: int, n_phases: int) -> float:
    """Return the strain (nm) of a head at a phase, were it on a site."""
    ahead = (phase + 0.5 - 0.5 * n_phases) * PERIOD / n_phases
    return ahead + (site % 3 - 1) * SITE + (site // 3 - 1) * PERIOD


@njit(cache=True)
def displacement(h: Head, state: int) -> float:
    """Return the stroke (nm) of attached state 0 to 3: A1, A2, A3, RIGOR."""
    return 0.0 if state == 0 else (h.stroke_1 if state == 1 else h.stroke)


@njit(cache=True)
def chain(r: Steps, entry: float, into: int, n: np.ndarray) -> None:
    """Solve for the occupancy of A1, A2, A3, RIGOR at a site that is entered at a rate, by elimination.

    Parameters
    ----------
    r : Steps
        Rates at the site.
    entry : float
        Into state ``into``, 1/s.
    into : int
        0 for A1, 3 for RIGOR.
    n : array of 4 float64
        Receives the occupancies.
    """
    n[:] = 0.0
    n[into] = entry
    leave_1 = r.attach_back + r.stroke
    m = r.stroke / leave_1
    leave_2 = r.stroke_back + r.isomerise - m * r.stroke_back
    n[1] += m * n[0]
    m = r.isomerise / leave_2
    leave_3 = r.isomerise_back + r.release_adp - m * r.isomerise_back
    n[2] += m * n[1]
    m = r.release_adp / leave_3
    n[3] += m * n[2]
    n[3] /= r.rebind_adp + r.bind_atp - m * r.rebind_adp
    n[2] = (n[2] + r.rebind_adp * n[3]) / leave_3
    n[1] = (n[1] + r.isomerise_back * n[2]) / leave_2
    n[0] = (n[0] + r.stroke_back * n[1]) / leave_1


@njit(cache=True)
def entries(h: Head, from_mdp: np.ndarray, from_mt: np.ndarray) -> None:
    """Solve for the heads on every site per detached one, were the site free.

    Parameters
    ----------
    h : Head
        Constants.
    from_mdp, from_mt : array (phase, site, 4) of float64
        Receive the occupancies of A1, A2, A3, RIGOR per head that is MDP, and per head that is MT.
    """
    n_phases = from_mdp.shape[0]
    for i in range(n_phases):
        for s in range(N_SITES):
            r = steps(h, strain(i, s, n_phases))
            chain(r, r.attach, 0, from_mdp[i, s])
            chain(r, r.release_atp, 3, from_mt[i, s])


@njit(cache=True)
def isometric(
    h: Head, free: float, from_mdp: np.ndarray, from_mt: np.ndarray, detached: np.ndarray, attached: np.ndarray
) -> None:
    """Solve the steady state of heads that do not move.

    Parameters
    ----------
    h : Head
        Constants.
    free : float
        Share of sites that no other head holds.
    from_mdp, from_mt : array (phase, site, 4) of float64
        Of `entries`.
    detached : array (phase, 2) of float64
        Receives the shares of MT and MDP.
    attached : array (phase, site, 4) of float64
        Receives those of A1, A2, A3, RIGOR.
    """
    for i in range(detached.shape[0]):
        # Heads that hydrolyse and attach come back as MT from RIGOR; those from MT less than they left.
        mdp_to_mt = free * h.bind_atp * from_mdp[i, :, 3].sum()
        rigor = from_mt[i, :, 3].sum()
        mt_out = free * (h.rebind_adp * rigor - h.release_adp * from_mt[i, :, 2].sum())
        ratio = (h.hydrolysis_back + mdp_to_mt) / (h.hydrolysis + mt_out)
        mdp = 1.0 / (1.0 + ratio + free * (from_mdp[i].sum() + ratio * from_mt[i].sum()))
        detached[i, MT], detached[i, MDP] = ratio * mdp, mdp
        for s in range(N_SITES):
            for k in range(4):
                attached[i, s, k] = free * mdp * (from_mdp[i, s, k] + ratio * from_mt[i, s, k])


@njit(cache=True)
def force_at(h: Head, phase: int, attached: np.ndarray) -> float:
    """Sum the force (pN) of heads at a phase."""
    force = 0.0
    for s in range(N_SITES):
        x = strain(phase, s, attached.shape[0])
        for k in range(4):
            force += attached[phase, s, k] * h.stiffness * (x + displacement(h, k))
    return force


@njit(cache=True)
def means(h: Head, detached: np.ndarray, attached: np.ndarray) -> Means:
    """Average a state over its phases."""
    n_phases, force = detached.shape[0], 0.0
    for i in range(n_phases):
        force += force_at(h, i, attached)
    mt, mdp = detached[:, MT].sum() / n_phases, detached[:, MDP].sum() / n_phases
    flux = h.hydrolysis * mt - h.hydrolysis_back * mdp
    return Means(force / n_phases, attached.sum() / n_phases, mdp, mt, flux)


@njit(cache=True)
def exit_rate(h: Head, tension: float) -> float:
    """Return the rate of leaving OFF (1/s) where the backbone carries a tension (pN)."""
    return h.off_exit + h.off_exit_force * min(max(tension / h.off_force, 0.0), h.off_limit)


@njit(cache=True)
def settle_off(h: Head, detached: np.ndarray, attached: np.ndarray, on: np.ndarray) -> None:
    """Find the share of heads that are not OFF, in every segment and at every phase.

    Heads that find no site wait as MDP, from where they go OFF: phases differ.

    Parameters
    ----------
    h : Head
        Constants.
    detached, attached : array (phase, 2), (phase, site, 4) of float64
        State of heads that are not OFF.
    on : array (segment, phase) of float64
        First guess, segments from the M-line on; receives the shares.
    """
    n_segments, n_phases = on.shape
    force = np.array([force_at(h, i, attached) for i in range(n_phases)])
    for _ in range(30):
        beyond = 0.0  # force of heads further from the M-line, pN
        for s in range(n_segments - 1, -1, -1):
            pull = (on[s] * force).sum() * N_HEADS / (n_segments * n_phases)
            leave = exit_rate(h, beyond + 0.5 * pull)
            beyond += pull
            for i in range(n_phases):
                on[s, i] = leave / (leave + h.off_return * detached[i, MDP])


class Isometric:
    """Isometric contraction under one condition; share of free sites and OFF state follow from it.

    Parameters
    ----------
    cycle, off_state : CycleParameters, OffStateParameters
        Of a fibre type, at 37 C.
    n_phases : int
        Phases of the sites.
    **bath : float
        What differs from `Chemistry` at rest.

    Attributes
    ----------
    head : Head
        Constants.
    on : numpy.ndarray
        Share of heads that are not OFF, by segment from the M-line on and phase.
    detached, attached : numpy.ndarray
        State by phase, of heads that are not OFF; its mean over phases weighs them by their share.
    cycling : Means
        Of heads that are not OFF.
    """

    def __init__(
        self, cycle: CycleParameters, off_state: OffStateParameters, *, n_phases: int = N_PHASES, **bath: Any
    ) -> None:
        self.head = head(cycle, off_state, Chemistry().model_copy(update=bath))
        self.on, self.free = np.full((N_SEGMENTS, n_phases), 0.8), 0.85
        self.detached, self.attached = np.zeros((n_phases, 2)), np.zeros((n_phases, N_SITES, 4))
        from_mdp, from_mt = np.zeros_like(self.attached), np.zeros_like(self.attached)
        entries(self.head, from_mdp, from_mt)
        for _ in range(12):
            isometric(self.head, self.free, from_mdp, from_mt, self.detached, self.attached)
            settle_off(self.head, self.detached, self.attached, self.on)
            weight = self.on.mean(axis=0) / self.on.mean()
            self.detached *= weight[:, np.newaxis]
            self.attached *= weight[:, np.newaxis, np.newaxis]
            self.cycling = means(self.head, self.detached, self.attached)
            before, self.free = self.free, 1.0 - self.bound / SITES_PER_HEAD
            if abs(self.free - before) < 1e-5:
                break

    @property
    def n_on(self) -> float:
        """Share of all heads that are not OFF."""
        return float(self.on.mean())

    @property
    def leave_off(self) -> float:
        """Rate at which heads leave OFF, 1/s, over all segments: as many as enter."""
        return float(self.head.off_return * self.cycling.mdp * self.n_on / max(1.0 - self.n_on, 1e-12))

    @property
    def force(self) -> float:
        """Mean force of all heads, pN."""
        return self.n_on * self.cycling.force

    @property
    def bound(self) -> float:
        """Share of all heads that are attached."""
        return self.n_on * self.cycling.bound

    @property
    def atpase(self) -> float:
        """ATP per head and second, of all heads."""
        return self.n_on * self.cycling.flux
