"""A sweep holds the bits of single runs, however it is cut, ordered or interrupted, and does only what is missing."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

import sarcomere
from sarcomere import open_run, read, record
from sarcomere.cli import main
from sarcomere.ensemble.design.sweep import Sweep
from sarcomere.ensemble.shards import shard
from sarcomere.ensemble.shards.folder import dumps, read_manifest, shard_path
from sarcomere.ensemble.shards.shard import Task
from sarcomere.ensemble.shards.verify import verify
from sarcomere.ensemble.workers.driver import planned, serially
from tests.support.loop_scenario import TABLE as LOOP_TABLE
from tests.support.sweeps import FAILING, FEW_ITERATIONS, SMALL, asked, contents, counting, do, small

VARY = ["chemistry.atp_mM=8,2,1"]
OF_A_RUN = ("replicate", "force", "ca", "head_state_fraction", "atp_used", "muscle_force", "dwell_count")
SET_BY_SHARD = ("shard", "file_sha256")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small(tmp_path_factory.mktemp("scenario"))


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shard for every replicate."""
    monkeypatch.setattr(shard, "AIM_S", 1e-6)


def opened(folder: Path, name: str) -> xr.Dataset:
    with open_run(shard_path(folder, name)) as ds:
        loaded = ds.load()
    loaded.attrs = {key: value for key, value in loaded.attrs.items() if key not in SET_BY_SHARD}
    return loaded


def joined(folder: Path) -> dict[tuple[int, int], dict[str, bytes]]:
    """Bytes of every variable by point and replicate."""
    manifest, found = read_manifest(folder), {}
    assert manifest is not None
    for one in manifest.shards:
        with h5py.File(shard_path(folder, one.name)) as file:
            for i in range(one.size):
                run = {name: np.asarray(file[name][i]).tobytes() for name in OF_A_RUN}
                found[one.point, one.first + i] = run
    return found


def test_a_shard_is_the_file_that_a_run_leaves(scenario: str, tmp_path: Path) -> None:
    do(asked(scenario, VARY, replicates=2, seed=5), tmp_path / "f")
    values = {"chemistry.atp_mM": 2, "run.seed": 5, "run.replicates": 2}
    manifest = read_manifest(tmp_path / "f")
    assert manifest is not None
    with open_run(record(read(scenario, values), tmp_path / "run.h5")) as run:
        xr.testing.assert_identical(opened(tmp_path / "f", manifest.shards[1].name), run.load())
        other = opened(tmp_path / "f", manifest.shards[0].name)
        assert not other.identical(run)  # the comparison sees another point


def test_long_runs_are_written_block_by_block_to_the_same_file(scenario: str, tmp_path: Path) -> None:
    long = {"record.sample_interval_ms": 0.1, "run.duration_s": 0.15, "record.snapshot_interval_ms": 50.0}
    do(asked(scenario, settings=long), tmp_path / "f")
    manifest = read_manifest(tmp_path / "f")
    assert manifest is not None
    with open_run(record(read(scenario, long), tmp_path / "run.h5")) as run:
        assert run.sizes["time"] == 1501
        xr.testing.assert_identical(opened(tmp_path / "f", manifest.shards[0].name), run.load())


def test_a_run_of_the_loop_is_the_file_that_a_run_leaves(tmp_path: Path) -> None:
    lines = [f"title = {json.dumps(LOOP_TABLE['title'])}", "mtu_length = 0.9"]
    for table in ("run", "pool", "terminals"):
        lines += [f"[{table}]", *(f"{key} = {value}" for key, value in LOOP_TABLE[table].items())]
    lines += ["[muscle]", "explicit_units = 0"]
    for entry in LOOP_TABLE["interventions"][:2]:
        lines += ["[[interventions]]", *(f"{key} = {json.dumps(value)}" for key, value in entry.items())]
    (tmp_path / "loop.toml").write_text("\n".join(lines))
    do(asked(tmp_path / "loop.toml", ["mtu_length=0.9,1.0"], replicates=2), tmp_path / "f")
    manifest = read_manifest(tmp_path / "f")
    assert manifest is not None
    values = {"mtu_length": 1.0, "run.replicates": 2}
    with open_run(record(read(str(tmp_path / "loop.toml"), values), tmp_path / "run.h5")) as run:
        assert run.sizes["spike"] > 10
        xr.testing.assert_identical(opened(tmp_path / "f", manifest.shards[1].name), run.load())


def test_neither_the_size_of_shards_nor_their_order_changes_a_bit(
    scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shuffled(tasks: Sequence[Task]):  # type: ignore[no-untyped-def]
        return serially(random.Random(1).sample(tasks, len(tasks)))

    wanted = asked(scenario, VARY, replicates=3)
    do(wanted, tmp_path / "whole")
    monkeypatch.setattr(shard, "AIM_S", 1e-6)
    do(wanted, tmp_path / "single", shuffled)
    assert len(contents(tmp_path / "whole")) == 3
    assert len(contents(tmp_path / "single")) == 9
    whole = joined(tmp_path / "whole")
    assert whole == joined(tmp_path / "single")
    assert len({run["force"] for run in whole.values()}) == 9  # which all differ


def test_again_does_nothing_and_a_damaged_shard_alone_is_redone(
    scenario: str, tmp_path: Path, one_by_one: None
) -> None:
    wanted, folder = asked(scenario, VARY, replicates=2), tmp_path / "f"
    do(wanted, folder)
    before, made = contents(folder), list[str]()
    assert do(wanted, folder, counting(made)).made == 0
    cut, gone, other = sorted(before)[:3]
    (folder / "shards" / cut).write_bytes(before[cut][:-100])
    (folder / "shards" / gone).unlink()
    (folder / "shards" / other).write_bytes(before[gone])  # sound, but not what its name says
    assert do(wanted, folder, counting(made)).made == 3
    assert sorted(f"{name}.h5" for name in made) == [cut, gone, other]
    assert contents(folder) == before


GROWING = {
    "values": ({"vary": ["chemistry.atp_mM=8,1"]}, {"vary": ["chemistry.atp_mM=0.5,8,2,1"]}, 2, 2),
    "a second value of each": (
        {"vary": ["chemistry.atp_mM=8", "chemistry.pi_mM=1"]},
        {"vary": ["chemistry.atp_mM=8,4", "chemistry.pi_mM=2,1"]},
        1,
        3,
    ),
    "replicates": ({"vary": VARY, "replicates": 2}, {"vary": VARY, "replicates": 3}, 6, 3),
    "sobol": ({"sobol": 4, "vary": ["chemistry.pi_mM=0:9"]}, {"sobol": 11, "vary": ["chemistry.pi_mM=0:9"]}, 4, 7),
    "points": (
        {"points": [{"chemistry.pi_mM": 1.0}]},
        {"points": [{"chemistry.pi_mM": 2.0}, {"chemistry.pi_mM": 1}]},
        1,
        1,
    ),
}


@pytest.mark.parametrize("case", GROWING.values(), ids=GROWING)
def test_more_keeps_what_is_done(case: tuple, scenario: str, tmp_path: Path, one_by_one: None) -> None:
    few, many, kept, new = case
    do(asked(scenario, **few), tmp_path / "grown")
    before, made = contents(tmp_path / "grown"), list[str]()
    report = do(asked(scenario, **many), tmp_path / "grown", counting(made))
    assert (report.runs, report.made, len(made), len(before)) == (kept + new, new, new, kept)
    after = contents(tmp_path / "grown")
    assert {name: after[name] for name in before} == before
    do(asked(scenario, **many), tmp_path / "once")
    assert contents(tmp_path / "once") == after
    assert dumps(read_manifest(tmp_path / "once")) == dumps(read_manifest(tmp_path / "grown"))  # type: ignore[arg-type]


def test_128_sobol_points_keep_the_first_64(scenario: str) -> None:
    ranges = ["chemistry.atp_mM=0.1:8:log", "chemistry.pi_mM=0:20"]
    names = {}
    for n in (64, 128):
        plan = planned(asked(scenario, ranges, sobol=n), "anywhere")
        names[n] = [one.name for one in plan.manifest.shards]
        values = np.array([[point[key] for key in point] for point in plan.manifest.points])
        assert (values.min(0) >= [0.1, 0]).all()
        assert (values.max(0) <= [8, 20]).all()
        assert values.shape == (n, 2)
    assert names[128][:64] == names[64]
    below = (np.log(values[:, 0] / 0.1) < np.log(80) / 2).sum()
    assert below == 64  # balanced on the logarithm, as no chance would have it
    other = planned(asked(scenario, ranges, sobol=64, seed=9), "anywhere")
    assert other.manifest.points != plan.manifest.points[:64]


def test_parts_make_the_whole(scenario: str, tmp_path: Path, one_by_one: None) -> None:
    wanted = asked(scenario, VARY, replicates=2)
    do(wanted, tmp_path / "whole")
    for number in (2, 1, 3):
        report = sarcomere.sweep(scenario, VARY, replicates=2, folder=tmp_path / "parts", workers=1, part=(number, 3))
        assert (report.runs, report.made) == (2, 2)
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_names_are_short_unless_a_run_has_them(scenario: str) -> None:
    keys = {"chemistry.atp_mM": [8, 4], "motor_units.0.fibre": ["slow", "fast"], "drive.train.count": [1, 2]}
    manifest = planned(asked(scenario, keys), "anywhere").manifest
    assert [dim.name for dim in manifest.dims] == ["atp_mM", "motor_units_0_fibre", "count"]
    assert manifest.dims[1].values == ["slow", "fast"]
    assert [p["drive.train.count"] for p in manifest.points] == [1, 2] * 4  # the last changes fastest
    twice = planned(asked(scenario, {"run.seed": [1, 2], "record.sample_interval_ms": [1.0, 2.0]}), "anywhere").manifest
    assert [dim.name for dim in twice.dims] == ["seed", "sample_interval_ms"]


def test_a_failing_point_is_kept_told_and_tried_again_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small(tmp_path)
    command = ["sweep", "small.toml", "--vary", FAILING, "--workers", "1", "-o", "f", "--set"]
    command.append("numerics.max_iterations=2")
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 1, first.stderr
    assert re.search(
        r"Failed: numerics.force_tolerance_pN = 1e-09, replicates 0 to 0: Force balance left", first.stderr
    )
    assert "--retry-failed" in first.stderr
    assert "Runs: 1 in f, 1 of them new; 1 failed" in first.stdout
    (kept,) = (tmp_path / "f" / "failed").iterdir()
    assert json.loads(kept.read_text())["kind"] == "SolverError"
    asked_for = list[str]()
    wanted = asked("small.toml", [FAILING], settings=FEW_ITERATIONS)
    assert len(do(wanted, tmp_path / "f", counting(asked_for)).failures) == 1
    assert asked_for == []
    assert len(do(wanted, tmp_path / "f", counting(asked_for), retry_failed=True).failures) == 1
    assert len(asked_for) == 1
    said = CliRunner().invoke(main, ["status", "f"])
    assert said.exit_code == 0
    assert "runs: 1 done, 1 failed, 0 missing" in said.stdout
    assert "Failed: numerics.force_tolerance_pN = 1e-09" in said.stderr


def test_an_altered_byte_is_found(scenario: str, tmp_path: Path) -> None:
    do(asked(scenario, VARY), tmp_path / "f")
    assert verify(tmp_path / "f")._replace(strangers=[]) == (3, 0, [], [])
    a, b, c = sorted((tmp_path / "f" / "shards").iterdir())
    chunk = read_chunk(a)
    a.write_bytes(a.read_bytes().replace(chunk, chunk[:-1] + bytes([chunk[-1] ^ 1])))
    b.write_bytes(b.read_bytes().replace(b"calcium released since", b"calcium released sinse"))
    c.write_bytes(c.read_bytes()[: c.stat().st_size // 2])
    found = verify(tmp_path / "f")
    assert (found.sound, found.missing) == (0, 0)
    assert sum("was altered since" in fault for fault in found.faults) == 2
    assert sum("is truncated" in fault for fault in found.faults) == 1
    result = CliRunner().invoke(main, ["verify", str(tmp_path / "f")])
    assert (result.exit_code, "0 sound, 3 bad" in result.stdout) == (1, True)


def read_chunk(path: Path) -> bytes:
    """Stored bytes of the first chunk of the force."""
    with h5py.File(path, "r") as file:
        return bytes(file["force"].id.read_direct_chunk((0, 0, 0))[1])


NAME = """
import sys
from sarcomere.ensemble.shards.shard import name_of
from sarcomere.scenario.reading import read
print(name_of(read(sys.argv[1])))
"""


def test_the_name_of_a_shard_does_not_depend_on_the_process(tmp_path: Path) -> None:
    files = [f"{i}.csv" for i in range(6)]
    for i, name in enumerate(files):
        (tmp_path / name).write_text(f"motor_unit,time_s\n1,0.00{i}\n")
    series = f'[[series.vary]]\nkey = "drive.discharge_file"\nvalues = {json.dumps(files)}\n'
    drive = 'discharge_file = "0.csv"'
    lines = [drive if line.startswith("train") else line for line in SMALL.splitlines()]
    (tmp_path / "driven.toml").write_text("\n".join([*lines, series]))
    command = [sys.executable, "-c", NAME, str(tmp_path / "driven.toml")]
    processes = [
        subprocess.Popen(command, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=-1, text=True) for seed in "12"
    ]
    one, other = (process.communicate()[0] for process in processes)
    assert re.fullmatch(r"[0-9a-f]{16}\n", one)
    assert one == other


def test_a_part_overwrites_nothing(scenario: str, tmp_path: Path) -> None:
    do(asked(scenario, VARY), tmp_path / "f")
    before = contents(tmp_path / "f")
    with pytest.raises(sarcomere.InputError, match=r"neighbours' work would be overwritten; remove the folder first"):
        sarcomere.sweep(scenario, VARY, folder=tmp_path / "f", part=(1, 2), overwrite=True)
    assert contents(tmp_path / "f") == before


def test_many_points_are_checked_before_anything_runs(scenario: str) -> None:
    wanted = Sweep(scenario=scenario, grid=[{"key": "chemistry.atp_mM", "values": [i / 100 for i in range(1, 301)]}])
    names = {one.name for one in planned(wanted, "anywhere").manifest.shards}
    assert len(names) == 300
