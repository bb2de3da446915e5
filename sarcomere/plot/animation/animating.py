"""From a run file to a moving picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import xarray as xr

from sarcomere.errors import InputError, nearest
from sarcomere.plot.animation.drawing import PairFigure
from sarcomere.plot.animation.film import Told, replay, sampled_as
from sarcomere.plot.animation.pair import Pair, parse_pair
from sarcomere.plot.animation.window import Window, window
from sarcomere.plot.animation.writing import Drawn, check_output, write
from sarcomere.recording.opening import open_run
from sarcomere.recording.replay import is_loop, of_cramp_run, of_lattice_run
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.simulation.fibre import FibreSimulation

FPS = 12
_MAX_FPS = 50  # GIF counts in hundredths of a second, and players slow down what is shorter than two
_REPLAYED = 0.5  # share of the work, about

Progress = Callable[[str, float], None]


class Plan(NamedTuple):
    """All that is to be drawn, found possible."""

    scenario: FibreScenario
    replicate: int
    recorded: xr.DataArray | None  # force over time, where the replay has the same bits
    moments: Window
    pair: tuple[int, int] | None  # thick filament and face; None: the lattice in space
    output: Path
    fps: int


def plan(
    path: str | Path,
    output: str | Path | None = None,
    *,
    unit: int | None = None,
    replicate: int | None = None,
    start: float | None = None,
    stop: float | None = None,
    every_ms: float | None = None,
    fps: int = FPS,
    pair: str | None = None,
    in_space: bool = False,
) -> Plan:
    """Read what is to be replayed and check what is asked for; parameters are those of ``animate``.

    Returns
    -------
    Plan
    """
    output = Path(path).with_suffix(".gif") if output is None else Path(output)
    check_output(output)
    if not 0 < fps <= _MAX_FPS:
        raise InputError(f"--fps {fps}: cannot be played; give frames per second above 0, at most {_MAX_FPS}.")
    if in_space and pair is not None:
        raise InputError(f"--pair {pair}: has no meaning with --3d, which shows all filaments; leave one out.")
    if in_space:
        from sarcomere.plot.animation.space import load_pyvista

        load_pyvista()
    with open_run(path) as ds:
        scenario, number, recorded = _chosen(ds, unit, replicate)
    moments = window(scenario, start, stop, every_ms)
    chosen = None if in_space else parse_pair(pair or "0,0", scenario.lattice)
    return Plan(scenario, number, recorded, moments, chosen, output, fps)


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
    return carry_out(plan(path, output, **asked), progress)


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
    """Progress that nobody asked for."""


def _drawn(planned: Plan, told: Told) -> Drawn:
    """The run replayed and its figure made."""
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
    """One motor unit of a run as a scenario, the number of its replicate, and its recorded force if bits are kept."""
    numbers = ds.replicate.values.tolist() if "replicate" in ds.coords else []
    number = int(numbers[0]) if replicate is None and numbers else replicate
    if number is None or number not in numbers:
        remedy = nearest(str(number), map(str, numbers))
        raise InputError(f"--replicate {number}: this run has no such replicate; {remedy}")
    if is_loop(ds):
        return of_cramp_run(ds.load(), unit, replicate=numbers.index(number)), number, None
    scenario = of_lattice_run(ds.load(), unit)
    label = "condition" if "condition" in ds.dims else "motor_unit"
    return scenario, number, ds.force.sel(replicate=number).isel({label: _place(ds, scenario, label)}).load()


def _place(ds: xr.Dataset, scenario: FibreScenario, label: str) -> int:
    """Where the chosen motor unit or condition stands in the file."""
    if label == "motor_unit":
        return int(ds.motor_unit.values.tolist().index(scenario.motor_units[0].id))
    return scenario.run.stream


def _origin(scenario: FibreScenario, number: int, is_recorded: bool | None) -> str:
    """What is shown, and how it relates to what the file holds."""
    unit, lattice = scenario.motor_units[0], scenario.lattice
    if is_recorded is None:
        origin = "same impulses, length and chemistry as recorded, other random numbers"
    else:
        origin = "replayed bit for bit" if is_recorded else "replayed by other kernels than recorded it"
    return (
        f"Unit {unit.id}, {unit.fibre} fibre; replicate {number}; one half-sarcomere of {lattice.n_thick} thick "
        f"filament{'s' if lattice.n_thick > 1 else ''}; {origin}."
    )
