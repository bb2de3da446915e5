"""One clock: how often a step is halved, and in which step an impulse comes."""

from __future__ import annotations

import numpy as np
import pytest

from sarcomere.half_sarcomere.clock import MAX_HALVINGS, TICKS, halvings, tick_of


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(0.0, 0), (1.0, 0), (1.0 + 1e-12, 0), (1.01, 1), (2.0, 1), (4.0, 2), (4.1, 3), (1e9, MAX_HALVINGS)],
)
def test_the_fewest_halvings_that_suffice(ratio: float, expected: int) -> None:
    assert halvings(ratio) == expected


def test_every_halved_step_is_whole_ticks() -> None:
    assert TICKS >> MAX_HALVINGS == 1


def test_an_impulse_comes_at_the_beginning_of_its_step() -> None:
    assert tick_of([0.0, 0.4, 0.5, 0.99, 1.0, 7.6]).tolist() == [0, 0, 0, 0, TICKS, 7 * TICKS]


def test_rounding_moves_no_impulse_to_the_step_before() -> None:
    """Times in seconds that are whole steps of 0.1 ms, an hour long."""
    steps = np.arange(0, 36_000_000, 9973)
    times = steps / 10_000
    assert (tick_of(times * 1e3 / 0.1) == steps * TICKS).all()
    assert (np.floor(times * 1e3 / 0.1) != steps).any()  # negative control: without the guard some would move
