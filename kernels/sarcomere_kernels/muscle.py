"""Whole muscle: every motor unit's force in steps of 1 ms, and the tendon that all pull on.

A unit without a lattice follows a twitch model, scaled by how the lattice of its group does against that model.
"""

import math

from sarcomere_kernels.compiled import inlined, inner, kernel
from sarcomere_kernels.organ_types import (
    LAG,
    LAG_BEFORE,
    PRODUCT,
    SQUARE,
    Muscle,
    MuscleDrive,
    MuscleState,
    MuscleTrace,
    Twitch,
)
from sarcomere_kernels.types import F8


@inlined
def _release(state: MuscleState, muscle: Muscle, trace: MuscleTrace, unit: int) -> None:
    """An impulse reaches the release sites; what it takes from the store is to be pumped back, booked at once."""
    twitch, fibre, group = muscle.twitch, muscle.fibre[unit], muscle.group[unit]
    if unit != muscle.representative[group]:
        released = -math.expm1(-twitch.emptying[fibre] * state.available[unit])
        trace.group_pumped[group] += muscle.share[unit] * twitch.pumped[fibre] * released
    state.calcium[unit] += state.available[unit]
    state.available[unit] *= 1.0 - twitch.inactivation[fibre]


@inner
def _half_power(twitch: Twitch, fibre: int, length: float) -> float:
    """Calcium that half activates, to the power of the Hill exponent; a short muscle needs more."""
    more = 1.0 + twitch.desensitised[fibre] * max(0.0, 1.0 - length)
    return twitch.half_power[fibre] * more ** twitch.exponent[fibre]


@inner
def _activate(state: MuscleState, twitch: Twitch, unit: int, fibre: int, length: float) -> None:
    """Calcium and activation 1 ms on."""
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
    """Force at this length relative to that at L0; straight lines between points, constant beyond."""
    points = muscle.twitch.overlap[fibre]
    at = min(max((length - muscle.overlap_first) / muscle.overlap_step, 0.0), points.size - 1.0)
    i = min(int(at), points.size - 2)
    return points[i] + (at - i) * (points[i + 1] - points[i])


@inner
def _titin(muscle: Muscle, length: float) -> float:
    return muscle.titin_amplitude * math.expm1(muscle.titin_exponent * max(length - muscle.titin_slack, 0.0))


@inner
def _follow_impulses(state: MuscleState, muscle: Muscle, drive: MuscleDrive, trace: MuscleTrace, ms: int) -> None:
    """Activation of every unit, and what those without a lattice spend."""
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
    """Force of a group's lattice over what the calibration expects."""
    return max(0.0, muscle.prior + learned[PRODUCT]) / (muscle.prior + learned[SQUARE])


@inner
def _learn(state: MuscleState, muscle: Muscle, drive: MuscleDrive, group: int, ms: int) -> None:
    """Regress the lattice's force on what the calibration expects, forgetting exponentially; follow what is beyond."""
    unit, fibre = muscle.representative[group], muscle.group_fibre[group]
    expected = state.activation[unit] * drive.factor[group] * _overlap(muscle, fibre, drive.length[ms])
    given = drive.active[group, ms] / muscle.twitch.full_force[fibre]
    learned = state.learned[group]
    learned[PRODUCT] = learned[PRODUCT] * muscle.learned_decay + given * expected
    learned[SQUARE] = learned[SQUARE] * muscle.learned_decay + expected * expected
    beyond = given - _ratio(muscle, learned) * expected
    state.held[group] = beyond + (state.held[group] - beyond) * muscle.learned_decay


@inner
def _pull(state: MuscleState, muscle: Muscle, drive: MuscleDrive, trace: MuscleTrace, ms: int) -> None:
    """Forces of all units, their sum, and the tendon."""
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
    state.tendon[LAG] = trace.force[ms] + (state.tendon[LAG] - trace.force[ms]) * muscle.tendon_decay


@kernel
def advance_muscle(state: MuscleState, muscle: Muscle, drive: MuscleDrive, trace: MuscleTrace, n_ms: int) -> None:
    """Take n_ms steps of 1 ms, filling ``trace``; impulses act from the beginning of their millisecond on."""
    trace.group_active[:] = 0.0
    trace.group_used[:] = 0.0
    trace.group_pumped[:] = 0.0
    state.tendon[LAG_BEFORE] = state.tendon[LAG]
    impulse = 0
    for ms in range(n_ms):
        while impulse < drive.unit.size and drive.ms[impulse] <= ms:
            _release(state, muscle, trace, drive.unit[impulse])
            impulse += 1
        _follow_impulses(state, muscle, drive, trace, ms)
        _pull(state, muscle, drive, trace, ms)
    for group in range(trace.group_active.size):
        trace.group_active[group] /= n_ms
