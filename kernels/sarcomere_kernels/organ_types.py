"""What the kernels of nerve, junction, muscle, blood and reflex take, and the indices they use."""

from typing import NamedTuple

from sarcomere_kernels.types import F8, I8, U8

# Neuromuscular junctions, fibre waves and interstitial potassium.

# Columns of JunctionState.counts.
ARRIVED, TRANSMITTED, PROPAGATED, RELEASED = range(4)  # impulses; those that start a wave; whole waves; quanta
N_JUNCTION_COUNT = 4


class Junctions(NamedTuple):
    """Constants of every junction and of the fibre behind it; one junction stands for those of a motor unit."""

    step: float  # ms, in which events are counted
    vesicles: float  # ready when full
    release: float  # chance that an impulse releases a ready vesicle
    tau_refill: float
    quantum: float  # mV
    saturation: float  # quanta that halve each other's effect
    threshold: float  # mV
    refractory: int  # steps; a wave follows the last after more than these
    k_tubule_impulse: float  # mM that a wave adds to the tubules
    tau_tubule: float
    k_half: float  # mM in the tubules at which half of the waves fail
    k_slope: float


class JunctionState(NamedTuple):
    """All that changes, (unit,) unless said."""

    ready: F8  # vesicles, at last_event
    last_event: I8  # step of the last impulse
    last_wave: I8  # step of the last wave
    k_tubule: F8  # mM, at tubule_step
    tubule_step: I8
    counts: I8  # (unit, count) since the beginning
    stream: U8  # (unit, 4) each unit draws from its own


class Potassium(NamedTuple):
    """Potassium between the fibres."""

    per_wave: float  # mM that a wave of every fibre adds
    tau_uptake: float
    tau_washout: float  # at a flow of 1


# Reflexes.  Time in ms, lengths in L0, forces in F0, rates in Hz, inputs in rheobases.

# Columns of the signals that reach afferents besides force and length.
GAMMA, NOCICEPTION, FATIGUE, ANTAGONIST, TENDON_STIMULUS, MECHANICAL, AFFERENT_OPEN = range(7)
N_SIGNALS = 7

# Pathways into the pool (rows of state.line).
IA, II, IB, NOCICEPTIVE, RECIPROCAL, TENDON = range(6)
N_PATHWAYS = 6

# What receptors remember (state.memory): the length behind the velocity, and what adaptation has followed.
SPINDLE_LENGTH, ADAPTED_FAST, ADAPTED_SLOW = range(3)
N_REFLEX_MEMORY = 3


class Spindle(NamedTuple):
    """Rates of spindle afferents; keep: share of the distance left after 1 ms."""

    velocity_gain: float
    velocity_exponent: float
    velocity_keep: float
    ia_length: float
    ia_rest: float
    ii_length: float
    ii_rest: float
    fusimotor: float  # added to Ia by full gamma drive


class TendonOrgan(NamedTuple):
    """Rate of Ib afferents, and how the muscle's length gates what they do."""

    rate: float
    force_scale: float
    fast: float  # adaptation, relative to the rate in the end
    slow: float
    fast_keep: float
    slow_keep: float
    gate_floor: float
    gate_half: float
    gate_slope: float


class TendonStimulus(NamedTuple):
    """Two phases of inhibition after a shock to the tendon, in ms from the shock."""

    first_lag: int
    first_length: int
    second_lag: int
    second_length: int
    second_share: float


class Reflex(NamedTuple):
    """Everything constant in the reflexes of one muscle."""

    spindle: Spindle
    organ: TendonOrgan
    stimulus: TendonStimulus
    gain: F8  # (pathway,) rheobases per Hz, or per unit of nociception
    keep: F8  # (pathway,) share of the filter's distance to its aim left after 1 ms
    lag: I8  # (pathway,) ms from receptor to motoneuron
    mechanical: float  # weight of mechanical pain among nociceptors
    fatigue_ia: float
    fatigue_ib: float


class ReflexState(NamedTuple):
    """All that changes; saving it and coming back continues the same run."""

    memory: F8
    level: F8  # (pathway,) behind the filter
    line: F8  # (pathway, ms) levels on their way, a ring
    counters: I8  # (1,) ms done


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
