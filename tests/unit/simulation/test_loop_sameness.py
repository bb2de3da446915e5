"""The same seed gives the same loop: however it is kept and sampled, and a checkpoint holds all that changes."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sarcomere.errors import InputError
from sarcomere.organs.variables import EVENTS, recorded
from sarcomere.simulation.api import record
from sarcomere.simulation.api import run as simulate
from sarcomere.simulation.loop import LoopSimulation
from tests.support.loop_scenario import NO_LATTICE, RESTING, kept, put_back, scenario, unlike
from tests.support.same import differing, of_replicate
from tests.support.stopping import StoppedError, stop_after

SAMPLED = [variable.name for variable in recorded(2)]
FLAT = [f"{event.name}_{column}" for event in EVENTS for column in ("replicate", "unit", "time")]
MUCH = {"spike": 100, "fibre_ap": 100, "terminal": 5}  # how many of each at least, so that every part is tried


@pytest.fixture(scope="module")
def reference() -> xr.Dataset:
    ds = simulate(scenario())
    assert all(ds.sizes[name] >= least for name, least in MUCH.items()), ds.sizes
    assert ds.force.max() > 10
    return ds


@pytest.mark.parametrize("block", [1, 7, 30])
def test_blocks_in_memory_change_no_bit(block: int, reference: xr.Dataset) -> None:
    simulation = LoopSimulation(scenario())
    assert not differing(simulation.dataset(*simulation.blocks(block=block)), reference)


@pytest.mark.parametrize("interval", [5, 20])
def test_the_sample_interval_does_not_touch_the_course(interval: int, reference: xr.Dataset) -> None:
    other = simulate(scenario({"record": {"sample_interval_ms": interval}}))
    fine, coarse = (other, reference) if interval < 10 else (reference, other)
    both = [name for name in SAMPLED if name != "fibre_ap_rate"]  # a mean over the interval
    assert not differing(fine.isel(time=slice(None, None, 2)), coarse, [*both, *FLAT])
    pairs = fine.fibre_ap_rate.values[:, 1:].reshape(1, -1, 2).mean(axis=2)
    assert pairs == pytest.approx(coarse.fibre_ap_rate.values[:, 1:], rel=1e-5)


def test_everything_rests_at_time_zero(reference: xr.Dataset) -> None:
    start = reference.isel(time=0)
    rest = {name: fibre.calcium for name, fibre in scenario().fibres.items()}
    assert start.ca.values[0] == pytest.approx([rest[name].ca_rest_uM for name in start.group_fibre.values])
    assert start.ca_sr.values[0] == pytest.approx([rest[name].sr_rest_mM * 1e3 for name in start.group_fibre.values])
    for name in ("ca_released", "ca_pumped", "atp_used", "atp_made", "fibre_ap_rate", "relative_force", "fatigue"):
        assert not start[name].any(), name
    assert start.force.values == pytest.approx(start.titin_force.values)
    assert start.mtu_length.item() == start.fascicle_length.item() == pytest.approx(0.9)
    at_rest = scenario(RESTING, NO_LATTICE, {"run": {"duration_s": 0.01}})
    x_base = simulate(at_rest).x_base.values[0]  # with what spindles of a short muscle no longer send
    assert x_base[0] == pytest.approx(x_base[1], abs=1e-3)
    assert x_base[0] < at_rest.pool.x_base - 0.01


def test_time_zero_is_balanced_and_under_what_is_imposed() -> None:
    cuff = {"interventions": [{"kind": "cuff", "at_s": 0.0, "flow": 0.2, "duration_s": 1.0}]}
    ds = simulate(scenario(cuff, {"run": {"duration_s": 0.05}})).isel(replicate=0)
    titin = (ds.titin_force * ds.group_weight).sum("group")
    assert (ds.passive_force / titin).values == pytest.approx(float((ds.passive_force / titin)[-1]), rel=1e-5)
    assert ds.muscle_force.values[0] == ds.passive_force.values[0] > 0
    still = simulate(scenario(cuff, NO_LATTICE, {"run": {"duration_s": 0.05}})).isel(replicate=0)
    assert still.flow.values[0] == pytest.approx(still.flow.values[1], rel=1e-3) == pytest.approx(0.2, rel=0.01)
    for name in ("passive_force", "pressure"):
        assert still[name].values[0] == pytest.approx(still[name].values[1], rel=1e-5)


def test_the_order_of_events_does_not_depend_on_blocks() -> None:
    found = []
    for block in (4, 7, 30):
        simulation = LoopSimulation(scenario({"run": {"replicates": 2}}, NO_LATTICE))
        found.append(simulation.dataset(*simulation.blocks(block=block)))
    ds = found[0]
    assert not any(differing(ds, other) for other in found[1:])
    for event in EVENTS:
        assert (np.diff(ds[f"{event.name}_replicate"].values) < 0).any()
        assert (np.diff(ds[f"{event.name}_time"].values) >= 0).all()
        for n in range(2):
            times = of_replicate(ds, n)[f"{event.name}_time"].values
            assert times.size
            assert (np.diff(times) >= 0).all()


def test_a_resumed_run_goes_on_with_every_array_as_it_was(tmp_path: Path) -> None:
    path, s = tmp_path / "run.h5", scenario({"run": {"replicates": 2, "duration_s": 0.24}})
    whole, resumed = LoopSimulation(s), []
    blocks = whole.blocks(block=12)
    next(blocks)
    halfway = kept(whole)
    for _ in blocks:
        pass
    assert set(unlike(halfway, kept(whole))) > {
        "loop_scalars",
        "nerve_pool_stream",
        "excitation_aps_step",
        "reflex_line",
    }

    def meet(simulation: LoopSimulation) -> None:
        if simulation.samples_done == 12 and not resumed:
            assert not unlike(kept(simulation), halfway)
        resumed.append(simulation)

    with pytest.raises(StoppedError):
        record(s, path, block=12, progress=stop_after(12))
    record(s, path, block=12, resume=True, progress=meet)
    assert resumed[0] is resumed[-1]
    assert not unlike(kept(resumed[-1]), kept(whole))


# What is made anew from the rest before it is read; filaments' nodes only begin the search for force balance there.
REMADE = {"muscle_force", "metabolism_atp", "metabolism_adp"} | {
    f"lattice{group}_{name}" for group in range(2) for name in ("mechanics", "thick_shift", "thin_shift")
}


def test_an_array_left_out_of_a_checkpoint_would_be_noticed() -> None:
    """Negative control: put back all but one, go on for a sample, and something is not as it should be."""
    simulation = LoopSimulation(scenario({"pool": {"x_base": 0.25}}))  # heads are at work in both lattices
    fresh, loop = kept(simulation), simulation.loops[0]

    def go_on() -> dict[str, list[np.ndarray]]:
        for _ in range(2):
            loop.advance()
        return kept(simulation)

    next(simulation.blocks(block=20))
    saved = kept(simulation)
    after, moved, unnoticed = go_on(), unlike(fresh, saved), set()
    for name in moved:
        put_back(simulation, fresh)
        put_back(simulation, saved, but=name)
        with contextlib.suppress(InputError):  # the pool counts its steps
            if not unlike(go_on(), after):
                unnoticed.add(name)
    assert len(moved) > 90
    assert unnoticed <= REMADE, unnoticed
