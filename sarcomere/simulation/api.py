"""Run what a scenario describes, of any kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sarcomere.errors import InputError
from sarcomere.recording.recordable import DEFAULT_BLOCK
from sarcomere.recording.run_file import Progress, claimed, write
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


def record(
    scenario: Scenario,
    path: str | Path,
    *,
    threads: int = 1,
    resume: bool = False,
    overwrite: bool = False,
    block: int = DEFAULT_BLOCK,
    progress: Progress | None = None,
) -> Path:
    """Run a scenario into a file.

    Parameters
    ----------
    scenario : Scenario
        What to run.
    path : str or pathlib.Path
        Where the finished file goes; ``<path>.part`` until then. A symbolic link is written through to its target.
    threads : int
        Half-sarcomeres advanced at once.
    resume : bool
        Go on from ``<path>.part`` if there is one; the result has the same bits as an uninterrupted run.
    overwrite : bool
        Replace what is there.
    block : int
        Samples per block to begin with; changes no bit of the result.
    progress : callable, optional
        Called with the simulation at the start, within long blocks, and after each block is safe on disk.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    InputError
        If the path is taken or written by another process, or the ``.part`` belongs to another experiment.
    StoreError
        If the disk does not take it, or the ``.part`` is damaged; what was written stays readable.
    """
    path = Path(path)
    with claimed(path, resume=resume, overwrite=overwrite) as place:
        write(simulation_of(scenario), place, threads=threads, resume=resume, block=block, progress=progress)
    return path
