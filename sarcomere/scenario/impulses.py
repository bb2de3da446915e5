"""Impulses that reach the fibres of each motor unit or condition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sarcomere.parameters import MotorUnit
from sarcomere.scenario.fibre import FibreScenario


def columns(scenario: FibreScenario) -> list[tuple[int, FibreScenario, MotorUnit]]:
    """List what runs side by side: the motor units, or the one motor unit of every condition of a series.

    Parameters
    ----------
    scenario : FibreScenario
        What to run.

    Returns
    -------
    list of tuple
        Label (id of the motor unit or number of the condition), condition, motor unit.
    """
    if scenario.series is None:
        return [(unit.id, scenario, unit) for unit in scenario.motor_units]
    return [(index, condition, condition.motor_units[0]) for index, condition in enumerate(scenario.conditions)]


def impulse_times(scenario: FibreScenario) -> dict[int, NDArray[np.float64]]:
    """Return the times (s) at which impulses reach the fibres of each motor unit or condition.

    Parameters
    ----------
    scenario : FibreScenario
        Its drive says where they come from.

    Returns
    -------
    dict of int to ndarray
        By motor unit or number of the condition, within the run.

    Raises
    ------
    InputError
        If the discharge file lacks a motor unit.
    """
    if scenario.series is not None:
        return {index: impulse_times(condition)[unit.id] for index, condition, unit in columns(scenario)}
    drive, duration = scenario.drive, scenario.run.duration_s
    if drive.pCa is not None:
        return {unit.id: np.zeros(0) for unit in scenario.motor_units}
    if drive.train is not None:
        train = drive.train.start_s + np.arange(drive.train.count) / drive.train.frequency_Hz
        return {unit.id: train[train < duration] for unit in scenario.motor_units}
    if drive.impulses_s is not None:
        times = np.array(drive.impulses_s)
        return {unit.id: times[times < duration] for unit in scenario.motor_units}
    arrivals = {}
    for unit, times in scenario.discharges().items():
        arrival = times - drive.start_s + drive.latency_ms * 1e-3
        arrivals[unit] = arrival[(arrival >= 0) & (arrival < duration)]
    return arrivals
