"""From a run file to a moving picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import xarray as xr

from sarcomere.analysis.select.reading import reading
from sarcomere.analysis.statistics.steady import need
from sarcomere.errors import InputError, nearest
from sarcomere.plot.animation.drawing import PairFigure
from sarcomere.plot.animation.film import Told, replay, sampled_as
from sarcomere.plot.animation.pair import Pair, parse_pair
from sarcomere.plot.animation.window import Window, window
from sarcomere.plot.animation.writing import Drawn, check_output, write
from sarcomere.recording.opening import as_saved, check_fits, open_run
from sarcomere.recording.output import beside, check_not_read
from sarcomere.recording.replay import of_cramp_run, of_lattice_run, place_of
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.kinds import function_for
from sarcomere.simulation.fibre import FibreSimulation

FPS = 12
_MAX_FPS = 50  # GIF counts in hundredths of a second, and players slow down what is shorter than two
_REPLAYED = 0.5  # share of the work, about

Progress = Callable[[str, float], None]


class View(NamedTuple):
    """Part of a run that is shown, and how."""

    unit: int | None = None  # None: that of the largest active force
    replicate: int | None = None  # None: the first
    start: float | None = None  # s; None: the start of the run
    stop: float | None = None  # s; None: the end of the run
    every_ms: float | None = None  # simulated time between frames; None: about 100 frames
    fps: int = FPS  # when played
    pair: str | None = None  # thick filament and face, such as "0,3"
    in_space: bool = False  # the lattice in three dimensions instead of a pair of filaments


class Plan(NamedTuple):
    """All that is to be drawn, found possible."""

    scenario: FibreScenario
    replicate: int
    recorded: xr.DataArray | None  # force over time, where the replay has the same bits
    moments: Window
    pair: tuple[int, int] | None  # thick filament and face; None: the lattice in space
    output: Path
    fps: int


def plan(path: str | Path, output: str | Path | None, view: View) -> Plan:
    """Check a view of a run and find what it shows; ``path`` and ``output`` are those of ``animate``.

    Returns
    -------
    Plan
    """
    output = beside(Path(path), ".gif") if output is None else Path(output)
    check_not_read(output, Path(path))
    check_output(output)
    if not 0 < view.fps <= _MAX_FPS:
        raise InputError(f"--fps {view.fps}: cannot be played; give frames per second above 0, at most {_MAX_FPS}.")
    if view.in_space and view.pair is not None:
        raise InputError(f"--pair {view.pair}: has no meaning with --3d, which shows all filaments; leave one out.")
    if view.in_space:
        from sarcomere.plot.animation.space import load_pyvista

        load_pyvista()
    with as_saved(path), open_run(path) as ds, reading(ds):
        check_fits(ds, path)
        scenario, number, recorded = _chosen(ds, view.unit, view.replicate)
    moments = window(scenario, view.start, view.stop, view.every_ms)
    chosen = None if view.in_space else parse_pair(view.pair or "0,0", scenario.lattice)
    return Plan(scenario, number, recorded, moments, chosen, output, view.fps)


def animate(
    path: str | Path, output: str | Path | None = None, *, progress: Progress | None = None, **asked: Any
) -> Path:
    """Show the heads and regulatory units of one half-sarcomere of a run at work.

    The run is replayed from its file: a lattice run with the same bits, a motor unit of the whole loop under the same
    impulses, length and chemistry.

    Parameters
    ----------
    path : str or pathlib.Path
        Run file.
    output : str or pathlib.Path, optional
        Ends in .gif, .html, or .png for the last moment alone; by default a GIF beside the run.
    progress : callable, optional
        Takes what is being done and the share of all work done.
    **asked
        ``unit`` and ``replicate`` (int; by default that of the largest active force, and the first); ``start`` and
        ``stop`` (s; by default the whole run); ``every_ms`` (simulated time between frames; by default such that there
        are about 100); ``fps`` (frames per second when played); ``pair`` (thick filament and face, such as ``"0,3"``);
        ``in_space`` (bool: the lattice in three dimensions instead of a pair of filaments, which takes the extra
        ``viz3d``).

    Returns
    -------
    pathlib.Path
        The finished file.

    Raises
    ------
    InputError
        If the run has no such unit, replicate, moment or pair, or the output no known suffix.
    StoreError
        If the run cannot be read or the file cannot be written.
    """
    return carry_out(plan(path, output, View(**asked)), progress)


def carry_out(planned: Plan, progress: Progress | None = None) -> Path:
    """Replay, draw and write what ``plan`` found possible.

    Returns
    -------
    pathlib.Path
        The finished file.
    """
    tell = progress or _silent
    drawn = _drawn(planned, lambda share: tell("replaying the run", _REPLAYED * share))
    frames = len(planned.moments.frames)
    write(
        drawn, frames, planned.output, planned.fps, lambda share: tell("drawing", _REPLAYED + share * (1 - _REPLAYED))
    )
    return planned.output


def _silent(what: str, share: float) -> None:
    """Ignore progress that nobody asked for."""


def _drawn(planned: Plan, told: Told) -> Drawn:
    """Return the run replayed and its figure made."""
    scenario, moments, number = planned.scenario, planned.moments, planned.replicate
    simulation = FibreSimulation(sampled_as(scenario, moments, number))
    lattice = simulation.batch[0].lattice
    if planned.pair is None:
        from sarcomere.plot.animation.space import Space, SpaceFigure  # loads pyvista

        whole = replay(simulation, moments, Space(scenario.lattice, lattice), planned.recorded, told)
        return SpaceFigure(whole, scenario.title, [_origin(scenario, number, whole.is_recorded)])
    along = Pair(scenario.lattice, lattice, *planned.pair)
    seen = replay(simulation, moments, along, planned.recorded, told)
    notes = [
        _origin(scenario, number, seen.is_recorded),
        "Only heads that face one of the two thin filaments are drawn.",
    ]
    return PairFigure(seen, scenario.title, notes)


def _chosen(ds: xr.Dataset, unit: int | None, replicate: int | None) -> tuple[FibreScenario, int, xr.DataArray | None]:
    """Return one motor unit as a scenario, the number of its replicate, and its recorded force if bits are kept."""
    need(ds, "replicate")
    numbers = ds.replicate.values.tolist()
    number = int(numbers[0]) if replicate is None else replicate
    if number not in numbers:
        remedy = nearest(str(number), map(str, numbers))
        raise InputError(f"--replicate {number}: this run has no such replicate; {remedy}")
    scenario, force = function_for(ds.attrs, "animate")(ds, unit, number)
    return scenario, number, force


def representative_of_loop(ds: xr.Dataset, unit: int | None, number: int) -> tuple[FibreScenario, None]:
    """Replay the representative of a group of motor units; it draws other random numbers than in the run.

    Parameters
    ----------
    ds : xarray.Dataset
        A run of the closed loop.
    unit : int, optional
        Motor unit that represents the group.
    number : int
        Of the replicate.

    Returns
    -------
    FibreScenario, None
    """
    return of_cramp_run(ds.load(), unit, replicate=ds.replicate.values.tolist().index(number)), None


def replayed_fibre(ds: xr.Dataset, unit: int | None, number: int) -> tuple[FibreScenario, xr.DataArray]:
    """Replay one motor unit or condition, bit for bit.

    Parameters
    ----------
    ds : xarray.Dataset
        A run of half-sarcomeres.
    unit : int, optional
        Its id or the number of the condition.
    number : int
        Of the replicate.

    Returns
    -------
    scenario : FibreScenario
    force : xarray.DataArray
        As recorded, pN per thick filament.
    """
    scenario, place = of_lattice_run(ds.load(), unit), place_of(ds, unit)
    label = "condition" if "condition" in ds.dims else "motor_unit"
    return scenario, ds.force.sel(replicate=number).isel({label: place}).load()


def _origin(scenario: FibreScenario, number: int, is_recorded: bool | None) -> str:
    """Find what is shown, and how it relates to what the file holds."""
    unit, lattice = scenario.motor_units[0], scenario.lattice
    if is_recorded is None:
        origin = "same impulses, length and chemistry as recorded, other random numbers"
    else:
        origin = "replayed bit for bit" if is_recorded else "replayed by other kernels than recorded it"
    return (
        f"Unit {unit.id}, {unit.fibre} fibre; replicate {number}; one half-sarcomere of {lattice.n_thick} thick "
        f"filament{'s' if lattice.n_thick > 1 else ''}; {origin}."
    )
