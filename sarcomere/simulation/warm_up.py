"""Compile kernels, or load them from their cache."""

from __future__ import annotations

from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.kinds import simulation_class
from sarcomere_kernels import is_compiled


def is_warm(kind: str = "fibre") -> bool:
    """Tell whether the kernels of a kind of run are compiled, so that no compilation is due."""
    return is_compiled(simulation_class(kind).last_kernel)


def load_kernels(kind: str = "fibre") -> None:
    """Compile the kernels of a kind of run, or load them from their cache, by running the shortest."""
    simulation = simulation_class(kind)
    for _ in simulation(from_dict(simulation.smallest)).blocks():
        pass
