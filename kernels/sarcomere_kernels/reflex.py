"""Reflexes of one muscle, in steps of 1 ms: receptors, filters, and delay lines to the motoneurons.

Filters come before the delay, so that reading a line changes nothing: how time is cut into windows does not matter.
"""

import math

from sarcomere_kernels.compiled import inner, kernel
from sarcomere_kernels.organ_types import (
    ADAPTED_FAST,
    ADAPTED_SLOW,
    AFFERENT_OPEN,
    ANTAGONIST,
    FATIGUE,
    GAMMA,
    IA,
    IB,
    II,
    MECHANICAL,
    NOCICEPTION,
    NOCICEPTIVE,
    PASSIVE,
    RECIPROCAL,
    SPINDLE_LENGTH,
    TENDON,
    TENDON_STIMULUS,
    Reflex,
    ReflexState,
    Spindle,
    TendonOrgan,
    TendonStimulus,
)
from sarcomere_kernels.types import F8, NOT_FINITE, OK

_MS_PER_S = 1e3


@inner
def _velocity(state: ReflexState, spindle: Spindle, length: float) -> float:
    """Rate of change (L0/s) of the filtered length; exact on a ramp once the filter has settled."""
    before = state.memory[SPINDLE_LENGTH]
    after = length + (before - length) * spindle.velocity_decay
    state.memory[SPINDLE_LENGTH] = after
    return (after - before) * _MS_PER_S


@inner
def _ib_rate(state: ReflexState, organ: TendonOrgan, active: float, passive: float) -> float:
    """Rate of tendon organs: the logarithm of force, and more while it changes, in two adapting parts."""
    force = max(active, 0.0) + max(passive - organ.passive_threshold, 0.0)
    static = organ.rate * math.log(1.0 + organ.force_scale * force)
    fast = static + (state.memory[ADAPTED_FAST] - static) * organ.fast_decay
    slow = static + (state.memory[ADAPTED_SLOW] - static) * organ.slow_decay
    rate = (
        static + organ.fast * (static - state.memory[ADAPTED_FAST]) + organ.slow * (static - state.memory[ADAPTED_SLOW])
    )
    state.memory[ADAPTED_FAST], state.memory[ADAPTED_SLOW] = fast, slow
    return max(rate, 0.0)


@inner
def _send(state: ReflexState, reflex: Reflex, pathway: int, aim: float) -> None:
    """Filter what a pathway carries and put it on its line."""
    level = aim + (state.level[pathway] - aim) * reflex.decay[pathway]
    state.level[pathway] = level
    state.line[pathway, state.counters[0] % state.line.shape[1]] = level


@inner
def _sense(state: ReflexState, reflex: Reflex, force: float, length: float, signals: F8) -> None:
    """One millisecond of all receptors; ``signals`` is its row."""
    spindle, organ, gain = reflex.spindle, reflex.organ, reflex.gain
    conducting, fatigue = signals[AFFERENT_OPEN], signals[FATIGUE]
    velocity = _velocity(state, spindle, length)
    stretch = length - 1.0
    dynamic = spindle.velocity_gain * math.copysign(abs(velocity) ** spindle.velocity_exponent, velocity)
    ia = dynamic + spindle.ia_length * stretch + spindle.ia_rest + spindle.fusimotor * signals[GAMMA]
    ii = spindle.ii_length * stretch + spindle.ii_rest
    ib = _ib_rate(state, organ, force, signals[PASSIVE])
    gate = organ.gate_floor + (1.0 - organ.gate_floor) / (1.0 + math.exp((organ.gate_half - length) / organ.gate_slope))
    pain = max(signals[NOCICEPTION], reflex.mechanical * signals[MECHANICAL])
    from_ia = (1.0 + reflex.fatigue_ia * fatigue) * conducting * max(ia, 0.0)
    _send(state, reflex, IA, gain[IA] * (from_ia - spindle.ia_rest))
    _send(state, reflex, II, gain[II] * (conducting * max(ii, 0.0) - spindle.ii_rest))
    _send(state, reflex, IB, gain[IB] * (1.0 - reflex.fatigue_ib * fatigue) * gate * conducting * ib)
    _send(state, reflex, NOCICEPTIVE, gain[NOCICEPTIVE] * conducting * pain)
    _send(state, reflex, RECIPROCAL, gain[RECIPROCAL] * signals[ANTAGONIST])
    _send(state, reflex, TENDON, gain[TENDON] * gate * conducting * signals[TENDON_STIMULUS])


@inner
def _arriving(state: ReflexState, reflex: Reflex, pathway: int, now: int) -> float:
    """What a pathway brings to the motoneurons in a millisecond."""
    return state.line[pathway, (now - reflex.lag[pathway]) % state.line.shape[1]]


@inner
def _strongest(line: F8, last: int, length: int) -> float:
    """Largest entry of the ring among so many up to ``last``."""
    found = 0.0
    for back in range(length):
        found = max(found, line[(last - back) % line.size])
    return found


@inner
def _shocked(state: ReflexState, stimulus: TendonStimulus, now: int) -> float:
    """Inhibition by shocks to the tendon; overlapping ones do not add, the strongest counts."""
    line = state.line[TENDON]
    first = _strongest(line, now - stimulus.first_lag, stimulus.first_length)
    second = _strongest(line, now - stimulus.second_lag, stimulus.second_length)
    return max(first, stimulus.second_share * second)


@kernel
def advance_reflex(
    state: ReflexState, reflex: Reflex, force: F8, length: F8, signals: F8, x_base: F8, x_inhibition: F8
) -> int:
    """Take in the milliseconds just past and write the inputs of those to come, no more than the shortest lag.

    Without milliseconds past (empty ``force``, ``length`` and ``signals``) it only writes, as before the first window.

    Parameters
    ----------
    force, length : ndarray, shape (past,)
        Of the muscle: active force in F0, length in L0.
    signals : ndarray, shape (past, N_SIGNALS)
        Everything else that reaches afferents; see ``organ_types``.
    x_base, x_inhibition : ndarray, shape (coming,)
        Written: excitation that reflexes add, and inhibition, in rheobases.

    Returns
    -------
    int
        OK, or NOT_FINITE if a force or a length is no number.
    """
    for i in range(force.size):
        if not math.isfinite(force[i] + length[i]):
            return NOT_FINITE
        _sense(state, reflex, force[i], length[i], signals[i])
        state.counters[0] += 1
    for i in range(x_base.size):
        now = state.counters[0] + i
        x_base[i] = (
            _arriving(state, reflex, IA, now)
            + _arriving(state, reflex, II, now)
            + _arriving(state, reflex, NOCICEPTIVE, now)
        )
        x_inhibition[i] = (
            _arriving(state, reflex, IB, now)
            + _arriving(state, reflex, RECIPROCAL, now)
            + _shocked(state, reflex.stimulus, now)
        )
    return OK
