"""The OFF state of the thick filament: exit is mechanosensitive, faster with backbone tension."""

from sarcomere_kernels.compiled import inlined
from sarcomere_kernels.types import Lattice, Mechanics, Scratch, State, ThickFilament


@inlined
def off_exit_rates(
    state: State, lattice: Lattice, thick: ThickFilament, mechanics: Mechanics, scratch: Scratch
) -> None:
    """Fill off_exit_rate[thick node]: k_0 + k_F * (tension of the backbone there / isometric force), per ms."""
    n = lattice.n_thick
    for node in range(scratch.off_exit_rate.size):
        if node < n:
            tension = mechanics.stiffness_bare_zone * state.thick_shift[node]
        else:
            tension = mechanics.stiffness_thick * (state.thick_shift[node] - state.thick_shift[node - n])
        relative = min(max(tension / thick.isometric_force, 0.0), thick.max_relative_force)
        scratch.off_exit_rate[node] = thick.k_off_exit + thick.k_off_exit_force * relative
