"""What interventions impose against time, each kind against values worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from sarcomere.parameters.intervention import Intervention
from sarcomere.scenario.course import PiecewiseLinear
from sarcomere.scenario.interventions import PLASMA, Imposed

NORMAL = dict(zip(PLASMA, (4.0, 141.0, 1.3, 0.6), strict=True))


def imposed(*entries: dict[str, Any], length: float = 0.8) -> Imposed:
    return Imposed(TypeAdapter(list[Intervention]).validate_python(list(entries)), length, NORMAL)


def at(*seconds: float) -> np.ndarray:
    return np.array(seconds)


def test_nothing_is_imposed_without_interventions() -> None:
    none, time = imposed(), at(0.0, 1.0, 1e5)
    for course in (none.descending, none.shift, none.inhibition, none.antagonist):
        assert course(time).tolist() == [0.0] * 3
    for course in (none.modulation, none.nerve_open, none.cuff):
        assert course(time).tolist() == [1.0] * 3
    assert none.mtu_length(time).tolist() == [0.8] * 3
    assert none.plasma(7.0) == NORMAL
    assert [x.tolist() for x in none.pumping(time)] == [[0.0] * 3] * 2
    assert none.tendon_stimulus(time, 1e-3).tolist() == [0.0] * 3
    assert none.stimuli_s == []


def test_an_effort_rises_holds_and_falls() -> None:
    one = imposed({"kind": "effort", "at_s": 2.0, "x": 0.8, "rise_s": 0.2, "hold_s": 1.0, "fall_s": 0.4})
    x = one.descending(at(1.9, 2.0, 2.1, 2.2, 3.0, 3.2, 3.4, 3.6, 9.0))
    assert x == pytest.approx([0, 0, 0.4, 0.8, 0.8, 0.8, 0.4, 0, 0], abs=1e-12)


def test_an_effort_may_jump() -> None:
    jump = imposed({"kind": "effort", "at_s": 1.0, "x": 0.5, "rise_s": 0.0, "hold_s": 1.0, "fall_s": 0.0})
    assert jump.descending(at(0.999, 1.001, 1.999, 2.001)).tolist() == [0.0, 0.5, 0.5, 0.0]


def test_efforts_repeat_and_end() -> None:
    thrice = {"kind": "effort", "at_s": 1.0, "x": 0.5, "rise_s": 0.1, "hold_s": 0.3, "fall_s": 0.1}
    again = imposed({**thrice, "count": 3, "every_s": 2.0})
    x = again.descending(at(0.9, 1.2, 2.0, 3.05, 3.2, 5.2, 5.45, 7.2, 9.2))
    assert x == pytest.approx([0, 0.5, 0, 0.25, 0.5, 0.5, 0.25, 0, 0], abs=1e-9)


def test_efforts_add() -> None:
    effort = {"kind": "effort", "x": 0.5, "rise_s": 0.1, "hold_s": 1.0, "fall_s": 0.1}
    both = imposed({**effort, "at_s": 1.0}, {**effort, "at_s": 1.5})
    assert both.descending(at(1.3, 1.8, 2.3)) == pytest.approx([0.5, 1.0, 0.5])


def test_a_single_effort_may_last_longer_than_every_s() -> None:
    long = imposed({"kind": "effort", "at_s": 0.0, "x": 1.0, "hold_s": 30.0})
    assert long.descending(at(5.0, 15.0, 29.0)).tolist() == [1.0] * 3


def test_stimuli_come_in_trains_in_order_and_once() -> None:
    two = imposed(
        {"kind": "stimulation", "at_s": 1.0, "frequency_Hz": 10.0, "count": 3},
        {"kind": "stimulation", "at_s": 0.95, "frequency_Hz": 20.0, "count": 2},
    )
    assert two.stimuli_s == pytest.approx([0.95, 1.0, 1.1, 1.2])


def test_a_refractory_nerve_does_not_answer() -> None:
    """0.9 + i/10 is not always the same number as 0.5 + j/10, and 1 ms after a stimulus there is no second one."""
    first = {"kind": "stimulation", "at_s": 0.5, "frequency_Hz": 10.0, "count": 100}
    both = imposed(first, {**first, "at_s": 0.9, "count": 50}, {**first, "at_s": 0.501, "count": 5})
    assert both.stimuli_s == pytest.approx(imposed(first).stimuli_s)
    later = imposed(first, {**first, "at_s": 0.503, "count": 5})
    assert len(later.stimuli_s) == 105


def test_stretches_follow_one_another() -> None:
    muscle = imposed(
        {"kind": "stretch", "at_s": 5.0, "over_s": 1.0, "mtu_length": 0.9},
        {"kind": "stretch", "at_s": 1.0, "over_s": 2.0, "mtu_length": 1.2},
    )
    length = muscle.mtu_length(at(0.0, 1.0, 2.0, 3.0, 4.9, 5.5, 6.0, 99.0))
    assert length == pytest.approx([0.8, 0.8, 1.0, 1.2, 1.2, 1.05, 0.9, 0.9])


def test_a_stretch_that_begins_within_another_starts_from_there() -> None:
    muscle = imposed(
        {"kind": "stretch", "at_s": 1.0, "over_s": 2.0, "mtu_length": 1.2},
        {"kind": "stretch", "at_s": 2.0, "over_s": 1.0, "mtu_length": 0.8},
    )
    assert muscle.mtu_length(at(1.5, 2.0, 2.5, 3.0, 4.0)) == pytest.approx([0.9, 1.0, 0.9, 0.8, 0.8])
    time = np.arange(0.0, 5.0, 1e-3)
    assert np.abs(np.diff(muscle.mtu_length(time))).max() < 3e-4  # it never jumps


def test_a_stretch_at_the_end_of_another_or_at_its_beginning() -> None:
    end = imposed(
        {"kind": "stretch", "at_s": 0.0, "over_s": 1.0, "mtu_length": 1.0},
        {"kind": "stretch", "at_s": 1.0, "over_s": 1.0, "mtu_length": 1.2},
    )
    assert end.mtu_length(at(0.0, 0.5, 1.0, 1.5, 2.0)) == pytest.approx([0.8, 0.9, 1.0, 1.1, 1.2])
    course = PiecewiseLinear([0.0], [0.0]).moved_to(5.0, at=1.0, over=1.0)
    course = course.moved_to(4.0, at=1.0, over=2.0)  # the later of two at once counts
    assert course.at(at(0.5, 1.0, 2.0, 3.0)) == pytest.approx([0.0, 0.0, 2.0, 4.0])


WALK = {
    "kind": "walking",
    "at_s": 10.0,
    "duration_s": 20.0,
    "cadence_Hz": 1.0,
    "swing_length": 1.0,
    "stance_length": 1.1,
    "pressure_mmHg": 90.0,
    "conductance": 6.5,
    "antagonist_Hz": 100.0,
    "antagonist_s": 0.4,
}


def test_walking_swings_between_its_lengths_and_begins_and_ends_softly() -> None:
    walk = imposed(WALK)
    # middle of swing at whole seconds, of stance half a second later
    assert walk.mtu_length(at(9.9, 12.0, 12.25, 12.5, 13.0, 30.1)) == pytest.approx([0.8, 1.0, 1.05, 1.1, 1.0, 0.8])
    assert walk.mtu_length(at(10.5, 29.5)) == pytest.approx([0.95, 0.95])  # half under way, in the middle of stance
    assert np.abs(np.diff(walk.mtu_length(np.arange(9.0, 31.0, 1e-3)))).max() < 1e-3


def test_walking_pumps_and_opens_vessels() -> None:
    pressure, conductance = imposed(WALK).pumping(at(9.0, 12.0, 12.5, 12.75, 10.5, 31.0))
    assert pressure == pytest.approx([0.0, 0.0, 90.0, 45.0, 45.0, 0.0], abs=1e-9)
    assert conductance == pytest.approx([0.0, 6.5, 6.5, 6.5, 3.25, 0.0])


def test_the_antagonist_pulls_in_swing() -> None:
    rate = imposed(WALK).antagonist(at(9.0, 12.0, 12.19, 12.21, 12.5, 12.79, 12.81))
    assert rate == pytest.approx([0, 100, 100, 0, 0, 0, 100])
    slow = imposed({**WALK, "cadence_Hz": 0.5})  # 0.4 s in a stride of 2
    time = np.arange(14.0, 16.0, 1e-3)
    assert np.mean(slow.antagonist(time) > 0) == pytest.approx(0.2, abs=0.002)


def test_walking_within_a_stretch_takes_over_and_leaves_it_as_it_went_on() -> None:
    both = imposed(WALK, {"kind": "stretch", "at_s": 15.0, "over_s": 10.0, "mtu_length": 1.2})
    assert both.mtu_length(at(20.0, 20.5)) == pytest.approx([1.0, 1.1])  # gait alone
    assert both.mtu_length(at(9.0, 31.0)) == pytest.approx([0.8, 1.2])  # what the stretch came to meanwhile


def test_walking_without_an_end_goes_on() -> None:
    endless = imposed({key: value for key, value in WALK.items() if key != "duration_s"})
    assert endless.mtu_length(at(5000.5)) == pytest.approx([1.1])


def test_antagonist_cuff_and_block_last_as_long_as_they_do() -> None:
    three = imposed(
        {"kind": "antagonist", "at_s": 1.0, "duration_s": 2.0, "rate_Hz": 80.0},
        {"kind": "cuff", "at_s": 2.0, "duration_s": 2.0, "flow": 0.25},
        {"kind": "cuff", "at_s": 3.0, "flow": 0.1},
        {"kind": "nerve_block", "at_s": 2.0, "duration_s": 1.0},
        {"kind": "nerve_block", "at_s": 2.5, "duration_s": 2.0},
    )
    time = at(0.5, 1.0, 2.0, 2.9, 3.0, 4.2, 4.6)
    assert three.antagonist(time).tolist() == [0, 80, 80, 80, 0, 0, 0]
    assert three.cuff(time).tolist() == [1, 1, 0.25, 0.25, 0.1, 0.1, 0.1]
    assert three.nerve_open(time).tolist() == [1, 1, 0, 0, 0, 0, 1]


def test_the_stronger_of_two_antagonists_counts() -> None:
    two = imposed({"kind": "antagonist", "at_s": 10.0, "rate_Hz": 60.0}, WALK)
    assert two.antagonist(at(12.0, 12.5)).tolist() == [100, 60]


def test_drinks_are_absorbed() -> None:
    water = {"kind": "drink", "at_s": 100.0, "fluid": "water", "shift": 0.02, "absorption_s": 900.0}
    x = imposed(water).shift(at(50.0, 100.0, 1000.0, 1e5))
    assert x == pytest.approx([0.0, 0.0, 0.02 * (1 - math.exp(-1)), 0.02])
    both = imposed(water, {**water, "fluid": "electrolytes"})
    assert both.shift(at(1000.0)) == pytest.approx([0.0], abs=1e-15)


def test_a_taste_inhibits_after_its_way_for_as_long_as_it_lasts() -> None:
    taste = imposed(
        {"kind": "oropharyngeal", "at_s": 10.0, "duration_s": 5.0, "latency_s": 35.0, "inhibition": 0.08},
        {"kind": "oropharyngeal", "at_s": 12.0, "latency_s": 35.0, "inhibition": 0.01},
    )
    x = taste.inhibition(at(11.0, 44.9, 45.1, 48.0, 49.9, 50.1, 9e4))
    assert x == pytest.approx([0.0, 0.0, 0.08, 0.09, 0.09, 0.01, 0.01])


def test_plasma_moves_where_it_is_told_and_stays_elsewhere() -> None:
    blood = imposed(
        {"kind": "electrolytes", "at_s": 10.0, "over_s": 10.0, "potassium_mM": 6.0},
        {"kind": "electrolytes", "at_s": 30.0, "over_s": 1.0, "calcium_mM": 0.8, "sodium_mM": 120.0},
    )
    assert blood.plasma(5.0) == NORMAL
    assert blood.plasma(15.0) == pytest.approx({**NORMAL, "potassium_mM": 5.0})
    assert blood.plasma(40.0) == pytest.approx({**NORMAL, "potassium_mM": 6.0, "calcium_mM": 0.8, "sodium_mM": 120.0})


def test_tendon_stimuli_fall_into_one_interval_each() -> None:
    shocks = imposed(
        {"kind": "tendon_stimulation", "at_s": 1.0003, "count": 3, "every_s": 0.5, "strength": 0.6},
        {"kind": "tendon_stimulation", "at_s": 1.5, "strength": 0.9},
    )
    time = np.arange(0.0, 3.0, 1e-3)
    strength = shocks.tendon_stimulus(time, 1e-3)
    assert np.flatnonzero(strength).tolist() == [1000, 1500, 2000]
    assert strength[[1000, 1500, 2000]].tolist() == [0.6, 0.9, 0.6]
    windows = [shocks.tendon_stimulus(time[i : i + 5], 1e-3) for i in range(0, 3000, 5)]
    assert np.array_equal(np.concatenate(windows), strength)


def test_neuromodulation_scales_the_persistent_current() -> None:
    drug = imposed(
        {"kind": "neuromodulation", "at_s": 1.0, "over_s": 2.0, "factor": 1.5},
        {"kind": "neuromodulation", "at_s": 5.0, "over_s": 1.0, "factor": 0.0},
    )
    assert drug.modulation(at(0.0, 2.0, 3.0, 5.5, 9.0)) == pytest.approx([1.0, 1.25, 1.5, 0.75, 0.0])


@pytest.mark.parametrize(
    "name", ["descending", "shift", "inhibition", "modulation", "nerve_open", "cuff", "mtu_length"]
)
def test_courses_do_not_depend_on_how_time_is_cut(name: str) -> None:
    all_at_once = imposed(
        WALK,
        {"kind": "effort", "at_s": 11.0, "x": 1.0, "hold_s": 1.0, "count": 3, "every_s": 3.0},
        {"kind": "cuff", "at_s": 12.0, "duration_s": 3.0},
        {"kind": "nerve_block", "at_s": 13.0, "duration_s": 1.0},
        {"kind": "drink", "at_s": 11.0, "fluid": "water", "absorption_s": 5.0},
        {"kind": "oropharyngeal", "at_s": 11.0, "latency_s": 2.0},
        {"kind": "neuromodulation", "at_s": 12.0, "factor": 2.0},
    )
    time, course = np.arange(9.0, 33.0, 0.01), getattr(all_at_once, name)
    whole = course(time)
    assert np.array_equal(np.concatenate([course(part) for part in np.array_split(time, 100)]), whole)
    assert np.ptp(whole) > 0
