"""Compile kernels, or load them from their cache."""

from __future__ import annotations

from collections.abc import Callable

from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.kinds import simulation_class
from sarcomere_kernels import told_of_compiling


def _untold() -> None:
    """Say nothing."""


def load_kernels(kind: str = "fibre", compiling: Callable[[], None] = _untold) -> None:
    """Compile the kernels of a kind of run, or load them from their cache, by running the shortest.

    Parameters
    ----------
    kind : str
        As in ``KINDS``.
    compiling : callable
        Called once if a kernel is to be compiled, before that.
    """
    simulation = simulation_class(kind)
    with told_of_compiling(compiling):
        for _ in simulation(from_dict(simulation.smallest)).blocks():
            pass
