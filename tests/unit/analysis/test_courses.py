"""What is read from time courses: synthetic records whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import sarcomere
from sarcomere import analysis
from sarcomere.analysis.fibre.velocity import FORCE_VELOCITY
from tests.support.synthetic import both, noise, series

F0 = 450.0
TIME = np.arange(0, 0.4, 0.0005)


def number(condition: dict[str, object], key: str) -> float:
    return float(str(condition[key]))


def test_k_tr_and_its_intervals() -> None:
    """80 records of noise with memory: the interval holds the rate in nearly 95 of 100."""
    rng = np.random.default_rng(11)
    time = np.arange(0, 0.3, 0.0005)
    clean = F0 * (1 - np.exp(-40.0 * time))
    force = xr.DataArray(
        clean + noise(rng, (2, 40, time.size), 8.0, 4.0), dims=("a", "b", "time"), coords={"time": time}
    )
    found = analysis.rise_rate(force, 0.0)
    assert float(found.k_tr.mean()) == pytest.approx(40.0, rel=0.02)
    ends = found.k_tr_ci
    inside = (ends.sel(bound="low") < 40.0) & (ends.sel(bound="high") > 40.0)
    assert float(inside.mean()) >= 0.88  # under 0.88 by chance once in 100 such tests
    assert np.isnan(analysis.rise_rate(force, np.nan).k_tr).all()


def test_k_tr_of_a_series_starts_at_the_restretch() -> None:
    rate = {4.5: 40.0, 6.0: 10.0}
    ds = series(
        both(pCa=[4.5, 6.0]),
        TIME,
        force=lambda t, c: np.where(
            t < 0.1, F0, np.where(t < 0.12, 0.0, F0 * (1 - np.exp(-rate[number(c, "pCa")] * (t - 0.12))))
        ),
        length=lambda t, c: np.where((t > 0.1) & (t < 0.12), 1100.0, 1300.0),
    )
    found = analysis.unstack_conditions(analysis.k_tr(ds), "pCa").sel(fibre="slow")
    np.testing.assert_allclose(found.k_tr, [40.0, 10.0], rtol=0.06)
    still = ds.assign(hs_length=xr.full_like(ds.hs_length, 1300.0))
    assert np.isnan(analysis.k_tr(still).k_tr).all()


def isotonic_series(name: str = "load") -> xr.Dataset:
    def velocity(c: dict[str, object]) -> float:
        v_max = {"slow": 2.5, "fast": 7.0}[str(c["fibre"])]
        return float(FORCE_VELOCITY.function(number(c, "relative"), v_max, 0.2, 1.0))

    def held(t: np.ndarray, c: dict[str, object]) -> np.ndarray:
        return (t > 0.1) & (t <= 0.13)

    return series(
        both(relative=[0.05, 0.1, 0.2, 0.4, 0.6, 0.8]),
        np.arange(0, 0.2, 0.0002),
        force=lambda t, c: np.where(held(t, c), F0 * number(c, "relative"), F0),
        length=lambda t, c: 1300 * (1 - velocity(c) * np.clip(t - 0.1, 0, 0.03)) - 5.0 * (t > 0.1),
        load=(lambda t, c: np.where(held(t, c), F0 * number(c, "relative"), np.nan)) if name == "load" else None,
        noise_pN=2.0,
    )


@pytest.mark.parametrize("name", ["load", "ramp"])
def test_force_velocity(name: str) -> None:
    ds = isotonic_series(name)
    found = analysis.force_velocity(ds)
    np.testing.assert_allclose(found.v_max.sel(fibre=["slow", "fast"]), [2.5, 7.0], rtol=0.03)
    np.testing.assert_allclose(found.a_over_f0, 0.2, rtol=0.08)
    np.testing.assert_allclose(found.isometric, F0, rtol=0.01)
    unloaded = ds.drop_vars("load", errors="ignore").assign(hs_length=xr.full_like(ds.hs_length, 1300.0))
    assert np.isnan(analysis.force_velocity(unloaded).v_max).all()


def test_shortening_velocity() -> None:
    rng = np.random.default_rng(4)
    time = np.arange(0, 0.1, 0.0005)
    length = xr.DataArray(
        1300 * (1 - 2.0 * time) + noise(rng, (5, 3, time.size), 1.0, 3.0),
        dims=("replicate", "point", "time"),
        coords={"time": time},
    )
    found = analysis.shortening_velocity(length, 0.02, 0.1, reference=1300.0)
    assert found["mean"].dims == ("point",)
    np.testing.assert_allclose(found["mean"], 2.0, atol=0.05)
    assert (np.abs(found["mean"] - 2.0) < 5 * found["sem"]).all()


def test_slack_test() -> None:
    v0 = {"slow": 2.5, "fast": 7.0}

    def force(t: np.ndarray, c: dict[str, object]) -> np.ndarray:
        slack = (number(c, "release") / 1300 - 0.004) / v0[str(c["fibre"])]
        return np.where(t <= 0.1, F0, np.where(t < 0.1 + slack, 0.0, F0 * (1 - np.exp(-60 * (t - 0.1 - slack)))))

    ds = series(
        both(release=[80.0, 100.0, 120.0, 140.0]),
        np.arange(0, 0.4, 0.0002),
        force=force,
        length=lambda t, c: np.where(t > 0.1, 1300 - number(c, "release"), 1300.0),
        noise_pN=2.0,
    )
    found = analysis.slack_test(ds).sel(fibre=["slow", "fast"])
    np.testing.assert_allclose(found.v0, [2.5, 7.0], rtol=0.03)
    assert (found.v0_ci[:, 0] < [2.5, 7.0]).all()
    assert (found.v0_ci[:, 1] > [2.5, 7.0]).all()
    held = ds.assign(force=xr.full_like(ds.force, F0))
    assert np.isnan(analysis.slack_test(held).v0).all()


def step_series() -> xr.Dataset:
    def force(t: np.ndarray, c: dict[str, object]) -> np.ndarray:
        y = number(c, "step")
        t1, t2 = 1 + y / 6.0, np.clip(1 + (y + 3) / 8, 0, 1) if y < -3 else 1.0
        after = t2 + (t1 - t2) * np.exp(-(t - 0.1005) / 0.0004)
        return F0 * np.where(t <= 0.1002, 1.0, after)

    return series(
        both(step=[-6.0, -3.0, -1.5, -0.75, 1.5]),
        np.round(np.arange(0, 0.12, 0.0005), 6),
        force=force,
        length=lambda t, c: np.where(t > 0.1002, 1300 + number(c, "step"), 1300.0),
        replicates=6,
        noise_pN=3.0,
        figure="quick-release",
    )


def test_quick_release() -> None:
    ds = step_series()
    steps = analysis.quick_release(ds)
    np.testing.assert_allclose(steps.step, [-6, -3, -1.5, -0.75, 1.5] * 2)
    np.testing.assert_allclose(steps.t1, [0.0, 0.5, 0.75, 0.875, 1.25] * 2, atol=0.02)
    np.testing.assert_allclose(steps.t2, [0.625, 1, 1, 1, 1] * 2, atol=0.02)
    line = analysis.t1_curve(steps)
    np.testing.assert_allclose(line.y0, -6.0, atol=0.3)
    stiff = analysis.stiffness(ds)
    np.testing.assert_allclose(stiff.stiffness[2], F0 / 6.0, rtol=0.05)
    assert np.isnan(stiff.stiffness[0])  # 6 nm is not small
    still = ds.assign(hs_length=xr.full_like(ds.hs_length, 1300.0))
    assert np.isnan(analysis.quick_release(still).t1).all()


def test_ramp_force() -> None:
    ds = series(
        both(velocity=[0.1, 0.5]),
        TIME,
        force=lambda t, c: np.where(t < 0.1, F0, F0 * 1.5),
        length=lambda t, c: 1300 * (1 + number(c, "velocity") * np.clip(t - 0.1, 0, 0.1)),
    )
    found = analysis.ramp_force(ds)
    np.testing.assert_allclose(found.velocity, [-0.1, -0.5] * 2, rtol=0.02)
    np.testing.assert_allclose(found.force, 1.5, rtol=0.02)
    assert np.isnan(analysis.ramp_force(ds.assign(hs_length=xr.full_like(ds.hs_length, 1300.0))).force).all()


def twitch(t: np.ndarray, peak_s: float) -> np.ndarray:
    s = np.clip(t - 0.05, 0, None) / peak_s
    return np.asarray(s * np.exp(1 - s))


def test_twitch_times_and_ratio() -> None:
    time = np.arange(0, 1.2, 0.001)
    ds = series(
        both(frequency_Hz=[1.0, 50.0]),
        time,
        force=lambda t, c: 80 * twitch(t, 0.1) if c["frequency_Hz"] == 1.0 else 400 * np.clip((t - 0.05) / 0.2, 0, 1),
        impulses=lambda c: [0.05] if c["frequency_Hz"] == 1.0 else list(0.05 + np.arange(40) / 50),
        replicates=6,
        noise_pN=1.0,
    )
    force, first = analysis.active_force(ds), ds.impulse_time.min("impulse")
    one = force.isel(condition=0), first.isel(condition=0)
    assert float(analysis.contraction_time(*one)) == pytest.approx(0.1, abs=0.012)
    assert float(analysis.half_rise_time(*one)) == pytest.approx(0.1 * 0.232, abs=0.004)  # s e^(1-s) = 1/2
    assert float(analysis.half_relaxation_time(*one)) == pytest.approx(0.1 * 1.678, abs=0.015)
    grid = analysis.unstack_conditions(xr.Dataset({"peak": analysis.peak_force(force)}), "frequency_Hz")
    ratio = analysis.twitch_tetanus_ratio(grid.peak, grid.frequency_Hz, "frequency_Hz")
    np.testing.assert_allclose(ratio, 0.2, atol=0.01)
    assert np.isnan(analysis.contraction_time(force, xr.full_like(first, np.nan))).all()
    alone = grid.isel(frequency_Hz=[0])
    assert np.isnan(analysis.twitch_tetanus_ratio(alone.peak, alone.frequency_Hz, "frequency_Hz")).all()


def test_ripple() -> None:
    time = np.arange(0, 1.5, 0.001)
    ds = series(
        both(frequency_Hz=[5.0, 10.0, 50.0]),
        time,
        force=lambda t, c: 300 + 500 / number(c, "frequency_Hz") * np.sin(2 * np.pi * number(c, "frequency_Hz") * t),
        impulses=lambda c: list(np.arange(0.1, 1.4, 1 / number(c, "frequency_Hz"))),
        noise_pN=2.0,
    )
    found = analysis.ripple(analysis.active_force(ds), ds.impulse_time)
    np.testing.assert_allclose(found.ripple, [2 * 500 / f / 300 for f in (5, 10, 50)] * 2, rtol=0.1)
    np.testing.assert_allclose(found.fusion[:2], [(300 - a) / (300 + a) for a in (100, 50)], rtol=0.05)
    np.testing.assert_allclose(found.plateau, 300, rtol=0.02)
    assert np.isnan(analysis.ripple(analysis.active_force(ds), ds.impulse_time.isel(impulse=[0])).ripple).all()


def test_two_phase_relaxation() -> None:
    time = np.arange(0, 1.0, 0.001)

    def force(t: np.ndarray, c: dict[str, object]) -> np.ndarray:
        k_rel, s = number(c, "rate"), np.clip(t - 0.3, 0, None)
        return np.asarray(400 * (1 - 2.0 * np.minimum(s, 0.08)) * np.exp(-k_rel * np.maximum(s - 0.08, 0)))

    ds = series(both(rate=[15.0, 30.0]), time, force=force, noise_pN=3.0, impulses=lambda c: [0.05, 0.3])
    found = analysis.two_phase_relaxation(analysis.active_force(ds), analysis.last_impulse(ds))
    np.testing.assert_allclose(found.k_rel, [15.0, 30.0] * 2, rtol=0.1)
    np.testing.assert_allclose(found.k_lin, 2.0, rtol=0.25)  # relaxation counts from 97 %, some 15 ms on
    np.testing.assert_allclose(found.begin + found.shoulder, 0.38, atol=0.01)
    half = analysis.half_fall_time(analysis.active_force(ds), analysis.activation_end(ds))
    np.testing.assert_allclose(half, [0.08 + np.log(0.84 / 0.5) / k for k in (15.0, 30.0)] * 2, atol=0.006)
    assert np.isnan(analysis.half_fall_time(analysis.active_force(ds) * 0 + 1, analysis.activation_end(ds))).all()
    held = xr.full_like(analysis.active_force(ds), 400.0)
    assert np.isnan(analysis.two_phase_relaxation(held, analysis.last_impulse(ds)).k_rel).all()


@pytest.mark.parametrize("replicates", [1, 4])
def test_atpase_and_economy(replicates: int) -> None:
    ds = series(
        both(rate=[1.67, 9.6]), TIME, force=lambda t, c: 400.0, atp_rate=lambda t, c: c["rate"], replicates=replicates
    )
    rate = analysis.atpase(ds)
    np.testing.assert_allclose(rate.per_head, [1.67, 9.6] * 2, rtol=1e-6)
    assert float(rate.per_volume[0]) == pytest.approx(0.31, abs=0.005)
    cost = analysis.economy(ds)
    np.testing.assert_allclose(cost.cost, np.array([1.67, 9.6] * 2) * 294 / 400, rtol=0.02)
    assert (cost.cost_sem > 0).all()
    assert float(analysis.tension(ds, xr.DataArray(450.0))) == pytest.approx(230.6, abs=0.5)
    with pytest.raises(sarcomere.InputError, match=r"'parameters'.*\.$"):
        analysis.economy(ds.assign_attrs(parameters="{}"))
    relaxed = ds.assign(force=ds.titin_force - 1)
    assert np.isnan(analysis.economy(relaxed).cost).all()


def test_dwell_survival_and_duty_ratio() -> None:
    """Exponential dwells of 300 conditions: 95 % of the intervals hold the true survival; no attachments give NaN."""
    rng = np.random.default_rng(9)
    edges = 0.1 * 10 ** (np.arange(30) / 10)
    counts = np.zeros((2, 301, 2, 30), dtype=int)
    for i in np.ndindex(2, 300, 2):
        counts[i] = np.histogram(rng.exponential(20.0, 200) + edges[0], [*edges, np.inf])[0]
    ds = xr.Dataset(
        {"dwell_count": (("replicate", "condition", "exit_path", "dwell"), counts)},
        coords={"dwell": edges, "exit_path": ["reversal", "atp_cycle"]},
    )
    found = analysis.dwell_survival(ds)
    known = found.isel(condition=slice(300)).sel(exit_path="all")
    assert (known.attachments == 800).all()
    assert (known.survival[:, 0] == 1).all()
    truth = np.exp(-(edges - edges[0]) / 20.0)
    inside = (known.survival_ci.sel(bound="low") <= truth) & (truth <= known.survival_ci.sel(bound="high"))
    assert (inside[:, :25].mean("condition") > 0.91).all()
    assert np.isnan(found.survival.isel(condition=300)).all()
    run = series(both(), TIME, force=lambda t, c: 300.0, noise_pN=0.0)
    duty = analysis.steady_state(analysis.duty_ratio(run))["mean"]
    np.testing.assert_allclose(duty, 0.2 / (1 - 0.4 * 0.8), rtol=1e-6)


def test_force_length() -> None:
    def active(t: np.ndarray, c: dict[str, object]) -> float:
        sl = number(c, "length") * 2e-3
        return F0 * max(0.0, min(1 - 0.42 * (2.6 - sl), 1.0, 1 - 0.52 * (sl - 2.8)))

    ds = series(
        both(length=[700.0, 850, 1000, 1150, 1250, 1300, 1350, 1400, 1450, 1550, 1700, 1850, 2000]),
        TIME,
        force=active,
        length=lambda t, c: c["length"],
        noise_pN=3.0,
    )
    found = analysis.force_length(ds)
    np.testing.assert_allclose(found.optimum, 2.70, atol=0.04)
    np.testing.assert_allclose(found.ascending, 0.42, rtol=0.05)
    np.testing.assert_allclose(found.descending, -0.52, rtol=0.05)
    assert np.isnan(analysis.force_length(ds.isel(condition=[0, 1])).optimum).all()
