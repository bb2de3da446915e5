"""From the cord to the fibre: delays by size, blocks, stimuli, ions, and impulses under way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sarcomere.errors import SolverError
from sarcomere.organs.impulse_queue import Queue
from sarcomere.simulation.api import run as simulate
from sarcomere.simulation.loop import LoopSimulation
from sarcomere_kernels.blood import Blood
from tests.support.loop_scenario import NO_LATTICE, RESTING, scenario

SURE: dict[str, Any] = {"switches": {"terminals": False, "junction": False}}  # every impulse arrives, none is added
EFFORT = {"kind": "effort", "at_s": 0.02, "x": 1.0, "hold_s": 0.4}
STIMULI = {"kind": "stimulation", "at_s": 0.05, "frequency_Hz": 25.0, "count": 5}
RELEASE_MS = 1.0 + 47.0 / 4 / 4.0  # junction, and the mean way along half a fibre


def run(*interventions: dict[str, Any], **changes: Any) -> xr.Dataset:
    return simulate(scenario(NO_LATTICE, {"run": {"duration_s": 0.4}, "interventions": list(interventions), **changes}))


def axon_ms(unit: int, metres: float, n_units: int = 12) -> float:
    """44 m/s for the smallest of the axons to 53 for the largest."""
    return 1e3 * metres / (44.0 + 9.0 * (unit - 0.5) / n_units)


def times(ds: xr.Dataset, event: str, unit: int) -> np.ndarray:
    return ds[f"{event}_time"].values[ds[f"{event}_unit"].values == unit]


def test_spikes_arrive_after_the_delay_of_their_axon_small_ones_last() -> None:
    ds = run(EFFORT, **SURE)
    shown = 0
    for unit in range(1, 13):
        spikes, aps = times(ds, "spike", unit), times(ds, "fibre_ap", unit)
        late = (aps - spikes[: aps.size]) * 1e3
        assert late == pytest.approx(np.full(aps.size, axon_ms(unit, 0.8) + RELEASE_MS), abs=0.15)
        assert spikes.size - aps.size <= 2  # still on their way
        shown += aps.size
    assert shown > 60
    assert axon_ms(1, 0.8) - axon_ms(12, 0.8) > 2.5


def test_stimuli_start_action_potentials_near_the_muscle_in_the_axons_they_reach() -> None:
    ds = run(STIMULI, pool={"x_base": -1.0, "synapses": {"volley": 0.0}}, **SURE)
    reached = [unit for unit in range(1, 13) if times(ds, "fibre_ap", unit).size]
    assert 4 <= len(reached) <= 10  # of 12, of which 60 % are reached
    for unit in reached:
        due = 50.0 + 40.0 * np.arange(5) + axon_ms(unit, 0.1) + RELEASE_MS
        assert times(ds, "fibre_ap", unit) * 1e3 == pytest.approx(due, abs=0.15)
    # antidromic spikes reach the same cells and no action potential comes back from them
    assert sorted(set(ds.spike_unit.values)) == reached


def test_a_blocked_nerve_lets_stimuli_reach_the_muscle_but_no_spike() -> None:
    block = {"kind": "nerve_block", "at_s": 0.0}
    spikes_only, both = run(EFFORT, block, **SURE), run(EFFORT, STIMULI, block, **SURE)
    assert spikes_only.sizes["spike"] > 60
    assert spikes_only.sizes["fibre_ap"] == 0
    assert both.sizes["fibre_ap"] >= 4 * 5
    # nor do stimuli reach the cord: its spikes are those without stimuli
    assert np.array_equal(both.spike_time, spikes_only.spike_time)
    assert both.sizes["spike"] < run(EFFORT, STIMULI, **SURE).sizes["spike"]  # negative control


def test_a_block_holds_for_its_time() -> None:
    ds = run(EFFORT, {"kind": "nerve_block", "at_s": 0.2, "duration_s": 0.1}, **SURE)
    way = np.array([axon_ms(unit, 0.8) + RELEASE_MS for unit in range(1, 13)]) * 1e-3
    left = ds.fibre_ap_time.values - way[ds.fibre_ap_unit.values - 1]
    assert not ((left > 0.2002) & (left < 0.2998)).any()
    assert (left < 0.2).sum() > 10
    assert (left > 0.3).sum() > 10
    assert ((ds.spike_time > 0.2) & (ds.spike_time < 0.3)).sum() > 10


def test_reflexes_do_not_pass_a_block() -> None:
    """Of afferents nothing is left; what they bring at rest is missing too."""
    x = {
        blocked: run(
            EFFORT, {"kind": "stretch", "at_s": 0.05, "over_s": 0.1, "mtu_length": 1.1},
            *([{"kind": "nerve_block", "at_s": 0.0}] if blocked else []),
        )
        for blocked in (False, True)
    }  # fmt: skip
    late = slice(30, None)  # what set out before has faded
    assert float(x[True].x_inhibition.isel(time=late).max()) < 1e-6
    assert float(x[False].x_inhibition.isel(time=late).min()) > 0.01


def rest(**plasma: float) -> LoopSimulation:
    changes = [{"kind": "electrolytes", "at_s": 0.0, "over_s": 1e-3, **plasma}] if plasma else []
    quiet = {"interventions": changes, "pool": {"x_base": -1.0}, "run": {"duration_s": 2.0}}
    simulation = LoopSimulation(scenario(NO_LATTICE, quiet))
    for _ in simulation.blocks():
        pass
    return simulation


def test_potassium_between_resting_fibres_follows_plasma() -> None:
    loop = rest(potassium_mM=6.2).loops[0]
    flow = float(loop.metabolism.blood[Blood.FLOW])
    rate = 1 / 8.0 + flow / 30.0
    assert loop.excitation.k_interstitial == pytest.approx(6.2 - 2.0 * math.exp(-2.0 * rate), abs=0.01)
    assert rest().loops[0].excitation.k_interstitial == pytest.approx(4.2, rel=1e-9)


def test_ions_around_motoneurons_follow_plasma_by_their_coupling(monkeypatch: pytest.MonkeyPatch) -> None:
    change = {"kind": "electrolytes", "at_s": 0.0, "over_s": 1e-3, "potassium_mM": 8.4, "calcium_mM": 0.6}
    loop = LoopSimulation(scenario(NO_LATTICE, {"interventions": [change]})).loops[0]
    seen, fire = [], loop.nerve.fire
    monkeypatch.setattr(loop.nerve, "fire", lambda *args: seen.append(args[4]) or fire(*args))
    loop.advance()
    loop.advance()
    assert seen[0] == pytest.approx({"potassium_mM": 4.0, "sodium_mM": 145.0, "calcium_mM": 1.2, "magnesium_mM": 1.0})
    shifted = {"potassium_mM": 4.4, "sodium_mM": 145.0, "calcium_mM": 1.2 * 0.95, "magnesium_mM": 1.0}
    assert seen[1] == pytest.approx(shifted)  # a tenth of the change


def test_little_calcium_and_much_magnesium_fail_the_junction() -> None:
    change = {"kind": "electrolytes", "at_s": 0.0, "over_s": 1e-3}
    aps = [
        run(EFFORT, {**change, **plasma}, switches={"terminals": False}).sizes["fibre_ap"]
        for plasma in ({"magnesium_mM": 0.55}, {"magnesium_mM": 5.0, "calcium_mM": 0.6})
    ]
    assert aps[0] > 60
    assert aps[1] < 0.1 * aps[0]


def test_potassium_in_plasma_paralyses_fibres() -> None:
    high = {"kind": "electrolytes", "at_s": 0.0, "over_s": 1e-3, "potassium_mM": 15.0}
    quick = {"potassium": {"tau_uptake_s": 0.01}, "fibre_ap": {"tau_tubule_s": 0.01}, "switches": {"terminals": False}}
    normal, paralysed = run(EFFORT, **quick), run(EFFORT, high, **quick)
    assert normal.sizes["fibre_ap"] > 0.8 * normal.sizes["spike"]
    assert paralysed.sizes["fibre_ap"] < 0.1 * paralysed.sizes["spike"]
    held = run(EFFORT, high, **{**quick, "switches": {"terminals": False, "potassium": False}})
    assert held.sizes["fibre_ap"] > 0.8 * held.sizes["spike"]


def test_switches_cut_what_they_say() -> None:
    whole = scenario(NO_LATTICE)
    assert simulate(whole).sizes["terminal"] > 0
    assert simulate(scenario(NO_LATTICE, {"switches": {"terminals": False}})).sizes["terminal"] == 0
    no_reflexes = simulate(scenario(NO_LATTICE, {"switches": {"reflexes": False}}))
    assert float(abs(no_reflexes.x_inhibition).max()) == 0.0
    still = simulate(scenario(NO_LATTICE, {"switches": {"potassium": False}}))
    assert float(abs(still.k_interstitial - 4.2).max()) < 1e-6
    assert float(abs(still.k_tubule_mM - 4.2).max()) < 1e-6


def test_a_resting_person_rests() -> None:
    ds = simulate(scenario(RESTING, {"pool": {"x_base": -1.0}, "run": {"duration_s": 0.5}}))
    assert ds.sizes["fibre_ap"] == 0
    assert float(ds.relative_force.max()) < 0.02
    assert float(abs(ds.flow - 1).max()) < 0.05
    assert float(ds.pcr_mM.min()) > 32.9


def test_a_queue_gives_back_in_order_of_time_and_unit_what_is_due() -> None:
    queue = Queue(6)
    queue.put(np.array([3, 1, 2], dtype=np.int32), np.array([30, 10, 20]))
    queue.put(np.array([0, 5], dtype=np.int32), np.array([20, 10]))
    unit, step = queue.take(21)
    assert (unit.tolist(), step.tolist()) == ([1, 5, 0, 2], [10, 10, 20, 20])
    unit, step = queue.take(30)
    assert unit.size == 0  # due at 30 is not before 30
    queue.put(np.array([4], dtype=np.int32), np.array([25]))
    unit, step = queue.take(31)
    assert (unit.tolist(), step.tolist()) == ([4, 3], [25, 30])
    assert queue.arrays["count"][0] == 0


def test_a_full_queue_says_so() -> None:
    queue = Queue(2)
    queue.put(np.array([1], dtype=np.int32), np.array([5]))
    with pytest.raises(SolverError, match="3 impulses are under way at once, room is for 2"):
        queue.put(np.array([1, 2], dtype=np.int32), np.array([6, 7]))
    assert queue.take(100)[0].tolist() == [1]
