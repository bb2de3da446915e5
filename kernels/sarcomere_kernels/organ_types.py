"""What the kernels of nerve, junction, muscle, blood and reflex take, and the indices they use."""

from typing import NamedTuple

from sarcomere_kernels.types import F8, I4, I8, U8

# Neuromuscular junctions, fibre action potentials and interstitial potassium.

# Columns of JunctionState.counts.
ARRIVED, TRANSMITTED, PROPAGATED, RELEASED = range(4)  # impulses; action potentials begun; those conducted; quanta
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
    refractory: int  # steps; an action potential follows the last after more than these
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


# Reflexes.  Time in ms, lengths in L0, forces in F0, rates in Hz, inputs in rheobases.

# Columns of the signals that reach afferents besides active force and length.
GAMMA, NOCICEPTION, FATIGUE, ANTAGONIST, TENDON_STIMULUS, MECHANICAL, AFFERENT_OPEN, PASSIVE = range(8)
N_SIGNALS = 8

# Pathways into the pool (rows of state.line).
IA, II, IB, NOCICEPTIVE, RECIPROCAL, TENDON = range(6)
N_PATHWAYS = 6

# What receptors remember (state.memory): the length behind the velocity, and what adaptation has followed.
SPINDLE_LENGTH, ADAPTED_FAST, ADAPTED_SLOW = range(3)
N_REFLEX_MEMORY = 3


class Spindle(NamedTuple):
    """Rates of spindle afferents; decay: share of the distance left after 1 ms."""

    velocity_gain: float
    velocity_exponent: float
    velocity_decay: float
    ia_length: float
    ia_rest: float
    ii_length: float
    ii_rest: float
    fusimotor: float  # added to Ia by full gamma drive


class TendonOrgan(NamedTuple):
    """Rate of Ib afferents, and how the muscle's length gates what they do."""

    rate: float
    force_scale: float
    passive_threshold: float  # F0
    fast: float  # adaptation, relative to the rate in the end
    slow: float
    fast_decay: float
    slow_decay: float
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
    decay: F8  # (pathway,) share of the filter's distance to its aim left after 1 ms
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
N_PUMPING = 2


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


# Muscle: forces of all motor units, whole muscle, tendon.

# Columns of MuscleState.learned, and what MuscleState.tendon holds.
PRODUCT, SQUARE = range(2)
LAG_BEFORE, LAG = range(2)  # force that the tendon has followed, F0: when the window began and now


class Twitch(NamedTuple):
    """How a unit without a lattice answers an impulse; one entry for each fibre type.

    Calcium is in units of what the first impulse of a rested fibre releases.
    """

    inactivation: F8  # share of the release that an impulse takes
    recovery_decay: F8  # share of it still taken 1 ms later
    decay: F8  # of calcium at low concentration
    saturation: F8  # calcium at which its removal is half saturated
    exponent: F8
    half_power: F8  # (calcium at which half of the thin filament opens, at L0 and beyond) ** exponent
    desensitised: F8  # share by which that calcium grows per L0 of shortening
    opening: F8  # per ms, where all calcium sites are filled
    closing: F8  # per ms, where none is
    full_force: F8  # at activation 1, pN per thick filament
    atp: F8  # used at activation 1, mM per ms
    pumped: F8  # mM of calcium that an impulse makes the pump move if it empties the store
    emptying: F8  # -ln(share of the store's free calcium left) by the first impulse of a rested fibre
    overlap: F8  # (fibre type, point) force against length, relative to that at L0


class Muscle(NamedTuple):
    """Everything constant in a run of one muscle."""

    fibre: I4  # (unit,) fibre type
    group: I4  # (unit,)
    capacity: F8  # (unit,) share of the muscle's cross-section
    share: F8  # (unit,) share of its group's
    representative: I4  # (group,) unit whose force a lattice gives; -1: none
    group_fibre: I4  # (group,)
    twitch: Twitch
    overlap_first: float  # L0, length of the first point of Twitch.overlap
    overlap_step: float
    isometric: float  # F0: force of the whole muscle in a tetanus, pN per thick filament
    learned_decay: float  # share of what the lattices taught that is left after 1 ms
    prior: float  # weight of the calibration against it, ms
    titin_amplitude: float
    titin_exponent: float  # per L0
    titin_slack: float  # L0
    tendon_decay: float
    territory: float


class MuscleState(NamedTuple):
    """All that changes; saving it and coming back continues the same run."""

    available: F8  # (unit,) release that the next impulse can have, of the first one's
    calcium: F8  # (unit,)
    activation: F8  # (unit,)
    force: F8  # (unit,) active force, pN per thick filament
    learned: F8  # (group, PRODUCT or SQUARE) what the lattice gave against what the calibration expects
    held: F8  # (group,) force of the lattice beyond that, of full force: what it holds without impulses
    tendon: F8


class MuscleDrive(NamedTuple):
    """One window: impulses at the release sites in order of time, forces of the lattices, length, chemistry."""

    unit: I4  # (impulse,)
    ms: I4  # (impulse,) within the window
    active: F8  # (group, ms) of the representative, pN per thick filament; not read without a lattice
    passive: F8  # (group, ms) its titin
    length: F8  # (ms,) of the fascicles, L0
    factor: F8  # (group,) on the force that the calibration expects, for the fibres' chemistry


class MuscleTrace(NamedTuple):
    """What one window gives."""

    force: F8  # (ms,) active, F0
    passive: F8  # (ms,) F0
    territory_force: F8  # (ms,) active, of what the fibres of the active territory can give
    group_active: F8  # (group,) mean activation of its units over the window
    group_used: F8  # (group,) ATP used by heads of units without a lattice, mM of the group's fibres
    group_pumped: F8  # (group,) calcium pumped in units without a lattice, mM of the group's fibres
