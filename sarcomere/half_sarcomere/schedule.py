"""A protocol in kernel steps: segments in which everything but length, load and calcium is constant.

Time is counted in ticks.  A step of ``numerics.step_ms`` has ``TICKS`` of them, and a segment is a whole
number of such steps, each divided into 2**halvings.  Courses hold for the step that begins at a time: a jump at t is
made by the step from t on, so that the sample at t is still what was before.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import NamedTuple

import numpy as np

from sarcomere.half_sarcomere.clock import TICKS, halvings
from sarcomere.scenario.course import PiecewiseLinear
from sarcomere.scenario.fibre import FibreScenario, lengths
from sarcomere.scenario.protocol import CHEMISTRY, Course

_NEVER = 2**62  # steps


class Segment(NamedTuple):
    """Steps of one length under one chemistry and way of holding the ends.

    ``first`` to ``last`` (not included) count steps of ``numerics.step_ms``.
    """

    first: int
    last: int
    halvings: int
    force_control: bool
    may_slacken: bool  # length control by ends that only pull
    is_reference: bool  # the force of these steps is what a relative load refers to
    chemistry: tuple[float, ...]  # in the order of protocol.CHEMISTRY


class Timetable:
    """What is imposed on one half-sarcomere, step by step.

    Parameters
    ----------
    scenario : FibreScenario
        One condition; its protocol and numerics count.
    """

    def __init__(self, scenario: FibreScenario) -> None:
        p, self._numerics = scenario.protocol, scenario.numerics
        self._fixed = tuple(getattr(scenario.chemistry, name) for name in CHEMISTRY)
        self.length = self._in_ticks(p.length, lengths(scenario))
        self.load = self._in_ticks(p.load)
        self.pca = self._in_ticks(p.pCa)
        self._chemistry = {name: self._in_ticks(course) for name, course in p.chemistry.items()}
        self.relative_load = p.load is not None and p.load.relative
        self._slack_from = self._first_release(p.length is not None and p.length.slack)
        self._load_steps = self._reference_steps = (0, 0)
        if p.load is not None and self.load is not None:
            begin, end = (round(tick / TICKS) for tick in self.load.time[[0, -1]])
            self._load_steps = (begin, max(end, begin + 1))
            if p.load.relative:
                self._reference_steps = (begin - math.ceil(p.load.reference_ms / self._numerics.step_ms - 1e-9), begin)
        self._settling = self._settling_steps()
        self._breaks = self._all_breaks()

    def _in_ticks(self, course: Course | None, values: list[float] | None = None) -> PiecewiseLinear | None:
        if course is None:
            return None
        ticks = np.round(np.array(course.time_s) * 1e3 / self._numerics.step_ms * TICKS)
        return PiecewiseLinear(ticks, values or course.value)

    def _first_release(self, slack: bool) -> int:
        """Return the step of the first release, from which a preparation may go slack."""
        if not slack or self.length is None:
            return _NEVER
        shorter = np.flatnonzero(np.diff(self.length.value) < 0)
        return math.floor(self.length.time[shorter[0]] / TICKS) if shorter.size else _NEVER

    def _settling_steps(self) -> list[tuple[int, int]]:
        """Return the ranges of steps just after jumps of length or load, where the time step is short."""
        jumps = [*self.length.jumps] if self.length is not None else []
        if self.load is not None:
            jumps += [*self.load.jumps, *(step * TICKS for step in self._load_steps)]
        settle = self._numerics.settle_ms / self._numerics.step_ms
        return [(math.floor(t / TICKS), math.ceil(t / TICKS + settle - 1e-9)) for t in jumps]

    def _all_breaks(self) -> list[int]:
        breaks = {0, *self._load_steps, *self._reference_steps, *(step for span in self._settling for step in span)}
        for points in (self.length, self.load, self.pca):
            if points is not None:
                breaks.update(rounded(tick / TICKS) for tick in points.time for rounded in (math.floor, math.ceil))
        for points in self._chemistry.values():
            if points is not None:
                breaks.update(round(tick / TICKS) for tick in points.time)
        return sorted(breaks)

    def segment(self, step: int) -> Segment:
        """Return the segment that contains a step.

        Parameters
        ----------
        step : int
            Steps of ``numerics.step_ms`` since the start.

        Returns
        -------
        Segment
        """
        place = bisect_right(self._breaks, step) - 1
        first = self._breaks[place]
        last = self._breaks[place + 1] if place + 1 < len(self._breaks) else _NEVER
        if self._chemistry_moves(first, last):
            every = max(1, round(self._numerics.chemistry_interval_ms / self._numerics.step_ms))
            first += (step - first) // every * every
            last = min(last, first + every)
        force_control = self._load_steps[0] <= first < self._load_steps[1]
        return Segment(
            first,
            last,
            self._halvings(first, last, force_control),
            force_control,
            not force_control and first >= self._slack_from,
            self._reference_steps[0] <= first < self._reference_steps[1],
            self._chemistry_in(first, last),
        )

    def length_at_end(self, step: int) -> float:
        """Return the imposed length at the end of the step before ``step``, nm."""
        return float(self.length.beside(np.array([step * TICKS]), "left")[0]) if self.length is not None else math.nan

    def shortens(self, segment: Segment) -> bool:
        """Whether the imposed length falls during a segment, its first step included."""
        if self.length is None or segment.last == _NEVER:
            return False
        return self.length_at_end(segment.last) < self.length_at_end(segment.first)

    def finely(self, segment: Segment) -> Segment:
        """Return a segment with time steps as short as under force control."""
        fine = halvings(self._numerics.step_ms / self._numerics.fine_step_ms)
        return segment._replace(halvings=max(segment.halvings, fine))

    def begins_hold(self, segment: Segment, step: int) -> bool:
        """Whether a step is the first after force control, where the length reached is held."""
        return self.load is not None and step == segment.first == self._load_steps[1] and self.length is None

    def _chemistry_moves(self, first: int, last: int) -> bool:
        ends = np.array([first + 0.5, last - 0.5]) * TICKS
        return any(np.ptp(p.beside(ends)) > 0 for p in self._chemistry.values() if p is not None)

    def _chemistry_in(self, first: int, last: int) -> tuple[float, ...]:
        middle = np.array([0.5 * (first + last) * TICKS])
        values = dict(zip(CHEMISTRY, self._fixed, strict=True))
        values |= {name: float(p.beside(middle)[0]) for name, p in self._chemistry.items() if p is not None}
        return tuple(values.values())

    def _halvings(self, first: int, last: int, force_control: bool) -> int:
        """How often to halve the step: fine for what is sudden, short for what is fast (docs/protocols.md)."""
        step = self._numerics.step_ms
        if force_control or any(begin <= first < end for begin, end in self._settling):
            step = min(step, self._numerics.fine_step_ms)
        if self.length is not None and not force_control and last < _NEVER:
            start = float(self.length.beside(np.array([first * TICKS]), "right")[0])
            end = float(self.length.beside(np.array([last * TICKS]), "left")[0])
            speed = abs(end - start) / ((last - first) * self._numerics.step_ms)
            step = min(step, self._numerics.length_step_nm / speed) if speed > 0 else step
        return halvings(self._numerics.step_ms / step)
