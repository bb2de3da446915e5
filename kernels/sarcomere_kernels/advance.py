"""The order of one step of the whole, and many steps: the one entry point."""

from sarcomere_kernels.calcium import calcium_for_units, move_calcium, take_up, trigger_release
from sarcomere_kernels.compiled import inner, kernel
from sarcomere_kernels.half_sarcomere import step_half_sarcomere
from sarcomere_kernels.mechanics import balance_forces
from sarcomere_kernels.types import (
    A1,
    ATP_USED,
    CA_FREE,
    CA_PUMPED,
    CA_RELEASED,
    CA_SR,
    FORCE,
    HS_LENGTH,
    N_HEAD_STATES,
    NEXT_IMPULSE,
    OK,
    RESIDUAL,
    RU_CALCIUM,
    SOLVER_ITERATIONS,
    STEP,
    TITIN_FORCE,
    Drive,
    Model,
    Scratch,
    State,
    Trace,
)


@inner
def _deliver_impulses(state: State, model: Model, drive: Drive) -> None:
    """Impulses act at the beginning of the step in which they arrive."""
    i = state.counters[NEXT_IMPULSE]
    while i < drive.impulse_step.size and drive.impulse_step[i] <= state.counters[STEP]:
        trigger_release(model.fibre, state.calcium)
        i += 1
    state.counters[NEXT_IMPULSE] = i


@inner
def _step(state: State, model: Model, drive: Drive, scratch: Scratch) -> int:
    """Nerve, calcium, thin filament, OFF state, cross-bridges, force balance."""
    _deliver_impulses(state, model, drive)
    move_calcium(model.fibre, state.calcium, model.sampling.step)
    bound_before = state.counters[RU_CALCIUM]
    ca = calcium_for_units(state, model.fibre, model.regulation, model.sampling.step)
    status = step_half_sarcomere(state, model, scratch, ca)
    take_up(model.fibre, state.calcium, state.counters[RU_CALCIUM] - bound_before)
    state.counters[STEP] += 1
    return status


@inner
def _sample(state: State, model: Model, trace: Trace, row: int) -> None:
    heads, units = state.head_state.size, state.ru_open.size
    trace.force[row] = state.mechanics[FORCE]
    trace.titin_force[row] = state.mechanics[TITIN_FORCE]
    trace.hs_length[row] = state.mechanics[HS_LENGTH]
    trace.residual[row] = state.mechanics[RESIDUAL]
    trace.ca[row] = state.calcium[CA_FREE]
    trace.ca_sr[row] = state.calcium[CA_SR]
    trace.ca_released[row] = state.calcium[CA_RELEASED]
    trace.ca_pumped[row] = state.calcium[CA_PUMPED]
    n_open = 0
    for i in range(units):
        n_open += state.ru_open[i]
    trace.ru_open_fraction[row] = n_open / units
    trace.ru_calcium_fraction[row] = state.counters[RU_CALCIUM] / (units * model.regulation.n_calcium_sites)
    trace.head_state_fraction[row, :] = 0.0
    for i in range(heads):
        trace.head_state_fraction[row, state.head_state[i]] += 1.0
    for code in range(N_HEAD_STATES):
        trace.head_state_fraction[row, code] /= heads
    trace.atp_used[row] = state.counters[ATP_USED] / heads
    trace.solver_iterations[row] = state.counters[SOLVER_ITERATIONS]


@inner
def _snapshot(state: State, trace: Trace, row: int) -> None:
    for i in range(state.head_state.size):
        trace.snapshot_state[row, i] = state.head_state[i]
        trace.snapshot_strain[row, i] = state.strain[i] if state.head_state[i] >= A1 else float("nan")


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
    if state.counters[STEP] == 0:
        status = balance_forces(state, model.lattice, model.cycle, model.mechanics, scratch)
        _sample(state, model, trace, row)
        row += 1
        if model.sampling.snapshot_every > 0:
            _snapshot(state, trace, shot)
            shot += 1
        if status != OK:
            return status
    for _ in range(n_steps):
        status = _step(state, model, drive, scratch)
        if status != OK:
            return status
        step = state.counters[STEP]
        if step % model.sampling.every == 0:
            _sample(state, model, trace, row)
            row += 1
        if model.sampling.snapshot_every > 0 and step % model.sampling.snapshot_every == 0:
            _snapshot(state, trace, shot)
            shot += 1
    return OK
