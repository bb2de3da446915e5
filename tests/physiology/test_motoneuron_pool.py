"""The pool against a prototype, an independent program for the same equations.

docs/scripts/motoneurons.py makes the whole table.

Its numbers come from one or few seeds, and from pulses of 0.6 or 0.7 ms, as rounding falls; here they all last
0.6 ms, which leaves a little less after-hyperpolarisation.
"""

from __future__ import annotations

import numpy as np
import pytest

from sarcomere.organs.nerve.inputs import PoolInputs
from sarcomere.organs.nerve.pool import MotoneuronPool, load_pool
from tests.support.pool_bench import (
    free_cramp,
    ramp_thresholds,
    rate_after_burst,
    spikes_of,
    survivors,
    threshold_frequency,
    units_at_rest,
    units_left,
    voluntary_triangle,
)

SHEET = {  # kappa: I_on, I_off, each smallest and largest of five cells
    0.0: ((1.0, 1.0), (1.01, 1.04)),
    0.5: ((0.66, 0.70), (0.58, 0.61)),
    0.8: ((0.59, 0.66), (0.33, 0.36)),
    1.0: ((0.56, 0.65), (0.15, 0.21)),
    1.2: ((0.54, 0.63), (-0.03, 0.04)),
}
FEW = (0.5, 1.0)


def check_row(kappa: float) -> None:
    """Every cell within the prototype's range, a fiftieth of rheobase either side; smallest and largest reach it."""
    for found, (least, most) in zip(ramp_thresholds(kappa), SHEET[kappa], strict=True):
        assert found.min() == pytest.approx(least, abs=0.03)
        assert found.max() == pytest.approx(most, abs=0.03)


@pytest.mark.parametrize("kappa", FEW)
def test_persistent_current_makes_cells_bistable(kappa: float) -> None:
    check_row(kappa)


@pytest.mark.slow
@pytest.mark.parametrize("kappa", sorted(set(SHEET) - set(FEW)))
def test_bistable_range_grows_with_the_persistent_current(kappa: float) -> None:
    check_row(kappa)


@pytest.mark.parametrize(
    ("kappa", "x", "least", "most"),
    [(0.8, 0.3, 0, 0), (1.0, 0.3, 14, 21), (0.8, 0.4, 10, 17), (1.2, 0.3, 18, 25), (1.2, 0.0, 3, 13)],
)
def test_a_burst_leaves_cells_firing(kappa: float, x: float, least: float, most: float) -> None:
    found = rate_after_burst(kappa, x)
    assert found.min() >= least - 1
    assert found.max() <= most + (1 if most else 0)


def test_units_are_recruited_by_size_and_a_control_falls_silent() -> None:
    found = voluntary_triangle("open_loop_healthy", 0, kappa=0.8)
    assert found["recruited"] == 100
    assert found["order"] >= 0.95
    assert 8 <= found["peak rate (Hz)"] <= 35
    assert found["left"] == 0


def test_a_prone_pool_cramps_after_stimuli_at_16_but_not_at_6_per_second() -> None:
    """And keeps the small units firing, not the large."""
    cramp = units_left("open_loop_prone", 16.0, 0)
    assert 5 <= cramp.size <= 40
    assert np.mean(cramp) < 40
    assert units_left("open_loop_prone", 6.0, 0).size < 5


def test_inhibition_of_a_second_ends_a_cramp() -> None:
    before, after = survivors(0.5, 0.3, 0)
    assert before > 15
    assert after == 0


@pytest.mark.parametrize(
    ("ion", "excited", "calmed"),
    [
        ("potassium_mM", 5.0, 3.5),
        ("calcium_mM", 0.6, 2.4),
        ("magnesium_mM", 0.0, 4.0),
        ("modulation", 1.3, 0.7),
    ],
)
def test_each_ion_and_modulation_shift_excitability_the_known_way(ion: str, excited: float, calmed: float) -> None:
    p = load_pool("open_loop_prone", {"n_units": 20, "x_base": 0.9})
    rates = [
        sum(t.size for t in spikes_of(MotoneuronPool(p, PoolInputs(**{ion: v}), 0), 1.0)) for v in (excited, calmed)
    ]
    assert rates[0] > 1.03 * rates[1]


def test_sodium_around_the_cells_matters_little() -> None:
    """145 to 125 mmol/L shifts the spike's peak, hardly the rate."""
    p = load_pool("open_loop_prone", {"n_units": 20, "x_base": 0.9})
    rates = [sum(t.size for t in spikes_of(MotoneuronPool(p, PoolInputs(sodium_mM=v), 0), 1.0)) for v in (145.0, 125.0)]
    assert rates[1] == pytest.approx(rates[0], rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "first", "least", "most"),
    [
        ("open_loop_prone", 6.0, 12.0, 16.0),
        pytest.param(
            "open_loop_healthy", 10.0, 22.0, 28.0, marks=pytest.mark.xfail(reason="20.9 Hz at the prototype's drive")
        ),
    ],
)
def test_threshold_frequency_of_a_preset(preset: str, first: float, least: float, most: float) -> None:
    """Mean of 20 pools, each with its own noise, against the measured range.

    With the prototype's resting drive the healthy preset misses it by 1 Hz (docs/motoneurons.md).
    """
    found = np.array([threshold_frequency(preset, seed, first) for seed in range(20)])
    assert least <= np.nanmean(found) <= most
    assert np.isnan(found).sum() <= 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inhibition", "duration_s", "reference"),
    [(0.0, 1.0, 0.93), (0.1, 1.0, 0.63), (0.2, 0.3, 0.45), (0.2, 1.0, 0.09), (0.3, 0.3, 0.10), (1.0, 0.1, 0.02)],
)
def test_off_switch(inhibition: float, duration_s: float, reference: float) -> None:
    """Share of the units that survives an inhibition against the prototype, 20 seeds of it and 12 of ours.

    The pools differ by up to 0.09 (docs/motoneurons.md); 0.15 is 2.5 standard errors more, so one correct row in a
    hundred would fail.  The first row is the control.
    """
    before, after = np.sum([survivors(inhibition, duration_s, seed) for seed in range(12)], axis=0)
    assert after / before == pytest.approx(reference, abs=0.15)


@pytest.mark.slow
def test_a_cramp_left_to_itself_slows_and_ends_unit_by_unit() -> None:
    found = free_cramp(0)
    assert found["last rate (Hz)"] < found["first rate (Hz)"]
    assert 8 < found["mean rate (Hz)"] < 14.5
    assert 0.35 < found["interval CV"] < 0.55
    assert 12 < found["unit activity (s)"] < 35


@pytest.mark.slow
def test_potassium_brings_a_pool_nearer_to_cramp() -> None:
    changed = {"kappa": 0.9, "x_base": 0.25, "weight_exponent": 0.5}
    left = [units_left("open_loop_prone", 12.0, 0, potassium_mM=level, **changed).size for level in (3.5, 4.5)]
    assert left[0] < 5 <= left[1]
    assert units_at_rest("open_loop_prone", 0, 5.0, **changed) > units_at_rest("open_loop_prone", 0, 4.0, **changed)
