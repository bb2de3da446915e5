"""A value against time: on its lines, at its jumps, and beyond its ends."""

from __future__ import annotations

import numpy as np
import pytest

from sarcomere.scenario.course import PiecewiseLinear

JUMPING = PiecewiseLinear([0.0, 1.0, 1.0, 3.0], [2.0, 4.0, -1.0, 1.0])
TIMES = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 9.0])
AFTER = [2.0, 2.0, 3.0, -1.0, 0.0, 1.0, 1.0]


def test_a_course_is_read_after_its_jumps_or_before_them() -> None:
    assert JUMPING.at(TIMES).tolist() == AFTER
    assert JUMPING.beside(TIMES).tolist() == AFTER
    assert JUMPING.beside(TIMES, "left").tolist() == [2.0, 2.0, 3.0, 4.0, 0.0, 1.0, 1.0]


def test_both_ways_to_read_differ_in_rounding_alone() -> None:
    rng = np.random.default_rng(3)
    course = PiecewiseLinear(np.cumsum(rng.uniform(0.1, 1.0, 20)), rng.normal(0.0, 1e3, 20))
    times = rng.uniform(-1.0, 15.0, 1000)
    assert course.at(times) == pytest.approx(course.beside(times), rel=1e-12, abs=1e-9)
    assert course.beside(course.time).tolist() == course.value.tolist()


def test_jumps_are_found() -> None:
    assert JUMPING.jumps == [1.0]
    assert PiecewiseLinear([0.0, 1.0, 1.0], [2.0, 4.0, 4.0]).jumps == []


def test_a_move_drops_what_would_come_later() -> None:
    moved = JUMPING.moved_to(7.0, at=2.0, over=0.5)
    assert moved.at(np.array([0.5, 1.0, 2.0, 2.25, 2.5, 9.0])).tolist() == [3.0, -1.0, 0.0, 3.5, 7.0, 7.0]
    assert JUMPING.at(TIMES).tolist() == AFTER  # as it was
