"""Rates of the head cycle at one temperature and chemistry, as docs/model.md gives them."""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from sarcomere.parameters import Chemistry, CycleParameters, OffStateParameters

FASTEST = 4e5  # 1/s; a pair of opposite steps that is faster is slowed alike, far below every step in time
_MAX_EXPONENT = 200.0
_MAX_SLIP = 12.0


class Head(NamedTuple):
    """Constants of a head at one temperature and chemistry; rates in 1/s."""

    thermal_energy: float  # pN nm
    stiffness: float  # pN/nm
    stroke_1: float  # nm, A1 to A2
    stroke: float  # nm, A1 to A3
    hydrolysis: float
    hydrolysis_back: float
    attach: float
    attach_back: float
    x_critical: float  # nm
    stroke_rate: float
    stroke_cap: float
    stroke_split: float
    stroke_ratio: float  # forward over backward at equal strain energy
    isomerise: float
    isomerise_cap: float
    isomerise_ratio: float
    release_adp: float
    rebind_adp: float
    bind_atp: float
    release_atp: float
    off_exit: float
    off_exit_force: float
    off_return: float
    off_force: float  # pN
    off_limit: float


class Steps(NamedTuple):
    """Rates at one strain, 1/s; a step and its reverse side by side."""

    attach: float
    attach_back: float
    stroke: float
    stroke_back: float
    isomerise: float
    isomerise_back: float
    release_adp: float
    rebind_adp: float
    bind_atp: float
    release_atp: float


def head(cycle: CycleParameters, off_state: OffStateParameters, chemistry: Chemistry) -> Head:
    """Bring the constants of a fibre type to a temperature and chemistry.

    Parameters
    ----------
    cycle, off_state : CycleParameters, OffStateParameters
        At 37 C.
    chemistry : Chemistry
        Temperature, ATP, ADP, phosphate.

    Returns
    -------
    Head
    """
    c, off = cycle.at(chemistry.temperature_C), off_state.at(chemistry.temperature_C)
    atp, adp, pi = chemistry.atp_mM * 1e-3, chemistry.adp_uM, chemistry.pi_mM * 1e-3
    return Head(
        thermal_energy=chemistry.thermal_energy,
        stiffness=c.stiffness_head,
        stroke_1=c.stroke_1,
        stroke=c.stroke_1 + c.stroke_2,
        hydrolysis=c.k_hydrolysis,
        hydrolysis_back=c.k_hydrolysis / c.hydrolysis_equilibrium,
        attach=c.k_attach,
        attach_back=c.k_attach / c.attach_equilibrium,
        x_critical=c.x_critical,
        stroke_rate=c.k_stroke,
        stroke_cap=c.stroke_cap,
        stroke_split=c.stroke_split,
        stroke_ratio=c.stroke_equilibrium_M / pi,
        isomerise=c.k_isomerise,
        isomerise_cap=c.isomerise_cap,
        isomerise_ratio=c.isomerise_equilibrium,
        release_adp=c.k_adp_release,
        rebind_adp=c.k_adp_release * adp / c.adp_dissociation_uM,
        bind_atp=c.k_atp_bind * atp,
        release_atp=c.k_atp_bind / c.atp_equilibrium(chemistry),
        off_exit=off.k_off_exit,
        off_exit_force=off.k_off_exit_force,
        off_return=off.k_off_return,
        off_force=off.isometric_force,
        off_limit=off.max_relative_force,
    )


@njit(cache=True)
def capped(rate: float, cap: float) -> float:
    """Return a rate that saturates."""
    return rate * cap / (rate + cap)


@njit(cache=True)
def slowed(forward: float, back: float) -> tuple[float, float]:
    """Return a pair of opposite rates, slowed alike where one is beyond `FASTEST`."""
    factor = min(1.0, FASTEST / max(forward, back, 1e-300))
    return forward * factor, back * factor


@njit(cache=True)
def steps(h: Head, x: float) -> Steps:
    """Return the rates of every step of an attached head, and of attaching, at strain x (nm)."""
    half = 0.5 * h.stiffness / h.thermal_energy
    e1, e2, e3 = half * x * x, half * (x + h.stroke_1) ** 2, half * (x + h.stroke) ** 2
    slip = 1.0 + math.exp(min(_MAX_SLIP, 4.0 * half * (abs(x) - h.x_critical)))
    stroke = capped(h.stroke_rate * math.exp(min(-h.stroke_split * (e2 - e1), _MAX_EXPONENT)), h.stroke_cap)
    stroke, stroke_back = slowed(stroke, stroke * math.exp(min(e2 - e1, _MAX_EXPONENT)) / h.stroke_ratio)
    isomerise = capped(h.isomerise * math.exp(min(e2 - e3, _MAX_EXPONENT)), h.isomerise_cap)
    isomerise, isomerise_back = slowed(isomerise, isomerise * math.exp(min(e3 - e2, _MAX_EXPONENT)) / h.isomerise_ratio)
    return Steps(
        h.attach * math.exp(-e1) * slip,
        h.attach_back * slip,
        stroke,
        stroke_back,
        isomerise,
        isomerise_back,
        h.release_adp,
        h.rebind_adp,
        h.bind_atp,
        h.release_atp * math.exp(-min(e3, _MAX_EXPONENT)),
    )
