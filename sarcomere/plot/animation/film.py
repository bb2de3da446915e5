"""A run walked through again, and what was to be seen of its half-sarcomere at every frame.

A run file keeps no regulatory units and no filament positions.  It keeps what fixes every random draw, so the run is
taken from its start again, with the same bits, and looked at between steps.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.half_sarcomere import codes as k
from sarcomere.plot.animation.window import Window
from sarcomere.recording.recordable import DEFAULT_BLOCK
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.simulation.fibre import FibreSimulation

Look = TypeVar("Look")
Told = Callable[[float], None]


class Film(NamedTuple, Generic[Look]):
    """What is drawn: a look at every frame, and curves over the window."""

    time: NDArray[np.float64]  # (frame,) s
    looks: list[Look]
    curve_time: NDArray[np.float64]  # (sample,) s
    force: NDArray[np.float64]  # (sample,) pN per thick filament
    ca: NDArray[np.float64]  # (sample,) uM
    is_recorded: bool | None  # whether force had the bits of the file wherever both were sampled; None without one


def sampled_as(scenario: FibreScenario, window: Window, replicate: int) -> FibreScenario:
    """Return one replicate of a scenario, sampled as often as the window asks; sampling changes no bit."""
    return scenario.model_copy(
        update={
            "run": scenario.run.model_copy(update={"first_replicate": replicate, "replicates": 1}),
            "record": scenario.record.model_copy(
                update={"sample_interval_ms": window.sample_every * window.step_ms, "snapshot_interval_ms": 0.0}
            ),
        }
    )


def replay(
    simulation: FibreSimulation,
    window: Window,
    look: Callable[[k.State], Look],
    recorded: xr.DataArray | None = None,
    progress: Told | None = None,
) -> Film[Look]:
    """Walk through a run and look at its half-sarcomere at every frame.

    Parameters
    ----------
    simulation : FibreSimulation
        Of one half-sarcomere, as ``sampled_as`` prepares it, still at its start.
    window : Window
        Which moments.
    look : callable
        Takes what is drawn out of the state; it must copy.
    recorded : xarray.DataArray, optional
        Force over ``time`` as the file has it.
    progress : callable, optional
        Takes the share that is done.

    Returns
    -------
    Film
    """
    times: list[NDArray[np.float64]] = []
    values: dict[str, list[NDArray[np.float64]]] = {"force": [], "ca": []}
    looks = []
    state = simulation.batch[0].state
    for frame in window.frames:
        target = frame // window.sample_every
        while simulation.samples_done < target and target > 0:
            with contextlib.closing(simulation.blocks(1, min(target - simulation.samples_done, DEFAULT_BLOCK))) as more:
                block = next(more)
            times.append(block.time)
            for name, parts in values.items():
                parts.append(block.columns[name][0, 0])
            if progress:
                progress(simulation.samples_done * window.sample_every / window.last)
        looks.append(look(state))
    time, force = np.concatenate(times), np.concatenate(values["force"])
    shown = time >= window.seconds(window.first) - 1e-9
    return Film(
        time=np.array([window.seconds(frame) for frame in window.frames]),
        looks=looks,
        curve_time=time[shown],
        force=force[shown],
        ca=np.concatenate(values["ca"])[shown],
        is_recorded=None if recorded is None else _agrees(time, force, recorded),
    )


def _agrees(time: NDArray[np.float64], force: NDArray[np.float64], recorded: xr.DataArray) -> bool:
    """Whether the replay has the recorded force wherever both were sampled, and they were somewhere."""
    ours, theirs = (np.round(1e6 * np.asarray(t)).astype(np.int64) for t in (time, recorded.time.values))
    _, at, there = np.intersect1d(ours, theirs, return_indices=True)
    wanted: NDArray[Any] = recorded.values[there]
    return bool(at.size and np.array_equal(force[at].astype(wanted.dtype), wanted))
