"""How scenarios are run here: whole, until silence, or on from a state that another has reached."""

from __future__ import annotations

from typing import Any

import xarray as xr
from numpy.typing import NDArray

from sarcomere.parameters.intervention import Effort, Stimulation
from sarcomere.recording.variable import Block
from sarcomere.scenario.loop import LoopScenario
from sarcomere.simulation.loop import LoopSimulation

QUIET_S, QUIET_EMG = 5.0, 0.05  # so long below this share of the highest second of its own, activity is over

SOON_S = 1.0  # before the window: who is silent then stays so

Checkpoint = dict[str, NDArray[Any]]


def imposed_end(scenario: LoopScenario) -> float:
    """Find when the last effort or train of stimuli of a scenario ends, s; 0 without any."""
    return max((e.ends_s for e in scenario.interventions if isinstance(e, Effort | Stimulation)), default=0.0)


def run_until_quiet(scenario: LoopScenario) -> xr.Dataset:
    """Run a scenario, but no longer than its muscle is active after all that is imposed.

    Parameters
    ----------
    scenario : LoopScenario
        Of one replicate.

    Returns
    -------
    xarray.Dataset
        As ``sarcomere.run`` gives it, cut short where nothing happens any more.
    """
    simulation, blocks = LoopSimulation(scenario), list[Block]()
    end, seconds = imposed_end(scenario), round(QUIET_S)
    own = list[float]()  # electromyogram of every second that nothing imposes
    for block in simulation.blocks(block=round(1e3 / scenario.record.sample_interval_ms)):
        blocks.append(block)
        if block.time[0] > end:
            own.append(float(block.columns["fibre_ap_rate"].mean()))
            if len(own) > seconds and max(own[-seconds:]) <= QUIET_EMG * max(own):
                break
    return simulation.dataset(*blocks)


def checkpoint_after(scenario: LoopScenario) -> Checkpoint:
    """Return all that has changed in a person by the end of a run of one replicate."""
    simulation = LoopSimulation(scenario)
    for _ in simulation.blocks():
        pass
    return simulation.loops[0].arrays


def fires_later(
    scenario: LoopScenario, window: tuple[float, float], n_units: int, checkpoint: Checkpoint | None, since_s: float
) -> bool:
    """Whether so many units fire in a window (s) of a run; runs no longer than it takes to tell.

    Parameters
    ----------
    scenario : LoopScenario
        Of one replicate; nothing is imposed later than ``SOON_S`` before the window.
    window : tuple of float
        Begin and end, s.
    n_units : int
        How many must fire.
    checkpoint : mapping or None
        State to go on from, as ``checkpoint_after`` gave it; None from rest.
    since_s : float
        Time of that state, s: what the scenario imposes before is past.

    Returns
    -------
    bool
    """
    simulation = LoopSimulation(scenario)
    interval = scenario.record.sample_interval_ms
    if checkpoint is not None:
        for name, array in simulation.loops[0].arrays.items():
            array[...] = checkpoint[name]
        simulation.samples_done = round(since_s * 1e3 / interval)
    firing = set[int]()
    for block in simulation.blocks(block=max(1, round(0.5e3 / interval))):
        time, unit = block.columns["fibre_ap_time"], block.columns["fibre_ap_unit"]
        firing |= set(unit[(time >= window[0]) & (time <= window[1])].tolist())
        begins = block.time[0]
        if len(firing) >= n_units:
            return True
        if begins > window[1] or (begins > window[0] - SOON_S and not time.size):
            break  # too late, or silent: no unit begins again without input
    return False
