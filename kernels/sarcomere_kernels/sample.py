"""What a run keeps of one half-sarcomere at one time."""

from sarcomere_kernels.compiled import inner
from sarcomere_kernels.types import N_HEAD_STATES, Count, Mechanical, Pool, Sample, State, Trace


@inner
def sample(state: State, trace: Trace, row: int, n_calcium_sites: int) -> None:
    """Write one row of the sampled series."""
    heads, units = state.head_state.size, state.ru_open.size
    series = trace.series[row]
    series[Sample.FORCE] = state.mechanics[Mechanical.FORCE]
    series[Sample.TITIN_FORCE] = state.mechanics[Mechanical.TITIN_FORCE]
    series[Sample.HS_LENGTH] = state.mechanics[Mechanical.HS_LENGTH]
    series[Sample.RESIDUAL] = state.mechanics[Mechanical.RESIDUAL]
    series[Sample.CA] = state.calcium[Pool.FREE]
    series[Sample.CA_SR] = state.calcium[Pool.SR]
    series[Sample.CA_RELEASED] = state.calcium[Pool.RELEASED]
    series[Sample.CA_PUMPED] = state.calcium[Pool.PUMPED]
    n_open = 0
    for i in range(units):
        n_open += state.ru_open[i]
    series[Sample.RU_OPEN_FRACTION] = n_open / units
    series[Sample.RU_CALCIUM_FRACTION] = state.counters[Count.RU_CALCIUM] / (units * n_calcium_sites)
    series[Sample.ATP_USED] = state.counters[Count.ATP_USED] / heads
    series[Sample.SOLVER_ITERATIONS] = state.counters[Count.SOLVER_ITERATIONS]
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
    for slot in range(state.counters[Count.N_BOUND]):
        strain[state.bound_head[slot]] = state.strain[slot]
