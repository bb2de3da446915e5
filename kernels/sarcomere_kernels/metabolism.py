"""Energy of groups of fibres: bonds are used by heads and pumps, made by oxidation and glycolysis, and booked.

Midpoint rule in substeps, between two half-steps of the blood; bonds change by exactly what the books say.
"""

import math
from typing import NamedTuple

from sarcomere_kernels.blood import Blood, Circulation, feel, perfuse
from sarcomere_kernels.compiled import inlined, inner, kernel
from sarcomere_kernels.phosphagens import Phosphagens, equilibrate
from sarcomere_kernels.types import F8, NOT_FINITE, OK


class Energetics(NamedTuple):
    """How fibres use and make ATP."""

    phosphagens: Phosphagens
    step: float  # the longest
    basal: float  # mM/ms
    calcium_per_atp: float
    atp_per_ap: float  # pumping back the potassium of one impulse
    oxidation: float  # 0-1
    tau_oxidation: float
    glycolysis: float  # the fastest, mM ATP/ms
    atp_per_lactate: float
    rate_half: float  # impulses per ms that activate half of it
    tau_rate: float
    ph_half: float  # stops half of it
    ph_slope: float
    deamination: float  # per ms
    amp_rest: float
    tau_efflux: float  # of lactate to the interstitium, per fibre water


class MetabolismState(NamedTuple):
    """All that changes, with results as of the last step."""

    energy: F8  # (group,) PCr + 2 ATP + ADP
    adenylate: F8  # (group,) ATP + ADP + AMP
    lactate: F8  # (group,)
    impulse_rate: F8  # (group,) smoothed, per ms
    atp: F8
    adp: F8
    amp: F8
    pcr: F8  # also where the next equilibrium is first sought
    pi: F8
    ph: F8
    made: F8  # (group,) ATP since the start
    used: F8
    shortfall: F8  # (group,) asked for but not there
    blood: F8  # (N_BLOOD,)


_LN10 = math.log(10.0)
_LEAST = 1e-6  # mM of bonds that cannot be used, so that equilibrium exists


@inlined
def _supply(e: Energetics, pcr: float, ph: float, rate: float, oxygen: float) -> tuple[float, float]:
    """Return ATP made by oxidation and by glycolysis, mM/ms.

    Oxidation pays for rest and follows the depletion of PCr as far as blood brings oxygen.  Glycolysis follows
    that depletion (phosphate is its substrate) only while impulses release calcium, and acid stops it.
    """
    p = e.phosphagens
    depletion = max(0.0, p.pcr_rest - pcr)
    oxidation = e.oxidation * min(1.0, oxygen) * (depletion / e.tau_oxidation + e.basal)
    activation = rate * rate / (rate * rate + e.rate_half * e.rate_half)
    acid = 1.0 / (1.0 + math.exp(_LN10 * e.ph_slope * (e.ph_half - ph)))
    return oxidation, e.glycolysis * activation * acid * depletion / p.pcr_rest


@inlined
def _toward(value: float, aim: float, dt: float, tau: float) -> float:
    return aim + (value - aim) * math.exp(-dt / tau)


@inlined
def _deaminate(e: Energetics, amp: float) -> float:
    """Return adenylate lost to IMP, mM/ms; at rest re-amination balances it, later it is left out."""
    return e.deamination * max(0.0, amp - e.amp_rest)


@inner
def _advance_group(
    s: MetabolismState, e: Energetics, g: int, demand: float, impulses: float, outside: float, oxygen: float, dt: float
) -> float:
    """One substep of one group, ``demand`` and ``impulses`` per ms; returns the lactate that left, mM of fibre."""
    p, half = e.phosphagens, 0.5 * dt
    oxidation, glycolysis = _supply(e, s.pcr[g], s.ph[g], s.impulse_rate[g], oxygen)
    energy = max(_LEAST, s.energy[g] + half * (oxidation + glycolysis - demand))
    adenylate = s.adenylate[g] - half * _deaminate(e, s.amp[g])
    lactate = s.lactate[g] + half * (glycolysis / e.atp_per_lactate - (s.lactate[g] - outside) / e.tau_efflux)
    _, _, amp, pcr, ph = equilibrate(p, energy, adenylate, lactate, s.pcr[g])

    rate = _toward(s.impulse_rate[g], impulses, half, e.tau_rate)
    oxidation, glycolysis = _supply(e, pcr, ph, rate, oxygen)
    made = dt * (oxidation + glycolysis)
    used = min(dt * demand, s.energy[g] - _LEAST + made)
    left = dt * (lactate - outside) / e.tau_efflux
    s.energy[g] = max(_LEAST, s.energy[g] + (made - used))
    s.adenylate[g] -= dt * _deaminate(e, amp)
    s.lactate[g] += dt * glycolysis / e.atp_per_lactate - left
    s.impulse_rate[g] = _toward(s.impulse_rate[g], impulses, dt, e.tau_rate)
    s.made[g] += made
    s.used[g] += used
    s.shortfall[g] += dt * demand - used
    s.atp[g], s.adp[g], s.amp[g], s.pcr[g], s.ph[g] = equilibrate(p, s.energy[g], s.adenylate[g], s.lactate[g], pcr)
    s.pi[g] = p.phosphate - s.energy[g]
    return float(left)


@inlined
def _outside(state: MetabolismState, e: Energetics, c: Circulation, weight: F8, dt: float) -> float:
    """Return interstitial lactate dt later, before any is washed out."""
    now = state.blood[Blood.LACTATE]
    gradient = 0.0
    for g in range(weight.size):
        gradient += weight[g] * (state.lactate[g] - now)
    return float(now + dt * gradient / (e.tau_efflux * c.interstitium))


@kernel
def advance_metabolism(
    state: MetabolismState,
    energetics: Energetics,
    circulation: Circulation,
    used: F8,
    pumped: F8,
    aps: F8,
    weight: F8,
    local_force: float,
    cuff: float,
    pumping: F8,
    dt: float,
) -> int:
    """Energy, acid, blood and pain over one window.

    Parameters
    ----------
    state : MetabolismState
        Changed in place.
    energetics, circulation : Energetics, Circulation
        Constants.
    used, pumped, aps : ndarray, shape (group,)
        In this window: ATP used by heads (mM), calcium taken up by SERCA (mM), impulses per fibre.
    weight : ndarray, shape (group,)
        Share of the muscle's cross-section; sums to 1.
    local_force : float
        Of the active territory, in F0.
    cuff : float
        Factor on flow, 0 (occluded) to 1.
    pumping : ndarray, shape (2,)
        Pressure from outside (mmHg), least vascular conductance (1 at rest).
    dt : float
        Length of the window, ms.

    Returns
    -------
    int
        OK or NOT_FINITE.
    """
    substeps = max(1, math.ceil(dt / energetics.step))
    step = dt / substeps
    blood = state.blood
    for _ in range(substeps):
        perfuse(circulation, blood, local_force, cuff, pumping, 0.5 * step)
        outside = _outside(state, energetics, circulation, weight, 0.5 * step)
        left = 0.0
        for g in range(weight.size):
            ions = pumped[g] / energetics.calcium_per_atp + aps[g] * energetics.atp_per_ap
            demand = (used[g] + ions) / dt + energetics.basal
            left += weight[g] * _advance_group(
                state, energetics, g, demand, aps[g] / dt, outside, blood[Blood.OXYGEN], step
            )
        blood[Blood.LACTATE] += left / circulation.interstitium
        perfuse(circulation, blood, local_force, cuff, pumping, 0.5 * step)
    feel(circulation, blood, local_force)
    for g in range(weight.size):
        if not math.isfinite(state.shortfall[g] + state.ph[g] + blood[Blood.LACTATE]):
            return NOT_FINITE
    return OK
