"""What looks like a mistake in times that are imposed: later than the run, or in another unit than seconds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import printable
from sarcomere.scenario.discharge_file import CLOCK, Discharges
from sarcomere.scenario.protocol import Course

SLOWEST_S = 1.0  # choice: units that are recorded fire at 4 /s or more, so an interval this long is no usual one
MANY_RUNS = 50.0  # choice: nobody imposes a course to run a fiftieth of it, while a unit of 10 ms makes it 100


def of_discharges(name: str, found: Discharges, start_s: float, duration_s: float) -> Iterator[str]:
    """Doubt discharges that miss the run or are as far apart as no unit's.

    Parameters
    ----------
    name : str
        Of their file.
    found : dict of int to ndarray
        Times by motor unit, s.
    start_s, duration_s : float
        Which of them are run.

    Yields
    ------
    str
        One sentence, if any.
    """
    times, name = np.concatenate([*found.values(), np.zeros(0)]) - start_s, printable(name)
    intervals = np.concatenate([*map(np.diff, found.values()), np.zeros(0)])
    apart = float(np.median(intervals)) if intervals.size else 0.0
    if times.size and (times >= duration_s).all():
        told = f"all {times.size} discharges of {name} come after the end of the run ({duration_s:g} s)"
    elif times.size and (times < 0).all():
        told = f"all {times.size} discharges of {name} come before drive.start_s = {start_s:g} s"
    elif apart > SLOWEST_S:
        told = f"discharges of {name} are {apart:.3g} s apart (median of each unit's)"
    else:
        return
    guess = ""
    if apart > SLOWEST_S:
        guess = (
            f"; they look like {_unit(times + start_s)}: set {CLOCK} to how many of them make a second to read them so"
        )
    yield f"{told}, read in seconds{guess}."


def of_course(key: str, course: Course, duration_s: float) -> Iterator[str]:
    """Doubt a course that does nothing within the run or is far longer.

    Parameters
    ----------
    key : str
        Such as ``protocol.length``.
    course : Course
        Its points.
    duration_s : float
        How long the run is, s.

    Yields
    ------
    str
        One sentence, if any.
    """
    times = np.array(course.time_s)
    last, later = float(times[-1]), times[times > 0]
    if last > MANY_RUNS * duration_s:
        yield (
            f"{key} lasts {last:g} s, the run {duration_s:g} s; its times look like {_unit(times)}: give seconds, or "
            f"set {key}.clock_Hz beside its file to how many of them make a second."
        )
    elif later.size and later.min() >= duration_s:
        yield f"{key} changes nothing: its times after 0 begin at {later.min():g} s, the run ends at {duration_s:g} s."


def of_impulses(key: str, times: NDArray[np.float64], duration_s: float) -> Iterator[str]:
    """Doubt impulses none of which falls within the run."""
    if times.size and (times >= duration_s).all():
        yield f"all {times.size} impulses of {key} come after the end of the run ({duration_s:g} s), read in seconds."


def _unit(times: NDArray[np.float64]) -> str:
    whole = bool((times == np.round(times)).all())
    return "samples (give the sampling rate) or milliseconds (1000)" if whole else "milliseconds (1000)"
