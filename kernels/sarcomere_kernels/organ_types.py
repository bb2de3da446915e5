"""What the kernels of the organs around the lattices take, and the indices they use."""

from typing import NamedTuple

from sarcomere_kernels.types import F8, I8

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
