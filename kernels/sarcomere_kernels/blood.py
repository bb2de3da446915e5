"""Blood of one muscle: force shuts its own flow, metabolites open vessels, flow washes lactate out; nociception."""

import math

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.organ_types import (
    CONDUCTANCE,
    FLOW,
    LACTATE,
    MECHANICAL_NOCICEPTION,
    METABOLIC_NOCICEPTION,
    OXYGEN,
    PAIN,
    PRESSURE,
    PUMP_CONDUCTANCE,
    PUMP_PRESSURE,
    Circulation,
)
from sarcomere_kernels.types import F8

_PAIN_FULL = 10.0  # end of the visual analogue scale


@inlined
def _hill(x: float, half: float, power: float) -> float:
    raised = (max(0.0, x) / half) ** power
    return raised / (1.0 + raised)


@inner
def feel(c: Circulation, blood: F8, local_force: float) -> None:
    """Nociception by metabolites (lactate stands for all) and by force, and the pain of the stronger."""
    blood[METABOLIC_NOCICEPTION] = _hill(blood[LACTATE], c.lactate_half, c.lactate_hill)
    blood[MECHANICAL_NOCICEPTION] = _hill(local_force, c.force_half, c.force_hill)
    blood[PAIN] = _PAIN_FULL * max(blood[METABOLIC_NOCICEPTION], blood[MECHANICAL_NOCICEPTION])


@inner
def perfuse(c: Circulation, blood: F8, local_force: float, cuff: float, pumping: F8, dt: float) -> None:
    """Flow over dt, vessels opening, oxygen coming, lactate leaving; exact at constant nociception and flow."""
    feel(c, blood, local_force)
    before = blood[CONDUCTANCE]
    aim = 1.0 + c.dilation * blood[METABOLIC_NOCICEPTION]
    blood[CONDUCTANCE] = aim + (before - aim) * math.exp(-dt / c.tau_dilation)
    conductance = max(0.5 * (before + blood[CONDUCTANCE]), pumping[PUMP_CONDUCTANCE])
    blood[PRESSURE] = c.pressure_rest + c.pressure_gain * local_force + pumping[PUMP_PRESSURE]
    head = (c.pressure_stop - blood[PRESSURE]) / (c.pressure_stop - c.pressure_rest)
    blood[FLOW] = conductance * min(1.0, max(0.0, head)) * cuff
    blood[OXYGEN] = blood[FLOW] + (blood[OXYGEN] - blood[FLOW]) * math.exp(-dt / c.tau_oxygen)
    excess = blood[LACTATE] - c.lactate_arterial
    blood[LACTATE] = c.lactate_arterial + excess * math.exp(-dt * blood[FLOW] / c.tau_wash)
