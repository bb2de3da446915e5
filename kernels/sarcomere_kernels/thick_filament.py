"""The OFF state of the thick filament: exit is mechanosensitive, faster with backbone tension."""

import math

from sarcomere_kernels.compiled import inlined
from sarcomere_kernels.types import CycleTable, HeadState, Lattice, Mechanics, Scratch, State, ThickFilament


@inlined
def off_exit_rates(
    state: State,
    lattice: Lattice,
    thick: ThickFilament,
    table: CycleTable,
    mechanics: Mechanics,
    dt: float,
    scratch: Scratch,
) -> None:
    """Fill off_exit_rate[thick node]: k_0 + k_F * (tension of the backbone there / isometric force), per ms.

    The fastest of them bounds what any OFF head can do in this step: the OFF entry of ``scratch.attempt``.
    """
    n = lattice.n_thick
    fastest = 0.0
    for node in range(scratch.off_exit_rate.size):
        if node < n:
            tension = mechanics.stiffness_bare_zone * state.thick_shift[node]
        else:
            tension = mechanics.stiffness_thick * (state.thick_shift[node] - state.thick_shift[node - n])
        relative = min(max(tension / thick.isometric_force, 0.0), thick.max_relative_force)
        scratch.off_exit_rate[node] = thick.k_off_exit + thick.k_off_exit_force * relative
        fastest = max(fastest, scratch.off_exit_rate[node])
    for code in range(HeadState.OFF + 1, HeadState.A1):
        scratch.attempt[code] = table.attempt[code]
    scratch.attempt[HeadState.OFF] = 1.0 - math.exp(-fastest * dt)
