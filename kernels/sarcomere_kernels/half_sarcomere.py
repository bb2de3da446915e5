"""One step of one half-sarcomere, in the order in which its parts follow each other."""

import math

from sarcomere_kernels.calcium import midpoint_calcium, move_calcium, take_up, trigger_release
from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.crossbridge import cycle_heads
from sarcomere_kernels.thick_filament import off_exit_rates
from sarcomere_kernels.thin_filament import switch_thin
from sarcomere_kernels.types import Count, Cycle, Drive, Lattice, Mechanical, Model, Pool, Scratch, State


@inlined
def spacing_weight(lattice: Lattice, cycle: Cycle, hs_length: float) -> float:
    """Return the Boltzmann factor of bridging the gap to actin, at constant lattice volume."""
    gap = cycle.spacing_at_reference * math.sqrt(lattice.reference_length / hs_length)
    beyond = gap - cycle.spacing_unstrained
    return math.exp(-0.5 * cycle.stiffness_radial * beyond * beyond / cycle.thermal_energy)


@inlined
def crossing(lattice: Lattice, hs_length: float) -> float:
    """Return how far thin filaments of the other half reach across the M-line, nm; below zero, they do not."""
    return lattice.thin_reach - hs_length


@inlined
def impose(state: State, model: Model, drive: Drive, i: int) -> None:
    """Set length, load and clamped calcium of step i, and trigger release for the impulses that arrive by its start."""
    state.mechanics[Mechanical.IMPOSED_LENGTH] = drive.imposed_length[i]
    state.mechanics[Mechanical.LOAD] = drive.load[i]
    if model.fibre.clamped == 1:
        state.calcium[Pool.FREE] = drive.ca[i]
    impulse = state.counters[Count.NEXT_IMPULSE]
    while impulse < drive.impulse_tick.size and drive.impulse_tick[impulse] <= state.counters[Count.TICK]:
        trigger_release(model.fibre, state.calcium)
        impulse += 1
    state.counters[Count.NEXT_IMPULSE] = impulse


@inner
def step(state: State, model: Model, scratch: Scratch) -> None:
    """Advance calcium, thin filament, OFF state and heads by one step at frozen strain; balance the forces next."""
    lattice, cycle, dt = model.lattice, model.cycle, model.sampling.step
    move_calcium(model.fibre, state.calcium, dt)
    bound_before = state.counters[Count.RU_CALCIUM]
    ca = midpoint_calcium(state, model.fibre, model.regulation, dt)
    if model.regulation.regulated == 1:
        switch_thin(state, lattice, model.regulation, ca, dt, scratch)
    off_exit_rates(state, lattice, model.thick, model.mechanics, scratch)
    hs_length = state.mechanics[Mechanical.HS_LENGTH]
    weight, crossed = spacing_weight(lattice, cycle, hs_length), crossing(lattice, hs_length)
    cycle_heads(state, lattice, cycle, model.table, model.thick, dt, weight, crossed, scratch)
    take_up(model.fibre, state.calcium, state.counters[Count.RU_CALCIUM] - bound_before)
    state.counters[Count.STEP] += 1
    state.counters[Count.TICK] += model.sampling.ticks
