"""Creatine kinase and adenylate kinase, so fast that they are always in equilibrium; pH follows splitting and lactate.

Given the bonds E = PCr + 2 ATP + ADP, the adenylate A = ATP + ADP + AMP and lactate, everything is a rising function
of z = ln(PCr/Cr), so z is one root.
"""

import math
from typing import NamedTuple

from sarcomere_kernels.compiled import inlined, inner


class Phosphagens(NamedTuple):
    """Creatine kinase, adenylate kinase and pH in equilibrium."""

    creatine: float  # with phosphocreatine
    log_ck: float  # ln(K_CK [H+]) at the pH of rest
    k_ak: float  # [ATP][AMP]/[ADP]^2
    pcr_rest: float
    lactate_rest: float
    ph_rest: float
    protons: float  # taken up by one phosphocreatine split
    buffering: float  # mM per pH unit
    phosphate: float  # inorganic phosphate + bonds, constant


_LN10 = math.log(10.0)
_TOLERANCE = 1e-12  # of z
_Z_LOW, _Z_HIGH = -60.0, 40.0
_ITERATIONS = 100  # bisection alone needs 47


@inlined
def _ph(p: Phosphagens, pcr: float, lactate: float) -> float:
    """Return pH: each lactate brings a proton, splitting phosphocreatine takes some up."""
    return p.ph_rest - (lactate - p.lactate_rest - p.protons * (p.pcr_rest - pcr)) / p.buffering


@inlined
def _ratio(p: Phosphagens, z: float, ph: float) -> float:
    """Return ATP/ADP in equilibrium with creatine kinase."""
    return math.exp(z + p.log_ck + _LN10 * (p.ph_rest - ph))


@inlined
def _bonds(p: Phosphagens, z: float, adenylate: float, lactate: float) -> tuple[float, float]:
    """Return PCr + 2 ATP + ADP and its slope in z."""
    share = 1.0 / (1.0 + math.exp(-z))
    pcr = p.creatine * share
    pcr_slope = pcr * (1.0 - share)
    r = _ratio(p, z, _ph(p, pcr, lactate))
    top, bottom = r * (2.0 * r + 1.0), p.k_ak + r * (r + 1.0)
    slope = r * ((4.0 * r + 1.0) * bottom - top * (2.0 * r + 1.0)) / (bottom * bottom)
    return (
        pcr + adenylate * top / bottom,
        pcr_slope + adenylate * slope * (1.0 + _LN10 * p.protons / p.buffering * pcr_slope),
    )


@inner
def equilibrate(
    p: Phosphagens, energy: float, adenylate: float, lactate: float, pcr: float
) -> tuple[float, float, float, float, float]:
    """ATP, ADP, AMP, PCr (mM) and pH; ``pcr`` is where the search begins.

    Newton on ln E, which is nearly straight in z where little is left; a bracket keeps it from leaving.
    """
    low, high = _Z_LOW, _Z_HIGH
    z = math.log(pcr / (p.creatine - pcr))
    for _ in range(_ITERATIONS):
        bonds, slope = _bonds(p, z, adenylate, lactate)
        if bonds > energy:
            high = z
        else:
            low = z
        step = math.log(energy / bonds) * bonds / slope
        if not low < z + step < high:
            step = 0.5 * (low + high) - z
        z += step
        if abs(step) < _TOLERANCE:
            break
    pcr = p.creatine / (1.0 + math.exp(-z))
    ph = _ph(p, pcr, lactate)
    r = _ratio(p, z, ph)
    bottom = p.k_ak + r * (r + 1.0)
    return adenylate * r * r / bottom, adenylate * r / bottom, adenylate * p.k_ak / bottom, pcr, ph
