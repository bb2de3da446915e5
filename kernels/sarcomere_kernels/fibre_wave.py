"""The action potential along a fibre; potassium gathers in its tubules and between the fibres, and blocks it."""

import math
from typing import NamedTuple

from sarcomere_kernels.compiled import inner, kernel
from sarcomere_kernels.types import F8, I8, U8


class Junctions(NamedTuple):
    """Constants of every junction and of the fibre behind it; one junction stands for those of a motor unit."""

    step: float  # ms, in which events are counted
    vesicles: float  # ready when full
    release: float  # chance that an impulse releases a ready vesicle
    tau_refill: float
    quantum: float  # mV
    saturation: float  # quanta that halve each other's effect
    threshold: float  # mV
    refractory: int  # steps; an action potential along the fibre follows the last after more than these
    k_tubule_impulse: float  # mM that an action potential adds to the tubules
    tau_tubule: float
    k_half: float  # mM in the tubules at which half of the action potentials fail
    k_slope: float


class JunctionState(NamedTuple):
    """All that changes, (unit,) unless said."""

    ready: F8  # vesicles, at last_event
    last_event: I8  # step of the last impulse
    last_ap: I8  # step of the last action potential
    k_tubule: F8  # mM, at tubule_step
    tubule_step: I8
    counts: I8  # (unit, count) since the beginning
    stream: U8  # (unit, 4) each unit draws from its own


class Potassium(NamedTuple):
    """Potassium between the fibres."""

    per_ap: float  # mM that an action potential of every fibre adds
    tau_uptake: float
    tau_washout: float  # at a flow of 1


@inner
def relax_tubule(state: JunctionState, junctions: Junctions, unit: int, now: int, k_interstitial: float) -> None:
    """Relax the tubular potassium of one unit toward that outside until step ``now``, exactly."""
    decay = math.exp(-(now - state.tubule_step[unit]) * junctions.step / junctions.tau_tubule)
    state.k_tubule[unit] = k_interstitial + (state.k_tubule[unit] - k_interstitial) * decay
    state.tubule_step[unit] = now


@inner
def propagation(junctions: Junctions, k_tubule: float) -> float:
    """Return the chance that an action potential propagates at this tubular potassium."""
    return 1.0 / (1.0 + math.exp((k_tubule - junctions.k_half) / junctions.k_slope))


@kernel
def relax_tubules(state: JunctionState, junctions: Junctions, now: int, k_interstitial: float) -> None:
    """Bring the tubular potassium of every unit to step ``now``.

    Call it before the potassium outside changes, and before ``state.k_tubule`` is read.
    """
    for unit in range(state.k_tubule.size):
        relax_tubule(state, junctions, unit, now, k_interstitial)


@kernel
def advance_potassium(
    k_interstitial: float, potassium: Potassium, k_plasma: float, ap_rate: float, flow: float, duration: float
) -> float:
    """Potassium between the fibres after ``duration`` ms, exactly for constant inputs.

    Parameters
    ----------
    k_interstitial : float
        Now, mM.
    potassium : Potassium
        Constants.
    k_plasma : float
        Where uptake and flow bring it, mM.
    ap_rate : float
        Action potentials per ms of a fibre, the mean over all fibres of the muscle, resting ones too.
    flow : float
        Blood flow, 1 at rest.
    duration : float
        ms.

    Returns
    -------
    float
        mM.
    """
    rate = 1.0 / potassium.tau_uptake + flow / potassium.tau_washout
    settled = k_plasma + potassium.per_ap * ap_rate / rate
    return settled + (k_interstitial - settled) * math.exp(-rate * duration)
