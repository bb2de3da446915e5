"""Axon terminals: fast stimulation sets off bursts there, without the motoneuron; a long muscle stops them."""

import math

from sarcomere_kernels.compiled import inner, kernel
from sarcomere_kernels.motoneuron_types import (
    EVENTS_FULL,
    Counter,
    Spikes,
    TerminalDrive,
    Terminals,
    TerminalState,
)
from sarcomere_kernels.rng import uniform
from sarcomere_kernels.types import OK, U8


@inner
def _exponential(stream: U8) -> float:
    return -math.log(1.0 - uniform(stream))


@inner
def _rate(stream: U8, terminals: Terminals) -> float:
    """Draw the rate of a burst: normal (Box & Muller), not below the least."""
    radius = math.sqrt(2.0 * _exponential(stream))
    normal = radius * math.cos(2.0 * math.pi * uniform(stream))
    return max(terminals.rate_least, terminals.rate_mean + terminals.rate_sd * normal)


@inner
def _trigger(state: TerminalState, terminals: Terminals, excitability: float, now: int) -> None:
    """Start, at a stimulus, bursts of the terminals whose threshold its frequency has reached."""
    interval = terminals.step * (now - state.last_stimulus[0])
    state.last_stimulus[0] = now
    envelope = 0.0
    for _ in range(terminals.envelope_shape):
        envelope += _exponential(state.stream) * terminals.envelope / terminals.envelope_shape
    for axon in range(state.until.size):
        if terminals.reached[axon] == 1 and interval <= terminals.trigger_interval[axon] * excitability:
            lasts = min(envelope, terminals.burst * _exponential(state.stream)) * excitability
            state.interval[axon] = max(1, round(1.0 / (_rate(state.stream, terminals) * terminals.step)))
            state.luck[axon] = uniform(state.stream)
            state.next_impulse[axon] = now + state.interval[axon]
            state.until[axon] = now + round(lasts / terminals.step)


@inner
def step_terminals(state: TerminalState, terminals: Terminals, drive: TerminalDrive, spikes: Spikes) -> None:
    """Advance by one step; ``spikes`` must have room for one of each axon."""
    now = state.counters[Counter.STEP]
    stimulus = state.counters[Counter.NEXT_STIMULUS]
    while stimulus < drive.stimulus_step.size and drive.stimulus_step[stimulus] <= now:
        _trigger(state, terminals, drive.excitability, now)
        stimulus += 1
    state.counters[Counter.NEXT_STIMULUS] = stimulus
    gate = drive.gate[now - drive.first_step]
    count = spikes.taken[0]
    for axon in range(state.until.size):
        if now >= state.until[axon]:
            continue
        if state.luck[axon] >= gate:
            state.until[axon] = now
        elif now == state.next_impulse[axon]:
            state.next_impulse[axon] = now + state.interval[axon]
            spikes.unit[count] = axon
            spikes.step[count] = now
            spikes.antidromic[count] = 0
            count += 1
    spikes.taken[0] = count
    state.counters[Counter.STEP] += 1


@kernel
def advance_terminals(
    state: TerminalState, terminals: Terminals, drive: TerminalDrive, spikes: Spikes, n_steps: int
) -> int:
    """Take up to n_steps steps, adding to ``spikes``.

    Returns
    -------
    int
        OK, or EVENTS_FULL if it stopped before a step for which ``spikes`` might lack room.
    """
    for _ in range(n_steps):
        if spikes.taken[0] + state.until.size > spikes.unit.size:
            return EVENTS_FULL
        step_terminals(state, terminals, drive, spikes)
    return OK
