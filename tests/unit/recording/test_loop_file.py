"""The file of a run of the loop: what is in it, and that it hangs together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sarcomere.organs.variables import EVENTS, GROUPS, LATTICE, MUSCLE, recorded
from sarcomere.recording.variable import Event, Variable
from sarcomere.simulation.api import record
from sarcomere.simulation.api import run as simulate
from sarcomere.simulation.loop import LoopSimulation
from tests.support.loop_scenario import NO_LATTICE, RESTING, scenario
from tests.support.same import load

TWICE = {"run": {"replicates": 2}}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, written in several blocks."""
    return record(scenario(TWICE), tmp_path_factory.mktemp("run") / "run.h5", block=13)


@pytest.fixture(scope="module")
def ds(path: Path) -> xr.Dataset:
    return load(path)


@pytest.mark.parametrize("variable", recorded(2), ids=lambda v: v.name)
def test_every_variable_is_as_the_recorder_promises_and_finite(ds: xr.Dataset, variable: Variable) -> None:
    found = ds[variable.name]
    assert (found.dims, found.dtype) == (variable.dims, np.dtype(variable.dtype))
    assert (found.attrs["units"], found.attrs["long_name"]) == (variable.units, variable.long_name)
    assert variable.units
    assert variable.long_name
    assert np.isfinite(found).all()
    assert (float(found.std()) > 0) == (variable.name != "atp_lacking")  # something happens in it; ATP is there


def test_nothing_else_is_in_the_file(ds: xr.Dataset) -> None:
    assert set(ds.data_vars) == {variable.name for variable in recorded(2)} - {"time"}
    labels = {"group_fibre", "fibre", "head_state"}
    assert all(ds[name].attrs["units"] for name in set(ds.variables) - labels)


def test_time_runs_to_the_duration(ds: xr.Dataset) -> None:
    assert np.allclose(ds.time, np.arange(31) * 1e-2, rtol=0, atol=1e-12)


def test_units_and_groups_are_labelled(ds: xr.Dataset) -> None:
    assert ds.motor_unit.values.tolist() == list(range(1, 13))
    assert np.allclose(ds.capacity.sum(), 1.0)
    assert (np.diff(ds.capacity) > 0).all()
    assert (ds.group_fibre.isel(group=ds.unit_group).values == ds.fibre.values).all()
    assert (ds.unit_group.sel(motor_unit=ds.group_unit).values == ds.group.values).all()
    weight = ds.capacity.groupby(ds.unit_group).sum()
    assert np.allclose(weight, ds.group_weight)
    assert ds.attrs["n_explicit"] == 2


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_event_tables_hold_units_replicates_and_times_of_the_run(ds: xr.Dataset, event: Event) -> None:
    name = event.name
    replicate, unit, time, *flags = (ds[f"{name}_{column}"] for column, *_ in event.columns)
    assert len(flags) == (name == "spike")
    assert all(0 < float(flag.mean()) < 1 for flag in flags)  # some spikes ran back from stimuli
    assert [str(x.dtype) for x in (replicate, unit, time)] == ["int32", "int32", "float64"]
    assert set(replicate.values) == {0, 1}
    assert unit.min() >= 1
    assert unit.max() <= 12
    assert time.min() >= 0
    assert time.max() < 0.3
    for r in range(2):
        for u in range(1, 13):
            mine = time.values[(replicate.values == r) & (unit.values == u)]
            assert (np.diff(mine) > 0).all()


def test_events_agree_with_the_rates_that_are_sampled(ds: xr.Dataset) -> None:
    """Action potentials by cross-section, and calcium that lattices release only with the representative's impulses."""
    for r in range(2):
        here = ds.fibre_ap_replicate.values == r
        unit, time = ds.fibre_ap_unit.values[here], ds.fibre_ap_time.values[here]
        weights = ds.capacity.sel(motor_unit=unit).values
        counted, _ = np.histogram(time + 1e-9, bins=30, range=(0.0, 0.3), weights=weights)
        assert ds.fibre_ap_rate.values[r, 1:] == pytest.approx(counted / 0.01, rel=1e-5, abs=1e-6)
        for g in ds.group.values:
            mine = time[unit == int(ds.group_unit[g])]
            released = np.diff(ds.ca_released.values[r, g], prepend=0.0)
            quiet = [not ((mine > t - 0.06) & (mine < t)).any() for t in ds.time.values]
            if mine.size:
                assert released.max() > 10.0
            assert (released[quiet] < 2.0).all()  # leaks


def test_every_action_potential_has_a_cause(ds: xr.Dataset) -> None:
    """Spikes from the cord, stimuli and terminals start action potentials; no unit has more than all of these."""
    stimuli = 10
    for r in range(2):
        counts = {
            event.name: np.bincount(
                ds[f"{event.name}_unit"].values[ds[f"{event.name}_replicate"].values == r], minlength=13
            )
            for event in EVENTS
        }
        assert (counts["fibre_ap"] <= counts["spike"] + counts["terminal"] + stimuli).all()
        assert counts["fibre_ap"].sum() > 0.5 * (counts["spike"].sum() + counts["terminal"].sum())


def test_forces_lengths_and_books_hang_together(ds: xr.Dataset) -> None:
    active = (ds.muscle_force - ds.passive_force) / ds.attrs["full_force_N"]
    assert np.allclose(active, ds.relative_force, rtol=0, atol=1e-5)
    assert (ds.fascicle_length <= ds.mtu_length + 1e-6).all()
    assert abs(ds.imposed_length - ds.fascicle_length * 1300.0).max() < 1e-3
    assert (np.diff(ds.atp_spent, axis=-1) >= 0).all()
    assert (np.diff(ds.atp_used, axis=-1) >= 0).all()


def test_without_lattices_only_their_variables_are_missing() -> None:
    ds = simulate(scenario(NO_LATTICE))
    assert set(ds.data_vars) & {variable.name for variable in LATTICE} == set()
    assert {variable.name for variable in (*MUSCLE, *GROUPS)} <= set(ds.data_vars)
    assert all(np.isfinite(ds[variable.name]).all() for variable in (*MUSCLE, *GROUPS))
    assert (ds.attrs["n_explicit"], ds.sizes["group"]) == (0, 8)
    assert (ds.unit_group.sel(motor_unit=ds.group_unit).values == ds.group.values).all()


def test_empty_tables_work_from_the_first_block_on(tmp_path: Path) -> None:
    """Nothing fires at first, terminals never; then there are spikes."""
    late = {"interventions": [{"kind": "effort", "at_s": 0.1, "x": 1.5, "hold_s": 0.2}]}
    s = scenario(NO_LATTICE, {"pool": {"x_base": 0.0}, "run": {"duration_s": 0.2}}, late)
    with_spikes = load(record(s, tmp_path / "late.h5", block=10))
    assert with_spikes.spike_time.min() > 0.1
    assert with_spikes.sizes["spike"] > 5
    assert with_spikes.sizes["terminal"] == 0
    xr.testing.assert_identical(with_spikes, simulate(s))
    silent = scenario(NO_LATTICE, {"pool": {"x_base": -1.0}, "run": {"duration_s": 0.02}}, RESTING)
    never = load(record(silent, tmp_path / "never.h5", block=1))
    assert [never.sizes[event.name] for event in EVENTS] == [0, 0, 0]
    xr.testing.assert_identical(never, simulate(silent))


def test_attributes_say_what_made_the_file(ds: xr.Dataset) -> None:
    assert ds.attrs["kind"] == "loop"
    assert ds.attrs["full_force_N"] > 100


def test_a_run_in_memory_holds_what_the_file_does(ds: xr.Dataset) -> None:
    simulation = LoopSimulation(scenario(TWICE))
    xr.testing.assert_identical(simulation.dataset(*simulation.blocks(block=13)), ds)
