"""What is told of cramps, link by link: each is seen in a shipped scenario, made short, beside what lacks the link.

Seeds are fixed; bounds are far from what is seen, so that another seed fails in less than one of a thousand.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sarcomere.analysis import cramp_episode, half_relaxation_time, trains
from sarcomere.scenario.loop import LoopScenario
from sarcomere.scenario.reading import read
from sarcomere.simulation.api import run as simulate
from sarcomere.validate.cramp.measures import MEASURES
from sarcomere.validate.cramp.muscle_rows import HEALTHY_PUMP

NIGHT = "nocturnal-calf-cramp"
QUICK = {"muscle.explicit_units": 0}
LATTICES = {"muscle.explicit_units": 2, "lattice.n_thick": 1}
BURST_S = 4.0  # end of the burst
# A full effort from 1 to 3.2 s.
EFFORT = {
    "run.duration_s": 4.2,
    "interventions.0.rise_s": 0.3,
    "interventions.0.hold_s": 1.6,
    "interventions.0.fall_s": 0.3,
}


@cache
def _run(name: str, changes: tuple[tuple[str, Any], ...]) -> xr.Dataset:
    scenario = read(name, {**dict(changes), "run.seed": 7})
    assert isinstance(scenario, LoopScenario)
    return simulate(scenario).isel(replicate=0)


def run(name: str, changes: dict[str, Any]) -> xr.Dataset:
    """One person in a shipped scenario with changes; each is run once."""
    return _run(name, tuple(changes.items()))


def night(**changes: Any) -> xr.Dataset:
    """The night's burst, no lattices; keys with __ for dots."""
    named = {key.replace("__", "."): value for key, value in changes.items()}
    return run(NIGHT, {**QUICK, "run.duration_s": 8.6 if named else 25.0, **named})


def firing(ds: xr.Dataset, start: float, stop: float, source: str = "fibre_ap") -> int:
    """Units that fire in a window, s."""
    return sum(train.size > 0 for train in trains(ds.expand_dims("replicate"), source, start, stop)[0])


def over(course: xr.DataArray, start: float, stop: float) -> float:
    """Mean in a window, s."""
    return float(course.sel(time=slice(start, stop)).mean())


def test_motoneurons_misfire() -> None:
    """nocturnal-calf-cramp: spikes go on after the drive in a prone pool, not in the control pool."""
    after = (BURST_S + 2.5, BURST_S + 4.5)
    assert firing(night(), *after, "spike") >= 20
    assert firing(night(pool__preset="control"), *after, "spike") == 0


def test_impulses_become_action_potentials_and_some_are_lost_at_high_rates() -> None:
    """stim-above: a stimulus gives an action potential; at 60 Hz junctions and membranes fail, without them none do."""
    changes = {"run.duration_s": 4.0, "pool.preset": "control", "interventions.0.frequency_Hz": 60.0}
    changes |= {"switches.terminals": False}
    stimulated, sure = run("stim-above", changes), run("stim-above", changes | {"switches.junction": False})
    aps, all_aps = stimulated.sizes["fibre_ap"], sure.sizes["fibre_ap"]
    assert 0.3 * all_aps < aps < 0.98 * all_aps
    assert float(stimulated.fibre_ap_time.min()) > 0.5


def test_calcium_unlocks_actin() -> None:
    """control-mvc with lattices: sites open after calcium rises, and close once it has gone; not in fibres at rest."""
    ds = run("control-mvc", {**LATTICES, **EFFORT})
    rest, held, after = (slice(0.1, 0.9), slice(1.9, 2.9), slice(4.0, None))
    active, idle = 0, 1  # the smaller representative takes part
    ca, opened = (ds[name].isel(group=active) for name in ("ca", "ru_open_fraction"))
    assert float(ca.sel(time=held).mean()) > 5 * float(ca.sel(time=rest).mean())
    assert float(opened.sel(time=held).mean()) > 0.25 > 0.1 > float(opened.sel(time=rest).mean())
    assert float(opened.sel(time=after).mean()) < 0.1
    assert float(ds.ru_open_fraction.isel(group=idle).max()) < 0.1


def test_heads_attach_pull_detach_and_attach_again() -> None:
    """control-mvc with lattices: while a steady share is attached, each head goes through many cycles of ATP."""
    ds = run("control-mvc", {**LATTICES, **EFFORT, "interventions.0.x": 3.0})
    held = slice(1.9, 2.9)
    bound = ds.head_state_fraction.sel(head_state=["A1", "A2", "A3"]).sum("head_state").sel(time=held)
    assert (bound.mean("time") > 0.05).all()
    assert (bound.mean("time") < 0.5).all()
    cycles = ds.atp_used.sel(time=held).isel(time=-1) - ds.atp_used.sel(time=held).isel(time=0)
    assert (cycles / (bound.mean("time")) > 3).all()  # per attached head
    assert ((ds.force - ds.titin_force).sel(time=held).mean("time") > 50).all()


def test_without_atp_heads_do_not_let_go() -> None:
    """rigor-mcardle, stores nearly empty: fibres stay stiff without a spike; with glycolysis they relax."""
    small = {
        "lattice.n_thick": 1,
        "energy.atp_mM": 1.0,
        "energy.pcr_mM": 1.0,
        "run.duration_s": 10.0,
        "interventions.1.hold_s": 6.0,
    }
    ds = run("rigor-mcardle", small)
    alive = run("rigor-mcardle", {**small, "energy.atp_mM": 8.2, "energy.pcr_mM": 33.0})
    assert firing(ds, 8.5, 10.0, "spike") == 0
    for record, stays in ((ds, True), (alive, False)):
        attached = record.head_state_fraction.sel(head_state=["A1", "A2", "A3", "RIGOR"]).sum("head_state")
        late = float(attached.sel(time=slice(9.5, None)).mean("time").max())  # of the fibres that worked most
        assert (late > 0.4) == stays
        assert stays or late < 0.1


def test_force_lasts_as_long_as_impulses_and_then_goes() -> None:
    """sr-pump-slow: a healthy pump lets force go in a fraction of a second; a slow one keeps it, without impulses."""
    times = []
    for changes in (HEALTHY_PUMP, {}):
        ds = run("sr-pump-slow", {"lattice.n_thick": 1, **changes})
        last = float(ds.fibre_ap_time.max())
        assert over(ds.relative_force, last - 0.3, last - 0.1) > 0.15
        times.append(float(half_relaxation_time(ds.relative_force, xr.DataArray(last))))
    assert times[0] < 0.4
    assert times[1] > 2 * times[0]


def test_flow_falls_with_force() -> None:
    """control-mvc: pressure of a contraction shuts vessels; a weak one leaves more."""
    strong, weak = (run("control-mvc", {**EFFORT, "interventions.0.x": x}) for x in (3.0, 0.5))
    assert over(strong.flow, 2.0, 2.9) < 0.2
    assert over(weak.flow, 2.0, 2.9) > 0.5
    assert over(strong.pressure, 2.0, 2.9) > 80 > over(weak.pressure, 2.0, 2.9)


def test_pain_rises_and_adds_to_contraction() -> None:
    """control-mvc: with pain comes input to the motoneurons, of the size of its gain."""
    arms = {
        gain: run("control-mvc", {**EFFORT, "interventions.0.x": 2.5, "reflex.gain_nociceptive": gain})
        for gain in (0.0, 0.5)
    }
    assert over(arms[0.0].pain, 2.0, 2.9) > 3
    added = over(arms[0.5].x_base - arms[0.0].x_base, 2.0, 2.9)
    assert 0.05 < added < 0.53
    late = {gain: int((ds.fibre_ap_time > 2.0).sum()) for gain, ds in arms.items()}  # once pain has reached the cord
    assert late[0.5] > 1.03 * late[0.0]


def test_a_cramp_ends_by_itself() -> None:
    """nocturnal-calf-cramp with inactivation of the persistent current hastened; without it most units go on."""
    arms = {}
    for share in (0.5, 0.0):
        changes = {"pool.pic.inactivation": share, "pool.pic.tau_inactivation_s": 4.0}
        arms[share] = run(NIGHT, {**QUICK, "run.duration_s": 20.0, **changes})
    begin, late = (4.5, 6.0), (16.0, 20.0)
    assert firing(arms[0.5], *begin) >= 20
    assert firing(arms[0.5], *late) < 0.5 * firing(arms[0.5], *begin)
    assert firing(arms[0.0], *late) > 0.5 * firing(arms[0.0], *begin)


def test_fatigue_shifts_excitation_and_inhibition() -> None:
    """exercise-fatigue: with its gains, tendon organs inhibit less and spindles excite more at the same force."""
    gains = {"reflex.fatigue_ia": 0.3, "reflex.fatigue_ib": 0.5, "run.duration_s": 5.0}
    fresh, tired = (run("exercise-fatigue", {**gains, "fatigue.start": start}) for start in (0.0, 1.0))
    assert over(tired.x_inhibition, 1.0, 5.0) < 0.8 * over(fresh.x_inhibition, 1.0, 5.0)
    assert over(tired.x_base, 1.0, 5.0) > over(fresh.x_base, 1.0, 5.0)
    grown = run("exercise-fatigue", {"run.duration_s": 15.0}).fatigue
    assert float(grown[-1]) > float(grown[0]) >= 0
    assert float(grown[-1]) > 0.003


def test_tendon_organs_inhibit_less_in_a_short_muscle() -> None:
    """tendon-stim without shocks: inhibition per force, short against long."""
    per_force = {}
    for length in (0.75, 1.1):
        ds = run("tendon-stim", {"run.duration_s": 2.4, "mtu_length": length})
        per_force[length] = over(ds.x_inhibition, 1.5, 2.4) / over(ds.relative_force, 1.5, 2.4)
    assert per_force[0.75] < 0.5 * per_force[1.1]


def test_stretch_releases_a_cramp() -> None:
    """stretch-gentle: the same cramp with and without the stretch at 10 s."""
    free = night()
    stretched = run("stretch-gentle", {"run.duration_s": 16.0})
    assert firing(free, 14.0, 16.0) >= 10
    late = {"time": slice(14.0, 16.0)}
    assert stretched.fibre_ap_rate.sel(late).sum() < 0.7 * free.fibre_ap_rate.sel(late).sum()


def test_movement_restores_flow() -> None:
    """walking: flow while walking off a cramp against flow in the cramp left alone."""
    walk = run("walking", {"run.duration_s": 25.0})
    free = night()
    assert over(walk.flow, 17.0, 25.0) > 1.5 * over(free.flow, 17.0, 25.0)


@pytest.mark.parametrize(
    "salts", [{"potassium_mM": 6.5}, {"sodium_mM": 125.0}, {"calcium_mM": 0.96}, {"magnesium_mM": 0.385}]
)
def test_salts_matter_modestly(salts: dict[str, float]) -> None:
    """electrolyte: a train under other plasma; motoneurons notice, but fire about as often."""
    train = {"at_s": 0.5, "count": 60, "frequency_Hz": 20.0}
    run_as = {"run.duration_s": 6.0, **{f"interventions.1.{key}": value for key, value in train.items()}}
    plain = run("electrolyte", {**run_as, "interventions.0.potassium_mM": 4.2})
    changes = {"interventions.0.potassium_mM": 4.2} | {f"interventions.0.{key}": v for key, v in salts.items()}
    ds = run("electrolyte", {**run_as, **changes})
    assert not np.array_equal(ds.spike_time, plain.spike_time)
    assert 0.7 < ds.sizes["spike"] / plain.sizes["spike"] < 1.4


def test_water_shifts_the_resting_drive_slowly_and_little() -> None:
    """hydration: the drink changes nothing before it is taken, and after a quarter of a minute next to nothing."""
    water = run("hydration", {"run.duration_s": 20.0})
    salted = run("hydration", {"run.duration_s": 20.0, "interventions.1.fluid": "electrolytes"})
    apart = abs(water.x_base - salted.x_base)
    assert float(apart.sel(time=slice(1.0, 5.0)).max()) == 0
    assert 0 < float(apart.sel(time=slice(15.0, 20.0)).mean()) < 0.01
    assert abs(firing(water, 15.0, 20.0) - firing(salted, 15.0, 20.0)) <= 5


def test_night_posture_lets_cramps_come() -> None:
    """nocturnal-calf-cramp: more units go on firing with the foot pointed than at a right angle."""
    after = (BURST_S + 2.5, BURST_S + 4.5)
    pointed, upright = firing(night(), *after), firing(night(mtu_length=1.0), *after)
    assert pointed >= 20
    assert upright < 0.8 * pointed


def test_a_short_cramp_damages_nothing() -> None:
    """nocturnal-calf-cramp with lattices: filaments keep their overlap, and no half-sarcomere is strained as by injury.

    Reported: the shortest and longest that any half-sarcomere was, against its length before the burst.
    """
    ds = run(NIGHT, {**LATTICES, "run.duration_s": 6.5})
    before = ds.hs_length.sel(time=slice(1.0, 1.9)).mean("time")
    strain = ds.hs_length / before - 1.0
    shortest, longest = float(strain.min()), float(strain.max())
    print(f"strain of the half-sarcomeres: {100 * shortest:.1f} to {100 * longest:.1f} %")
    assert shortest < -0.01  # it pulled
    assert shortest > -0.25
    assert longest < 0.05  # lengthened by more, active sarcomeres are injured
    assert bool(cramp_episode(ds.expand_dims("replicate")).cramp[0])


@pytest.mark.slow
def test_contracture_is_no_cramp() -> None:
    """rigor-mcardle whole: silent, stiff, not released by stretch, gone once ATP is back."""
    scenario = read("rigor-mcardle", {"run.seed": 7})
    assert isinstance(scenario, LoopScenario)
    found = MEASURES["contracture"](scenario)
    assert found["spikes"] == 0
    assert found["atp_least"] < 0.05
    assert found["force"] > 0.3
    assert found["stiffness"] > 1
    assert found["bound_stretched"] > 0.8
    assert found["force_back"] < 0.3
    assert np.isfinite(list(found.values())).all()
