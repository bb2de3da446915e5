"""Sarcomere: from the discharges of motor units to every myosin head."""

from sarcomere.errors import InputError, SarcomereError, SolverError, StoreError
from sarcomere.results import open_run
from sarcomere.scenario import Scenario, read, shipped_scenarios
from sarcomere.simulate import simulate
from sarcomere.store import record

__all__ = [
    "InputError",
    "SarcomereError",
    "Scenario",
    "SolverError",
    "StoreError",
    "open_run",
    "read",
    "record",
    "shipped_scenarios",
    "simulate",
]
