"""The order of one step of one half-sarcomere."""

import math

from sarcomere_kernels.compiled import inlined
from sarcomere_kernels.crossbridge import cycle_heads
from sarcomere_kernels.thick_filament import off_exit_rates
from sarcomere_kernels.thin_filament import switch_thin
from sarcomere_kernels.types import HS_LENGTH, Cycle, Lattice, Model, Scratch, State


@inlined
def spacing_weight(lattice: Lattice, cycle: Cycle, hs_length: float) -> float:
    """Boltzmann factor of bridging the gap to actin; the lattice keeps its volume as its length changes."""
    gap = cycle.spacing_at_reference * math.sqrt(lattice.reference_length / hs_length)
    beyond = gap - cycle.spacing_unstrained
    return math.exp(-0.5 * cycle.stiffness_radial * beyond * beyond / cycle.thermal_energy)


@inlined
def step_half_sarcomere(state: State, model: Model, scratch: Scratch, ca: float) -> None:
    """Thin filament, OFF state, cross-bridges: one step at free calcium ca (µM); the forces are to be balanced next."""
    lattice, cycle, dt = model.lattice, model.cycle, model.sampling.step
    if model.regulation.regulated == 1:
        switch_thin(state, lattice, model.regulation, ca, dt, scratch)
    off_exit_rates(state, lattice, model.thick, model.table, model.mechanics, dt, scratch)
    weight = spacing_weight(lattice, cycle, state.mechanics[HS_LENGTH])
    cycle_heads(state, lattice, cycle, model.table, model.thick, dt, weight, scratch)
