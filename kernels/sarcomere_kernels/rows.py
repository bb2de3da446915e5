"""One half-sarcomere of a batch."""

from numba.extending import register_jitable

from sarcomere_kernels.types import State


@register_jitable  # called from Python it is plain Python, called from a kernel it is compiled with it
def row(states: State, i: int) -> State:
    """Return views of row i of states with a leading axis."""
    return State(
        states.head_state[i],
        states.head_since[i],
        states.bound_head[i],
        states.bound_site[i],
        states.bound_ru[i],
        states.bound_thick[i],
        states.bound_thin[i],
        states.bound_weight[i],
        states.bound_rest[i],
        states.strain[i],
        states.site_taken[i],
        states.ru_calcium[i],
        states.ru_open[i],
        states.ru_heads[i],
        states.thick_shift[i],
        states.thin_shift[i],
        states.calcium[i],
        states.mechanics[i],
        states.counters[i],
        states.dwell[i],
        states.stream[i],
        states.lanes[i],
    )
