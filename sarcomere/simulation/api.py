"""One way to run what a scenario describes: lattices under a protocol, or the whole loop of nerve and muscle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sarcomere.errors import InputError
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.loop import LoopScenario
from sarcomere.simulation.fibre import FibreSimulation
from sarcomere.simulation.fibre import run as run_lattices
from sarcomere.simulation.loop import LoopSimulation, run_episode

if TYPE_CHECKING:
    import xarray as xr

Running = FibreSimulation | LoopSimulation


def simulation_of(scenario: FibreScenario | LoopScenario) -> Running:
    """A simulation at its beginning.

    Parameters
    ----------
    scenario : FibreScenario or LoopScenario
        What to run.

    Returns
    -------
    FibreSimulation or LoopSimulation
    """
    _need_scenario(scenario)
    return LoopSimulation(scenario) if isinstance(scenario, LoopScenario) else FibreSimulation(scenario)


def _need_scenario(scenario: object) -> None:
    if isinstance(scenario, str | Path):
        raise InputError(f"{scenario}: is the name of a scenario; give sarcomere.read({str(scenario)!r}) instead.")


def run(scenario: FibreScenario | LoopScenario, threads: int = 1) -> xr.Dataset:
    """Run a scenario in memory; for long runs use ``sarcomere.record``, which writes as it goes.

    Parameters
    ----------
    scenario : FibreScenario or LoopScenario
        What to run.
    threads : int
        Half-sarcomeres, or replicates of an episode, advanced at once; changes no bit of the result.

    Returns
    -------
    xarray.Dataset
        The same variables as a run file holds.
    """
    _need_scenario(scenario)
    return run_episode(scenario, threads) if isinstance(scenario, LoopScenario) else run_lattices(scenario, threads)
