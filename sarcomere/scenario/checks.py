"""What parameters of the lattice must agree on, in every kind of scenario."""

from __future__ import annotations

import math

from sarcomere.parameters import FibreParameters, LatticeParameters


def check_crowns(lattice: LatticeParameters) -> None:
    """Refuse crowns beyond the tip of the thick filament.

    Raises
    ------
    ValueError
        Naming the key, the value and the remedy.
    """
    last_crown = lattice.bare_half_zone + lattice.crown_spacing * (lattice.n_crown - 1)
    if last_crown > lattice.thick_half_length:
        raise ValueError(
            f"lattice.n_crown = {lattice.n_crown} puts the last crown at {last_crown:g} nm, beyond "
            f"lattice.thick_half_length = {lattice.thick_half_length:g}; use fewer crowns or a longer filament"
        )


def check_step(name: str, fibre: FibreParameters, step: float) -> None:
    """Refuse a step that is long for a detached head, which draws once a step.

    Parameters
    ----------
    name : str
        Fibre type.
    fibre : FibreParameters
        Its rates.
    step : float
        ms.

    Raises
    ------
    ValueError
        Naming the step, the fastest rate and the remedy.
    """
    cycle, off = fibre.cycle, fibre.off_state
    fastest = {
        f"fibres.{name}.cycle.k_hydrolysis": cycle.k_hydrolysis,
        f"fibres.{name}.cycle.k_attach": cycle.k_attach,
        f"fibres.{name}.off_state.k_off_return": off.k_off_return,
        f"fibres.{name}.off_state.k_off_exit_force": off.k_off_exit_force * off.max_relative_force + off.k_off_exit,
    }
    key, rate = max(fastest.items(), key=lambda item: item[1])
    if rate * step * 1e-3 > 0.5:
        raise ValueError(
            f"numerics.step_ms = {step:g} is too long for {key}, which gives {rate:g} /s: a head would change state "
            f"{rate * step * 1e-3:.2g} times a step; use at most {math.floor(0.5e9 / rate) / 1e6:g}"
        )
