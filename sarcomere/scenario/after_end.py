"""What a scenario imposes and a run of it does not reach, as where a time is given in milliseconds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sarcomere.scenario.discharge_file import read_discharges
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.impulses import find_discharges
from sarcomere.scenario.loop import LoopScenario


def unreached(scenario: FibreScenario | LoopScenario) -> Iterator[str]:
    """A sentence for everything that is imposed later than the run ends.

    Parameters
    ----------
    scenario : FibreScenario or LoopScenario
        Checked, its drive too.

    Yields
    ------
    str
    """
    end = scenario.run.duration_s
    if isinstance(scenario, LoopScenario):
        for deed in scenario.interventions:
            if deed.at_s >= end:
                kind = deed.kind.replace("_", " ")
                yield f"the {kind} at {deed.at_s:g} s comes after the end of the run ({end:g} s)."
    elif scenario.drive.discharge_file is not None and scenario.series is None:
        found = read_discharges(find_discharges(scenario))
        times = np.concatenate([found[unit.id] for unit in scenario.motor_units]) - scenario.drive.start_s
        if times.size and (times >= end).all():
            yield (
                f"all {times.size} discharges of {scenario.drive.discharge_file} come after the end of the run "
                f"({end:g} s); their times are read in seconds."
            )
