"""Which moments of a run are drawn."""

from __future__ import annotations

import math
from typing import NamedTuple

from sarcomere.errors import InputError
from sarcomere.scenario.fibre import FibreScenario

FRAMES = 100  # where nothing else is asked for
MAX_FRAMES = 600  # all of a GIF are in memory until it is written, about 0.8 MB each


class Window(NamedTuple):
    """Frames at whole multiples of an interval, and the samples of the curves below them; in steps of the run."""

    first: int
    last: int
    every: int
    sample_every: int
    step_ms: float

    @property
    def frames(self) -> range:
        """Step of each frame."""
        return range(self.first, self.last + 1, self.every)

    def seconds(self, step: int) -> float:
        """Return the time of a step."""
        return step * self.step_ms * 1e-3


def window(
    scenario: FibreScenario, start: float | None = None, stop: float | None = None, every_ms: float | None = None
) -> Window:
    """Return moments to draw.

    Parameters
    ----------
    scenario : FibreScenario
        What is replayed.
    start, stop : float, optional
        From when to when, s; by default the whole run.
    every_ms : float, optional
        Simulated time between frames; by default such that there are about 100.

    Returns
    -------
    Window

    Raises
    ------
    InputError
        If the run has no such moments, or they are too many.
    """
    step, duration = scenario.numerics.step_ms, scenario.run.duration_s
    start, stop = 0.0 if start is None else start, duration if stop is None else stop
    if not 0 <= start < stop <= duration * (1 + 1e-9):
        raise InputError(
            f"--from {start:g} --to {stop:g}: is no stretch of this run; give seconds between 0 and {duration:g}, "
            f"the first below the second."
        )
    if every_ms is None:
        grid = scenario.sample_every
        every = grid * max(1, math.ceil((stop - start) * 1e3 / (FRAMES * grid * step) - 1e-9))
    else:
        every = _steps(every_ms, step)
    first = math.ceil(start * 1e3 / (every * step) - 1e-6) * every
    last = math.floor(stop * 1e3 / (every * step) + 1e-6) * every
    count = (last - first) // every + 1
    if count < 2:
        raise InputError(
            f"--every {every * step:g}: leaves fewer than two frames between {start:g} and {stop:g} s; give fewer "
            f"milliseconds or a longer stretch."
        )
    if count > MAX_FRAMES:
        raise InputError(
            f"--every {every * step:g}: makes {count} frames, of which {MAX_FRAMES} fit in memory; give at least "
            f"{math.ceil((stop - start) * 1e3 / (MAX_FRAMES * step)) * step:g} or a shorter stretch."
        )
    finest = max(scenario.sample_every, 1)
    sample = max(n for n in range(1, min(every, finest) + 1) if every % n == 0)
    return Window(first, last, every, sample, step)


def _steps(every_ms: float, step: float) -> int:
    steps = every_ms / step if math.isfinite(every_ms) else 0.0
    if round(steps) < 1 or abs(steps - round(steps)) > 1e-6:
        raise InputError(
            f"--every {every_ms:g}: is not a whole number of steps of {step:g} ms; give a multiple of {step:g}."
        )
    return round(steps)
