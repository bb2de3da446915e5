"""Terminals after stimulation with the motoneurons out of play, against [@Minetto2011]."""

from __future__ import annotations

import numpy as np
import pytest

from sarcomere.errors import InputError
from sarcomere.organs.nerve.inputs import Course, stimulation
from sarcomere.organs.nerve.pool import load_pool
from sarcomere.organs.nerve.terminals import TerminalGenerator
from sarcomere.parameters.terminal import TerminalParameters

SHORT, LONG = 0.75, 1.1
Firing = tuple[np.ndarray, np.ndarray]


def generator(frequency: float, length: Course = SHORT, seed: int = 0) -> tuple[TerminalGenerator, float]:
    """Terminals under 150 stimuli, and when the last of these comes (s)."""
    stimuli = stimulation(frequency, 150, 0.5)
    return TerminalGenerator(TerminalParameters(), load_pool("open_loop_prone"), stimuli, length, seed), stimuli[-1]


def after(frequency: float, length: Course = SHORT, seed: int = 0) -> Firing:
    """Which terminals fire after the train, and how long after (s)."""
    terminals, end = generator(frequency, length, seed)
    terminals.advance(end + 1e-4)
    axon, time = terminals.advance(15.0)
    return axon, time - end


def durations(firing: Firing) -> list[float]:
    """When each terminal that fired stopped, s after the train."""
    axon, time = firing
    return [float(time[axon == number].max()) for number in np.unique(axon)]


def test_terminals_burst_as_long_and_as_fast_as_with_the_nerve_blocked() -> None:
    """20 trains at 30 Hz; the envelope's mean 2.6 s with s.e.m. 0.3 s, bounds at 3.5 s.e.m."""
    trains = [after(30.0, seed=seed) for seed in range(20)]
    ends = np.array([time.max() for _, time in trains])
    assert 1.5 < ends.mean() < 3.6
    each = np.concatenate([durations(train) for train in trains])
    assert 0.5 < each.mean() < 1.3  # the envelope cuts bursts of 1.1 s short, and silent ones are not seen
    rates = [1 / np.diff(t[a == n])[0] for a, t in trains for n in np.unique(a) if (a == n).sum() > 1]
    assert 22 < np.mean(rates) < 32


def test_more_terminals_answer_to_faster_stimuli() -> None:
    """Thresholds of the 60 axons that stimuli reach are 48 +- 35 Hz, half below 39."""
    counts = [np.unique(after(frequency)[0]).size for frequency in (6.0, 24.0, 100.0)]
    assert counts[0] <= 3
    assert 5 < counts[1] < 35
    assert 45 < counts[2] <= 60


def test_terminals_differ_as_stated() -> None:
    """Mean and median of 2000 log-normal thresholds, within 4 standard errors."""
    few = TerminalGenerator(TerminalParameters(), load_pool("open_loop_prone", {"n_units": 2000}), [])
    threshold = 1e3 / few.terminals.trigger_interval
    assert threshold.mean() == pytest.approx(48.0, abs=4 * 35.0 / np.sqrt(2000))
    assert np.median(threshold) == pytest.approx(38.8, abs=4 * 0.65 * 38.8 * 1.25 / np.sqrt(2000))


def test_a_long_muscle_hardly_bursts_and_stretch_ends_bursts() -> None:
    assert np.unique(after(30.0, LONG)[0]).size < 0.2 * np.unique(after(30.0)[0]).size
    end = generator(30.0)[1]
    stretched = after(30.0, [(end + 0.3, SHORT), (end + 0.4, LONG)])
    assert (stretched[1] > 0.5).sum() < 0.2 * (after(30.0)[1] > 0.5).sum()


def test_chunks_and_full_buffers_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = generator(30.0, seed=4)[0].advance(7.0)
    monkeypatch.setattr("sarcomere.organs.nerve.terminals._ROOM", 0)
    terminals = generator(30.0, seed=4)[0]
    parts = [terminals.advance(chunk) for chunk in (0.0001, 5.4, 0.7, 0.8999)]
    assert whole[0].size > 100
    assert np.array_equal(np.concatenate([axon for axon, _ in parts]), whole[0])
    assert np.array_equal(np.concatenate([time for _, time in parts]), whole[1])


@pytest.mark.parametrize(("length", "word"), [(0.0, "length = 0"), (float("nan"), "finite"), ("long", "give a number")])
def test_a_bad_length_is_refused(length: Course, word: str) -> None:
    with pytest.raises(InputError, match=word):
        generator(20.0, length)
