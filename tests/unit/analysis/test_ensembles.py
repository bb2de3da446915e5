"""Every analysis function gives of an ensemble what it gives of each run, bit for bit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import sarcomere
from sarcomere import analysis
from sarcomere.analysis.select.points import each_point, point_dims, select_run
from sarcomere.analysis.statistics import sensitivity
from tests.support.ensembles import ensemble
from tests.support.series_of_each_kind import dataset
from tests.support.synthetic_cramp import TRAIN, cramp, cramp_run

Call = Callable[[Any], Any]
LINE = analysis.straight(analysis.Quantity("a", "1", "slope"), analysis.Quantity("b", "1", "intercept"))
VARY = {"amount": [0.5, 1.0], "dose": [1.0, 2.0]}
# one replicate of the second point, the third altogether
MISSING = {(1, 0), (2, 0), (2, 1), (2, 2), (2, 3)}
PCA = xr.DataArray(sorted([9.0, 6.2, 6.0, 5.8, 5.6, 4.5]), dims="pCa")
STEADY = xr.DataArray([0.0, 50.0, 100.0], {"pCa": [9.0, 6.0, 4.5]}, "pCa")


def series(kind: str) -> Callable[..., xr.Dataset]:
    """Runs of two conditions and 200 samples or so, whose values and parameters depend on the point."""

    def make(amount: float, dose: float) -> xr.Dataset:
        ds = dataset(kind)
        rng = np.random.default_rng(int(10 * amount + 100 * dose))
        ds["force"] = ds.force * amount + dose + rng.normal(0, 1, ds.force.shape)
        ds["ca"] = ds.ca * amount + 0.01 * dose * rng.random(ds.ca.shape)
        counts = rng.integers(0, 50, (ds.sizes["replicate"], ds.sizes["condition"], 2, 5))
        ds["dwell_count"] = (("replicate", "condition", "exit_path", "dwell"), counts)
        parameters = json.loads(ds.attrs["parameters"])
        parameters["lattice"] |= {"n_thick": int(dose) + 1, "myofibril_fraction": 0.5 + 0.1 * dose}
        ds = ds.assign_coords(exit_path=["reversal", "atp_cycle"], dwell=[0.1, 0.2, 0.5, 1.0, 2.0])
        return ds.assign_attrs(parameters=json.dumps(parameters))

    return make


def cramps(amount: float, dose: float) -> xr.Dataset:
    """Cramps that last longer with both."""
    return cramp_run(cramp(stop=3 + 2 * amount + dose) * 2, 9.0, [{**TRAIN, "frequency_Hz": 10 * dose + 10}])


def frequencies(ds: xr.Dataset) -> xr.DataArray:
    """Of the train of each point, alone and in an ensemble."""
    return analysis.threshold_frequency([ds])


def force(ds: xr.Dataset) -> xr.DataArray:
    return analysis.active_force(ds)


def end(ds: xr.Dataset) -> xr.DataArray:
    return analysis.last_impulse(ds)


def on(name: str) -> Call:
    """The function of a run by this name."""
    return lambda ds: getattr(analysis, name)(ds)


OF_TWITCHES: dict[str, Call] = {
    **{
        name: on(name)
        for name in (
            "active_force", "activation_end", "atpase", "attached_fraction", "duty_ratio", "dwell_survival", "economy",
            "heads_per_filament", "last_impulse", "mean_dwell", "prolonged_threshold", "relaxation_after_impulses",
            "stack_conditions",
            "rigor_am", "states_when_attached", "summary",
        )
    },
    "calcium_below": lambda ds: analysis.calcium_below(ds, end(ds)),
    "ca_unexplained_force": lambda ds: analysis.ca_unexplained_force(ds, STEADY),
    "contraction_time": lambda ds: analysis.contraction_time(force(ds), end(ds)),
    "discharge_rate": on("discharge_rate"),
    "excess_force": lambda ds: analysis.excess_force(ds, ds, 0.1, 0.2),
    "force_time": lambda ds: analysis.force_time(ds.force),
    "half_fall_time": lambda ds: analysis.half_fall_time(force(ds), end(ds)),
    "half_relaxation_time": lambda ds: analysis.half_relaxation_time(force(ds), end(ds)),
    "half_rise_time": lambda ds: analysis.half_rise_time(force(ds), end(ds)),
    "half_time_from": lambda ds: analysis.half_time_from(force(ds), end(ds)),
    "held_force": lambda ds: analysis.held_force(ds, 0.1, 0.2),
    "hysteresis_area": lambda ds: analysis.hysteresis_area(ds, 0.1),
    "length_moves": lambda ds: analysis.length_moves(ds.hs_length),
    "peak_force": lambda ds: analysis.peak_force(ds.force),
    "prolonged_attachment": lambda ds: analysis.prolonged_attachment(ds, control=ds),
    "fraction_removed": lambda ds: analysis.fraction_removed(
        analysis.excess_force(ds, 0.9 * ds.isel(time=slice(None)), 0.1, 0.2), analysis.excess_force(ds, ds, 0.1, 0.2)
    ),
    "shortening_velocity": lambda ds: analysis.shortening_velocity(ds.hs_length),
    "ripple": lambda ds: analysis.ripple(force(ds), ds.impulse_time),
    "slope": lambda ds: analysis.slope(ds.force),
    "smoothed": lambda ds: analysis.smoothed(ds.force),
    "standard_error": lambda ds: analysis.standard_error(ds.force),
    "steady_state": lambda ds: analysis.steady_state(ds.force),
    "stiffness_to_force": lambda ds: analysis.stiffness_to_force(ds, ds, 0.1),
    "tension": lambda ds: analysis.tension(ds, force(ds)),
    "two_phase_relaxation": lambda ds: analysis.two_phase_relaxation(force(ds)[..., :1, :], end(ds)[..., :1]),
    "unstack_conditions": lambda ds: analysis.unstack_conditions(analysis.atpase(ds)),
    "window": lambda ds: analysis.window(ds.force),
}  # fmt: skip
OF_STEPS: dict[str, Call] = {
    **{
        name: on(name)
        for name in (
            "force_velocity", "isotonic", "k_tr", "quick_release", "ramp_force", "slack_test",
            "slack_times", "stiffness",
        )
    },
    "rise_rate": lambda ds: analysis.rise_rate(force(ds).isel(condition=[0]), 0.12),
    "by_point": lambda ds: analysis.by_point(analysis.atpase(ds)),
    "t1_curve": lambda ds: analysis.t1_curve(analysis.quick_release(ds)),
}  # fmt: skip
OF_CALCIUM: dict[str, Call] = {
    "force_length": on("force_length"),
    "force_pca": on("force_pca"),
    "steady_series": lambda ds: analysis.steady_series(ds, "pCa"),
    "hill_calcium": lambda ds: analysis.hill_calcium(analysis.steady_series(ds, "pCa").force, PCA, "pCa"),
}
OF_CRAMPS: dict[str, Call] = {
    **{
        name: on(name)
        for name in (
            "common_drive", "cramp_episode", "cramp_statistics", "discharge_statistics", "emg_envelope",
            "interventions", "mean_rate", "pool_rate", "trains", "units_firing",
        )
    },
    "threshold_frequency": frequencies,
}  # fmt: skip
X = xr.DataArray([1.0, 2.0, 4.0, 8.0, 16.0, 32.0], dims="x")
HEADS = ["A1", "A2", "A3", "RIGOR"]
STANDING = xr.DataArray(np.arange(1.0, 21.0).reshape(4, 5) % 7, {"head_state": HEADS, "dwell": [0.1, 0.2, 0.5, 1, 2]})
# of numbers along a dimension that is named, or of what other functions found
OF_NUMBERS: dict[str, tuple[xr.DataArray, Call]] = {
    "adp_retained": (STANDING, lambda v: analysis.adp_retained(v, 0.3)),
    "competitive_inhibition": (
        5 / (1 + X / 3),
        lambda v: analysis.competitive_inhibition(v, X, "x", substrate=1.0, km=2.0),
    ),
    "fit": (2 * X + 1, lambda v: analysis.fit(LINE, X, v, "x")),
    "fitted": (2 * X + 1, lambda v: analysis.fitted(LINE, analysis.fit(LINE, X, v, "x"), X)),
    "hill_velocity": (
        3 * (1 - X / 40) / (1 + X / 10),
        lambda v: analysis.hill_velocity(v, X / 40, "x"),
    ),
    "mean_ci": (X, lambda v: analysis.mean_ci(v, "x")),
    "michaelis_menten": (5 * X / (X + 3), lambda v: analysis.michaelis_menten(v, X, "x")),
    "attached_beyond": (STANDING, lambda v: analysis.attached_beyond(v, 0.3)),
    "q10": (2 ** (X / 10), lambda v: analysis.q10(v, X, "x")),
    "slope_per_decade": (3 - np.log10(X), lambda v: analysis.slope_per_decade(v, X, "x", reference=4.0)),
    "twitch_tetanus_ratio": (X, lambda v: analysis.twitch_tetanus_ratio(v, X, "x")),
}
CALLS = [
    (kind, name, call)
    for kind, calls in (
        ("twitch", OF_TWITCHES), ("quick-release", OF_STEPS), ("force-pca", OF_CALCIUM), ("cramp", OF_CRAMPS)
    )
    for name, call in calls.items()
]  # fmt: skip


@pytest.fixture(scope="module")
def ensembles() -> dict[str, xr.Dataset]:
    return {
        kind: ensemble(cramps if kind == "cramp" else series(kind), VARY, MISSING)
        for kind in {kind for kind, *_ in CALLS}
    }


def same(one: Any, other: Any) -> bool:
    """The same bits, dimensions and names; replicates that are missing left out."""
    if isinstance(one, xr.Dataset):
        return set(one.data_vars) == set(other.data_vars) and all(same(one[n], other[n]) for n in one.data_vars)
    if isinstance(one, int):
        return bool(one == other)
    if not isinstance(one, xr.DataArray):
        return json.dumps(one, default=np.ndarray.tolist) == json.dumps(other.item(), default=np.ndarray.tolist)
    if "replicate" in one.coords and "replicate" in other.dims:
        other = other.sel(replicate=one.replicate)
    if set(one.dims) != set(other.dims):
        return False
    ours, theirs = one.values, other.transpose(*one.dims).values
    numbers = ours.dtype.kind == "f"
    return ours.shape == theirs.shape and bool(np.array_equal(ours, theirs.astype(ours.dtype), equal_nan=numbers))


def test_every_function_is_tried() -> None:
    functions = {name for name in analysis.__all__ if callable(getattr(analysis, name))}
    of_no_data = {"Curve", "Intervention", "Quantity", "straight"}
    assert functions - of_no_data == {name for _, name, _ in CALLS} | OF_NUMBERS.keys()


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_functions_of_numbers_broadcast(name: str) -> None:
    values, call = OF_NUMBERS[name]
    rng = np.random.default_rng(2)
    noise = xr.DataArray(rng.random((2, 3, *values.shape)), dims=("amount", "dose", *values.dims))
    noisy = (values * (1 + 0.01 * noise)).transpose("amount", "dose", ...)
    found = call(noisy)
    for i, j in np.ndindex(2, 3):
        assert same(call(noisy.isel(amount=i, dose=j)), found.isel(amount=i, dose=j))


@pytest.mark.parametrize(("kind", "name", "call"), CALLS, ids=[name for _, name, _ in CALLS])
def test_a_point_of_an_ensemble_is_the_run_alone(
    ensembles: dict[str, xr.Dataset], kind: str, name: str, call: Call
) -> None:
    ds = ensembles[kind]
    found = call(ds)
    for number in (0, 1, 3):
        place = dict(zip(VARY, np.unravel_index(number, (2, 2)), strict=True))
        part = found.isel({dim: i for dim, i in place.items() if dim in found.dims}, drop=True)
        assert same(call(select_run(ds, point=number)), part), f"{name} of point {number}"


def test_comparison_tells_the_last_bit() -> None:
    one = xr.DataArray([1.0, np.nan], dims="x")
    assert same(one, one.copy())
    assert not same(one, one * (1 + 2**-52))
    assert not same(one, one.rename(x="y"))


def test_missing_points_are_nan_false_and_empty(ensembles: dict[str, xr.Dataset]) -> None:
    found = analysis.cramp_episode(ensembles["cramp"])
    there = found.isel(amount=1, dose=0)
    assert np.isnan(there.duration).all()
    assert not there.cramp.any()
    assert set(there.ended_by.values) == {""}
    assert found.cramp.dtype == bool
    assert found.done.sum() == 5
    assert int(found.duration.notnull().sum()) == 5
    assert found.duration.dims == ("amount", "dose", "replicate")
    assert np.isnan(analysis.attached_fraction(ensembles["twitch"]).isel(amount=1, dose=0)).all()
    assert np.isnan(analysis.dwell_survival(ensembles["twitch"]).attachments.isel(amount=1, dose=0)).all()


def test_the_guide_counts_only_finished_runs_as_no_cramp(ensembles: dict[str, xr.Dataset]) -> None:
    episode = analysis.cramp_episode(ensembles["cramp"])
    episode["cramp"] = episode.cramp & (episode.amount > 0.7)
    episode["duration"] = episode.duration.where(episode.cramp)
    text = Path("docs/notebooks/sensitivity.md").read_text()
    (line,) = re.findall(r"^duration = (episode\..*?)  #", text, re.MULTILINE)
    found = eval(line, {"episode": episode})
    assert found.isel(amount=0).values.tolist() == [0.0, 0.0]
    assert np.isnan(found.isel(amount=1, dose=0))
    assert found.isel(amount=1, dose=1) > 1
    unfinished = xr.DataArray([0.0, np.nan], dims="point")
    design = sensitivity.Design("morris", {"amount": (0.0, 1.0)}, np.array([[0.0], [1.0]]), 4)
    with pytest.raises(sarcomere.InputError, match=r"such as duration\.where\(cramp \| ~done, 0\)\.$"):
        sensitivity.indices(unfinished, design)


def test_windows_differ_between_points(ensembles: dict[str, xr.Dataset]) -> None:
    ds = ensembles["cramp"]
    episode = analysis.cramp_episode(ds)
    found = analysis.discharge_statistics(ds, start=episode.begin, stop=episode.end)
    alone = select_run(ds, amount=1.0, dose=2.0)
    one = analysis.cramp_episode(alone)
    assert same(
        analysis.discharge_statistics(alone, "fibre_ap", one.begin.values, one.end.values),
        found.sel(amount=1.0, dose=2.0),
    )
    longer = found.impulses.sum("motor_unit", min_count=1).mean("replicate")
    assert float(longer.sel(amount=1.0, dose=2.0)) > float(longer.sel(amount=0.5, dose=1.0))


def test_part_of_an_ensemble_keeps_its_events(ensembles: dict[str, xr.Dataset]) -> None:
    ds = ensembles["cramp"]
    part = ds.isel(dose=[1])
    assert point_dims(part) == ("amount", "dose")
    assert same(analysis.cramp_episode(ds).isel(dose=[1]), analysis.cramp_episode(part))
    row = ds.sel(dose=2.0)
    assert same(analysis.cramp_episode(ds).sel(dose=2.0), analysis.cramp_episode(row))
    assert same(analysis.cramp_episode(ds).sel(dose=2.0, amount=1.0), analysis.cramp_episode(row.sel(amount=1.0)))


def test_control_may_be_one_run_or_the_same_points(ensembles: dict[str, xr.Dataset]) -> None:
    ds = ensembles["twitch"]
    control = select_run(ds, point=0)
    found = analysis.excess_force(ds, control, 0.1, 0.2)
    assert same(analysis.excess_force(select_run(ds, point=3), control, 0.1, 0.2), found.isel(amount=1, dose=1))
    turned = ds.isel(dose=[1, 0])  # in another order: told by its labels
    assert float(np.abs(analysis.excess_force(ds, turned, 0.1, 0.2)["mean"]).max()) == 0.0
    with pytest.raises(sarcomere.InputError, match=r"^each_point: an argument has 0 points with dose = 1\.0; .*\.$"):
        analysis.excess_force(ds, ds.isel(dose=[1]), 0.1, 0.2)


def test_each_point_takes_numbers_and_anything(ensembles: dict[str, xr.Dataset]) -> None:
    ds = ensembles["twitch"]
    assert each_point(lambda run: run.sizes["replicate"], ds).values.tolist()[0] == [4.0, 3.0]
    force = each_point(lambda run: run.force.values.max(), ds)
    assert force.dtype == np.float64
    assert np.isnan(force.isel(amount=1, dose=0))
    assert each_point(lambda run: run.force.values.max() > 0, ds).dtype == bool
    kinds = each_point(lambda run: ["a", "list"], ds)
    assert kinds.isel(amount=0, dose=0).item() == ["a", "list"]
    with pytest.raises(sarcomere.InputError, match=r"^each_point: no run is done yet; .*\.$"):
        each_point(len, ds.isel(amount=[1], dose=[0]))
