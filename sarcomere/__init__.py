"""Sarcomere: from the discharges of motor units to every myosin head."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sarcomere.analysis.points import each_point, select_run
    from sarcomere.cramp.scenario import Episode
    from sarcomere.ensemble.api import sweep
    from sarcomere.ensemble.merge import merge
    from sarcomere.ensemble.opening import open_ensemble
    from sarcomere.errors import InputError, SarcomereError, SolverError, StoreError
    from sarcomere.results import open_run
    from sarcomere.running import run
    from sarcomere.scenario import Scenario
    from sarcomere.scenario_file import read, shipped_scenarios
    from sarcomere.store import record
    from sarcomere.theta import simulator

__all__ = [
    "Episode",
    "InputError",
    "SarcomereError",
    "Scenario",
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
    "Episode": "cramp.scenario",
    "Scenario": "scenario",
    **dict.fromkeys(("read", "shipped_scenarios"), "scenario_file"),
    **dict.fromkeys(("each_point", "select_run"), "analysis.points"),
    "merge": "ensemble.merge",
    "open_ensemble": "ensemble.opening",
    "open_run": "results",
    "record": "store",
    "run": "running",
    "simulator": "theta",
    "sweep": "ensemble.api",
}

_MODULES = ("analysis", "animation", "cramp_report", "explain", "plot")


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that ``sarcomere --help`` answers at once."""
    if name in _MODULES:
        return import_module(f"sarcomere.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'sarcomere' has no attribute {name!r}")
    return getattr(import_module(f"sarcomere.{_HOME[name]}"), name)
