"""Fits on synthetic data: known answers come back, intervals cover them, and what cannot be fitted is NaN."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import sarcomere
from sarcomere import analysis
from sarcomere.analysis.fibre.velocity import FORCE_VELOCITY
from tests.support.synthetic import both, noise, series

TIME = np.arange(0, 0.6, 0.002)


def hill(pCa: object, top: float, half: float, n: float) -> np.ndarray:
    return top / (1 + 10 ** (n * (np.asarray(pCa, float) - half)))


def calcium_series(replicates: int = 4) -> xr.Dataset:
    truth = {"slow": (300.0, 5.9, 2.6), "fast": (450.0, 5.75, 4.0)}
    return series(
        both(pCa=[9.0, 6.4, 6.2, 6.0, 5.8, 5.6, 5.4, 4.5]),
        TIME,
        force=lambda t, c: hill(c["pCa"], *truth[str(c["fibre"])]),
        replicates=replicates,
        figure="force-pca",
    )


@pytest.mark.parametrize("replicates", [1, 4])
def test_force_pca(replicates: int) -> None:
    found = analysis.force_pca(calcium_series(replicates))
    assert set(found.force.dims) == {"fibre", "pCa"}
    for fibre, f_max, half, n in (("slow", 300.0, 5.9, 2.6), ("fast", 450.0, 5.75, 4.0)):
        one = found.sel(fibre=fibre)
        assert float(one.pCa50) == pytest.approx(half, abs=0.02)
        assert float(one.nH) == pytest.approx(n, rel=0.15)
        assert float(one.f_max) == pytest.approx(f_max, rel=0.03)
        low, high = one.nH_ci.values
        assert low < float(one.nH) < high


def test_hill_intervals_cover_the_truth() -> None:
    """Of 200 curves about 95 % of the intervals hold the truth; fewer than 90 % would come once in 500 such tests."""
    rng = np.random.default_rng(3)
    pCa = xr.DataArray(np.linspace(7, 4.5, 11), dims="pCa")
    force = xr.DataArray(hill(pCa, 100, 5.8, 3) + rng.normal(0, 3, (20, 10, 11)), dims=("a", "b", "pCa"))
    found = analysis.hill_calcium(force, pCa, "pCa", xr.full_like(force, 3.0))
    assert found.pCa50.dims == ("a", "b")
    for name, truth in (("pCa50", 5.8), ("nH", 3.0), ("f_max", 100.0)):
        ends = found[f"{name}_ci"]
        inside = (ends.sel(bound="low") < truth) & (truth < ends.sel(bound="high"))
        assert float(inside.mean()) >= 0.9


def test_fit_of_too_few_or_missing_points_is_nan() -> None:
    pCa = xr.DataArray([7.0, 6.0, 5.0, 4.5], dims="pCa")
    force = xr.DataArray([0.0, 30.0, 100.0, np.nan], dims="pCa")
    found = analysis.hill_calcium(force, pCa, "pCa")
    assert all(np.isnan(values).all() for values in found.values())


def test_series_without_the_key_is_refused() -> None:
    ds = calcium_series().rename(pCa="pi_mM")
    with pytest.raises(sarcomere.InputError, match=r"^This force-pca holds no 'pCa', .*\.$"):
        analysis.force_pca(ds)
    with pytest.raises(sarcomere.InputError, match=r"^The series has no 'pCa' along its conditions, .*pi_mM: .*\.$"):
        analysis.unstack_conditions(ds, "pCa")


def test_window_outside_the_record_is_refused() -> None:
    with pytest.raises(sarcomere.InputError, match=r"^No samples lie between 2 and 3 s, .*\.$"):
        analysis.steady_state(calcium_series().force, 2.0, 3.0)


def test_steady_state_of_one_long_record_and_of_many_short_ones_agree() -> None:
    rng = np.random.default_rng(7)
    values = xr.DataArray(
        100 + noise(rng, (40, 800), 10.0, 5.0), dims=("replicate", "time"), coords={"time": np.arange(800) * 1e-3}
    )
    many = analysis.steady_state(values, 0.0)
    single = xr.concat([analysis.steady_state(values.isel(replicate=[i]), 0.0) for i in range(40)], "replicate")
    expected = 10 * np.sqrt(2 * 5 / 800)
    assert float(many["sem"]) * np.sqrt(40) == pytest.approx(expected, rel=0.3)
    assert float((single["sem"] ** 2).mean() ** 0.5) == pytest.approx(expected, rel=0.2)
    assert np.isnan(analysis.steady_state(values.isel(replicate=[0], time=slice(10)), 0.0)["sem"])


def test_hill_velocity() -> None:
    rng = np.random.default_rng(5)
    load = xr.DataArray([0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8], dims="point")
    exact = FORCE_VELOCITY.function(load, 6.0, 0.25, 1.0)
    velocity = exact + xr.DataArray(rng.normal(0, 0.03, (3, 7)), dims=("fibre", "point"))
    found = analysis.hill_velocity(velocity, load, "point", xr.full_like(velocity, 0.03))
    np.testing.assert_allclose(found.v_max, 6.0, rtol=0.06)
    np.testing.assert_allclose(found.a_over_f0, 0.25, rtol=0.25)
    grid = xr.DataArray(np.linspace(0, 1, 2001), dims="grid")
    power = grid * FORCE_VELOCITY.function(grid, 6.0, 0.25, 1.0)
    truth = float(power.max())
    np.testing.assert_allclose(found.peak_power, truth, rtol=0.05)
    np.testing.assert_allclose(found.peak_power_at, float(grid[int(power.values.argmax())]), rtol=0.1)
    assert (np.diff(found.peak_power_ci, axis=-1) > 0).all()
    assert np.isnan(analysis.hill_velocity(velocity[:3], load[:3], "point").v_max).all()


def test_ligands() -> None:
    rng = np.random.default_rng(2)
    atp = xr.DataArray([0.03, 0.1, 0.3, 1.0, 3.0, 8.0], dims="atp_mM", attrs={"units": "mmol/L"})
    v = 6 * atp / (0.15 + atp) + xr.DataArray(rng.normal(0, 0.05, (2, 6)), dims=("fibre", "atp_mM"))
    found = analysis.michaelis_menten(v, atp, "atp_mM")
    np.testing.assert_allclose(found.km, 0.15, rtol=0.15)
    assert found.km.attrs["units"] == "mmol/L"
    adp = xr.DataArray([0.0, 0.1, 0.3, 1.0, 3.0], dims="adp")
    v = 6 * 4 / (4 + 0.15 * (1 + adp / 0.25)) + xr.DataArray(rng.normal(0, 0.02, 5), dims="adp")
    ki = analysis.competitive_inhibition(v, adp, "adp", substrate=4.0, km=0.15)
    assert float(ki.ki) == pytest.approx(0.25, rel=0.15)
    assert float(ki.ki_ci[0]) < 0.25 < float(ki.ki_ci[1])
    pi = xr.DataArray([1.0, 3.0, 10.0, 30.0], dims="pi")
    force = 400 * (1 - 0.3 * np.log10(pi / 4)) + xr.DataArray(rng.normal(0, 2, 4), dims="pi")
    slope = analysis.slope_per_decade(force, pi, "pi", reference=4.0)
    assert float(slope.relative_slope) == pytest.approx(-0.3, rel=0.05)
    rate = 0.4 * 2.6 ** ((xr.DataArray([10.0, 20, 30, 37], dims="t") - 20) / 10)
    assert float(analysis.q10(rate, xr.DataArray([10.0, 20, 30, 37], dims="t"), "t").q10) == pytest.approx(2.6)
    assert np.isnan(analysis.michaelis_menten(v[:2], adp[:2], "adp").km)


def test_conditions_unfold_without_empty_grids() -> None:
    """A coordinate that only follows from another does not become a dimension; repeats are counted."""
    rows = [{**row, "duration": 2 * float(str(row["frequency_Hz"]))} for row in both(frequency_Hz=[1.0, 10.0])]
    ds = series(rows, TIME, force=lambda t, c: 1.0)
    reduced = analysis.steady_state(ds.force)
    assert dict(analysis.unstack_conditions(reduced, "frequency_Hz").sizes) == {"fibre": 2, "frequency_Hz": 2}
    assert dict(analysis.unstack_conditions(reduced.drop_vars(["duration", "frequency_Hz"])).sizes) == {
        "fibre": 2,
        "measurement": 2,
    }
