"""Reflexes of one muscle, in steps of 1 ms: receptors, filters, and delay lines to the motoneurons.

Filters come before the delay, so that reading a line changes nothing: how time is cut into windows does not matter.
"""

import math
from enum import IntEnum
from typing import NamedTuple

from sarcomere_kernels.compiled import inner, kernel
from sarcomere_kernels.types import F8, I8, NOT_FINITE, OK


class Signal(IntEnum):
    """What reaches afferents besides active force and length (columns of the signals)."""

    GAMMA = 0
    NOCICEPTION = 1
    FATIGUE = 2
    ANTAGONIST = 3
    TENDON_STIMULUS = 4
    MECHANICAL = 5
    AFFERENT_OPEN = 6
    PASSIVE = 7


class Pathway(IntEnum):
    """Pathways into the pool (rows of ReflexState.line)."""

    IA = 0
    II = 1
    IB = 2
    NOCICEPTIVE = 3
    RECIPROCAL = 4
    TENDON = 5


class Receptor(IntEnum):
    """What receptors remember (ReflexState.memory): the length behind the velocity, and both adaptations."""

    SPINDLE_LENGTH = 0
    ADAPTED_FAST = 1
    ADAPTED_SLOW = 2


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


_MS_PER_S = 1e3


@inner
def _velocity(state: ReflexState, spindle: Spindle, length: float) -> float:
    """Return the rate of change (L0/s) of the filtered length; exact on a ramp once the filter has settled."""
    before = state.memory[Receptor.SPINDLE_LENGTH]
    after = length + (before - length) * spindle.velocity_decay
    state.memory[Receptor.SPINDLE_LENGTH] = after
    return float((after - before) * _MS_PER_S)


@inner
def _ib_rate(state: ReflexState, organ: TendonOrgan, active: float, passive: float) -> float:
    """Return the rate of tendon organs: logarithmic in force, with fast and slow adaptation."""
    force = max(active, 0.0) + max(passive - organ.passive_threshold, 0.0)
    static = organ.rate * math.log(1.0 + organ.force_scale * force)
    fast = static + (state.memory[Receptor.ADAPTED_FAST] - static) * organ.fast_decay
    slow = static + (state.memory[Receptor.ADAPTED_SLOW] - static) * organ.slow_decay
    rate = (
        static
        + organ.fast * (static - state.memory[Receptor.ADAPTED_FAST])
        + organ.slow * (static - state.memory[Receptor.ADAPTED_SLOW])
    )
    state.memory[Receptor.ADAPTED_FAST], state.memory[Receptor.ADAPTED_SLOW] = fast, slow
    return float(max(rate, 0.0))


@inner
def _send(state: ReflexState, reflex: Reflex, pathway: int, aim: float) -> None:
    """Filter the input of a pathway and enter it into its delay line."""
    level = aim + (state.level[pathway] - aim) * reflex.decay[pathway]
    state.level[pathway] = level
    state.line[pathway, state.counters[0] % state.line.shape[1]] = level


@inner
def _sense(state: ReflexState, reflex: Reflex, force: float, length: float, signals: F8) -> None:
    """Advance all receptors by 1 ms; ``signals`` is its row."""
    spindle, organ, gain = reflex.spindle, reflex.organ, reflex.gain
    conducting, fatigue = signals[Signal.AFFERENT_OPEN], signals[Signal.FATIGUE]
    velocity = _velocity(state, spindle, length)
    stretch = length - 1.0
    dynamic = spindle.velocity_gain * math.copysign(abs(velocity) ** spindle.velocity_exponent, velocity)
    ia = dynamic + spindle.ia_length * stretch + spindle.ia_rest + spindle.fusimotor * signals[Signal.GAMMA]
    ii = spindle.ii_length * stretch + spindle.ii_rest
    ib = _ib_rate(state, organ, force, signals[Signal.PASSIVE])
    gate = organ.gate_floor + (1.0 - organ.gate_floor) / (1.0 + math.exp((organ.gate_half - length) / organ.gate_slope))
    pain = max(signals[Signal.NOCICEPTION], reflex.mechanical * signals[Signal.MECHANICAL])
    from_ia = (1.0 + reflex.fatigue_ia * fatigue) * conducting * max(ia, 0.0)
    _send(state, reflex, Pathway.IA, gain[Pathway.IA] * (from_ia - spindle.ia_rest))
    _send(state, reflex, Pathway.II, gain[Pathway.II] * (conducting * max(ii, 0.0) - spindle.ii_rest))
    _send(state, reflex, Pathway.IB, gain[Pathway.IB] * (1.0 - reflex.fatigue_ib * fatigue) * gate * conducting * ib)
    _send(state, reflex, Pathway.NOCICEPTIVE, gain[Pathway.NOCICEPTIVE] * conducting * pain)
    _send(state, reflex, Pathway.RECIPROCAL, gain[Pathway.RECIPROCAL] * signals[Signal.ANTAGONIST])
    _send(state, reflex, Pathway.TENDON, gain[Pathway.TENDON] * gate * conducting * signals[Signal.TENDON_STIMULUS])


@inner
def _arriving(state: ReflexState, reflex: Reflex, pathway: int, now: int) -> float:
    """Return the delayed input of a pathway to the motoneurons in a millisecond."""
    return float(state.line[pathway, (now - reflex.lag[pathway]) % state.line.shape[1]])


@inner
def _strongest(line: F8, last: int, length: int) -> float:
    """Return the largest entry of the ring among so many up to ``last``."""
    found = 0.0
    for back in range(length):
        found = max(found, line[(last - back) % line.size])
    return found


@inner
def _shocked(state: ReflexState, stimulus: TendonStimulus, now: int) -> float:
    """Return the inhibition by shocks to the tendon; overlapping ones do not add, the strongest counts."""
    line = state.line[Pathway.TENDON]
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
        Everything else that reaches afferents; columns as in ``Signal``.
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
            _arriving(state, reflex, Pathway.IA, now)
            + _arriving(state, reflex, Pathway.II, now)
            + _arriving(state, reflex, Pathway.NOCICEPTIVE, now)
        )
        x_inhibition[i] = (
            _arriving(state, reflex, Pathway.IB, now)
            + _arriving(state, reflex, Pathway.RECIPROCAL, now)
            + _shocked(state, reflex.stimulus, now)
        )
    return OK
