"""What the motoneuron kernels take.

Units: mV from rest, ms, nA, uS, nF; inputs in units of the cell's rheobase.
"""

from enum import IntEnum
from typing import NamedTuple

from sarcomere_kernels.types import F8, I1, I4, I8, NOT_FINITE, U8

EVENTS_FULL = NOT_FINITE + 1  # status: take the spikes out, then go on


class Shared(IntEnum):
    """Scalars of the whole pool that change (PoolState.shared); all but the drive are inputs, in rheobases."""

    VOLLEY = 0  # of stimulated afferents
    COMMON_NOISE = 1
    RENSHAW_DRIVE = 2
    RENSHAW = 3  # inhibition


class Counter(IntEnum):
    """How far a pool or its terminals are (counters of both states)."""

    STEP = 0
    NEXT_STIMULUS = 1


class Cells(NamedTuple):
    """Constants of every motoneuron, (unit,), the smallest first."""

    g_coupling: F8
    c_dendrite: F8
    g_leak_dendrite: F8
    c_soma: F8
    g_leak_soma: F8
    g_sodium: F8
    g_potassium: F8
    g_ahp: F8
    q_decay: F8  # share of the AHP gate left after one step
    threshold: F8  # of the soma
    pic_half: F8  # dendritic voltage that opens half of the persistent current
    rheobase: F8  # of the passive dendrite
    pic_gain: F8  # persistent current in rheobases
    weight: F8  # of all shared input
    antidromic: I1  # 1: a stimulus to the nerve sends a spike back into this cell


class Kinetics(NamedTuple):
    """Step length, the spike's pulse, and what is left of a gate's distance to its aim after one step."""

    step: float
    pulse: int  # steps
    refractory: int  # steps
    m_rise: float
    m_fall: float
    h_fall: float
    h_rise: float
    n_rise: float
    n_fall: float
    q_rise: float
    pic_decay: float
    pic_slope: float
    pic_reversal: float
    inactivation: float  # share of the persistent current that slow inactivation can take
    inactivation_decay: float


class Noise(NamedTuple):
    """Ornstein-Uhlenbeck noise, drawn anew every so many steps, and the volleys of stimulated afferents."""

    every: int  # steps
    private_decay: float
    private_increment: float
    common_decay: float
    common_increment: float
    volley: float  # added by a stimulus
    volley_decay: float  # in one step


class Recurrent(NamedTuple):
    """Renshaw cells as one mean field: spikes of the pool raise a drive, which the inhibition follows."""

    increment: float  # of the drive by one spike, rheobases
    drive_decay: float  # of the drive in one step
    inhibition_decay: float  # of the inhibition
    transfer: float  # share of the drive that is inhibition one step later


class Pool(NamedTuple):
    """Everything constant in a run of one pool."""

    cells: Cells
    kinetics: Kinetics
    noise: Noise
    recurrent: Recurrent


class PoolDrive(NamedTuple):
    """What reaches the pool; entry i of the courses holds during step ``first_step`` + i."""

    first_step: int
    shared: F8  # weighted by cells.weight
    direct: F8  # the same share of each cell's rheobase; negative where it inhibits
    modulation: F8  # factor on the persistent current
    e_potassium: F8
    e_sodium: F8
    e_leak: F8
    threshold_shift: F8
    stimulus_step: I8  # (stimulus,) steps at which the nerve is stimulated


class PoolState(NamedTuple):
    """All that changes; saving it and coming back continues the same run."""

    v_soma: F8
    v_dendrite: F8
    m: F8
    h: F8
    n: F8
    q: F8
    pic: F8
    inactivated: F8
    private_noise: F8
    last_spike: I8  # step
    shared: F8
    counters: I8
    stream: U8


class Spikes(NamedTuple):
    """Room for the spikes of one call, in order of time; ``taken[0]`` are in."""

    unit: I4
    step: I8
    antidromic: I1
    taken: I8


class Terminals(NamedTuple):
    """Axon terminals that go on firing after stimulation; times in steps."""

    step: float
    trigger_interval: F8  # (axon,) longest interval between stimuli that sets it off, ms
    reached: I1  # (axon,) 1: stimuli excite it
    rate_mean: float  # of a burst, per ms
    rate_sd: float
    rate_least: float
    burst: float  # mean, ms
    envelope: float  # mean, ms
    envelope_shape: int  # of a gamma distribution


class TerminalDrive(NamedTuple):
    """Stimuli, and what the muscle's length allows; entry i of the course holds during step ``first_step`` + i."""

    first_step: int
    gate: F8  # (step,) share of terminals that may fire at this length
    excitability: float  # bursts begin at frequencies lower, and last longer, by this factor
    stimulus_step: I8


class TerminalState(NamedTuple):
    """All that changes."""

    next_impulse: I8  # (axon,) step
    interval: I8  # (axon,) steps between the impulses of its burst
    until: I8  # (axon,) step at which its burst ends
    luck: F8  # (axon,) the burst lasts only while this is below the gate
    counters: I8
    last_stimulus: I8  # (1,) step
    stream: U8
