"""What the kernels of nerve, junction, muscle, blood and reflex take.  Units: mV, ms, mM; steps where it says so."""

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
