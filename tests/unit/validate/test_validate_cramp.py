"""The table of cramps: complete, its experiments runnable, its readings right.  What it finds is no test."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from sarcomere.analysis.discharge.delta_f import delta_f
from sarcomere.cli import main
from sarcomere.scenario.loop import LoopScenario
from sarcomere.scenario.reading import read, shipped_scenarios
from sarcomere.simulation.warm_up import load_kernels
from sarcomere.validate.cramp.arms import FIRST_SEED, MANY, Arm, Row, Seeds, mean, mean_change
from sarcomere.validate.cramp.measures import MEASURES
from sarcomere.validate.cramp.runner import ROWS, measure, run_all, run_job
from sarcomere.validate.cramp.running import checkpoint_after, fires_later, imposed_end, run_until_quiet
from sarcomere.validate.cramp.shocks import dip
from sarcomere.validate.cramp.threshold import ABOVE_HZ, GRID_HZ, lowest, with_train
from sarcomere.validate.targets import read_targets
from tests.support.refusal import refuse

pytestmark = pytest.mark.usefixtures("folder")

FOURTEEN = {
    1: ("control-mvc",),
    2: ("stim-below", "stim-at", "stim-above"),
    3: ("stim-blocked",),
    4: ("nocturnal-calf-cramp",),
    5: ("exercise-fatigue",),
    6: ("stretch-gentle", "stretch-abrupt"),
    7: ("walking",),
    8: ("hydration",),
    9: ("electrolyte",),
    10: ("oropharyngeal",),
    11: ("ischaemic-cuff",),
    12: ("rigor-mcardle",),
    13: ("sr-pump-slow",),
    14: ("tendon-stim",),
}
SMALL = {"pool.n_units": 10, "muscle.explicit_units": 0}


def scenario(name: str, **changes: object) -> LoopScenario:
    read_in = read(name, {**SMALL, **{key.replace("__", "."): value for key, value in changes.items()}})
    assert isinstance(read_in, LoopScenario)
    return read_in


@pytest.fixture(scope="session", autouse=True)
def loop_kernels() -> None:
    """Kernels of the loop that need no compiling, of which the command line would tell."""
    load_kernels("loop")


def test_every_row_has_targets_arms_and_a_way() -> None:
    targets = read_targets(table="cramp")
    assert {t.row for t in targets} == ROWS.keys()
    assert len({(t.row, t.line) for t in targets}) == len(targets)
    for t in targets:
        assert t.title, t
        assert t.quantity, t
        assert t.source, t
        assert t.needs or (t.low < t.high and t.how), t


def test_all_fourteen_scenarios_are_shipped_described_and_measured() -> None:
    for number, names in FOURTEEN.items():
        assert set(names) <= set(shipped_scenarios())
        used = {arm.scenario for arm in ROWS[number].arms.values()}
        assert used & set(names), (number, used)
        for name in names:
            assert 20 < len(read(name).description) < 100


def test_every_arm_is_a_scenario_and_has_a_measure() -> None:
    for row in ROWS.values():
        for arm in row.arms.values():
            assert arm.measure in MEASURES
            assert isinstance(read(arm.scenario, arm.changes), LoopScenario)
            assert arm.seeds.quick >= 2  # else there is no standard error
    assert MANY.full >= 20


READ = (
    *("size_order", "rate_low", "rate_high", "left", "emg_after", "delta_f", "force", "threshold", "emg_off", "emg"),
    *("units_left", "lasts", "rate", "cramp", "duration", "rate_first", "rate_last", "interval_cv", "by_itself", "end"),
    *("on", "off", "fresh", "rise", "kept", "lactate_half_time", "pain_half_time", "terminal_impulses", "k_peak"),
    *("lactate", "potassium", "pain", "pcr_under_cuff", "pcr_released", "force_change", "muscle_force", "spikes"),
    *("stiffness", "bound_stretched", "force_back", "force_half_time", "force_outlasts", "onset", "length", "depth"),
    *("rate_mean", "rate_min", "rate_max", "active_time", "doublets", "correlation", "units_total", "time"),
    *("pain_peak", "flow_least", "relative_force_peak"),
)


def test_every_line_is_read_from_what_its_arms_measure() -> None:
    """Readers get every name that measures give, at random: each line must come out a number."""
    rng = np.random.default_rng(1)
    for number, row in ROWS.items():
        made = {arm: xr.Dataset({name: ("replicate", rng.uniform(50, 60, 4)) for name in READ}) for arm in row.arms}
        values = row.read(made)
        for target in read_targets([number], "cramp"):
            assert target.needs or math.isfinite(values[target.line]), target


def test_standard_errors_are_those_of_a_paired_mean() -> None:
    row = Row(
        {"a": Arm("x", "a", Seeds(12, 2), 1.0), "b": Arm("x", "b", Seeds(10, 2), 1.0)},
        lambda r: {"change": mean_change(r["a"].x, r["b"].x)},
    )
    rng = np.random.default_rng(2)
    person = rng.normal(size=12)
    results = {}
    for name, shift in (("a", 1.0), ("b", 0.0)):
        for i, job in enumerate(row.arms[name].jobs(False)):
            results[job] = {"x": person[i] + shift + 0.1 * rng.normal()}
    a, b = ([results[job]["x"] for job in row.arms[name].jobs(False)][:10] for name in "ab")
    change = np.array(a) - np.array(b)
    values, errors = measure(row, False, results)
    assert values["change"] == pytest.approx(change.mean())
    assert errors["change"] == pytest.approx(change.std(ddof=1) / math.sqrt(10))
    assert errors["change"] < 0.1 < person.std(ddof=1) / math.sqrt(10)  # pairing pays


def test_means_are_over_those_who_have_a_value() -> None:
    assert mean(xr.DataArray([1.0, np.nan, 3.0])) == 2.0
    assert math.isnan(mean(xr.DataArray([np.nan, np.nan])))


@pytest.mark.parametrize("true", [*GRID_HZ, 41.0])
def test_bisection_finds_the_lowest_frequency(true: float) -> None:
    asked: list[float] = []

    def leaves(frequency: float) -> bool:
        asked.append(frequency)
        return frequency >= true

    assert lowest(leaves) == (true if true <= 40 else ABOVE_HZ)
    assert len(asked) == len(set(asked)) <= 5


def test_a_train_keeps_its_begin_and_gets_its_frequency() -> None:
    changed, end = with_train(scenario("stim-at"), 10.0, 4.5)
    assert end == pytest.approx(0.5 + 149 / 10)
    assert changed.run.duration_s == pytest.approx(end + 4.6, abs=0.06)
    assert imposed_end(changed) == end


def test_a_person_goes_on_from_a_state_as_if_never_interrupted() -> None:
    """The same spikes fall into a window of the second half, whether the run is whole or goes on; else they do not."""
    later = {"kind": "effort", "at_s": 0.2, "x": 1.0, "hold_s": 1.0}
    first = scenario("control-mvc", run__duration_s=0.6, interventions=[later])
    whole = scenario("control-mvc", run__duration_s=1.2, interventions=[later])
    window = (0.9, 1.0)
    checkpoint = checkpoint_after(first)
    counts = [n for n in range(1, 12) if fires_later(whole, window, n, None, 0.0)]
    assert counts
    assert counts == [n for n in range(1, 12) if fires_later(whole, window, n, checkpoint, 0.6)]
    rested = checkpoint_after(scenario("control-mvc", run__duration_s=0.6, interventions=[]))
    assert not np.array_equal(rested["nerve_pool_v_dendrite"], checkpoint["nerve_pool_v_dendrite"])


def test_a_run_is_cut_where_nothing_happens_any_more() -> None:
    short = {"kind": "effort", "at_s": 0.2, "x": 1.0, "hold_s": 0.5}
    changes = {"pool__preset": "control", "interventions": [short], "run__duration_s": 30.0}
    ds = run_until_quiet(scenario("nocturnal-calf-cramp", **changes))
    assert 5.0 < float(ds.time[-1]) < 15.0


def test_dip_of_a_made_up_electromyogram() -> None:
    edges = np.arange(-200.0, 162.0, 2.0)
    middle = 0.5 * (edges[:-1] + edges[1:])
    emg = np.where((middle > 48) & (middle < 115), 25.0, 100.0)
    found = dip(emg, edges)
    assert found["onset"] == pytest.approx(48, abs=3)
    assert found["length"] == pytest.approx(67, abs=4)
    assert found["depth"] == pytest.approx(0.75, abs=0.01)


def test_delta_f_of_made_up_units() -> None:
    """A control unit's rate follows a triangle; the test unit starts at 12/s of it and stops at 9.2/s."""
    grid = np.linspace(0, 10, 100_001)
    rate = 5 + 10 * (1 - np.abs(grid - 5) / 5)
    control = np.interp(np.arange(1, 90), np.cumsum(rate) * 1e-4, grid)
    test = np.arange(3.5, 8.0, 0.1)
    assert delta_f([control, test], 0.0, 10.0) == pytest.approx(2.8, abs=0.3)
    assert math.isnan(delta_f([control], 0.0, 10.0))
    assert math.isnan(delta_f([test, control], 0.0, 10.0))  # the control unit must be the smaller one


def test_workers_do_not_change_what_is_found() -> None:
    arm = Arm("after train", "stim-blocked", Seeds(2, 2), 1.0, {**SMALL, "interventions.1.count": 20})
    alone, together = run_all([arm], True, 1), run_all([arm], True, 2)
    assert alone.keys() == together.keys() == set(arm.jobs(True))
    for job, values in alone.items():
        np.testing.assert_equal(values, together[job])
    assert [job.seed for job in arm.jobs(True)] == [FIRST_SEED, FIRST_SEED + 1]
    np.testing.assert_equal(run_job(arm.jobs(True)[0]), alone[arm.jobs(True)[0]])


def test_a_row_runs_and_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Arm("contraction", "control-mvc", Seeds(2, 2), 1.0, {**SMALL, "run.duration_s": 13.0})
    monkeypatch.setitem(ROWS, 1, ROWS[1]._replace(arms={"control": small}))
    args = ["validate", "cramp", "--quick", "--rows", "1", "--threads", "1", "--json", "found.json"]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    found = json.loads(Path("found.json").read_text())
    assert found["rows"].keys() == {"1"}
    assert found["seed"] == f"{FIRST_SEED} to {FIRST_SEED + 1}"
    lines = {line["line"]: line for line in found["lines"]}
    assert lines.keys() == {t.line for t in read_targets([1], "cramp")}
    assert 5 < lines["rate_high"]["value"] < 60
    text = Path("cramp-validation.md").read_text(encoding="utf-8")
    assert "`sarcomere validate cramp --quick --rows 1`" in text
    assert text.startswith("# Measured cramps and ours")
    assert Path("cramp-validation.csv").exists()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["cramps"], ("'cramps'", "no table of targets", "did you mean 'cramp'?")),
        (["blood"], ("'blood'", "use one of: cramp, muscle")),
        (["cramp", "--rows", "18"], ("--rows", "no row 18", "1 to 17")),
        (["cramp", "--rows", "0"], ("no row 0",)),
        (["cramp", "--rows", "one"], ("--rows 'one'", "--rows 3,7,21")),
        (["cramp", "-o", "nowhere/table.md"], ("nowhere/table.md: the folder nowhere does not exist",)),
        (["cramp", "-o", "table.csv"], ("table.csv: would be written twice",)),
    ],
)
def test_bad_arguments_are_refused_before_the_work(args: list[str], words: tuple[str, ...]) -> None:
    refuse(["validate", *args], *words)
