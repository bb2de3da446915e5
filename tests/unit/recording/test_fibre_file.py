"""The file of a run of fibres: what is in it, and that it hangs together."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from sarcomere import FibreScenario
from sarcomere import run as simulate
from sarcomere.half_sarcomere.variables import DWELL, HEAD_STATES, IMPULSES, MUSCLE_FORCE, SERIES, SNAPSHOTS
from sarcomere.recording.variable import Variable
from sarcomere.scenario.checking import from_dict
from sarcomere.simulation.api import record
from sarcomere.simulation.fibre import force_scale
from sarcomere_kernels import types as k

UNIT_TIME = ("replicate", "motor_unit", "time")
REQUIRED = {
    "muscle_force": ("replicate", "time"),
    "force": UNIT_TIME,
    "hs_length": UNIT_TIME,
    "ca": UNIT_TIME,
    "ru_open_fraction": UNIT_TIME,
    "head_state_fraction": (*UNIT_TIME, "head_state"),
    "atp_used": UNIT_TIME,
    "dwell_count": ("replicate", "motor_unit", "exit_path", "dwell"),
}
RECORDED = (*SERIES, HEAD_STATES, MUSCLE_FORCE, *SNAPSHOTS, DWELL, IMPULSES)


def scenario(**changes: dict) -> FibreScenario:
    """Two fibres in tetanus, twice."""
    table = {
        "title": "tetanus",
        "run": {"duration_s": 0.06, "seed": 5, "replicates": 2},
        "drive": {"train": {"frequency_Hz": 200.0, "start_s": 0.0, "count": 9}},
        "motor_units": [{"id": 3, "fibre": "fast", "n_fibres": 7}, {"id": 8}],
        "lattice": {"n_thick": 1},
        "record": {"snapshot_interval_ms": 5.0},
    }
    return from_dict({**table, **changes})


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, written in several blocks."""
    return record(scenario(), tmp_path_factory.mktemp("run") / "run.h5", block=25)


@pytest.fixture(scope="module")
def ds(path: Path) -> xr.Dataset:
    with xr.open_dataset(path) as lazy:
        return lazy.load()


@pytest.mark.parametrize(("name", "dims"), REQUIRED.items(), ids=REQUIRED)
def test_required_variables_are_there(ds: xr.Dataset, name: str, dims: tuple[str, ...]) -> None:
    assert ds[name].dims == dims
    assert np.isfinite(ds[name]).all()


@pytest.mark.parametrize("variable", RECORDED, ids=lambda v: v.name)
def test_every_variable_is_as_the_recorder_promises(ds: xr.Dataset, variable: Variable) -> None:
    found = ds[variable.name]
    assert (found.dims, found.dtype) == (variable.dims, np.dtype(variable.dtype))
    assert (found.attrs["units"], found.attrs["long_name"]) == (variable.units, variable.long_name)
    assert variable.units
    assert variable.long_name


def test_nothing_else_is_in_the_file(ds: xr.Dataset) -> None:
    promised = {variable.name for variable in RECORDED}
    assert set(ds.data_vars) == promised


def test_time_runs_from_zero_to_the_duration(ds: xr.Dataset) -> None:
    assert np.allclose(ds.time, np.arange(61) * 1e-3, rtol=0, atol=1e-12)
    assert np.allclose(ds.snapshot_time, np.arange(13) * 5e-3, rtol=0, atol=1e-12)


def test_a_duration_between_samples_ends_at_the_last_sample() -> None:
    short = simulate(scenario(run={"duration_s": 0.0029}))
    assert np.allclose(short.time, [0.0, 0.001, 0.002], rtol=0, atol=1e-12)


def test_units_and_fibres_label_the_rows(ds: xr.Dataset) -> None:
    assert ds.motor_unit.values.tolist() == [3, 8]
    assert ds.fibre.values.tolist() == ["fast", "slow"]
    assert ds.n_fibres.values.tolist() == [7, 300]
    assert np.allclose(ds.impulse_time, np.arange(9) / 200.0, rtol=0, atol=1e-12)


def test_ended_attachments_are_counted_by_how_they_ended_and_how_long_they_lasted(ds: xr.Dataset) -> None:
    assert ds.exit_path.values.tolist() == ["reversal", "atp_cycle"]
    assert (ds.dwell_count.sum(["exit_path", "dwell"]) > 5).all()
    assert (ds.dwell_count >= 0).all()
    assert np.allclose(ds.dwell, scenario().numerics.step_ms * 10 ** (np.arange(60) / 10))
    assert ds.dwell_count.where(ds.dwell > 60).sum() == 0  # none lasted longer than the run


def test_muscle_force_is_that_of_all_fibres(ds: xr.Dataset) -> None:
    s = scenario()
    scale = xr.DataArray([force_scale(s, unit) for unit in s.motor_units], dims="motor_unit")
    assert np.allclose(ds.muscle_force, (ds.force.astype("f8") * scale).sum("motor_unit"), rtol=1e-5, atol=1e-9)
    assert (ds.muscle_force.isel(time=-1) > 0).all()


def test_snapshots_agree_with_the_fractions_at_the_same_times(ds: xr.Dataset) -> None:
    state = ds.snapshot_state
    assert (state.dtype, state.sizes["crown"], state.sizes["head"]) == (np.int8, 49, 6)
    heads = ["thick_filament", "crown", "head"]
    counted = xr.concat([(state == code).mean(heads) for code in range(k.N_HEAD_STATES)], "head_state")
    same_time = ds.head_state_fraction.sel(time=ds.snapshot_time, method="nearest")
    assert np.allclose(counted.transpose(*same_time.dims), same_time, rtol=0, atol=1e-6)
    assert np.array_equal(np.isfinite(ds.snapshot_strain), state >= k.HeadState.A1)


def test_no_snapshots_unless_asked_for() -> None:
    without = simulate(scenario(run={"duration_s": 0.002}, record={}))
    assert not {"snapshot_state", "snapshot_strain", "snapshot_time"} & set(without.variables)


def test_samples_are_written_in_chunks_of_a_row(path: Path, ds: xr.Dataset) -> None:
    sampled = [name for name in ds.data_vars if {"time", "snapshot_time"} & set(ds[name].dims)]
    assert len(sampled) > 15
    with h5py.File(path) as file:
        for name in sampled:
            assert file[name].chunks[:2] == (1, 1) or name == "muscle_force"
        assert file["atp_used"].id.get_storage_size() < 8 * 1024 * 4
