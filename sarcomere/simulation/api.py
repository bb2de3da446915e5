"""Run what a scenario describes, of any kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sarcomere.errors import InputError
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.kinds import simulation_class
from sarcomere.simulation.base import Simulation

if TYPE_CHECKING:
    import xarray as xr


def simulation_of(scenario: Scenario) -> Simulation[Any]:
    """Make a simulation at its beginning.

    Parameters
    ----------
    scenario : Scenario
        What to run.

    Returns
    -------
    Simulation
        Of the scenario's kind.

    Raises
    ------
    InputError
        If it is the name of a scenario.
    """
    if isinstance(scenario, str | Path):
        raise InputError(f"{scenario}: is the name of a scenario; give sarcomere.read({str(scenario)!r}) instead.")
    simulation: Simulation[Any] = simulation_class(scenario.kind)(scenario)
    return simulation


def run(scenario: Scenario, threads: int = 1) -> xr.Dataset:
    """Run a scenario in memory; for long runs use ``sarcomere.record``, which writes as it goes.

    Parameters
    ----------
    scenario : Scenario
        What to run.
    threads : int
        Half-sarcomeres, or replicates of a closed loop, advanced at once; changes no bit of the result.

    Returns
    -------
    xarray.Dataset
        The same variables as a run file holds.
    """
    simulation = simulation_of(scenario)
    return simulation.dataset(*simulation.blocks(threads))
