"""A sweep opened as one Dataset: every run in its place, what is missing said, only what is asked for read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr

from sarcomere import InputError, StoreError, each_point, open_ensemble, run, select_run
from sarcomere.analysis import discharge_statistics
from sarcomere.ensemble.reading import lazy
from tests.support.sweep_folder import run_of, shards_of, without, write_sweep
from tests.support.swept import LOOP, LOOP_VARY, SERIES, TABLE, VARY, opened


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frequency by duration, two replicates, each a shard."""
    return write_sweep(tmp_path_factory.mktemp("whole") / "sweep", TABLE, VARY)


@pytest.fixture
def holed(whole: Path, tmp_path: Path) -> Path:
    """The same without the second replicate of point 1 and all of point 2."""
    return without(whole, tmp_path / "holed", 3, 4, 5)


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pools, two persons each."""
    return write_sweep(tmp_path_factory.mktemp("loop") / "sweep", LOOP, LOOP_VARY)


def alone(folder: Path, **values: Any) -> xr.Dataset:
    """The run of a point as ``sarcomere run`` makes it, both replicates together."""
    return run(run_of(folder, **values))


def test_every_point_is_its_run_to_the_bit(whole: Path) -> None:
    ds = open_ensemble(whole)
    assert ds.force.dims == ("frequency_Hz", "duration_s", "replicate", "motor_unit", "time")
    assert ds.impulse_time.dims == ("frequency_Hz", "duration_s", "motor_unit", "impulse")
    assert ds.frequency_Hz.attrs == {"long_name": "frequency_Hz", "key": "drive.train.frequency_Hz", "units": "Hz"}
    for frequency, duration in ((100.0, 0.01), (200.0, 0.02)):
        single = alone(whole, **{"drive.train.frequency_Hz": frequency, "run.duration_s": duration})
        xr.testing.assert_identical(select_run(ds, frequency_Hz=frequency, duration_s=duration), single)


def test_runs_of_other_lengths_are_filled_up_with_nothing(whole: Path) -> None:
    ds = open_ensemble(whole).load()
    assert ds.time_size.values.tolist() == [[11, 21], [11, 21]]
    assert ds.impulse_size.values.tolist() == [[1, 2], [2, 4]]
    assert np.isnan(ds.force.isel(duration_s=0, time=slice(11, None))).all()
    assert np.isfinite(ds.force.isel(duration_s=0, time=slice(11))).all()
    assert ds.dwell_count.dtype == np.int64  # nothing of it is missing


def test_time_is_not_cut_before_a_point_of_other_length_is_taken(whole: Path) -> None:
    ds = open_ensemble(whole)
    late = ds.sel(time=slice(0.005, None))
    words = r"^select_run: time was cut to 16 of 21 before .*; select the point first, then cut time\.$"
    with pytest.raises(InputError, match=words):
        select_run(late, frequency_Hz=100, duration_s=0.01)
    with pytest.raises(InputError, match=words):
        each_point(lambda run: run.force.mean("time"), late)
    assert np.isfinite(select_run(ds, frequency_Hz=100, duration_s=0.01).sel(time=slice(0.005, None)).force).all()


def test_missing_runs_are_said_and_never_nought(holed: Path) -> None:
    with pytest.warns(UserWarning, match="holed: 3 of 8 runs are missing; the coordinate done says which"):
        ds = open_ensemble(holed)
    assert ds.done.values.tolist() == [[[True, True], [True, False]], [[False, False], [True, True]]]
    first = ds.isel(time=0)
    assert (np.isfinite(first.force).all("motor_unit") == ds.done).all()
    assert (np.isfinite(first.dwell_count).all(("motor_unit", "exit_path", "dwell")) == ds.done).all()
    point = select_run(ds, frequency_Hz=100, duration_s=0.02)
    assert point.replicate.values.tolist() == [0]
    assert point.dwell_count.dtype == np.int64
    with pytest.raises(InputError, match="no run of point 2 is done yet"):
        select_run(ds, frequency_Hz=200, duration_s=0.01)


def test_large_labels_that_are_neighbours_are_told_apart(tmp_path: Path) -> None:
    seeds = [1790000001, 1790000002]
    ds = opened(write_sweep(tmp_path / "f", TABLE, {"run.seed": seeds}, replicates=1))
    runs = [select_run(ds, seed=seed) for seed in seeds]
    assert [f'"seed": {seed}' in run.attrs["parameters"] for run, seed in zip(runs, seeds, strict=True)] == [True, True]


def test_only_what_is_asked_for_is_read(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[Path] = []
    original = lazy.opened

    def watched(path: Path) -> Any:
        touched.append(path)
        return original(path)

    monkeypatch.setattr(lazy, "opened", watched)
    ds = open_ensemble(whole)
    assert not touched
    assert ds.force.isel(frequency_Hz=1, duration_s=0, replicate=1, time=3).shape == (2,)
    ds.force.isel(frequency_Hz=1, duration_s=0, replicate=1, time=3).load()
    assert touched == [shards_of(whole)[5]]


@pytest.mark.parametrize(
    "place",
    [
        {"time": slice(None, None, -3), "replicate": [1, 0]},
        {"frequency_Hz": [1, 1], "duration_s": 1, "motor_unit": -1},
        {"time": [4, 15, 2], "duration_s": [1, 0]},
        {"replicate": 1, "time": slice(12, 14)},
        {"time": slice(3, 3)},
    ],
    ids=str,
)
def test_a_part_read_is_that_part_of_the_whole(whole: Path, place: dict[str, Any]) -> None:
    part = open_ensemble(whole)[["force", "impulse_time"]].isel(place, missing_dims="ignore")
    loaded = open_ensemble(whole)[["force", "impulse_time"]].load()
    xr.testing.assert_identical(part.load(), loaded.isel(place, missing_dims="ignore"))


def test_dask_takes_a_chunk_for_each_shard(holed: Path) -> None:
    pytest.importorskip("dask")
    ds = opened(holed, chunks={})
    assert ds.force.chunks == ((1, 1), (1, 1), (1, 1), (2,), (21,))
    xr.testing.assert_identical(ds.compute(scheduler="threads"), opened(holed).load())
    with pytest.raises(AssertionError):
        xr.testing.assert_identical(ds.compute(), opened(holed).load().isel(replicate=[1, 0]))


def test_other_sampling_and_bins_have_axes_of_their_own(tmp_path: Path) -> None:
    vary = {"record.sample_interval_ms": [1.0, 2.0], "numerics.step_ms": [0.1, 0.2]}
    ds = open_ensemble(write_sweep(tmp_path / "sweep", TABLE, vary, replicates=1))
    assert ds.time.dims == ("sample_interval_ms", "step_ms", "time")
    assert ds.dwell.dims == ("sample_interval_ms", "step_ms", "dwell")
    point = select_run(ds, sample_interval_ms=2.0, step_ms=0.2)
    assert point.time.values.tolist() == pytest.approx(np.arange(11) * 0.002)
    assert point.indexes.keys() == {"replicate", "motor_unit", "time", "head_state", "exit_path", "dwell"}
    assert np.isnan(ds.time.isel(sample_interval_ms=1).values[:, 11:]).all()


def test_a_list_of_points_is_one_dimension(tmp_path: Path) -> None:
    points = [
        {"chemistry.atp_mM": 4.0, "motor_units.0.fibre": "slow"},
        {"chemistry.atp_mM": 2.0, "motor_units.0.fibre": "fast"},
    ]
    folder = write_sweep(tmp_path / "sweep", TABLE, {}, points=points, replicates=1)
    ds = open_ensemble(folder)
    assert ds.force.dims == ("point", "replicate", "motor_unit", "time")
    assert ds.atp_mM.dims == ds.motor_units_0_fibre.dims == ("point",)
    assert ds.fibre.values.tolist() == [["slow", "slow"], ["fast", "slow"]]
    assert select_run(ds, atp_mM=2.0).fibre.values.tolist() == ["fast", "slow"]
    assert select_run(ds, point=0).fibre.values.tolist() == ["slow", "slow"]


def test_a_series_keeps_its_conditions(tmp_path: Path) -> None:
    vary = {"chemistry.atp_mM": [4.0, 8.0]}
    folder = write_sweep(tmp_path / "sweep", SERIES, vary, one_shard_a_run=False)
    ds = open_ensemble(folder)
    assert ds.force.dims == ("atp_mM", "replicate", "condition", "time")
    assert ds.pCa.values.tolist() == [4.5, 6.0]
    single = alone(folder, **{"chemistry.atp_mM": 4.0})
    xr.testing.assert_identical(select_run(ds, atp_mM=4), single)


def test_events_are_told_apart_by_point(loop: Path) -> None:
    ds = open_ensemble(loop)
    assert ds.relative_force.dims == ("n_units", "replicate", "time")
    assert ds.sizes["spike"] == ds.spike_point.size > 20
    assert set(np.unique(ds.spike_point)) == {0, 1}
    point, single = select_run(ds, n_units=8), alone(loop, **{"pool.n_units": 8})
    for event in ("spike", "fibre_ap", "terminal"):  # within one file they come by blocks of all replicates
        order = np.lexsort((single[f"{event}_unit"], single[f"{event}_time"], single[f"{event}_replicate"]))
        single = single.isel({event: order})
        order = np.lexsort((point[f"{event}_unit"], point[f"{event}_time"], point[f"{event}_replicate"]))
        point = point.isel({event: order})
    xr.testing.assert_identical(point, single)


def test_a_function_of_a_run_is_applied_to_every_point(holed: Path, loop: Path) -> None:
    ds = opened(holed)
    peak = each_point(lambda run: run.force.max("time"), ds)
    assert peak.dims == ("frequency_Hz", "duration_s", "replicate", "motor_unit")
    assert np.array_equal(peak.values, ds.force.max("time").values, equal_nan=True)
    assert np.isnan(each_point(lambda run: float(run.force.max()), ds).values).tolist() == [
        [False, False],
        [True, False],
    ]
    pools = open_ensemble(loop)
    found = each_point(discharge_statistics, pools, "spike")
    assert found.impulses.dims == ("n_units", "replicate", "motor_unit")
    mine = discharge_statistics(select_run(pools, n_units=6), "spike")
    assert np.array_equal(found.impulses.isel(n_units=0, motor_unit=slice(6)), mine.impulses)
    xr.testing.assert_identical(each_point(discharge_statistics, select_run(pools, n_units=6), "spike"), mine)


def test_a_part_of_a_sweep_keeps_its_events(loop: Path) -> None:
    ds = open_ensemble(loop)
    xr.testing.assert_identical(select_run(ds.isel(n_units=[1])), select_run(ds, n_units=8))
    xr.testing.assert_identical(select_run(ds.isel(n_units=1)), select_run(ds, n_units=8))
    one = select_run(ds.isel(replicate=[1]), n_units=8)
    assert set(np.unique(one.spike_replicate)) == {1}


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({"frequency": 100}, "the points have no 'frequency'; did you mean 'frequency_Hz'"),
        ({"frequency_Hz": 150}, "no point has frequency_Hz = 150; there are 100.0, 200.0"),
        ({"frequency_Hz": 100}, "2 points have frequency_Hz = 100; tell them apart by duration_s"),
        ({"frequency_Hz": 100, "point": 3}, "0 points have"),
        ({}, "4 points have no label"),
    ],
)
def test_labels_that_tell_no_point_are_refused(whole: Path, labels: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        select_run(open_ensemble(whole), **labels)


def test_what_is_no_sweep_is_refused(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"select_run: takes what sarcomere\.open_ensemble opened"):
        select_run(select_run(open_ensemble(whole), point=0))
    with pytest.raises(InputError, match="missing: no such folder"):
        open_ensemble(tmp_path / "missing")
    with pytest.raises(StoreError, match=r"holds no sweep \(sweep.json is missing\)"):
        open_ensemble(tmp_path)
    with pytest.raises(InputError, match="is no merged sweep"):
        open_ensemble(shards_of(whole)[0])
    with pytest.raises(StoreError, match="is not a readable HDF5 file"):
        open_ensemble(whole / "sweep.json")


def test_a_sweep_of_which_nothing_is_done_is_refused(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing of this sweep is done yet"):
        open_ensemble(without(whole, tmp_path / "empty", *range(8)))


def test_a_shard_that_is_cut_off_counts_as_missing(holed: Path) -> None:
    path = shards_of(holed)[-1]
    content = path.read_bytes()
    path.unlink()  # it is shared
    path.write_bytes(content[: len(content) // 2])
    with pytest.warns(UserWarning, match="4 of 8 runs are missing"):
        ds = open_ensemble(holed)
    assert not ds.done[1, 1, 1]


def test_a_damaged_shard_is_named(holed: Path) -> None:
    path = shards_of(holed)[-1]
    with h5py.File(path) as file:
        where = file["force"].id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[where + 20] ^= 1
    path.unlink()
    path.write_bytes(content)
    ds = opened(holed)
    assert np.isfinite(ds.force.isel(frequency_Hz=0, duration_s=0)).any()
    with pytest.raises(StoreError, match=f"{path.name}: cannot be read .*sarcomere verify"):
        ds.force.isel(frequency_Hz=1, duration_s=1).load()
