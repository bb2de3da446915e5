"""The motoneuron pool: stimuli and noise, spikes, gates, persistent inward current, two voltages a cell, Renshaw cells.

Each cell is a soma that spikes on a dendrite with a persistent inward current, which can hold it firing without input.
"""

import math

from sarcomere_kernels.compiled import inner, kernel
from sarcomere_kernels.motoneuron_types import (
    EVENTS_FULL,
    Counter,
    Noise,
    Pool,
    PoolDrive,
    PoolState,
    Recurrent,
    Shared,
    Spikes,
)
from sarcomere_kernels.rng import uniform
from sarcomere_kernels.types import NOT_FINITE, OK, U8


@inner
def _normal_pair(stream: U8) -> tuple[float, float]:
    """Draw two independent standard normal numbers (Box & Muller)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(stream)))
    angle = 2.0 * math.pi * uniform(stream)
    return radius * math.cos(angle), radius * math.sin(angle)


@inner
def _fluctuate(state: PoolState, noise: Noise) -> None:
    """Advance the common and every private noise by one interval, exactly."""
    private = state.private_noise
    n = private.size
    common, _ = _normal_pair(state.stream)
    state.shared[Shared.COMMON_NOISE] = (
        state.shared[Shared.COMMON_NOISE] * noise.common_decay + noise.common_increment * common
    )
    for unit in range(0, n, 2):
        first, second = _normal_pair(state.stream)
        private[unit] = private[unit] * noise.private_decay + noise.private_increment * first
        if unit + 1 < n:
            private[unit + 1] = private[unit + 1] * noise.private_decay + noise.private_increment * second


@inner
def _stimulate(state: PoolState, noise: Noise, drive: PoolDrive) -> bool:
    """Add the volleys of the stimuli that are due to what is left of earlier ones; true if there was one."""
    state.shared[Shared.VOLLEY] *= noise.volley_decay
    stimulus = state.counters[Counter.NEXT_STIMULUS]
    before = stimulus
    while stimulus < drive.stimulus_step.size and drive.stimulus_step[stimulus] <= state.counters[Counter.STEP]:
        state.shared[Shared.VOLLEY] += noise.volley
        stimulus += 1
    state.counters[Counter.NEXT_STIMULUS] = stimulus
    return bool(stimulus > before)


@inner
def _spike(state: PoolState, pool: Pool, spikes: Spikes, threshold_shift: float, stimulated: bool) -> None:
    """Start and record the spikes of cells above threshold, and antidromic ones of stimulated axons."""
    now = state.counters[Counter.STEP]
    count = spikes.taken[0]
    for unit in range(state.v_soma.size):
        above = state.v_soma[unit] > pool.cells.threshold[unit] + threshold_shift
        back = stimulated and pool.cells.antidromic[unit] == 1
        if (above or back) and now - state.last_spike[unit] >= pool.kinetics.refractory:
            state.last_spike[unit] = now
            spikes.unit[count] = unit
            spikes.step[count] = now
            spikes.antidromic[count] = 0 if above else 1
            count += 1
    spikes.taken[0] = count


@inner
def _gate(state: PoolState, pool: Pool) -> None:
    """Advance the gates exactly: they rise or fall during a spike's pulse and return after it."""
    kinetics = pool.kinetics
    now = state.counters[Counter.STEP]
    for unit in range(state.v_soma.size):
        if now - state.last_spike[unit] < kinetics.pulse:
            state.m[unit] = 1.0 + (state.m[unit] - 1.0) * kinetics.m_rise
            state.h[unit] *= kinetics.h_fall
            state.n[unit] = 1.0 + (state.n[unit] - 1.0) * kinetics.n_rise
            state.q[unit] = 1.0 + (state.q[unit] - 1.0) * kinetics.q_rise
        else:
            state.m[unit] *= kinetics.m_fall
            state.h[unit] = 1.0 + (state.h[unit] - 1.0) * kinetics.h_rise
            state.n[unit] *= kinetics.n_fall
            state.q[unit] *= pool.cells.q_decay[unit]


@inner
def _persist(state: PoolState, pool: Pool) -> None:
    """Advance the gate of the persistent inward current and its slow inactivation."""
    kinetics = pool.kinetics
    for unit in range(state.v_soma.size):
        pic = state.pic[unit]
        aim = 1.0 / (1.0 + math.exp((pool.cells.pic_half[unit] - state.v_dendrite[unit]) / kinetics.pic_slope))
        state.inactivated[unit] = pic + (state.inactivated[unit] - pic) * kinetics.inactivation_decay
        state.pic[unit] = aim + (pic - aim) * kinetics.pic_decay


@inner
def _charge(state: PoolState, pool: Pool, drive: PoolDrive, i: int) -> None:
    """Advance both voltages of every cell: the soma exactly at frozen conductances, the dendrite by Euler."""
    cells, kinetics = pool.cells, pool.kinetics
    shared = drive.shared[i] + state.shared[Shared.COMMON_NOISE] + state.shared[Shared.VOLLEY]
    direct, modulation = drive.direct[i] - state.shared[Shared.RENSHAW], drive.modulation[i]
    e_leak, e_sodium, e_potassium = drive.e_leak[i], drive.e_sodium[i], drive.e_potassium[i]
    for unit in range(state.v_soma.size):
        soma, dendrite = state.v_soma[unit], state.v_dendrite[unit]
        x = (shared + state.private_noise[unit]) * cells.weight[unit] + direct
        available = 1.0 - kinetics.inactivation * state.inactivated[unit]
        pic = cells.pic_gain[unit] * modulation * available * state.pic[unit] * (1.0 - dendrite / kinetics.pic_reversal)
        into_dendrite = (
            cells.rheobase[unit] * (pic + x)
            - cells.g_coupling[unit] * (dendrite - soma)
            - cells.g_leak_dendrite[unit] * (dendrite - e_leak)
        )
        m, n, q = state.m[unit], state.n[unit], state.q[unit]
        g_sodium = cells.g_sodium[unit] * m * m * m * state.h[unit]
        g_potassium = cells.g_potassium[unit] * n * n * n * n + cells.g_ahp[unit] * q * q
        g = cells.g_coupling[unit] + cells.g_leak_soma[unit] + g_sodium + g_potassium
        aim = (
            cells.g_coupling[unit] * dendrite
            + cells.g_leak_soma[unit] * e_leak
            + g_sodium * e_sodium
            + g_potassium * e_potassium
        ) / g
        state.v_soma[unit] = aim + (soma - aim) * math.exp(-kinetics.step * g / cells.c_soma[unit])
        state.v_dendrite[unit] = dendrite + kinetics.step * into_dendrite / cells.c_dendrite[unit]


@inner
def _recur(state: PoolState, recurrent: Recurrent, fired: int) -> None:
    """Advance Renshaw drive and inhibition by one step exactly, from the spikes of this step."""
    drive = state.shared[Shared.RENSHAW_DRIVE] + recurrent.increment * fired
    state.shared[Shared.RENSHAW] = (
        state.shared[Shared.RENSHAW] * recurrent.inhibition_decay + drive * recurrent.transfer
    )
    state.shared[Shared.RENSHAW_DRIVE] = drive * recurrent.drive_decay


@inner
def step_pool(state: PoolState, pool: Pool, drive: PoolDrive, spikes: Spikes) -> None:
    """Advance every cell by one step; ``spikes`` must have room for one spike of each."""
    i = state.counters[Counter.STEP] - drive.first_step
    stimulated = _stimulate(state, pool.noise, drive)
    if state.counters[Counter.STEP] % pool.noise.every == 0:
        _fluctuate(state, pool.noise)
    before = spikes.taken[0]
    _spike(state, pool, spikes, drive.threshold_shift[i], stimulated)
    _gate(state, pool)
    _charge(state, pool, drive, i)
    _persist(state, pool)
    _recur(state, pool.recurrent, spikes.taken[0] - before)
    state.counters[Counter.STEP] += 1


@kernel
def advance_pool(state: PoolState, pool: Pool, drive: PoolDrive, spikes: Spikes, n_steps: int) -> int:
    """Take up to n_steps steps, adding to ``spikes``.

    Returns
    -------
    int
        OK; EVENTS_FULL if it stopped before a step for which ``spikes`` might lack room; NOT_FINITE if a voltage is
        no number.
    """
    units = state.v_soma.size
    for _ in range(n_steps):
        if spikes.taken[0] + units > spikes.unit.size:
            return EVENTS_FULL
        step_pool(state, pool, drive, spikes)
    for unit in range(units):
        if not math.isfinite(state.v_soma[unit] + state.v_dendrite[unit]):
            return NOT_FINITE
    return OK
