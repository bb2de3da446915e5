"""The action potential along a fibre; potassium gathers in its tubules and between the fibres, and blocks it."""

import math

from sarcomere_kernels.compiled import inner, kernel
from sarcomere_kernels.organ_types import Junctions, JunctionState, Potassium


@inner
def relax_tubule(state: JunctionState, junctions: Junctions, unit: int, now: int, k_interstitial: float) -> None:
    """Tubular potassium of one unit goes to that outside until step ``now``, exactly."""
    decay = math.exp(-(now - state.tubule_step[unit]) * junctions.step / junctions.tau_tubule)
    state.k_tubule[unit] = k_interstitial + (state.k_tubule[unit] - k_interstitial) * decay
    state.tubule_step[unit] = now


@inner
def propagation(junctions: Junctions, k_tubule: float) -> float:
    """Chance that an action potential runs along a fibre with this potassium in its tubules."""
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
