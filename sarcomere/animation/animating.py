"""From a run file to a moving picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import xarray as xr

from sarcomere.animation.drawing import PairFigure
from sarcomere.animation.film import Told, replay, sampled_as
from sarcomere.animation.pair import Pair, parse_pair
from sarcomere.animation.window import window
from sarcomere.animation.writing import Drawn, check_output, write
from sarcomere.errors import InputError, nearest
from sarcomere.explain.replay import of_cramp_run, of_lattice_run
from sarcomere.results import open_run
from sarcomere.scenario import Scenario
from sarcomere.simulate import Simulation

FPS = 12.0
_MAX_FPS = 50.0  # GIF counts in hundredths of a second, and players slow down what is shorter than two
_REPLAYED = 0.5  # share of the work, about

Progress = Callable[[str, float], None]


def animate(
    path: str | Path,
    output: str | Path | None = None,
    *,
    unit: int | None = None,
    replicate: int | None = None,
    start: float | None = None,
    stop: float | None = None,
    every_ms: float | None = None,
    fps: float = FPS,
    pair: str | None = None,
    in_space: bool = False,
    progress: Progress | None = None,
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
    unit : int, optional
        Motor unit or condition; by default that of the largest active force.
    replicate : int, optional
        By its number; by default the first one.
    start, stop : float, optional
        From when to when, s; by default the whole run.
    every_ms : float, optional
        Simulated time between frames; by default such that there are about 100.
    fps : float
        Frames per second when played.
    pair : str, optional
        Thick filament and face, such as ``0,3``; by default the first.
    in_space : bool
        The lattice in three dimensions instead of a pair of filaments; takes the extra ``viz3d``.
    progress : callable, optional
        Takes what is being done and the share of all work done.

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
    output = Path(path).with_suffix(".gif") if output is None else Path(output)
    check_output(output)
    if not (math.isfinite(fps) and 0 < fps <= _MAX_FPS):
        raise InputError(f"--fps {fps:g}: cannot be played; give frames per second above 0, at most {_MAX_FPS:g}.")
    with open_run(path) as ds:
        scenario, number, recorded = _chosen(ds, unit, replicate)
    moments = window(scenario, start, stop, every_ms)
    simulation = Simulation(sampled_as(scenario, moments, number))
    lattice = simulation.batch[0].lattice
    tell = progress or (lambda *_: None)
    replayed: Told = lambda share: tell("replaying the run", _REPLAYED * share)  # noqa: E731
    if in_space:
        if pair is not None:
            raise InputError(f"--pair {pair}: has no meaning with --3d, which shows all filaments; leave one out.")
        from sarcomere.animation.space import Space, SpaceFigure  # loads pyvista

        space = Space(scenario.lattice, lattice)
        seen_whole = replay(simulation, moments, space, recorded, replayed)
        drawn: Drawn = SpaceFigure(seen_whole, *_words(scenario, number, seen_whole.is_recorded))
    else:
        thick, face = parse_pair(pair or "0,0", scenario.lattice)
        along = Pair(scenario.lattice, lattice, thick, face)
        seen = replay(simulation, moments, along, recorded, replayed)
        title, notes = _words(scenario, number, seen.is_recorded)
        drawn = PairFigure(seen, title, [*notes, "Only heads that face one of the two thin filaments are drawn."])
    done = lambda share: tell("drawing", _REPLAYED + (1 - _REPLAYED) * share)  # noqa: E731
    write(drawn, len(moments.frames), output, fps, done)
    return output


def _chosen(ds: xr.Dataset, unit: int | None, replicate: int | None) -> tuple[Scenario, int, xr.DataArray | None]:
    """One motor unit of a run as a scenario, the number of its replicate, and its recorded force if bits are kept."""
    numbers = ds.replicate.values.tolist() if "replicate" in ds.coords else []
    number = numbers[0] if replicate is None and numbers else replicate
    if number not in numbers:
        remedy = nearest(str(number), map(str, numbers))
        raise InputError(f"--replicate {number}: this run has no such replicate; {remedy}")
    if ds.attrs.get("kind") == "cramp":
        return of_cramp_run(ds.load(), unit, replicate=numbers.index(number)), number, None
    scenario = of_lattice_run(ds.load(), unit)
    label = "condition" if "condition" in ds.dims else "motor_unit"
    return scenario, number, ds.force.sel(replicate=number).isel({label: _place(ds, scenario, label)}).load()


def _place(ds: xr.Dataset, scenario: Scenario, label: str) -> int:
    """Where the chosen motor unit or condition stands in the file."""
    if label == "motor_unit":
        return int(ds.motor_unit.values.tolist().index(scenario.motor_units[0].id))
    return scenario.run.stream


def _words(scenario: Scenario, number: int, is_recorded: bool | None) -> tuple[str, list[str]]:
    """Title, and what is to be said below it."""
    unit, lattice = scenario.motor_units[0], scenario.lattice
    if is_recorded is None:
        origin = "same impulses, length and chemistry as recorded, other random numbers"
    else:
        origin = "replayed bit for bit" if is_recorded else "replayed by other kernels than recorded it"
    return scenario.title, [
        f"Unit {unit.id}, {unit.fibre} fibre; replicate {number}; one half-sarcomere of {lattice.n_thick} thick "
        f"filaments; {origin}."
    ]
