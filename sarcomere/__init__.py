"""Sarcomere: from the discharges of motor units to every myosin head."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sarcomere.analysis.select.points import each_point, select_run
    from sarcomere.ensemble.api import sweep
    from sarcomere.ensemble.reading.merge import merge
    from sarcomere.ensemble.reading.opening import open_ensemble
    from sarcomere.errors import InputError, SarcomereError, SolverError, StoreError
    from sarcomere.recording.opening import open_run
    from sarcomere.recording.run_file import record
    from sarcomere.scenario.fibre import FibreScenario
    from sarcomere.scenario.loop import LoopScenario
    from sarcomere.scenario.reading import read, shipped_scenarios
    from sarcomere.simulation.api import run
    from sarcomere.simulation.simulator import simulator

__all__ = [
    "FibreScenario",
    "InputError",
    "LoopScenario",
    "SarcomereError",
    "SolverError",
    "StoreError",
    "each_point",
    "merge",
    "open_ensemble",
    "open_run",
    "read",
    "record",
    "run",
    "select_run",
    "shipped_scenarios",
    "simulator",
    "sweep",
]

_HOME = {
    **dict.fromkeys(("InputError", "SarcomereError", "SolverError", "StoreError"), "errors"),
    "LoopScenario": "scenario.loop",
    "FibreScenario": "scenario.fibre",
    **dict.fromkeys(("read", "shipped_scenarios"), "scenario.reading"),
    **dict.fromkeys(("each_point", "select_run"), "analysis.select.points"),
    "merge": "ensemble.reading.merge",
    "open_ensemble": "ensemble.reading.opening",
    "open_run": "recording.opening",
    "record": "recording.run_file",
    "run": "simulation.api",
    "simulator": "simulation.simulator",
    "sweep": "ensemble.api",
}

_MODULES = ("analysis", "explain", "plot")


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that ``sarcomere --help`` answers at once."""
    if name in _MODULES:
        return import_module(f"sarcomere.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'sarcomere' has no attribute {name!r}")
    return getattr(import_module(f"sarcomere.{_HOME[name]}"), name)
