"""What the kernels of the organs take.

Units: ms, mM of fibre or interstitial water, mmHg; flow in multiples of that at rest.
"""

from typing import NamedTuple

from sarcomere_kernels.types import F8

# Metabolism and blood

# Indices of state.blood and of ``pumping``.
CONDUCTANCE, PRESSURE, FLOW, OXYGEN, LACTATE, METABOLIC_NOCICEPTION, MECHANICAL_NOCICEPTION, PAIN = range(8)
N_BLOOD = 8
PUMP_PRESSURE, PUMP_CONDUCTANCE = range(2)
N_PUMPING = 3  # the last is spare


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


class Energetics(NamedTuple):
    """How fibres use and make ATP."""

    phosphagens: Phosphagens
    step: float  # the longest
    basal: float  # mM/ms
    calcium_per_atp: float
    atp_per_wave: float  # pumping back the potassium of one impulse
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
