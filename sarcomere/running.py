"""One way to run what a scenario describes: lattices under a protocol, or the whole loop of nerve and muscle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sarcomere.cramp.scenario import Episode
from sarcomere.cramp.simulate import EpisodeSimulation, run_episode
from sarcomere.errors import InputError
from sarcomere.scenario import Scenario
from sarcomere.simulate import Simulation
from sarcomere.simulate import run as run_lattices

if TYPE_CHECKING:
    import xarray as xr

Running = Simulation | EpisodeSimulation


def simulation_of(scenario: Scenario | Episode) -> Running:
    """A simulation at its beginning.

    Parameters
    ----------
    scenario : Scenario or Episode
        What to run.

    Returns
    -------
    Simulation or EpisodeSimulation
    """
    _need_scenario(scenario)
    return EpisodeSimulation(scenario) if isinstance(scenario, Episode) else Simulation(scenario)


def _need_scenario(scenario: object) -> None:
    if isinstance(scenario, str | Path):
        raise InputError(f"{scenario}: is the name of a scenario; give sarcomere.read({str(scenario)!r}) instead.")


def run(scenario: Scenario | Episode, threads: int = 1) -> xr.Dataset:
    """Run a scenario in memory; for long runs use ``sarcomere.record``, which writes as it goes.

    Parameters
    ----------
    scenario : Scenario or Episode
        What to run.
    threads : int
        Half-sarcomeres, or replicates of an episode, advanced at once; changes no bit of the result.

    Returns
    -------
    xarray.Dataset
        The same variables as a run file holds.
    """
    _need_scenario(scenario)
    return run_episode(scenario, threads) if isinstance(scenario, Episode) else run_lattices(scenario, threads)
