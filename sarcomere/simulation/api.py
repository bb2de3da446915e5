"""Run what a scenario describes, of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sarcomere.errors import InputError
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.kinds import simulation_class
from sarcomere.scenario.reading import read
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
    """
    simulation: Simulation[Any] = simulation_class(scenario.kind)(scenario)
    return simulation


def scenario_of(scenario: Scenario | str | Path, settings: Mapping[str, Any] | None = None) -> Scenario:
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


def run(scenario: Scenario | str | Path, threads: int = 1, *, settings: Mapping[str, Any] | None = None) -> xr.Dataset:
    """Run a scenario in memory; for long runs use ``sarcomere.record``, which writes as it goes.

    Parameters
    ----------
    scenario : Scenario, str or pathlib.Path
        What to run: a scenario, the name of a shipped one, or the path of a TOML file.
    threads : int
        Half-sarcomeres, or replicates of a closed loop, advanced at once; changes no bit of the result.
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
    simulation = simulation_of(scenario_of(scenario, settings))
    return simulation.dataset(*simulation.blocks(threads))
