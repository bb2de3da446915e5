"""Cramp threshold frequency: the lowest at which a train of stimuli leaves a cramp behind."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sarcomere.analysis.cramp.activity import LEAST_SHARE
from sarcomere.analysis.cramp.episode import LEFT_S
from sarcomere.parameters.intervention import NerveBlock, Stimulation
from sarcomere.scenario.loop import LoopScenario
from sarcomere.validate.cramp.running import Checkpoint, checkpoint_after, fires_later

GRID_HZ = np.arange(6.0, 41.0, 2.0)
BLOCKED_LEFT_S = (1.0, 3.0)  # with the nerve blocked cramps last but 2.6 s [@Minetto2011]
ABOVE_HZ = 42.0  # said where not even the highest frequency leaves a cramp


def lowest(leaves: Callable[[float], bool]) -> float:
    """Return the lowest frequency of the grid that leaves a cramp, by bisection: if one does, all above are taken to.

    Parameters
    ----------
    leaves : callable
        Whether a frequency (Hz) does.

    Returns
    -------
    float
        Hz.
    """
    low, high = 0, GRID_HZ.size  # the answer's place lies between, both included
    while low < high:
        middle = (low + high) // 2
        if leaves(float(GRID_HZ[middle])):
            high = middle
        else:
            low = middle + 1
    return float(GRID_HZ[low]) if low < GRID_HZ.size else ABOVE_HZ


def with_train(scenario: LoopScenario, frequency: float, left_s: float) -> tuple[LoopScenario, float]:
    """Describe a scenario whose train has another frequency and which ends so long after it; and the train's end, s."""
    changed = [
        entry.model_copy(update={"frequency_Hz": frequency}) if isinstance(entry, Stimulation) else entry
        for entry in scenario.interventions
    ]
    end = max(entry.ends_s for entry in changed if isinstance(entry, Stimulation))
    run = scenario.run.model_copy(update={"duration_s": round(end + left_s + 0.1, 1)})
    return scenario.model_copy(update={"interventions": changed, "run": run}), end


def leaves_cramp(
    scenario: LoopScenario, frequency: float, checkpoint: Checkpoint | None = None, since_s: float = 0.0
) -> bool:
    """Whether enough units fire some time after the scenario's train at a frequency (Hz).

    From 2.5 to 4.5 s after it, or from 1 to 3 s where the nerve is blocked.

    Parameters
    ----------
    scenario : LoopScenario
        Of one replicate, with one train.
    frequency : float
        Of the train, Hz.
    checkpoint : mapping, optional
        State to go on from; by default rest.
    since_s : float
        Time of that state, s.

    Returns
    -------
    bool
    """
    begin, stop = BLOCKED_LEFT_S if any(isinstance(e, NerveBlock) for e in scenario.interventions) else LEFT_S
    changed, end = with_train(scenario, frequency, stop)
    least = math.ceil(LEAST_SHARE * scenario.pool.n_units)
    return fires_later(changed, (end + begin, end + stop), least, checkpoint, since_s)


def threshold(scenario: LoopScenario) -> dict[str, float]:
    """Return the threshold frequency of a scenario that has one train of stimuli."""
    return {"threshold": lowest(lambda frequency: leaves_cramp(scenario, frequency))}


SHORT = 0.75  # L0
REST_S = 5.0  # from the end of exercise to the train
FATIGUED = {"fatigue_ia": 0.3, "fatigue_ib": 0.5}  # gains by which fatigue shifts the reflexes (choice)


def threshold_after_exercise(scenario: LoopScenario) -> dict[str, float]:
    """Find the threshold frequency before and after exercise, with and without an effect of fatigue on reflexes.

    The short muscle and the train come after the exercise; the body is the one that exercised.
    """
    exercise = scenario.run.duration_s
    checkpoint = checkpoint_after(scenario)
    train = Stimulation(kind="stimulation", at_s=exercise + REST_S, frequency_Hz=20.0)
    tired = scenario.model_copy(update={"interventions": [*scenario.interventions, train]})
    fresh = scenario.model_copy(update={"interventions": [train.model_copy(update={"at_s": 0.5})], "mtu_length": SHORT})
    shifted = tired.model_copy(update={"reflex": tired.reflex.model_copy(update=FATIGUED)})

    def tired_threshold(arm: LoopScenario) -> float:
        return lowest(lambda frequency: leaves_cramp(arm, frequency, checkpoint, exercise))

    return {
        "fresh": lowest(lambda frequency: leaves_cramp(fresh, frequency)),
        "off": tired_threshold(tired),
        "on": tired_threshold(shifted),
    }
