"""What fibres do after the last impulse: contracture without ATP, relaxation with a slow pump."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis import cramp_episode, trains
from sarcomere.parameters.intervention import Stretch
from sarcomere.scenario.loop import LoopScenario
from sarcomere.simulation.api import run
from sarcomere.validate.cramp.arms import Values
from sarcomere.validate.cramp.running import imposed_end

BOUND = ("A1", "A2", "A3", "RIGOR")
LOWEST_FORCE = 0.1  # of the peak


def contracture(scenario: LoopScenario) -> Values:
    """Measure what holds the fibres with a lattice: efforts until ATP is gone, silence, a stretch, blood again.

    Forces are means of the half-sarcomeres beyond titin's; stiffness is attached heads per force.
    """
    ds = run(scenario, threads=1)
    drive_ends = imposed_end(scenario)
    stretch, back = (e for e in scenario.interventions if isinstance(e, Stretch))
    one = ds.isel(replicate=0)
    force = (one.force - one.titin_force).mean("group")
    bound = one.head_state_fraction.sel(head_state=list(BOUND)).sum("head_state").mean("group")

    def over(course: xr.DataArray, start: float, stop: float) -> float:
        return float(course.sel(time=slice(start, stop)).mean())

    early, silent = (2.0, 4.0), (stretch.at_s - 5.0, stretch.at_s - 0.1)
    stretched = (stretch.at_s + stretch.over_s + 5.0, back.at_s - 0.1)
    end = float(one.time[-1])
    return {
        "force": over(force, *silent) / float(force.max()),
        "muscle_force": over(one.relative_force, *silent) / float(one.relative_force.max()),
        "spikes": float(sum(train.size for train in trains(ds, "spike", drive_ends + 2.0)[0])),
        "atp_least": float(one.atp_mM.min()),
        "stiffness": over(bound, *silent) / over(force, *silent) * over(force, *early) / over(bound, *early),
        "bound_stretched": over(bound, *stretched) / over(bound, *silent),
        "force_back": over(force, end - 2.0, end) / over(force, *silent),
        "atp_back": float(one.atp_mM.sel(time=slice(end - 2.0, None)).mean()),
    }


def relaxation(scenario: LoopScenario) -> Values:
    """Find how long force and calcium outlast the impulses."""
    ds = run(scenario, threads=1)
    found = cramp_episode(ds).isel(replicate=0)
    force = ds.relative_force.isel(replicate=0)
    on = force.time.values[force.values >= LOWEST_FORCE * float(force.max())]
    return {
        "force_half_time": float(found.force_half_time),
        "ca_half_time": float(found.ca_half_time),
        "force_outlasts": float(np.max(on)) - float(found.last_impulse),
        "cramp": float(found.cramp),
    }
