"""Discharges and episodes of cramps, by impulses whose numbers can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import sarcomere
from sarcomere import analysis
from tests.support.synthetic_cramp import SILENT, TRAIN, cramp, cramp_run, regular, units


def test_statistics_by_hand() -> None:
    doublet = [0.0, 0.005, 0.105, 0.205, 0.305, 0.405, 2.405, 2.505]  # a pause of 2 s
    ds = cramp_run(units(4, doublet, regular(10.0, 0.5, 2.5), [1.0], SILENT), 3.0)
    found = analysis.discharge_statistics(ds).isel(replicate=0)
    np.testing.assert_array_equal(found.impulses, [8, 20, 1, 0])
    np.testing.assert_allclose(found.active_time, [0.505, 1.9, 0.0, np.nan])
    np.testing.assert_allclose(found.rate_mean, [6 / 0.505, 10.0, np.nan, np.nan])
    intervals = np.array([0.005, 0.1, 0.1, 0.1, 0.1, 0.1])
    np.testing.assert_allclose(found.interval_cv[:2], [intervals.std(ddof=1) / intervals.mean(), 0.0], atol=1e-12)
    np.testing.assert_allclose(found.doublets, [1 / 7, 0.0, np.nan, np.nan])
    np.testing.assert_allclose(found.rate_max[:2], [5 / 0.405, 10.0])
    np.testing.assert_allclose(found.rate_min[:2], [10.0, 10.0])
    np.testing.assert_allclose(found.rate_first, [np.nan, 10.0, np.nan, np.nan])
    np.testing.assert_allclose(found["first"], [0.0, 0.5, 1.0, np.nan])
    np.testing.assert_array_equal(found.recruitment_rank, [1, 2, 3, np.nan])
    np.testing.assert_allclose(found.size_order, 1.0)


def test_first_and_last_rate_of_a_slowing_train() -> None:
    times = np.cumsum([0.5, *[0.05] * 15, *[0.08] * 10, *[0.1] * 15])
    found = analysis.discharge_statistics(cramp_run(units(3, times), 5.0)).isel(replicate=0, motor_unit=0)
    np.testing.assert_allclose([found.rate_first, found.rate_last], [20.0, 10.0])
    np.testing.assert_allclose([found.rate_max, found.rate_min], [20.0, 10.0])


def test_recruitment_against_size_is_negative() -> None:
    rows = units(5, *[[2.0 - 0.1 * i] for i in range(5)])
    np.testing.assert_allclose(analysis.discharge_statistics(cramp_run(rows, 3.0)).size_order, -1.0)


def test_sources_are_told_apart() -> None:
    ds = cramp_run(units(3, [0.5, 1.0], [0.7]), 2.0)
    back = np.zeros(3, dtype=np.int8)
    back[1] = 1  # the second spike, of the second unit, ran back from the stimulated axon
    ds["spike_antidromic"] = ("spike", back)
    np.testing.assert_allclose(analysis.trains(ds, "spike")[0][0], [0.485, 0.985])
    assert analysis.trains(ds, "spike")[0][1].size == 0
    assert analysis.trains(ds)[0][1].size == 1
    assert analysis.discharge_statistics(ds, "terminal").impulses.sum() == 0


def test_window_may_differ_between_replicates() -> None:
    ds = cramp_run(units(2, [0.5, 1.5]) * 3, 2.0)
    found = analysis.discharge_statistics(ds, start=np.array([0.0, 1.0, np.nan]))
    np.testing.assert_array_equal(found.impulses[:, 0], [2, 1, 0])


def test_pool_rate_and_units_firing() -> None:
    ds = cramp_run(units(3, regular(10.0, 1.05, 3.0), [2.04]), 4.0)
    rate = analysis.pool_rate(ds, bin_s=0.5).isel(replicate=0)
    np.testing.assert_allclose(rate, [0, 0, 10, 10, 12, 10, 0, 0])
    count = analysis.units_firing(ds).isel(replicate=0)
    at = {t: int(count.sel(time=t, method="nearest")) for t in (0.45, 1.05, 1.45, 1.65, 2.45, 2.65, 3.35, 3.55)}
    assert at == {0.45: 0, 1.05: 1, 1.45: 1, 1.65: 2, 2.45: 2, 2.65: 1, 3.35: 1, 3.55: 0}


def test_mean_rate_is_impulses_over_time() -> None:
    irregular = np.cumsum([1.0, *[0.05, 0.15] * 20])  # 40 intervals in 4 s
    rate = analysis.mean_rate(cramp_run(units(3, irregular, regular(20.0, 3.0, 5.0), [4.0]), 7.0)).isel(replicate=0)
    np.testing.assert_allclose(rate.sel(time=slice(1.6, 2.4)), 10.0, atol=0.7)
    np.testing.assert_allclose(rate.sel(time=slice(3.6, 4.4)), 15.0, atol=0.7)
    assert np.isnan(rate.sel(time=slice(0, 0.9))).all()
    assert np.isnan(rate.sel(time=slice(5.1, None))).all()


def modulated(common: float, seed: int) -> xr.Dataset:
    """Twelve units near 12 Hz for 40 s whose rates share a fluctuation of 1.5 Hz, or have one each."""
    rng = np.random.default_rng(seed)
    time = np.arange(0, 40, 0.001)
    rows = []
    for _ in range(12):
        phase = 0.0 if common else rng.uniform(0, 2 * np.pi)
        rate = 12 * (1 + 0.5 * np.sin(2 * np.pi * (1.5 if common else rng.uniform(1, 2)) * time + phase))
        clock = np.cumsum(rate * (1 + 0.3 * rng.standard_normal(time.size) / np.sqrt(0.001))) * 0.001
        rows.append(time[np.flatnonzero(np.diff(np.floor(np.maximum.accumulate(clock)))) + 1])
    return cramp_run(units(12, *rows), 40.0)


def test_common_drive_is_found_and_not_made_up() -> None:
    # Independent rates: 66 pairs of about 36 s at a bandwidth of 1.75 Hz give a correlation of sd 0.1 each, so their
    # mean exceeds 0.05 in less than one of a thousand seeds.
    shared, own = (analysis.common_drive(modulated(common, seed=3)).isel(replicate=0) for common in (1.0, 0.0))
    assert int(shared.pairs) == int(own.pairs) == 66
    assert float(shared.correlation) > 0.3
    assert float(shared.peak_frequency) == 1.5
    assert abs(float(own.correlation)) < 0.05


def test_common_drive_of_too_few_units_is_unknown() -> None:
    found = analysis.common_drive(cramp_run(units(4, regular(10.0, 0.0, 8.0)), 8.0))
    assert int(found.pairs[0]) == 0
    assert np.isnan(found.correlation).all()
    assert np.isnan(found.peak_frequency).all()
    assert np.isnan(analysis.common_drive(cramp_run(units(4), 1.0)).correlation).all()


def test_cramp_that_ends_by_itself() -> None:
    found = analysis.cramp_episode(cramp_run(cramp(), 40.0, [TRAIN])).isel(replicate=0)
    assert bool(found.cramp)
    assert str(found.ended_by.values) == "by itself"
    np.testing.assert_allclose([found.imposed_end, found.begin, found.end], [2.0, 2.06, 11.985], atol=1e-9)
    np.testing.assert_allclose(found.duration, 11.985 - 2.06)
    np.testing.assert_allclose(found.emg_on, 9.925, atol=0.02)
    assert int(found.units_peak) == int(found.units_total) == int(found.units_left) == 6
    np.testing.assert_allclose([found.rate_mean, found.rate_first, found.rate_last], 10.0)
    assert 0.02 < float(found.force_half_time) < 0.2
    np.testing.assert_allclose(found.ca_half_time, 0.04 * np.log(2), atol=0.015)
    assert 0.02 < float(found.force_fall) < 0.3
    np.testing.assert_allclose(found.lactate_half_time, 20 * np.log(2), atol=0.5)
    assert float(found.silent_force) < 0.01


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ({"kind": "stretch", "at_s": 10.0, "over_s": 1.0}, "stretch"),
        ({"kind": "stretch", "at_s": 5.0, "over_s": 1.0}, "by itself"),
        ({"kind": "walking", "at_s": 5.0, "duration_s": 15.0}, "walking"),
        ({"kind": "stretch", "at_s": 13.0}, "by itself"),
        ({"kind": "short_posture", "at_s": 0.0, "duration_s": 20.0}, "by itself"),
    ],
)
def test_what_ended_it(deed: dict[str, object], expected: str) -> None:
    found = analysis.cramp_episode(cramp_run(cramp(), 20.0, [deed, TRAIN])).isel(replicate=0)
    assert str(found.ended_by.values) == expected
    assert np.isnan(found.ended_by_at) == (expected == "by itself")


def test_cramp_still_on_at_the_end() -> None:
    found = analysis.cramp_episode(cramp_run(cramp(stop=20.0), 20.0, [TRAIN])).isel(replicate=0)
    assert bool(found.cramp)
    assert str(found.ended_by.values) == "still on"
    assert np.isnan([found.force_half_time, found.force_fall, found.pain_half_time, found.silent_force]).all()
    np.testing.assert_allclose(found.duration, 19.985 - 2.06, atol=0.02)


@pytest.mark.parametrize(
    "rows",
    [units(20), units(20, [5.0]), cramp(stop=2.8), cramp(firing=0), units(40, regular(10.0, 2.1, 12.0))],
    ids=["no impulses", "one impulse", "less than a second", "silent", "fewer than one in twenty"],
)
def test_no_cramp(rows: list[list[list[float]]]) -> None:
    ds = cramp_run(rows, 20.0, [TRAIN])
    found = analysis.cramp_episode(ds).isel(replicate=0)
    assert not bool(found.cramp)
    assert str(found.ended_by.values) == ""
    assert np.isnan([found.begin, found.duration, found.force_peak, found.pain_peak]).all()
    assert (analysis.cramp_statistics(ds).n == 0).sum() > 20


def test_fewer_units_still_on_than_at_first_end_it_at_a_tenth() -> None:
    rows = cramp(firing=19, stop=6.0)
    rows[0][0] = list(regular(10.0, 2.06, 15.0))  # the smallest unit alone is below a tenth
    found = analysis.cramp_episode(cramp_run(rows, 20.0, [TRAIN])).isel(replicate=0)
    assert 5.9 < float(found.end) < 6.3
    np.testing.assert_allclose(found.last_impulse, 14.96)


def test_contraction_after_the_cramp_is_not_part_of_it() -> None:
    before, after = regular(20.0, 0.0, 1.0), regular(20.0, 14.0, 15.0)
    rows = [[[*before, *train, *after] for train in row] for row in cramp(firing=20)]
    for unit in rows[0][15:]:
        del unit[-len(after) :]  # five units are lost
    effort = {"kind": "effort", "at_s": 0.0, "rise_s": 0.1, "hold_s": 0.8, "fall_s": 0.1, "count": 2, "every_s": 14.0}
    ds = cramp_run(rows, 20.0, [effort, TRAIN])
    found = analysis.cramp_episode(ds).isel(replicate=0)
    np.testing.assert_allclose(found.end, 11.955, atol=0.1)
    lost = float(ds.capacity[15:].sum())
    np.testing.assert_allclose(found.mvc_change, -lost, atol=0.05)
    whole = analysis.cramp_episode(ds, after=2.0).isel(replicate=0)
    assert float(whole.end) > 14


def test_cramp_at_rest_without_anything_imposed() -> None:
    found = analysis.cramp_episode(cramp_run(cramp(), 20.0)).isel(replicate=0)
    np.testing.assert_allclose([found.imposed_end, found.begin], [0.0, 2.06])


def test_units_that_stop_within_a_second_are_not_in_the_cramp() -> None:
    rows = cramp(firing=15, stop=2.7)
    few = [[list(regular(10.0, 2.06, 12.0)) if i == 12 else train for i, train in enumerate(row)] for row in rows]
    assert not bool(analysis.cramp_episode(cramp_run(units(30, *few[0]), 20.0, [TRAIN])).cramp[0])
    rows[0][8:15] = [list(regular(10.0, 2.06, 12.0))] * 7
    found = analysis.cramp_episode(cramp_run(rows, 20.0, [TRAIN])).isel(replicate=0)
    assert int(found.units_peak) == int(found.units_total) == 7


def test_force_without_impulses_is_reported() -> None:
    ds = cramp_run(cramp(stop=2.5), 20.0, [TRAIN])
    ds["relative_force"] = xr.full_like(ds.relative_force, 0.4)
    found = analysis.cramp_episode(ds).isel(replicate=0)
    assert not bool(found.cramp)
    np.testing.assert_allclose(found.silent_force, 0.4)


def test_without_half_sarcomeres_calcium_is_unknown() -> None:
    found = analysis.cramp_episode(cramp_run(cramp(), 20.0, [TRAIN], explicit=False)).isel(replicate=0)
    assert np.isnan(found.ca_half_time)
    assert float(found.force_half_time) > 0


def test_statistics_table() -> None:
    ds = cramp_run([*cramp(), *cramp(stop=8.0, firing=8), *cramp(firing=0)], 20.0, [TRAIN])
    found = analysis.cramp_statistics(ds)
    row = found.sel(quantity="rate_mean")
    assert (int(row.n), str(row.over.values)) == (14, "units")
    np.testing.assert_allclose([row["mean"], row["sd"]], [10.0, 0.0], atol=1e-6)
    row = found.sel(quantity="units_peak")
    assert int(row.n) == 2
    np.testing.assert_allclose([row["mean"], row["sd"]], [7.0, np.sqrt(2)])
    assert int(found.sel(quantity="mvc_change").n) == 0
    assert "55.6" in str(found.measured.sel(quantity="duration").values)


def test_threshold_frequency() -> None:
    runs = [
        cramp_run([*cramp(firing=0), *cramp(firing=few)], 20.0, [{**TRAIN, "frequency_Hz": f, "count": f + 1}])
        for f, few in ((10, 0), (14, 2), (12, 0), (16, 6))
    ]
    np.testing.assert_array_equal(analysis.threshold_frequency(runs), [np.nan, 14.0])


def test_refusals() -> None:
    ds = cramp_run(cramp(), 20.0, [TRAIN])
    with pytest.raises(
        sarcomere.InputError, match=r"^'fibre_aps' is no source of impulses: did you mean 'fibre_ap'\?$"
    ):
        analysis.discharge_statistics(ds, "fibre_aps")
    with pytest.raises(sarcomere.InputError, match=r"holds no 'spike_time'"):
        analysis.discharge_statistics(ds.drop_vars("spike_time"), "spike")
    with pytest.raises(sarcomere.InputError, match=r"^after = 30 s lies outside the record of 20 s; "):
        analysis.cramp_episode(ds, after=30.0)
    with pytest.raises(sarcomere.InputError, match="does not tell the interventions"):
        analysis.cramp_episode(ds.assign_attrs(parameters="{"))
    with pytest.raises(sarcomere.InputError, match=r"^A step of 30 s does not fit into a record of 20 s; "):
        analysis.units_firing(ds, step_s=30.0)
    with pytest.raises(sarcomere.InputError, match="holds no single train of known frequency_Hz"):
        analysis.threshold_frequency([cramp_run(cramp(), 20.0)])
