"""Whole muscle: every motor unit's force in steps of 1 ms, and the tendon that all pull on.

A unit without a lattice follows a twitch model, scaled by how the lattice of its group does against that model.
"""

import math
from enum import IntEnum
from typing import NamedTuple

from sarcomere_kernels.compiled import inlined, inner, kernel
from sarcomere_kernels.types import F8, I4


class Learned(IntEnum):
    """Columns of MuscleState.learned."""

    PRODUCT = 0
    SQUARE = 1


class Tendon(IntEnum):
    """Force that the tendon has followed, F0 (MuscleState.tendon)."""

    LAG_BEFORE = 0  # when the window began
    LAG = 1  # now


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


@inlined
def _release(state: MuscleState, muscle: Muscle, trace: MuscleTrace, unit: int) -> None:
    """Release calcium at an impulse and book what the pump will have to return."""
    twitch, fibre, group = muscle.twitch, muscle.fibre[unit], muscle.group[unit]
    if unit != muscle.representative[group]:
        released = -math.expm1(-twitch.emptying[fibre] * state.available[unit])
        trace.group_pumped[group] += muscle.share[unit] * twitch.pumped[fibre] * released
    state.calcium[unit] += state.available[unit]
    state.available[unit] *= 1.0 - twitch.inactivation[fibre]


@inner
def _half_power(twitch: Twitch, fibre: int, length: float) -> float:
    """Return the calcium that half activates, to the power of the Hill exponent; a short muscle needs more."""
    more = 1.0 + twitch.desensitised[fibre] * max(0.0, 1.0 - length)
    return float(twitch.half_power[fibre] * more ** twitch.exponent[fibre])


@inner
def _activate(state: MuscleState, twitch: Twitch, unit: int, fibre: int, length: float) -> None:
    """Return calcium and activation 1 ms later."""
    state.available[unit] = 1.0 - (1.0 - state.available[unit]) * twitch.recovery_decay[fibre]
    before = state.calcium[unit]
    rate = 1.0 / (twitch.decay[fibre] * (1.0 + before / twitch.saturation[fibre]))
    after = before * math.exp(-rate)
    state.calcium[unit] = after
    filled = ((before - after) / rate) ** twitch.exponent[fibre]  # from the mean over the step
    filled /= filled + _half_power(twitch, fibre, length)
    opening, closing = twitch.opening[fibre] * filled, twitch.closing[fibre] * (1.0 - filled)
    steady = opening / (opening + closing)
    state.activation[unit] = steady + (state.activation[unit] - steady) * math.exp(-(opening + closing))


@inner
def _overlap(muscle: Muscle, fibre: int, length: float) -> float:
    """Return force at this length relative to that at L0; linear between points, constant beyond."""
    points = muscle.twitch.overlap[fibre]
    at = min(max((length - muscle.overlap_first) / muscle.overlap_step, 0.0), points.size - 1.0)
    i = min(int(at), points.size - 2)
    return float(points[i] + (at - i) * (points[i + 1] - points[i]))


@inner
def _titin(muscle: Muscle, length: float) -> float:
    return muscle.titin_amplitude * math.expm1(muscle.titin_exponent * max(length - muscle.titin_slack, 0.0))


@inner
def _follow_impulses(state: MuscleState, muscle: Muscle, drive: MuscleDrive, trace: MuscleTrace, ms: int) -> None:
    """Advance the activation of every unit, and the ATP and calcium turnover of those without a lattice."""
    twitch = muscle.twitch
    for unit in range(muscle.group.size):
        fibre, group, share = muscle.fibre[unit], muscle.group[unit], muscle.share[unit]
        _activate(state, twitch, unit, fibre, drive.length[ms])
        activation = state.activation[unit]
        trace.group_active[group] += share * activation
        if unit != muscle.representative[group]:
            trace.group_used[group] += (
                share * activation * twitch.atp[fibre] * _overlap(muscle, fibre, drive.length[ms])
            )


@inlined
def _ratio(muscle: Muscle, learned: F8) -> float:
    """Return the gain of a group: force of its lattice over what the calibration expects."""
    return float(max(0.0, muscle.prior + learned[Learned.PRODUCT]) / (muscle.prior + learned[Learned.SQUARE]))


@inner
def _learn(state: MuscleState, muscle: Muscle, drive: MuscleDrive, group: int, ms: int) -> None:
    """Update the gain by recursive least squares with exponential forgetting, and the impulse-free residual."""
    unit, fibre = muscle.representative[group], muscle.group_fibre[group]
    expected = state.activation[unit] * drive.factor[group] * _overlap(muscle, fibre, drive.length[ms])
    given = drive.active[group, ms] / muscle.twitch.full_force[fibre]
    learned = state.learned[group]
    learned[Learned.PRODUCT] = learned[Learned.PRODUCT] * muscle.learned_decay + given * expected
    learned[Learned.SQUARE] = learned[Learned.SQUARE] * muscle.learned_decay + expected * expected
    beyond = given - _ratio(muscle, learned) * expected
    state.held[group] = beyond + (state.held[group] - beyond) * muscle.learned_decay


@inner
def _pull(state: MuscleState, muscle: Muscle, drive: MuscleDrive, trace: MuscleTrace, ms: int) -> None:
    """Compute the forces of all units, their sum, and the tendon's lengthening."""
    force = passive = 0.0
    for group in range(muscle.representative.size):
        if muscle.representative[group] >= 0:
            _learn(state, muscle, drive, group, ms)
    titin = _titin(muscle, drive.length[ms])
    for unit in range(muscle.group.size):
        fibre, group = muscle.fibre[unit], muscle.group[unit]
        if unit == muscle.representative[group]:
            state.force[unit] = drive.active[group, ms]
        else:
            expected = state.activation[unit] * drive.factor[group] * _overlap(muscle, fibre, drive.length[ms])
            follows = _ratio(muscle, state.learned[group]) * expected + max(0.0, state.held[group])
            state.force[unit] = muscle.twitch.full_force[fibre] * follows
        force += muscle.capacity[unit] * state.force[unit]
        passive += muscle.capacity[unit] * (drive.passive[group, ms] if muscle.representative[group] >= 0 else titin)
    trace.force[ms] = force / muscle.isometric
    trace.passive[ms] = passive / muscle.isometric
    trace.territory_force[ms] = min(1.0, trace.force[ms] / muscle.territory)
    state.tendon[Tendon.LAG] = trace.force[ms] + (state.tendon[Tendon.LAG] - trace.force[ms]) * muscle.tendon_decay


@kernel
def advance_muscle(state: MuscleState, muscle: Muscle, drive: MuscleDrive, trace: MuscleTrace, n_ms: int) -> None:
    """Take n_ms steps of 1 ms, filling ``trace``; impulses act from the beginning of their millisecond on."""
    trace.group_active[:] = 0.0
    trace.group_used[:] = 0.0
    trace.group_pumped[:] = 0.0
    state.tendon[Tendon.LAG_BEFORE] = state.tendon[Tendon.LAG]
    impulse = 0
    for ms in range(n_ms):
        while impulse < drive.unit.size and drive.ms[impulse] <= ms:
            _release(state, muscle, trace, drive.unit[impulse])
            impulse += 1
        _follow_impulses(state, muscle, drive, trace, ms)
        _pull(state, muscle, drive, trace, ms)
    for group in range(trace.group_active.size):
        trace.group_active[group] /= n_ms
