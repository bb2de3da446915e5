"""The order of one step of the whole, and many steps: the one entry point."""

from sarcomere_kernels.calcium import calcium_for_units, move_calcium, take_up, trigger_release
from sarcomere_kernels.compiled import inlined, inner, kernel
from sarcomere_kernels.half_sarcomere import step_half_sarcomere
from sarcomere_kernels.mechanics import balance_forces
from sarcomere_kernels.types import (
    ATP_USED,
    CA_FREE,
    CA_PUMPED,
    CA_RELEASED,
    CA_SR,
    FORCE,
    HS_LENGTH,
    IMPOSED_LENGTH,
    LOAD,
    N_BOUND,
    N_HEAD_STATES,
    NEXT_IMPULSE,
    OK,
    RESIDUAL,
    RU_CALCIUM,
    S_ATP_USED,
    S_CA,
    S_CA_PUMPED,
    S_CA_RELEASED,
    S_CA_SR,
    S_FORCE,
    S_HS_LENGTH,
    S_ITERATIONS,
    S_RESIDUAL,
    S_RU_CALCIUM,
    S_RU_OPEN,
    S_TITIN_FORCE,
    SOLVER_ITERATIONS,
    STEP,
    TICK,
    TITIN_FORCE,
    Drive,
    Model,
    Scratch,
    State,
    Trace,
)


@inlined
def _impose(state: State, model: Model, drive: Drive, i: int) -> None:
    """What the experimenter sets at the beginning of a step, and the impulses that arrive by then."""
    state.mechanics[IMPOSED_LENGTH] = drive.imposed_length[i]
    state.mechanics[LOAD] = drive.load[i]
    if model.fibre.clamped == 1:
        state.calcium[CA_FREE] = drive.ca[i]
    impulse = state.counters[NEXT_IMPULSE]
    while impulse < drive.impulse_tick.size and drive.impulse_tick[impulse] <= state.counters[TICK]:
        trigger_release(model.fibre, state.calcium)
        impulse += 1
    state.counters[NEXT_IMPULSE] = impulse


@inlined
def _step(state: State, model: Model, scratch: Scratch) -> None:
    """Calcium, thin filament, OFF state, cross-bridges."""
    move_calcium(model.fibre, state.calcium, model.sampling.step)
    bound_before = state.counters[RU_CALCIUM]
    ca = calcium_for_units(state, model.fibre, model.regulation, model.sampling.step)
    step_half_sarcomere(state, model, scratch, ca)
    take_up(model.fibre, state.calcium, state.counters[RU_CALCIUM] - bound_before)
    state.counters[STEP] += 1
    state.counters[TICK] += model.sampling.ticks


@inner
def _sample(state: State, trace: Trace, row: int, n_calcium_sites: int) -> None:
    heads, units = state.head_state.size, state.ru_open.size
    series = trace.series[row]
    series[S_FORCE] = state.mechanics[FORCE]
    series[S_TITIN_FORCE] = state.mechanics[TITIN_FORCE]
    series[S_HS_LENGTH] = state.mechanics[HS_LENGTH]
    series[S_RESIDUAL] = state.mechanics[RESIDUAL]
    series[S_CA] = state.calcium[CA_FREE]
    series[S_CA_SR] = state.calcium[CA_SR]
    series[S_CA_RELEASED] = state.calcium[CA_RELEASED]
    series[S_CA_PUMPED] = state.calcium[CA_PUMPED]
    n_open = 0
    for i in range(units):
        n_open += state.ru_open[i]
    series[S_RU_OPEN] = n_open / units
    series[S_RU_CALCIUM] = state.counters[RU_CALCIUM] / (units * n_calcium_sites)
    series[S_ATP_USED] = state.counters[ATP_USED] / heads
    series[S_ITERATIONS] = state.counters[SOLVER_ITERATIONS]
    fraction = trace.head_state_fraction[row]
    fraction[:] = 0.0
    for i in range(heads):
        fraction[state.head_state[i]] += 1.0
    for code in range(N_HEAD_STATES):
        fraction[code] /= heads


@inner
def _snapshot(state: State, trace: Trace, shot: int) -> None:
    head_state, strain = trace.snapshot_state[shot], trace.snapshot_strain[shot]
    for head in range(state.head_state.size):
        head_state[head] = state.head_state[head]
        strain[head] = float("nan")
    for slot in range(state.counters[N_BOUND]):
        strain[state.bound_head[slot]] = state.strain[slot]


@kernel
def advance(state: State, model: Model, drive: Drive, scratch: Scratch, trace: Trace, n_steps: int) -> int:
    """Take n_steps steps, filling ``trace`` from its first row on; stops at the first failure.

    A fresh state, at step 0, is first balanced and sampled as it is: row 0 is then time zero.

    Returns
    -------
    int
        A status code of ``types``; OK if every step found force balance.
    """
    row = shot = 0
    sampling = model.sampling
    # one loop, so that the balance is compiled once: turn -1 only balances and samples a fresh state
    for i in range(-1 if state.counters[STEP] == 0 else 0, n_steps):
        if i >= 0:
            _impose(state, model, drive, i)
            _step(state, model, scratch)
        status = balance_forces(state, model.lattice, model.cycle, model.mechanics, scratch)
        tick = state.counters[TICK]
        if tick % sampling.every == 0:
            _sample(state, trace, row, model.regulation.n_calcium_sites)
            row += 1
        if sampling.snapshot_every > 0 and tick % sampling.snapshot_every == 0:
            _snapshot(state, trace, shot)
            shot += 1
        if status != OK:
            return status
    return OK
