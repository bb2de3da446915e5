"""A finished run of any kind is plain netCDF4 that anybody can open, complete and labelled."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import h5py
import netCDF4
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

import sarcomere_kernels
from sarcomere import run as simulate
from sarcomere.cli import main
from sarcomere.scenario.checking import Written, check
from sarcomere.simulation.api import record
from tests.support.kinds import Kind
from tests.support.same import events

LABELS = {"fibre", "group_fibre", "head_state", "exit_path"}  # texts, which have no unit
OPEN = """
import json, sys
import xarray as xr
engine = {"engine": sys.argv[2]} if sys.argv[2:] else {}
with xr.open_dataset(sys.argv[1], **engine) as ds:
    ds.load()
    said = {"sizes": dict(ds.sizes), "force": ds.muscle_force.values.tolist(), "seed": int(ds.attrs["seed"])}
    said |= {"times": [str(ds[name].dtype) for name in ds.variables if name == "time" or name.endswith("_time")]}
    said |= {"states": ds.head_state.values.tolist(), "ours": [name for name in sys.modules if "sarcomere" in name]}
print(json.dumps(said))
"""


def scenario(kind: Kind) -> Any:
    """The smallest scenario, twice."""
    return kind.scenario({"run.replicates": 2})


@pytest.fixture(scope="module")
def path(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, written in several blocks."""
    return record(scenario(kind), tmp_path_factory.mktemp("run") / "run.h5", block=13)


@pytest.fixture(scope="module")
def ds(path: Path) -> xr.Dataset:
    with xr.open_dataset(path) as lazy:
        return lazy.load()


@pytest.mark.parametrize("engine", [[], ["netcdf4"], ["h5netcdf"]], ids=["default", "netcdf4", "h5netcdf"])
def test_opens_with_plain_xarray_that_never_met_sarcomere(path: Path, ds: xr.Dataset, engine: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", OPEN, str(path), *engine], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert (said["ours"], done.stderr) == ([], "")
    assert said["sizes"] == dict(ds.sizes)
    assert said["force"] == ds.muscle_force.values.tolist()
    assert said["seed"] == 3
    assert said["states"] == ["OFF", "MT", "MDP", "A1", "A2", "A3", "RIGOR"]
    assert set(said["times"]) == {"float64"}  # seconds stay numbers, not dates


def test_opens_with_netcdf4_alone(path: Path, ds: xr.Dataset) -> None:
    with netCDF4.Dataset(path) as file:
        assert set(file.variables) == set(ds.variables)
        assert all(file.dimensions[dim].isunlimited() for dim in ("time", *events(ds)))
        assert np.array_equal(file["force"][:], ds.force)


def test_every_variable_is_labelled(ds: xr.Dataset) -> None:
    assert not [name for name in ds.variables if not ds[name].attrs.get("long_name")]
    assert not [name for name in ds.data_vars if not ds[name].attrs.get("units")]
    assert not [name for name in {"time", "dwell"} & set(ds.coords) if not ds[name].attrs.get("units")]
    assert {name for name in ds.variables if ds[name].dtype.kind in "OU"} <= LABELS


def test_every_sample_is_finite(ds: xr.Dataset) -> None:
    assert not [name for name in ds.data_vars if "time" in ds[name].dims and not np.isfinite(ds[name]).all()]


def test_nothing_is_left_of_the_unfinished_run(path: Path) -> None:
    with netCDF4.Dataset(path) as file:
        assert not file.groups  # the checkpoint
    with h5py.File(path) as raw:
        assert not [name for name, item in raw.items() if isinstance(item, h5py.Group)]
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_time_runs_to_the_duration(kind: Kind, ds: xr.Dataset) -> None:
    assert float(ds.time[-1]) == pytest.approx(kind.table["run"]["duration_s"], abs=1e-12)
    assert np.diff(ds.time) == pytest.approx(float(ds.time[1] - ds.time[0]), abs=1e-12)


def test_heads_are_each_in_one_state(ds: xr.Dataset) -> None:
    assert np.allclose(ds.head_state_fraction.sum("head_state"), 1.0, rtol=0, atol=1e-6)
    assert (ds.head_state_fraction >= 0).all()


def test_attributes_say_what_made_the_file(kind: Kind, ds: xr.Dataset) -> None:
    attrs = ds.attrs
    again = check(Written(json.loads(attrs["parameters"]), "", kind.name), {})
    assert again == scenario(kind)  # enough to run it again
    assert (attrs["seed"], attrs["title"]) == (3, kind.table["title"])
    assert attrs["kernel_hash"] == sarcomere_kernels.KERNEL_HASH
    assert attrs["sarcomere_version"] == metadata.version("sarcomere")
    assert f"numpy {np.__version__}" in attrs["packages"]
    assert f"numba {metadata.version('numba')}" in attrs["packages"]
    assert attrs["Conventions"].startswith("CF-")


def test_samples_are_compressed_and_checked(path: Path, ds: xr.Dataset) -> None:
    sampled = [name for name in ds.data_vars if {"time", *events(ds)} & set(ds[name].dims)]
    assert len(sampled) > 10
    with h5py.File(path) as file:
        for name in sampled:
            assert (file[name].compression, file[name].shuffle, file[name].fletcher32) == ("gzip", True, True), name


def test_info_tells_what_is_in_it(kind: Kind, path: Path) -> None:
    duration = kind.table["run"]["duration_s"]
    done = CliRunner().invoke(main, ["info", str(path)])
    assert done.exit_code == 0, done.output
    assert f"finished: {duration:.3f} of {duration:g} s" in done.output
    assert f"kernels {sarcomere_kernels.KERNEL_HASH}, seed 3" in done.output
    assert all(f"  {name} " in done.output for name in ("muscle_force", "head_state_fraction"))


def test_a_run_in_memory_holds_the_same(kind: Kind, ds: xr.Dataset) -> None:
    whole = simulate(scenario(kind))
    ds = ds.assign_attrs()
    assert len(ds.attrs.pop("file_sha256")) == 64
    xr.testing.assert_identical(whole, ds)
