"""Means over replicates: by hand, with runs that are missing, and how often intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy import stats

import sarcomere
from sarcomere.analysis import mean_ci


def array(values: object, **attrs: str) -> xr.DataArray:
    return xr.DataArray(np.asarray(values, dtype=float), dims=("dose", "replicate")[-np.ndim(values) :], attrs=attrs)


def test_student_by_hand() -> None:
    values = array([1.0, 2.0, 4.0, 5.0], units="pN")
    found = mean_ci(values)
    sem = np.std(values, ddof=1) / 2
    np.testing.assert_allclose([found["mean"], found["sem"], found.n], [3.0, sem, 4])
    half = stats.t.ppf(0.975, 3) * sem
    np.testing.assert_allclose(found.ci, [3.0 - half, 3.0 + half])
    assert found.ci.bound.values.tolist() == ["low", "high"]
    assert found["mean"].attrs["units"] == "pN"
    assert (mean_ci(values, level=0.5).ci.diff("bound") < found.ci.diff("bound")).all()


@pytest.mark.parametrize("method", ["student", "bootstrap"])
def test_dask_arrays_give_the_same(method: str) -> None:
    values = array(np.random.default_rng(2).normal(size=(4, 12)))
    lazy = mean_ci(values.chunk(dose=1, replicate=5), method=method)
    assert lazy.ci.chunks
    xr.testing.assert_allclose(lazy.load(), mean_ci(values, method=method))


def test_infinities_are_left_out() -> None:
    found = mean_ci(array([1.0, 2.0, 3.0, np.inf]))
    assert (float(found["mean"]), int(found.n)) == (2.0, 3)


def test_missing_runs_and_values_are_left_out() -> None:
    values = array([[1.0, 2.0, 99.0], [3.0, np.nan, np.nan], [np.nan] * 3])
    done = xr.DataArray([[True, True, False], [True] * 3, [False] * 3], dims=("dose", "replicate"))
    for found in (mean_ci(values, done=done), mean_ci(values.assign_coords(done=done))):
        np.testing.assert_array_equal(found.n, [2, 1, 0])
        np.testing.assert_array_equal(found["mean"], [1.5, 3.0, np.nan])
        np.testing.assert_array_equal(found["sem"], [0.5, np.nan, np.nan])
        assert np.isnan(found.ci.isel(dose=slice(1, None))).all()
    assert float(mean_ci(values)["mean"][0]) == 34.0  # without the mask the missing run counts


def test_intervals_hold_the_truth() -> None:
    """Of 1000 means of ten normal values 950 ± 7 intervals hold it; outside 925 to 975 once in 3000 such tests."""
    rng = np.random.default_rng(5)
    found = mean_ci(array(rng.normal(2.0, 1.0, (1000, 10))))
    inside = (found.ci.sel(bound="low") < 2.0) & (found.ci.sel(bound="high") > 2.0)
    assert 925 <= int(inside.sum()) <= 975
    narrow = mean_ci(array(rng.normal(2.0, 1.0, (1000, 10))), level=0.8)  # negative control
    assert int(((narrow.ci.sel(bound="low") < 2.0) & (narrow.ci.sel(bound="high") > 2.0)).sum()) < 925


def test_bootstrap_follows_the_skew_and_its_seed() -> None:
    values = array(np.random.default_rng(7).lognormal(0.0, 1.0, (2, 30)))
    found = mean_ci(values, method="bootstrap")
    above, below = found.ci.sel(bound="high") - found["mean"], found["mean"] - found.ci.sel(bound="low")
    assert (above > 1.2 * below).all()
    assert found.ci.identical(mean_ci(values, method="bootstrap").ci)
    assert found.ci.isel(dose=1).identical(mean_ci(values.isel(dose=1), method="bootstrap").ci)
    assert not found.ci.equals(mean_ci(values, method="bootstrap", seed=2).ci)
    assert np.isnan(mean_ci(values[:, :2], method="bootstrap").ci).all()
    np.testing.assert_array_equal(mean_ci(xr.zeros_like(values), method="bootstrap").ci, 0.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dim": "time"}, "no dimension 'time'; they have dose, replicate"),
        ({"level": 1.0}, "level = 1 is not between"),
        ({"level": 95}, "level = 95 is not between"),
        ({"method": "normal"}, "method = 'normal' is unknown; use student or bootstrap"),
    ],
)
def test_bad_input_is_refused(options: dict, words: str) -> None:
    with pytest.raises(sarcomere.InputError, match=rf"^mean_ci: .*{words}.*\.$"):
        mean_ci(array([[1.0, 2.0]]), **options)
