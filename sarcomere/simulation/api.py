"""Run what a scenario describes, of any kind."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sarcomere.errors import InputError, Notice
from sarcomere.recording.recordable import DEFAULT_BLOCK
from sarcomere.recording.run_file import Progress, claimed, write
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.kinds import simulation_class
from sarcomere.scenario.reading import read
from sarcomere.simulation.base import Simulation
from sarcomere.simulation.size import check_size

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


def tell_notes(notes: Iterable[str]) -> None:
    """Tell what looks like a mistake in what is imposed, as a ``Notice``.

    Parameters
    ----------
    notes : iterable of str
        As ``Scenario.notes`` gives them.
    """
    for note in notes:
        warnings.warn(note, Notice, stacklevel=3)


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
        If there is no such scenario, a value cannot be used, or memory cannot take all samples.
    """
    chosen = scenario_of(scenario, settings)
    check_size(chosen, None)
    tell_notes(chosen.notes())
    simulation = simulation_of(chosen)
    return simulation.dataset(*simulation.blocks(threads))


def record(
    scenario: Scenario | str | Path,
    path: str | Path,
    *,
    settings: Mapping[str, Any] | None = None,
    threads: int = 1,
    resume: bool = False,
    overwrite: bool = False,
    block: int = DEFAULT_BLOCK,
    progress: Progress | None = None,
) -> Path:
    """Run a scenario into a file.

    Parameters
    ----------
    scenario : Scenario, str or pathlib.Path
        What to run: a scenario, the name of a shipped one, or the path of a TOML file.
    path : str or pathlib.Path
        Where the finished file goes; ``<path>.part`` until then. A symbolic link is written through to its target.
    settings : mapping of str to value, optional
        Dotted keys to replace in a scenario given by name or path.
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
        If the path is taken or written by another process, the ``.part`` belongs to another experiment, or memory or
        disk cannot take the run.
    StoreError
        If the disk does not take it, or the ``.part`` is damaged; what was written stays readable.
    """
    path, chosen = Path(path), scenario_of(scenario, settings)
    with claimed(path, resume=resume, overwrite=overwrite) as place:
        check_size(chosen, place.parent, block)
        tell_notes(chosen.notes())
        write(simulation_of(chosen), place, threads=threads, resume=resume, block=block, progress=progress)
    return path
