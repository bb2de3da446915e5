"""The neuromuscular junction: an impulse releases ready vesicles, and enough of them start an action potential.

Nothing is done between impulses; refilling and the tubules are followed exactly from one to the next.
"""

import math
from enum import IntEnum

from sarcomere_kernels.compiled import inner, kernel
from sarcomere_kernels.fibre_wave import Junctions, JunctionState, propagation, relax_tubule
from sarcomere_kernels.rng import uniform
from sarcomere_kernels.types import I1, I4, I8


class JunctionCount(IntEnum):
    """Events of a junction since the beginning (columns of JunctionState.counts)."""

    ARRIVED = 0  # impulses
    TRANSMITTED = 1  # impulses that start an action potential of the fibre
    PROPAGATED = 2  # action potentials that reach the whole fibre
    RELEASED = 3  # quanta


@inner
def binomial(n: int, p: float, u: float) -> int:
    """Draw a binomial number from one uniform number.

    Its probabilities are laid side by side from the most likely number outwards and ``u`` falls into one of them.
    So no term underflows, as (1 - p)**n would, and the work grows with the standard deviation only.
    """
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    mode = min(n, int((n + 1) * p))
    ways = math.lgamma(n + 1.0) - math.lgamma(mode + 1.0) - math.lgamma(n - mode + 1.0)
    above = below = math.exp(ways + mode * math.log(p) + (n - mode) * math.log1p(-p))
    odds = p / (1.0 - p)
    high = low = mode
    u -= above
    while u >= 0.0 and (low > 0 or high < n):
        if high < n:
            above *= odds * (n - high) / (high + 1)
            high += 1
            u -= above
            if u < 0.0:
                return high
        if low > 0:
            below *= low / (odds * (n - low + 1))
            low -= 1
            u -= below
            if u < 0.0:
                return low
    return mode


@inner
def release(state: JunctionState, junctions: Junctions, unit: int, now: int, release_factor: float) -> int:
    """Refill since the last impulse, then release; returns the quanta of this impulse.

    Refilling is a real number; a vesicle of which only a part is back is not ready.
    """
    empty = junctions.vesicles - state.ready[unit]
    empty *= math.exp(-(now - state.last_event[unit]) * junctions.step / junctions.tau_refill)
    ready = junctions.vesicles - empty
    quanta = binomial(int(ready), junctions.release * release_factor, uniform(state.stream[unit]))
    state.ready[unit] = ready - quanta
    state.last_event[unit] = now
    return quanta


@inner
def end_plate_potential(junctions: Junctions, quanta: int) -> float:
    """Return the endplate potential, mV; each quantum adds less than the one before."""
    return quanta * junctions.quantum / (1.0 + quanta / junctions.saturation)


@kernel
def carry_impulses(
    state: JunctionState,
    junctions: Junctions,
    unit: I4,
    step: I8,
    release_factor: float,
    k_interstitial: float,
    carried: I1,
) -> int:
    """Take impulses from the axon's end over the junction and along the fibre.

    Parameters
    ----------
    state : JunctionState
        Changed in place.
    junctions : Junctions
        Constants.
    unit, step : ndarray, shape (impulse,)
        Whose impulse arrives, and in which step; in order of time within each unit, units in any order.
    release_factor : float
        Factor on the chance of release, for calcium and magnesium.
    k_interstitial : float
        Potassium around the tubules since they were last brought up to date, mM.
    carried : ndarray of int8, shape (impulse,)
        Set to 1 where an action potential runs along the fibre, else to 0.

    Returns
    -------
    int
        Number of action potentials.
    """
    aps = 0
    for event in range(unit.size):
        who, now = unit[event], step[event]
        counts = state.counts[who]
        carried[event] = 0
        quanta = release(state, junctions, who, now, release_factor)
        counts[JunctionCount.ARRIVED] += 1
        counts[JunctionCount.RELEASED] += quanta
        if (
            end_plate_potential(junctions, quanta) <= junctions.threshold
            or now - state.last_ap[who] <= junctions.refractory
        ):
            continue
        counts[JunctionCount.TRANSMITTED] += 1
        relax_tubule(state, junctions, who, now, k_interstitial)
        if uniform(state.stream[who]) < propagation(junctions, state.k_tubule[who]):
            state.k_tubule[who] += junctions.k_tubule_impulse
            state.last_ap[who] = now
            counts[JunctionCount.PROPAGATED] += 1
            carried[event] = 1
            aps += 1
    return aps
