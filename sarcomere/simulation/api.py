"""One way to run what a scenario describes: lattices under a protocol, or the whole loop of nerve and muscle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sarcomere.errors import InputError
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.loop import LoopScenario
from sarcomere.scenario.reading import read
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
    return LoopSimulation(scenario) if isinstance(scenario, LoopScenario) else FibreSimulation(scenario)


def scenario_of(
    scenario: FibreScenario | LoopScenario | str | Path, settings: Mapping[str, Any] | None = None
) -> FibreScenario | LoopScenario:
    """Read a scenario that is given by its name or path; return one that is read already.

    Raises
    ------
    InputError
        If it cannot be read, or values are to be replaced in one that is read already.
    """
    if isinstance(scenario, str | Path):
        return read(str(scenario), settings)
    if settings:
        raise InputError(
            f"settings: {next(iter(settings))} cannot be replaced in a scenario that is read already; give it to "
            f"sarcomere.read, or give the scenario by its name."
        )
    return scenario


def run(
    scenario: FibreScenario | LoopScenario | str | Path, threads: int = 1, *, settings: Mapping[str, Any] | None = None
) -> xr.Dataset:
    """Run a scenario in memory; for long runs use ``sarcomere.record``, which writes as it goes.

    Parameters
    ----------
    scenario : FibreScenario, LoopScenario, str or pathlib.Path
        What to run: a scenario, the name of a shipped one, or the path of a TOML file.
    threads : int
        Half-sarcomeres, or replicates of an episode, advanced at once; changes no bit of the result.
    settings : mapping of str to value, optional
        Dotted keys to replace in a scenario given by name or path, such as ``{"lattice.n_thick": 4}``.

    Returns
    -------
    xarray.Dataset
        The same variables as a run file holds.

    Raises
    ------
    InputError
        If there is no such scenario or a value cannot be used.
    """
    chosen = scenario_of(scenario, settings)
    return run_episode(chosen, threads) if isinstance(chosen, LoopScenario) else run_lattices(chosen, threads)
