"""A series is its single runs, in one file, with what varied as coordinates."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from sarcomere import FibreScenario, read, record, shipped_scenarios
from sarcomere import run as simulate
from sarcomere.cli import main
from sarcomere.half_sarcomere.variables import SERIES
from sarcomere.parameters.tables import short_name
from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.series import TAKEN
from sarcomere.simulation.fibre import FibreSimulation
from tests.support.same import bits, differing, load

SAMPLED = [variable.name for variable in SERIES]
TABLE = {
    "title": "series",
    "figure": "force-velocity",
    "run": {"duration_s": 0.06, "seed": 5, "replicates": 2},
    "drive": {"pCa": 4.5},
    "motor_units": [{"id": 7, "n_fibres": 10}],
    "lattice": {"n_thick": 1},
    "numerics": {"step_ms": 0.1},
    "protocol": {"load": {"time_s": [0.04, 0.05], "value": 0.5, "relative": True}},
    "series": {
        "vary": [
            {
                "key": ["motor_units.0.fibre", "protocol.load.time_s.1"],
                "name": ["fibre", "until"],
                "values": [["slow", 0.05], ["fast", 0.045]],
            },
            {"key": "protocol.load.value", "name": "relative_load", "values": [0.1, 0.5]},
            {"key": "drive.pCa", "values": [4.5, 5.5]},
        ]
    },
}


def scenario(**changes: object) -> FibreScenario:
    """Two fibre types, two loads, two calcium concentrations."""
    return from_dict({**TABLE, **changes})


@pytest.fixture(scope="module")
def series() -> xr.Dataset:
    return simulate(scenario())


def test_conditions_are_every_combination_and_label_the_rows(series: xr.Dataset) -> None:
    assert series.force.dims == ("replicate", "condition", "time")
    assert series.condition.values.tolist() == list(range(8))
    assert series.fibre.values.tolist() == ["slow"] * 4 + ["fast"] * 4
    assert series.until.values.tolist() == [0.05] * 4 + [0.045] * 4
    assert series.relative_load.values.tolist() == [0.1, 0.1, 0.5, 0.5] * 2
    assert series.pCa.values.tolist() == [4.5, 5.5] * 4
    assert series.pCa.attrs["key"] == "drive.pCa"
    assert series.attrs["figure"] == "force-velocity"
    assert series.muscle_force.dims == ("replicate", "condition", "time")
    assert "motor_unit" not in series.dims


def test_each_condition_is_its_single_run_bit_for_bit(series: xr.Dataset) -> None:
    for i, condition in enumerate(scenario().conditions):
        assert condition.series is None
        assert condition.run.stream == i
        alone = simulate(condition).isel(motor_unit=0)
        among = series.isel(condition=i)
        names = [*SAMPLED, "load", "dwell_count", "muscle_force"]
        assert not [name for name in names if bits(alone[name].values) != bits(among[name].values)]


def test_conditions_draw_their_own_chances_unless_the_stream_is_set() -> None:
    def alike(*vary: dict) -> xr.Dataset:
        more = [{"key": "lattice.myofibril_fraction", "values": [0.8, 0.8]}, *vary]
        return simulate(scenario(series={"vary": more}, protocol={}))

    own = alike()
    assert differing(own.isel(condition=0), own.isel(condition=1), ["force"])
    shared = alike({"key": "run.stream", "values": [3]})
    assert not differing(shared.isel(condition=0), shared.isel(condition=1), SAMPLED)


@pytest.mark.parametrize(("block", "threads"), [(7, 1), (64, 3)])
def test_blocks_and_threads_change_no_bit(block: int, threads: int, series: xr.Dataset) -> None:
    s = scenario()
    simulation = FibreSimulation(s)
    blocks = list(simulation.blocks(threads, block))
    assert not differing(simulation.dataset(*blocks), series)


def test_a_series_is_recorded_and_resumed_to_the_same_bits(series: xr.Dataset, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(simulation: FibreSimulation) -> None:
        if simulation.samples_done > 40:
            raise StoppedError

    path = tmp_path / "run.h5"
    with pytest.raises(StoppedError):
        record(scenario(), path, block=20, progress=stop)
    record(scenario(), path, resume=True, threads=2)
    assert not differing(load(path), series)
    assert from_dict(json.loads(load(path).attrs["parameters"])) == scenario()


def test_impulses_of_each_condition_are_its_own() -> None:
    trains = {"key": ["drive.train.frequency_Hz", "drive.train.count"], "values": [[50.0, 2], [100.0, 5]]}
    drive = {"train": {"frequency_Hz": 1.0, "start_s": 0.01, "count": 1}}
    ds = simulate(scenario(drive=drive, protocol={}, series={"vary": [trains]}))
    assert ds.impulse_time.dims == ("condition", "impulse")
    assert np.allclose(ds.impulse_time[1], 0.01 + np.arange(5) / 100.0)
    assert ds.impulse_time.notnull().sum("impulse").values.tolist() == [2, 5]
    assert (ds.frequency_Hz.values.tolist(), ds["count"].values.tolist()) == ([50.0, 100.0], [2.0, 5.0])
    assert ds.frequency_Hz.attrs["units"] == "Hz"


def test_a_course_of_calcium_may_vary_from_its_first_point() -> None:
    vary = [{"key": "protocol.pCa.value", "values": [[9.0, 4.5], [8.0, 5.0]]}]
    course = {"time_s": [0.0, 0.02], "value": [9.0, 4.5]}
    s = from_dict({**TABLE, "drive": {}, "protocol": {"pCa": course}, "series": {"vary": vary}})
    assert [condition.drive.pCa for condition in s.conditions] == [9.0, 8.0]
    assert simulate(s).pCa.values.tolist() == ["[9.0, 4.5]", "[8.0, 5.0]"]  # as text, for it is no number


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("drive.pCa", "pCa"),
        ("motor_units.0.fibre", "fibre"),
        ("protocol.pi_mM.value", "pi_mM"),
        ("protocol.length.value.2", "length"),
        ("protocol.length.time_s.2", "time_s"),
        ("fibres.slow.cycle.k_attach", "k_attach"),
    ],
)
def test_coordinates_have_short_names(key: str, name: str) -> None:
    assert short_name(key) == name


def test_the_command_line_runs_a_series_and_prints_its_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    short = ["--set", "run.duration_s=0.003", "--set", "lattice.n_thick=1", "--replicates", "1"]
    result = CliRunner().invoke(main, ["run", "phosphate-series", "--no-figure", *short])
    assert result.exit_code == 0, result.stderr
    assert [line.split("│")[2].strip() for line in result.stdout.splitlines() if "│ slow" in line] == (
        ["1", "2", "4", "8", "15", "30"]
    )
    with xr.open_dataset(tmp_path / "phosphate-series.h5") as ds:
        assert ds.attrs["figure"] == "phosphate-series"
        assert dict(ds.sizes)["condition"] == 12


EXPERIMENTS = [
    name for name in shipped_scenarios() if isinstance(read(name), FibreScenario) and read(name).series is not None
]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_shipped_experiments_name_their_figure_and_cover_both_fibres(name: str) -> None:
    s = read(name)
    assert s.figure == name
    assert {condition.motor_units[0].fibre for condition in s.conditions} == {"slow", "fast"}
    assert s.description


def test_no_coordinate_may_take_the_name_of_a_recorded_variable() -> None:
    imposed = {"protocol": {"load": {"time_s": [0.01, 0.02], "value": [10.0, 10.0]}}}
    held = FibreSimulation.reserved_names(scenario(record={"snapshot_interval_ms": 1.0}, series=None, **imposed))
    assert held | {"checkpoint"} == TAKEN | {"fibre"}  # the fibre may vary, and is called so
