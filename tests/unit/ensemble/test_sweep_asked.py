"""What a sweep is asked for: values of any plain kind, sweep files with options on top."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sarcomere
from sarcomere import InputError, open_ensemble, select_run
from sarcomere.ensemble.api import executor
from sarcomere.ensemble.design.sweep import Axis
from sarcomere.ensemble.design.sweep_file import read_points
from sarcomere.ensemble.shards.folder import read_manifest
from sarcomere.ensemble.workers.driver import serially
from sarcomere.scenario.reading import parse_override
from tests.support.sweeps import asked, do, small


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    return small(tmp_path)


def test_numbers_of_numpy_are_numbers(scenario: str, tmp_path: Path) -> None:
    plain = asked(scenario, {"chemistry.atp_mM": [2.0, 4.0]}, settings={"lattice.n_thick": 1}, seed=3)
    same = {
        "a list": [np.float64(2.0), np.float32(4.0)],
        "an array": np.array([2.0, 4.0]),
        "a tuple": (2.0, np.float64(4.0)),
    }
    for values in same.values():
        settings = {"lattice.n_thick": np.int64(1)}
        assert asked(scenario, {"chemistry.atp_mM": values}, settings=settings, seed=np.int64(3)) == plain
    points = [{"chemistry.atp_mM": np.float64(2.0)}]
    assert do(asked(scenario, points=points), tmp_path / "f").made == 1
    manifest = read_manifest(tmp_path / "f")
    assert manifest is not None
    assert manifest.points == [{"chemistry.atp_mM": 2.0}]


@pytest.mark.parametrize("value", [8.0, np.float64(8.0), None, True])
def test_one_value_is_no_list(scenario: str, value: Any, tmp_path: Path) -> None:
    words = r"^vary: chemistry\.atp_mM = .* is not a list; give a list of values, or put the value into settings\.$"
    with pytest.raises(InputError, match=words):
        sarcomere.sweep(scenario, {"chemistry.atp_mM": value}, folder=tmp_path / "f")


def test_numbers_need_no_digit_on_either_side_of_the_point(scenario: str, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("chemistry.atp_mM,title\n.5,a.\n2.,-.5e1\n")
    assert read_points(str(tmp_path / "p.csv")) == [
        {"chemistry.atp_mM": 0.5, "title": "a."},
        {"chemistry.atp_mM": 2.0, "title": -5.0},
    ]
    assert asked(scenario, ["chemistry.atp_mM=.5,1,2.,+.3e1"]).grid[0].values == [0.5, 1, 2.0, 3.0]
    assert parse_override("chemistry.atp_mM=.5") == ("chemistry.atp_mM", 0.5)
    assert parse_override("title=.") == ("title", ".")


@pytest.mark.parametrize("kind", ["grid", "points"])
def test_truth_values_are_labels(kind: str, scenario: str, tmp_path: Path) -> None:
    key = "run.regulated"
    design = {"vary": {key: [True, False]}} if kind == "grid" else {"points": [{key: True}, {key: False}]}
    do(asked(scenario, **design), tmp_path / "f")  # type: ignore[arg-type]
    for path in (tmp_path / "f", sarcomere.merge(tmp_path / "f", tmp_path / "all.h5")):
        ds = open_ensemble(path)
        assert ds.regulated.dtype == bool
        assert int(select_run(ds, regulated=False).sizes["replicate"]) == 1
        if kind == "grid":
            assert not ds.sel(regulated=False).regulated


STUDY = """\
scenario = "small.toml"
[[vary]]
key = "chemistry.atp_mM"
values = [8.0, 2.0]
[[vary]]
key = "chemistry.pi_mM"
values = [1.0, 3.0]
"""
RANGES = """\
scenario = "small.toml"
sobol = 4
[[vary]]
key = "chemistry.atp_mM"
from = 2.0
to = 8.0
"""
LIST = 'scenario = "small.toml"\npoints = "p.csv"\n'


@pytest.fixture
def study(scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here: sweep files of every design."""
    monkeypatch.chdir(tmp_path)
    Path("p.csv").write_text("chemistry.atp_mM\n8\n4\n")
    for name, text in (("study", STUDY), ("ranges", RANGES), ("list", LIST)):
        Path(f"{name}.toml").write_text(text)


def test_vary_comes_on_top_of_a_sweep_file(study: None) -> None:
    grid = asked("study.toml", ["chemistry.atp_mM=5,6", "chemistry.adp_uM=10,20"]).grid
    assert [(axis.key, axis.values) for axis in grid] == [
        ("chemistry.atp_mM", [5, 6]),
        ("chemistry.pi_mM", [1.0, 3.0]),
        ("chemistry.adp_uM", [10, 20]),
    ]
    wanted = asked("ranges.toml", ["chemistry.pi_mM=1:3"], sobol=8)
    assert ([r.key for r in wanted.ranges], wanted.sobol) == (["chemistry.atp_mM", "chemistry.pi_mM"], 8)
    both = ["chemistry.atp_mM=2:8", "chemistry.pi_mM=1:3"]
    assert asked("study.toml", both, sobol=8).design == "sobol"
    with pytest.raises(InputError, match=r"chemistry\.atp_mM is set twice"):
        asked("study.toml", ["chemistry.atp_mM=5,6", "chemistry.atp_mM=7,8"])


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("study", {"points": [{"mtu_length": 1.0}]}, r"\[\[vary\]\] of its own; leave out --points"),
        ("ranges", {"points": [{"mtu_length": 1.0}]}, r"\[\[vary\]\] of its own; leave out --points"),
        ("study", {"sobol": 8}, r"values of chemistry.atp_mM in \[\[vary\]\], and --sobol covers ranges; leave out"),
        ("study", {"sobol": 8, "vary": ["chemistry.atp_mM=2:8"]}, r"values of .*add --vary chemistry.pi_mM=low:high"),
        ("list", {"vary": ["chemistry.atp_mM=2,8"]}, r"\[\[points\]\] of its own; leave out --vary"),
        ("list", {"points": [{"chemistry.atp_mM": 1.0}]}, r"\[\[points\]\] of its own; leave out --points"),
        ("list", {"sobol": 8}, r"\[\[points\]\] of its own; leave out --sobol"),
    ],
)
def test_a_sweep_file_keeps_its_design(study: None, name: str, given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=rf"^{name}\.toml: has {words}.*\.$"):
        asked(f"{name}.toml", **given)


def test_a_whole_sweep_is_run_as_it_is(scenario: str, tmp_path: Path) -> None:
    grid = [Axis(key="chemistry.atp_mM", values=[2.0, 4.0])]
    wanted = sarcomere.Sweep(scenario=scenario, grid=grid, replicates=1)
    report = sarcomere.sweep(wanted, folder=tmp_path / "f", workers=1)
    assert repr(report) == f"<Report '{tmp_path / 'f'}': 2 runs, 2 of them new>"
    assert "2 runs, 2 of them new" in report._repr_html_()
    again = sarcomere.sweep(scenario, {"chemistry.atp_mM": [2.0, 4.0]}, replicates=1, folder=tmp_path / "f", workers=1)
    assert (again.runs, again.made) == (2, 0)
    with pytest.raises(InputError, match=r"^vary: the Sweep says it already; leave vary out"):
        sarcomere.sweep(wanted, {"chemistry.pi_mM": [1.0]}, folder=tmp_path / "g")
    with pytest.raises(InputError, match=r"^seed: the Sweep says it already; leave seed out"):
        sarcomere.sweep(wanted, folder=tmp_path / "g", seed=2)


def test_what_makes_the_shards_may_be_given() -> None:
    assert executor(serially) is serially
