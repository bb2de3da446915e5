"""One way to run what a scenario describes: lattices under a protocol, or the whole loop of nerve and muscle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sarcomere.errors import InputError
from sarcomere.record.recordable import DEFAULT_BLOCK
from sarcomere.record.run_file import Progress, claimed, write
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


def record(
    scenario: FibreScenario | LoopScenario,
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
    scenario : FibreScenario or LoopScenario
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
    _need_scenario(scenario)
    path = Path(path)
    with claimed(path, resume=resume, overwrite=overwrite) as place:
        write(simulation_of(scenario), place, threads=threads, resume=resume, block=block, progress=progress)
    return path
