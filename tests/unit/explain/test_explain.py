"""Courses, replays and rules of an explanation."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import sarcomere
from sarcomere.errors import InputError
from sarcomere.explain import Attribution, Explanation, Observed
from sarcomere.explain.counterfactuals import (
    ABLATIONS,
    ablated,
    control,
    prepared,
    probed,
    reference,
    steady_table,
    stopped,
    stretched,
    unlike_shipped,
    windows,
)
from sarcomere.explain.explanation import Drive, Measured, Stop
from sarcomere.explain.sentences import sentences
from sarcomere.explain.verdict import contrast, held_by
from sarcomere.parameters import load_fibre
from sarcomere.recording.replay import of_cramp_run, of_lattice_run
from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.course_reduction import moved, stepwise, thinned
from sarcomere.scenario.random_streams import of_ablation

TINY = {
    "title": "tiny",
    "run": {"duration_s": 0.3, "replicates": 2},
    "drive": {"train": {"frequency_Hz": 20.0, "start_s": 0.05, "count": 4}},
    "motor_units": [{"id": 1}, {"id": 7}],
    "lattice": {"n_thick": 1},
}


def test_thinned_courses_stay_within_their_tolerance() -> None:
    time = np.linspace(0, 3, 3001)
    value = np.sin(5 * time) + np.where(time > 2, 1.0, 0.0)
    course = thinned(time, value, 0.01)
    assert len(course["time_s"]) < 100
    assert np.abs(np.interp(time, course["time_s"], course["value"]) - value).max() <= 0.01 + 1e-9


def test_stepwise_courses_jump_by_little_more_than_their_tolerance() -> None:
    time = np.linspace(0, 1, 1001)
    value = 8 * np.exp(-3 * time)
    course = stepwise(time, value, 0.02)
    held = np.array(course["value"])[np.searchsorted(course["time_s"], time, side="right") - 1]
    assert np.abs(held / value - 1).max() < 0.025
    assert len(course["time_s"]) < 2 * 3 / 0.02 + 3


def test_a_move_adds_to_a_course() -> None:
    course = {"time_s": [0.0, 1.0, 2.0], "value": [0.0, 0.0, 10.0], "relative": True}
    found = moved(course, 1.5, 20.0, 1.0)
    at = [0.0, 1.0, 1.5, 2.0, 2.5, 3.0]
    assert np.interp(at, found["time_s"], found["value"]) == pytest.approx([0, 0, 5, 20, 30, 30])
    jump = moved(None, 0.5, -1.0, 0.0)
    assert jump["time_s"] == [0.0, 0.5, 0.5]
    assert jump["value"] == [0.0, 0.0, -1.0]


def test_a_replay_gives_the_bits_of_the_run() -> None:
    ds = sarcomere.run(from_dict(TINY), threads=2)
    again = sarcomere.run(of_lattice_run(ds, unit=7), threads=2)
    assert np.array_equal(again.force.values[:, 0], ds.force.values[:, 1])
    assert not np.array_equal(again.force.values[:, 0], ds.force.values[:, 0])


def cramp_run() -> xr.Dataset:
    """What the whole loop writes, in small: two groups, the second one the stronger, its ATP falling."""
    time = np.arange(0, 0.5, 0.001)
    shape = (1, 2, time.size)
    dims = ("replicate", "group", "time")
    force = np.ones(shape) * np.array([50.0, 100.0])[None, :, None]
    atp = np.stack([np.full(time.size, 8.0), 8.0 - 4.0 * time])[None]
    table = {"force": force, "titin_force": 0 * force, "imposed_length": 1300.0 - 10 * force / 100}
    table |= {"atp_mM": atp, "adp_uM": 0 * atp + 20.0, "pi_mM": 0 * atp + 4.0}
    known = {"lattice": {"n_thick": 2}, "run": {"duration_s": 0.5, "replicates": 1}}
    impulses = {"fibre_ap_time": [0.3, 0.1, 0.2], "fibre_ap_unit": [60, 60, 10], "fibre_ap_replicate": [0, 0, 0]}
    return xr.Dataset(
        {**{k: (dims, v) for k, v in table.items()}, **{k: ("fibre_ap", v) for k, v in impulses.items()}},
        coords={
            "replicate": [0],
            "time": time,
            "group_unit": ("group", [10, 60]),
            "group_fibre": ("group", ["slow", "fast"]),
        },
        attrs={"kind": "loop", "title": "Cramp", "parameters": json.dumps(known)},
    )


def test_a_cramp_whose_parameters_lack_the_run_is_refused() -> None:
    ds = cramp_run().assign_attrs(parameters=json.dumps({"lattice": {"n_thick": 2}}))
    with pytest.raises(InputError, match=r"run\.duration_s"):
        of_cramp_run(ds)


def test_a_cramp_is_replayed_by_its_strongest_group() -> None:
    s = of_cramp_run(cramp_run())
    assert s.motor_units[0].id == 60
    assert s.motor_units[0].fibre == "fast"
    assert s.drive.impulses_s == [0.1, 0.3]
    assert s.initial_length == 1290.0
    assert s.lattice.n_thick == 2
    assert s.protocol.atp_mM is not None
    assert s.protocol.atp_mM.value[-1] == pytest.approx(6.0, rel=0.03)
    assert of_cramp_run(cramp_run(), unit=10).drive.impulses_s == [0.2]


def test_twins_differ_in_what_they_say_alone() -> None:
    slow_pump = {"fibres": {"slow": {"calcium": {"v_pump_mM_s": 0.2}}}, "chemistry": {"atp_mM": 2.0}}
    ds = sarcomere.run(from_dict({**TINY, **slow_pump}), threads=2)
    s = prepared(of_lattice_run(ds, 1), replicates=2, n_thick=1)
    normal = control(s)
    assert normal.fibres["slow"] == load_fibre("slow")
    assert normal.chemistry.atp_mM == 8.0
    assert normal.drive == s.drive
    assert unlike_shipped(s) == {"calcium.v_pump_mM_s": (0.2, load_fibre("slow").calcium.v_pump_mM_s)}
    assert windows(s).hold == (pytest.approx(0.2), pytest.approx(1.7))
    changes = {a.name: ablated(s, a, ds.isel(motor_unit=[0]), 1) for a in ABLATIONS}
    assert changes["crossbridge_cooperativity"].fibres["slow"].regulation.crossbridge_cooperativity == 1.0
    assert changes["cooperativity"].fibres["slow"].regulation.cooperativity == 0.0
    assert changes["off_state"].fibres["slow"].off_state.k_off_return == 0.0
    assert changes["calcium"].protocol.pCa is not None
    assert changes["atp_mM"].chemistry.atp_mM == 8.0
    assert len({one.run.stream for one in (s, normal)}) == 2


OBSERVED = Observed(200.0, 5.0, 0.2, *[0.01] * 4, 18.0, 5.0, 0.13, *[0.1] * 7)
DRIVEN = Explanation(
    title="",
    unit=1,
    fibre="slow",
    drive=Drive(30, 0.0, 2.0, 15.0, 0.15, None),
    observed=OBSERVED,
    reference=OBSERVED,
    excess=Measured(0.0, 0.01),
    excess_driven=Measured(0.0, 0.01),
    stop=Stop(1.5, 0.2, 0.2),
    stretch=None,
    attributions=(),
    unlike_shipped={},
)


def judged(**changes: object) -> tuple[tuple[str, ...], str]:
    found = replace(DRIVEN, **changes)
    found = replace(found, held_by=held_by(found))
    assert all(any(c.isdigit() for c in sentence) for sentence in sentences(found))
    return found.held_by, contrast(found)


def removing(**shares: float) -> dict[str, object]:
    attributions = tuple(
        Attribution(a.name, a.mechanism, a.text, Measured(shares[a.name], 0.05)) for a in ABLATIONS if a.name in shares
    )
    return {"excess": Measured(0.8, 0.02), "attributions": attributions, "stop": Stop(1.5, np.nan, 0.2)}


def test_rules_tell_what_held() -> None:
    assert judged() == (("drive",), "voluntary or evoked contraction")
    assert judged(drive=DRIVEN.drive._replace(cv=0.45)) == (("drive",), "cramp")
    told = DRIVEN.drive._replace(cv=0.45, after_command=0.1)  # the command is known, and lasted
    assert judged(drive=told)[1] == "voluntary or evoked contraction"
    assert judged(drive=told._replace(cv=0.1, after_command=3.0))[1] == "cramp"
    assert judged(**removing(calcium=0.9, crossbridge_cooperativity=0.1)) == (("calcium",), "slow removal of calcium")
    assert judged(**removing(calcium=0.2, atp_mM=0.9)) == (("rigor_am",), "rigor contracture")
    assert judged(**removing(calcium=0.9, atp_mM=0.9))[0] == ("calcium",)  # the pump lacked ATP, heads did not
    rigor = OBSERVED._replace(rigor_am=0.5)
    assert judged(**removing(calcium=0.9, atp_mM=0.9), observed=rigor)[1] == "rigor contracture"
    stiff = OBSERVED._replace(cost=0.1 * OBSERVED.cost)  # few without nucleotide, but hardly cycling
    assert judged(**removing(calcium=0.9, atp_mM=0.9), observed=stiff) == (("rigor_am", "calcium"), "rigor contracture")
    assert judged(**removing(crossbridge_cooperativity=0.6, calcium=0.1)) == (("cooperative_hold",), "cooperative hold")
    assert judged(**removing(crossbridge_cooperativity=0.3, calcium=np.nan)) == (("unexplained",), "unexplained hold")
    assert judged(stop=Stop(1.5, 0.5, 0.2)) == (("unexplained",), "unexplained hold")
    assert judged(observed=OBSERVED._replace(force=3.0)) == ((), "no contraction")


def test_json_has_null_for_what_does_not_happen() -> None:
    found = replace(DRIVEN, observed=OBSERVED._replace(from_impulse=np.nan), excess=Measured(np.inf, 0.0))
    table = json.loads(found.to_json())
    assert table["observed"]["from_impulse"] is None
    assert table["excess"]["mean"] is None
    assert table["drive"]["rate"] == 15.0


def test_an_explanation_is_told_in_one_line() -> None:
    found = replace(DRIVEN, title="mine", held_by=("drive",), contrast="cramp", sentences=("5 < 6.",))
    assert repr(found) == "<Explanation 'mine', unit 1, slow: cramp, held by drive>"
    assert "<td>5 &lt; 6.</td>" in found._repr_html_()


def test_the_steady_table_draws_from_streams_of_its_own() -> None:
    s = prepared(from_dict({**TINY, "motor_units": [{"id": 1}], "run": {"duration_s": 0.3, "stream": 7}}), 2, 1)
    normal = control(s)
    table = [condition.run.stream for condition in steady_table(normal, 1300.0).conditions]
    assert table == list(range(108, 119))


@pytest.mark.parametrize("first", [0, 7])
def test_no_two_counterfactuals_share_a_stream(first: int) -> None:
    table = {**TINY, "motor_units": [{"id": 1}], "drive": {"impulses_s": [0.1]}}
    s = prepared(from_dict({**table, "run": {"duration_s": 0.3, "stream": first}}), 2, 1)
    normal = control(s)
    fused = reference(normal)
    ds = sarcomere.run(normal, threads=2)
    runs = [s, normal, fused, *steady_table(normal, 1300.0).conditions, stretched(s, 0.2)]
    runs += [probed(one, 0.2, 1.0) for one in (s, normal, fused)]
    for one in (s, normal):
        runs += [stopped(one, 0.2), *(ablated(one, a, ds, of_ablation(i)) for i, a in enumerate(ABLATIONS))]
    streams = [one.run.stream for one in runs]
    assert len(set(streams)) == len(streams)
    assert probed(s, 0.2, 1.0).run.stream == probed(s, 0.2, 1e-6).run.stream  # the two releases of a probe share one
