"""What reaches a motoneuron pool against time, and how ions around it become voltages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError
from sarcomere.parameters.motoneuron import PoolParameters
from sarcomere.scenario.course import PiecewiseLinear
from sarcomere_kernels import motoneuron_types as k
from sarcomere_kernels.types import I8

Values = NDArray[np.float64]
Course = float | Sequence[tuple[float, float]]


@dataclass(frozen=True)
class PoolInputs:
    """Drive and surroundings of a pool.

    A course is a number, or points (time in s, value) joined by straight lines and held beyond the ends; two points at
    one time make a jump.

    Parameters
    ----------
    x_base : course or None
        Input shared by all cells by weight, rheobases: rest, descending drive, afferents; None takes the pool's own.
    x_even : course
        Input of the same share of each cell's rheobase, such as injected current.
    x_inhibition : course
        Inhibition, the same share of each cell's rheobase.
    modulation : course
        Factor on kappa: serotonin and noradrenaline.
    potassium_mM, sodium_mM, calcium_mM, magnesium_mM : course or None
        Ions around the cells in the spinal cord, not in plasma; None takes those at which nothing shifts.
    stimuli_s : sequence of float
        Times at which the nerve is stimulated, rising.
    """

    x_base: Course | None = None
    x_even: Course = 0.0
    x_inhibition: Course = 0.0
    modulation: Course = 1.0
    potassium_mM: Course | None = None
    sodium_mM: Course | None = None
    calcium_mM: Course | None = None
    magnesium_mM: Course | None = None
    stimuli_s: Sequence[float] = ()


def empty_spikes(room: int) -> k.Spikes:
    """Room for so many spikes between two readings."""
    return k.Spikes(
        unit=np.zeros(room, dtype=np.int32),
        step=np.zeros(room, dtype=np.int64),
        antidromic=np.zeros(room, dtype=np.int8),
        taken=np.zeros(1, dtype=np.int64),
    )


def _points(name: str, course: Course) -> Values:
    """Convert a course to rows (time, value); refuse what is none."""
    try:
        single = np.ndim(course) == 0
        points = np.array([[0.0, course]] if single else course, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} = {course!r} is no course; give a number or points (time in s, value).") from None
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise InputError(f"{name} = {course!r} is no course; give a number or points (time in s, value).")
    if not np.isfinite(points).all():
        raise InputError(f"{name} = {course!r} holds a value that is not finite; give finite numbers.")
    late = np.flatnonzero(np.diff(points[:, 0]) < 0)
    if late.size:
        first, second = points[late[0] : late[0] + 2, 0]
        raise InputError(f"{name}: time {second:g} s comes after {first:g} s; sort the points by time.")
    return points


def read_course(name: str, course: Course, least: float, most: float) -> PiecewiseLinear:
    """Check a course: its form, the order of its times, and its values against bounds.

    Parameters
    ----------
    name : str
        What to call it in an error.
    course : course
        A number, or points (time in s, value).
    least, most : float
        Bounds of its values.

    Returns
    -------
    PiecewiseLinear

    Raises
    ------
    InputError
        If it cannot be one.
    """
    points = _points(name, course)
    wrong = points[(points[:, 1] < least) | (points[:, 1] > most)]
    if len(wrong):
        raise InputError(f"{name} = {wrong[0, 1]:g} at {wrong[0, 0]:g} s is out of range; use {least:g} to {most:g}.")
    return PiecewiseLinear(points[:, 0], points[:, 1])


# Smallest and largest value of each course: inputs in rheobases, ions in mmol/L.
_RANGES = {
    "x_base": (-10.0, 10.0),
    "x_even": (0.0, 10.0),
    "x_inhibition": (0.0, 10.0),
    "modulation": (0.0, 10.0),
    "potassium_mM": (0.5, 50.0),
    "sodium_mM": (1.0, 500.0),
    "calcium_mM": (0.01, 50.0),
    "magnesium_mM": (0.0, 50.0),
}


def steps_in(name: str, duration_s: float, step_ms: float) -> int:
    """Whole steps in a duration.

    Parameters
    ----------
    name : str
        What to call the duration in an error.
    duration_s, step_ms : float
        Duration, s, and time step, ms.

    Returns
    -------
    int

    Raises
    ------
    InputError
        If there is not one step in it.
    """
    if not (math.isfinite(duration_s) and duration_s * 1e3 >= 0.5 * step_ms):
        raise InputError(
            f"{name} = {duration_s!r} cannot be used; give seconds, at least one step of {step_ms * 1e-3:g}."
        )
    return round(duration_s * 1e3 / step_ms)


def stimulation(frequency_Hz: float, count: int, start_s: float) -> list[float]:
    """Return the times (s) of a train of stimuli.

    Parameters
    ----------
    frequency_Hz : float
        Stimuli per second.
    count : int
        How many.
    start_s : float
        Time of the first.

    Returns
    -------
    list of float
    """
    if not (np.isfinite(frequency_Hz) and frequency_Hz > 0):
        raise InputError(f"frequency_Hz = {frequency_Hz!r} is no frequency; give stimuli per second above 0.")
    return [start_s + i / frequency_Hz for i in range(count)]


def stimulus_steps(stimuli_s: Sequence[float], step_ms: float) -> I8:
    """Convert times of stimuli to steps.

    Parameters
    ----------
    stimuli_s : sequence of float
        Times, s, rising.
    step_ms : float
        Time step, ms.

    Returns
    -------
    ndarray of int64

    Raises
    ------
    InputError
        If a time cannot be used.
    """
    times = np.asarray(stimuli_s, dtype=np.float64)
    if times.ndim != 1 or not np.isfinite(times).all() or (times < 0).any():
        raise InputError("stimuli_s holds what is no time; give seconds, 0 or later.")
    early = np.flatnonzero(np.diff(times) <= 0)
    if early.size:
        first, second = times[early[0] : early[0] + 2]
        raise InputError(f"stimuli_s: {second:g} s is not after {first:g} s; sort the times.")
    return np.round(times * 1e3 / step_ms).astype(np.int64)


class IonShifts(NamedTuple):
    """What ions around the cells do, mV, (step,)."""

    e_potassium: Values
    e_sodium: Values
    e_leak: Values
    threshold_shift: Values


def ion_shifts(
    p: PoolParameters, potassium_mM: Values, sodium_mM: Values, calcium_mM: Values, magnesium_mM: Values
) -> IonShifts:
    """Reversal voltages and the shift of the threshold by ions in the spinal cord.

    Parameters
    ----------
    p : PoolParameters
        The ions' effects.
    potassium_mM, sodium_mM, calcium_mM, magnesium_mM : ndarray, shape (step,)
        Concentrations around the cells, mmol/L.

    Returns
    -------
    IonShifts
    """
    ions, membrane = p.ions, p.membrane
    to_potassium = ions.nernst_mV * np.log(potassium_mM / ions.potassium_mM)
    to_sodium = ions.nernst_mV * np.log(sodium_mM / ions.sodium_mM)
    screening = calcium_mM + ions.magnesium_weight * magnesium_mM
    reference = ions.calcium_mM + ions.magnesium_weight * ions.magnesium_mM
    return IonShifts(
        e_potassium=membrane.e_potassium + to_potassium,
        e_sodium=membrane.e_sodium + to_sodium,
        e_leak=ions.leak_potassium * to_potassium,
        threshold_shift=ions.screening_mV * np.log10(screening / reference),
    )


class Courses:
    """Checked inputs, ready to be read off for any stretch of steps.

    Parameters
    ----------
    inputs : PoolInputs
        What reaches the pool.
    parameters : PoolParameters
        Step, resting drive, and the ions' effects.

    Raises
    ------
    InputError
        If a course or a stimulus cannot be used.
    """

    def __init__(self, inputs: PoolInputs, parameters: PoolParameters) -> None:
        self.parameters = parameters
        ions = parameters.ions
        rest = {"x_base": parameters.x_base} | {
            name: getattr(ions, name) for name in ("potassium_mM", "sodium_mM", "calcium_mM", "magnesium_mM")
        }
        self._courses = {}
        for name, (least, most) in _RANGES.items():
            given = getattr(inputs, name)
            self._courses[name] = read_course(name, rest[name] if given is None else given, least, most)
        self._stimulus_step = stimulus_steps(inputs.stimuli_s, parameters.step_ms)

    def drive(self, first_step: int, n_steps: int) -> k.PoolDrive:
        """Return the kernel's input for the steps from ``first_step`` on.

        Parameters
        ----------
        first_step, n_steps : int
            The stretch.

        Returns
        -------
        sarcomere_kernels.motoneuron_types.PoolDrive
        """
        p = self.parameters
        time = np.asarray((first_step + np.arange(n_steps)) * (p.step_ms * 1e-3), dtype=np.float64)
        ions = ("potassium_mM", "sodium_mM", "calcium_mM", "magnesium_mM")
        return k.PoolDrive(
            first_step=first_step,
            shared=self._courses["x_base"].at(time),
            direct=self._courses["x_even"].at(time) - self._courses["x_inhibition"].at(time),
            modulation=self._courses["modulation"].at(time),
            **ion_shifts(p, *(self._courses[name].at(time) for name in ions))._asdict(),
            stimulus_step=self._stimulus_step,
        )
