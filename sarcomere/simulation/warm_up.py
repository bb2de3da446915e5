"""Compile kernels, or load them from their cache."""

from __future__ import annotations

from sarcomere.scenario import loop_reading
from sarcomere.scenario.checking import from_dict
from sarcomere.simulation.fibre import FibreSimulation
from sarcomere.simulation.loop import LoopSimulation


def load_kernels() -> None:
    """Compile the kernels or load them from their cache, by running the smallest lattice for one sample."""
    tiny = from_dict(
        {
            "title": "load kernels",
            "run": {"duration_s": 0.001},
            "drive": {"pCa": 9.0},
            "motor_units": [{"id": 1}],
            "lattice": {"n_thick": 1},
        }
    )
    for _ in FibreSimulation(tiny).blocks():
        pass


def load_loop_kernels() -> None:
    """Compile the kernels of the whole loop or load them from their cache, by running one window of the smallest."""
    tiny = loop_reading.from_dict(
        {
            "title": "load kernels",
            "run": {"duration_s": 0.01},
            "pool": {"n_units": 1},
            "muscle": {"explicit_units": 1},
            "lattice": {"n_thick": 1},
        }
    )
    for _ in LoopSimulation(tiny).blocks():
        pass
