"""What a protocol imposes is what happens: lengths, loads, chemistry, slack, and the steps chosen for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sarcomere import FibreScenario
from sarcomere import run as simulate
from sarcomere.half_sarcomere.control import fibre_models
from sarcomere.half_sarcomere.models import Conditions
from sarcomere.half_sarcomere.schedule import Timetable
from sarcomere.half_sarcomere.variables import SERIES
from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.protocol import CHEMISTRY
from sarcomere.scenario.reading import read
from sarcomere.simulation.api import record
from sarcomere.simulation.fibre import FibreSimulation
from tests.support.same import differing, load

SAMPLED = [variable.name for variable in SERIES]


def scenario(duration: float = 0.1, n_thick: int = 1, **tables: dict) -> FibreScenario:
    """A fast fibre, active from the start unless a course of pCa says otherwise."""
    drive = {} if "pCa" in tables.get("protocol", {}) else {"pCa": 4.5}
    return from_dict(
        {
            "title": "protocol",
            "run": {"duration_s": duration, "seed": 3},
            "drive": drive,
            "motor_units": [{"id": 1, "fibre": "fast"}],
            "lattice": {"n_thick": n_thick},
            **tables,
            "numerics": {"step_ms": 0.1, **tables.get("numerics", {})},
        }
    )


def course(time_s: list[float], value: list[float] | float, **more: object) -> dict:
    """A table of a course."""
    return {"time_s": time_s, "value": value, **more}


# Everything at once: jumps and ramps of length, an isotonic release, ramps of chemistry, calcium.
BUSY = {
    "length": course([0, 0.01, 0.01, 0.02, 0.03], [0, 0, -4, -4, 10], relative=True),
    "load": course([0.06, 0.08], [0.5, 0.3], relative=True),
    "pCa": course([0, 0.002, 0.002, 0.05, 0.06], [6, 6, 4.5, 4.5, 4.7]),
    "atp_mM": course([0, 0.04, 0.05], [8, 8, 1]),
    "temperature_C": course([0, 0.09, 0.09], [37, 37, 30]),
}


def one(values: xr.DataArray) -> np.ndarray:
    """A record of the only half-sarcomere."""
    return values.squeeze().values


def test_imposed_lengths_are_followed_exactly() -> None:
    ds = simulate(scenario(protocol={"length": course([0, 0.06, 0.06, 0.08, 0.09], [1300, 1300, 1290, 1290, 1320])}))
    time = ds.time.values
    expected = np.interp(time, [0, 0.06, 0.06 + 1e-9, 0.08, 0.09], [1300, 1300, 1290, 1290, 1320])
    assert np.allclose(one(ds.hs_length), expected, rtol=0, atol=1e-9)  # the sample at a jump is the one before it
    before, after = one(ds.force)[60], one(ds.force)[61]
    assert after < 0.9 * before


def test_the_course_begins_where_the_half_sarcomere_is() -> None:
    ds = simulate(scenario(0.002, protocol={"length": course([0, 0.001], [1500, 1500])}))
    assert np.allclose(one(ds.hs_length), 1500.0, rtol=0, atol=1e-9)
    assert np.array_equal(
        one(ds.force), one(simulate(scenario(0.002, run={"duration_s": 0.002, "seed": 3, "hs_length": 1500.0})).force)
    )


def test_a_relative_course_counts_from_the_length_of_the_run() -> None:
    absolute = scenario(protocol={"length": course([0, 0.05, 0.05], [1300, 1300, 1290])})
    relative = scenario(protocol={"length": course([0, 0.05, 0.05], [0, 0, -10], relative=True)})
    assert not differing(simulate(absolute), simulate(relative), [*SAMPLED])


def test_an_isotonic_release_holds_its_load() -> None:
    s = scenario(0.3, n_thick=4, protocol={"load": course([0.2, 0.24], 0.3, relative=True, reference_ms=10.0)})
    ds = simulate(s)
    force, length, imposed = one(ds.force), one(ds.hs_length), one(ds["load"])
    held = np.isfinite(imposed)
    assert np.flatnonzero(held).tolist() == list(range(201, 241))
    assert np.allclose(force[held], imposed[held], rtol=0.01, atol=0)
    assert np.isclose(imposed[held][0], 0.3 * force[191:201].mean(), rtol=0.1)  # samples, not every step
    assert (np.diff(length[205:241]) < 0).all()
    assert np.allclose(length[241:], length[240], rtol=0, atol=1e-9)  # held where it was
    assert force[-1] > 2 * force[240]


def test_a_load_in_piconewton_may_change() -> None:
    ds = simulate(scenario(0.15, n_thick=2, protocol={"load": course([0.1, 0.12, 0.12, 0.14], [300, 300, 100, 200])}))
    expected = np.interp(ds.time, [0.1, 0.12, 0.12 + 1e-9, 0.14], [300, 300, 100, 200])
    held = np.isfinite(one(ds["load"]))
    assert np.allclose(one(ds.force)[held], expected[held], rtol=0, atol=0.2)  # 0.01 pN at each of 60 nodes


def test_a_load_may_be_there_from_the_start() -> None:
    ds = simulate(scenario(0.02, protocol={"load": course([0.0, 0.02], 20)}))
    imposed = one(ds["load"])
    assert np.isnan(imposed[0])  # what is sampled at time zero comes before the first step
    assert (imposed[1:] == 20).all()
    assert np.allclose(one(ds.force)[1:], 20, rtol=0, atol=0.05)


def test_a_tendon_is_left_stretched_by_the_load_that_was_held() -> None:
    s = scenario(0.2, n_thick=2, mechanics={"series_compliance": 0.2}, protocol={"load": course([0.1, 0.12], 150.0)})
    ds = simulate(s)
    assert (
        abs(one(ds.hs_length)[121] - one(ds.hs_length)[120]) < 6.0
    )  # it shortens on; a tendon let go would give 30 nm


def test_released_beyond_zero_force_ends_that_only_pull_leave_it_slack() -> None:
    release = course([0, 0.1, 0.1], [0, 0, -80], relative=True)
    slack = simulate(scenario(0.16, n_thick=2, protocol={"length": {**release, "slack": True}}))
    force, length = one(slack.force), one(slack.hs_length)
    while_slack = length[101:] > 1220.01
    assert 5 < while_slack.sum() < 30
    assert np.allclose(force[101:][while_slack], 0.0, rtol=0, atol=0.05)
    assert (force[101:] > -0.05).all()
    assert np.allclose(length[101:][~while_slack], 1220.0, rtol=0, atol=1e-9)
    stiff = simulate(scenario(0.16, n_thick=2, protocol={"length": release}))
    assert one(stiff.force)[101:].min() < -50  # ends that push


@pytest.mark.parametrize(
    ("name", "value", "smaller"), [("pi_mM", 30.0, True), ("temperature_C", 15.0, True), ("atp_mM", 0.02, False)]
)
def test_a_jump_of_the_chemistry_changes_the_force(name: str, value: float, smaller: bool) -> None:
    before = getattr(scenario().chemistry, name)
    s = scenario(0.4, n_thick=4, protocol={name: course([0, 0.2, 0.2], [before, before, value])})
    ds = simulate(s)
    ratio = float(ds.force.sel(time=slice(0.3, 0.4)).mean() / ds.force.sel(time=slice(0.1, 0.2)).mean())
    assert ratio < 0.9 if smaller else ratio > 1.1
    assert ds[name].dims == ("replicate", "motor_unit", "time")
    assert (one(ds[name])[[0, 200, 201, 400]] == np.float32([before, before, value, value])).all()


def test_a_jump_at_the_start_is_the_same_as_that_chemistry_throughout() -> None:
    jump = simulate(scenario(protocol={"pi_mM": course([0, 0.05], [20, 20])}))
    assert not differing(jump, simulate(scenario(chemistry={"pi_mM": 20.0})), SAMPLED)


def test_a_ramp_of_the_chemistry_is_followed_in_intervals() -> None:
    table = Timetable(scenario(protocol={"pi_mM": course([0, 0.02, 0.04, 0.06], [4, 4, 24, 24])}))
    assert table.segment(0).chemistry[CHEMISTRY.index("pi_mM")] == 4
    pieces = [table.segment(step) for step in range(200, 400, 50)]
    assert [(piece.first, piece.last) for piece in pieces] == [(200, 250), (250, 300), (300, 350), (350, 400)]
    assert np.allclose([p.chemistry[CHEMISTRY.index("pi_mM")] for p in pieces], [6.5, 11.5, 16.5, 21.5])
    assert table.segment(1000).chemistry[CHEMISTRY.index("pi_mM")] == 24


def test_the_pump_slows_without_atp_and_the_leak_stays() -> None:
    s = scenario(protocol={"atp_mM": course([0, 0.02, 0.02], [8, 8, 0.3])})
    models = fibre_models(s, "fast")
    baths = (s.chemistry.model_copy(update={"atp_mM": atp}) for atp in (8.0, 0.3))
    before, after = (models.model(Conditions(bath)).fibre for bath in baths)
    assert before == models.base.fibre
    half = 0.3 * (1.0 + 20.0 / 88.0)  # mM ATP at half speed of the pump, 20 uM ADP competing
    assert np.isclose(after.v_pump / before.v_pump, 0.3 / (0.3 + half) * (8.0 + half) / 8.0)
    assert (after.k_leak, after.atp_total) == (before.k_leak, 300.0)


def test_calcium_follows_its_course() -> None:
    ds = simulate(scenario(protocol={"pCa": course([0, 0.02, 0.02, 0.06, 0.08], [9, 9, 4.5, 4.5, 6])}))
    ca = one(ds.ca)
    assert np.allclose(ca[:21], 1e-3, rtol=1e-6)
    assert np.allclose(ca[21:60], 10**1.5, rtol=1e-6)
    assert np.isclose(ca[70], 10 ** (6 - 5.25), rtol=0.02)  # held over each step at its middle
    assert one(ds.force)[15] < 20 < one(ds.force)[60]


def test_a_course_from_a_file_is_the_same_as_its_points(tmp_path: Path) -> None:
    (tmp_path / "length.csv").write_text("# nm\ntime_s,value\n0,1300\n0.05,1300\n0.05,1290\n")
    text = 'title = "t"\n[run]\nduration_s = 0.1\n[drive]\npCa = 4.5\n[[motor_units]]\nid = 1\n[lattice]\nn_thick = 1\n'
    (tmp_path / "mine.toml").write_text(text + '[protocol.length]\nfile = "length.csv"\n')
    found = read(str(tmp_path / "mine.toml")).protocol.length
    assert found is not None
    assert (found.time_s, found.value, found.file) == ([0, 0.05, 0.05], [1300, 1300, 1290], None)


STEPS = {  # protocol, numerics, step at which to look, its halvings (of 0.1 ms)
    "nothing moves": ({}, {}, 0, 0),
    "slow ramp": ({"length": course([0, 0.1], [0, 100], relative=True)}, {}, 10, 0),
    "fast ramp": ({"length": course([0, 0.01], [0, 100], relative=True)}, {}, 10, 2),
    "fast ramp, coarser": ({"length": course([0, 0.01], [0, 100], relative=True)}, {"length_step_nm": 1.0}, 10, 0),
    "fastest ramp": ({"length": course([0, 0.001], [0, 100], relative=True)}, {}, 5, 5),
    "after a ramp": ({"length": course([0, 0.01], [0, 100], relative=True)}, {}, 100, 0),
    "before a jump": ({"length": course([0, 0.01, 0.01], [0, 0, 5], relative=True)}, {}, 99, 0),
    "after a jump": ({"length": course([0, 0.01, 0.01], [0, 0, 5], relative=True)}, {}, 100, 2),
    "after a jump, finer": (
        {"length": course([0, 0.01, 0.01], [0, 0, 5], relative=True)},
        {"fine_step_ms": 0.01},
        149,
        4,
    ),
    "settled": ({"length": course([0, 0.01, 0.01], [0, 0, 5], relative=True)}, {}, 150, 0),
    "settled at once": ({"length": course([0, 0.01, 0.01], [0, 0, 5], relative=True)}, {"settle_ms": 0.0}, 100, 0),
    "force control": ({"load": course([0.01, 0.05], 100.0)}, {}, 300, 2),
    "after force control": ({"load": course([0.01, 0.05], 100.0)}, {}, 520, 2),
    "long after force control": ({"load": course([0.01, 0.05], 100.0)}, {}, 550, 0),
}


@pytest.mark.parametrize("case", STEPS.values(), ids=STEPS)
def test_steps_follow_the_protocol(case: tuple) -> None:
    protocol, numerics, step, expected = case
    assert Timetable(scenario(protocol=protocol, numerics=numerics)).segment(step).halvings == expected


def test_finer_steps_agree_with_the_rule() -> None:
    release = {"load": course([0.2, 0.22], 0.3, relative=True, reference_ms=20.0)}
    speeds = []
    for numerics in ({}, {"step_ms": 0.05, "fine_step_ms": 0.0125}):
        ds = simulate(
            scenario(
                0.22,
                n_thick=4,
                protocol=release,
                numerics=numerics,
                run={"duration_s": 0.22, "seed": 3, "replicates": 6},
            )
        )
        speeds.append((ds.hs_length.isel(time=205) - ds.hs_length.isel(time=220)).squeeze().values / 15.0)
    a, b = speeds
    error = np.hypot(a.std(ddof=1), b.std(ddof=1)) / np.sqrt(a.size)
    assert abs(a.mean() - b.mean()) < 4 * error  # false alarm once in some thousand seeds


@pytest.fixture(scope="module")
def busy() -> xr.Dataset:
    return simulate(scenario(n_thick=1, protocol=BUSY))


@pytest.mark.parametrize("block", [1, 7, 64])
def test_blocks_change_no_bit_of_a_protocol(block: int, busy: xr.Dataset) -> None:
    s = scenario(n_thick=1, protocol=BUSY)
    simulation = FibreSimulation(s)
    blocks = list(simulation.blocks(block=block))
    assert not differing(simulation.dataset(*blocks), busy)


@pytest.mark.parametrize("block", [1, 9])
def test_blocks_change_no_bit_of_slack(block: int) -> None:
    s = scenario(
        0.08, protocol={"length": course([0, 0.04, 0.04, 0.06, 0.061], [0, 0, -60, -60, 0], relative=True, slack=True)}
    )
    simulation = FibreSimulation(s)
    blocks = list(simulation.blocks(block=block))
    assert not differing(simulation.dataset(*blocks), simulate(s))


@pytest.mark.parametrize("interval", [0.5, 5.0])
def test_samples_do_not_touch_a_protocol(interval: float, busy: xr.Dataset) -> None:
    other = simulate(scenario(protocol=BUSY, record={"sample_interval_ms": interval, "snapshot_interval_ms": 2.5}))
    common = np.intersect1d(np.round(other.time * 1e4), np.round(busy.time * 1e4)) * 1e-4
    a, b = (ds.sel(time=common, method="nearest") for ds in (other, busy))
    assert not differing(a, b, [*SAMPLED, "load"])


@pytest.mark.parametrize("block", [10, 55, 70])
def test_a_protocol_that_is_interrupted_goes_on_to_the_same_bits(block: int, busy: xr.Dataset, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(simulation: FibreSimulation) -> None:
        if simulation.samples_done >= block - 1:
            raise StoppedError

    s, path = scenario(protocol=BUSY), tmp_path / "run.h5"
    with pytest.raises(StoppedError):
        record(s, path, block=block, progress=stop)
    record(s, path, resume=True)
    assert not differing(load(path), busy)


LATE = slice(0.216, 0.23)
RUN = {"duration_s": 0.23, "seed": 3, "replicates": 8}


def isotonic_speed(load: float) -> np.ndarray:
    """Shortening velocity under a load (pN), nm/s, by replicate."""
    ds = simulate(scenario(n_thick=4, run=RUN, protocol={"load": course([0.2, 0.23], load)}))
    length = ds.hs_length.sel(time=LATE).squeeze()
    return -length.polyfit("time", 1).polyfit_coefficients.sel(degree=1).values


@pytest.mark.parametrize("load", [120.0, 160.0, 200.0])
def test_ramps_give_the_force_velocity_curve_of_isotonic_releases(load: float) -> None:
    """Two errors of eight half-sarcomeres, 4 s.e.m.; false alarm once in some thousand seeds."""
    speed = isotonic_speed(load)
    slope = (isotonic_speed(load - 20.0).mean() - isotonic_speed(load + 20.0).mean()) / 40.0  # nm/s per pN
    fall = float(speed.mean()) * 0.03
    # after a release that takes up the elastic elements, as the isotonic one does
    ramp = course([0, 0.2, 0.2, 0.23], [0, 0, -6, -6 - fall], relative=True)
    ds = simulate(scenario(n_thick=4, run=RUN, protocol={"length": ramp}))
    force = ds.force.sel(time=LATE).mean("time").squeeze()
    error = np.hypot(float(force.std(ddof=1)), speed.std(ddof=1) / slope) / np.sqrt(8)
    assert abs(float(force.mean()) - load) < 4 * error
    assert 0.0 < error < 10.0
