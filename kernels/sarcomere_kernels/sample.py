"""What a run keeps of one half-sarcomere at one time."""

from sarcomere_kernels.compiled import inner
from sarcomere_kernels.types import (
    ATP_USED,
    CA_FREE,
    CA_PUMPED,
    CA_RELEASED,
    CA_SR,
    FORCE,
    HS_LENGTH,
    N_BOUND,
    N_HEAD_STATES,
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
    TITIN_FORCE,
    State,
    Trace,
)


@inner
def sample(state: State, trace: Trace, row: int, n_calcium_sites: int) -> None:
    """Write one row of the sampled series."""
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
def snapshot(state: State, trace: Trace, shot: int) -> None:
    """Write the state and strain of every head."""
    head_state, strain = trace.snapshot_state[shot], trace.snapshot_strain[shot]
    for head in range(state.head_state.size):
        head_state[head] = state.head_state[head]
        strain[head] = float("nan")
    for slot in range(state.counters[N_BOUND]):
        strain[state.bound_head[slot]] = state.strain[slot]
