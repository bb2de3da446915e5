"""The OFF state of the thick filament: its tension wakes heads folded on the backbone."""

from sarcomere_kernels.compiled import kernel
from sarcomere_kernels.types import F8, Lattice, Mechanics, State, ThickFilament


@kernel
def wake_rates(state: State, lattice: Lattice, thick: ThickFilament, mechanics: Mechanics, rate: F8) -> None:
    """Fill rate[thick node]: k_0 + k_F * (tension of the backbone there / isometric force), per ms."""
    n = lattice.n_thick
    for node in range(rate.size):
        if node < n:
            tension = mechanics.stiffness_bare_zone * state.thick_shift[node]
        else:
            tension = mechanics.stiffness_thick * (state.thick_shift[node] - state.thick_shift[node - n])
        relative = min(max(tension / thick.isometric_force, 0.0), thick.max_relative_force)
        rate[node] = thick.k_wake + thick.k_wake_force * relative
