"""What the kernels of the organs take.

Units: ms, mM; lengths in optimal ones (L0), forces in pN per thick filament or relative to F0.
"""

from typing import NamedTuple

from sarcomere_kernels.types import F8, I4

# Muscle: forces of all motor units, whole muscle, tendon.

# Columns of MuscleState.learned, and what MuscleState.tendon holds.
PRODUCT, SQUARE = range(2)
LAG_BEFORE, LAG = range(2)  # force that the tendon has followed, F0: when the window began and now


class Twitch(NamedTuple):
    """How a unit without a lattice answers an impulse; one entry for each fibre type.

    Calcium is in units of what the first impulse of a rested fibre releases.
    """

    inactivation: F8  # share of the release that an impulse takes
    recovery_keep: F8  # share of it still taken 1 ms later
    decay: F8  # of calcium at low concentration
    saturation: F8  # calcium at which its removal is half saturated
    exponent: F8
    half_power: F8  # (calcium at which half of the thin filament opens) ** exponent
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
    learned_keep: float  # share of what the lattices taught that is left after 1 ms
    prior: float  # weight of the calibration against it, ms
    titin_amplitude: float
    titin_exponent: float  # per L0
    titin_slack: float  # L0
    tendon_stretch: float  # L0 at F0
    tendon_keep: float
    territory: float


class MuscleState(NamedTuple):
    """All that changes; saving it and coming back continues the same run."""

    available: F8  # (unit,) release that the next impulse can have, of the first one's
    calcium: F8  # (unit,)
    activation: F8  # (unit,)
    force: F8  # (unit,) active force, pN per thick filament
    learned: F8  # (group, PRODUCT or SQUARE) what the lattice gave against what the calibration expects
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
