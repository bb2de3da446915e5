"""Blood of one muscle: force shuts its own flow, metabolites open vessels, flow washes lactate out; nociception."""

import math
from enum import IntEnum
from typing import NamedTuple

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.types import F8


class Blood(IntEnum):
    """Blood and interstitium (MetabolismState.blood)."""

    CONDUCTANCE = 0
    PRESSURE = 1
    FLOW = 2
    OXYGEN = 3
    LACTATE = 4
    METABOLIC_NOCICEPTION = 5
    MECHANICAL_NOCICEPTION = 6
    PAIN = 7


class Pumping(IntEnum):
    """What massage and movement add (``pumping``)."""

    PRESSURE = 0
    CONDUCTANCE = 1


class Circulation(NamedTuple):
    """Pressure, flow, wash-out and what nociceptors feel."""

    pressure_rest: float
    pressure_gain: float  # mmHg per F0
    pressure_stop: float  # without flow from here on
    dilation: float  # conductance added by full metabolic nociception
    tau_dilation: float
    tau_oxygen: float  # oxygen in the muscle follows flow
    lactate_arterial: float
    interstitium: float  # water per fibre water
    tau_wash: float  # of the interstitium at flow 1
    lactate_half: float
    lactate_hill: float
    force_half: float
    force_hill: float


_PAIN_FULL = 10.0  # end of the visual analogue scale


@inlined
def _hill(x: float, half: float, power: float) -> float:
    raised = (max(0.0, x) / half) ** power
    return float(raised / (1.0 + raised))


@inner
def feel(c: Circulation, blood: F8, local_force: float) -> None:
    """Compute nociception by metabolites (lactate stands for all) and by force, and the pain of the stronger."""
    blood[Blood.METABOLIC_NOCICEPTION] = _hill(blood[Blood.LACTATE], c.lactate_half, c.lactate_hill)
    blood[Blood.MECHANICAL_NOCICEPTION] = _hill(local_force, c.force_half, c.force_hill)
    blood[Blood.PAIN] = _PAIN_FULL * max(blood[Blood.METABOLIC_NOCICEPTION], blood[Blood.MECHANICAL_NOCICEPTION])


@inner
def perfuse(c: Circulation, blood: F8, local_force: float, cuff: float, pumping: F8, dt: float) -> None:
    """Advance conductance, flow, oxygen and lactate wash-out by dt; exact at constant nociception and flow."""
    feel(c, blood, local_force)
    before = blood[Blood.CONDUCTANCE]
    aim = 1.0 + c.dilation * blood[Blood.METABOLIC_NOCICEPTION]
    blood[Blood.CONDUCTANCE] = aim + (before - aim) * math.exp(-dt / c.tau_dilation)
    conductance = max(0.5 * (before + blood[Blood.CONDUCTANCE]), pumping[Pumping.CONDUCTANCE])
    blood[Blood.PRESSURE] = c.pressure_rest + c.pressure_gain * local_force + pumping[Pumping.PRESSURE]
    head = (c.pressure_stop - blood[Blood.PRESSURE]) / (c.pressure_stop - c.pressure_rest)
    blood[Blood.FLOW] = conductance * min(1.0, max(0.0, head)) * cuff
    blood[Blood.OXYGEN] = blood[Blood.FLOW] + (blood[Blood.OXYGEN] - blood[Blood.FLOW]) * math.exp(-dt / c.tau_oxygen)
    excess = blood[Blood.LACTATE] - c.lactate_arterial
    blood[Blood.LACTATE] = c.lactate_arterial + excess * math.exp(-dt * blood[Blood.FLOW] / c.tau_wash)
