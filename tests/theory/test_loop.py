"""The closed loop: what the exchange window and the lattices' step may not change, and what is conserved.

Statistical tests fix the seed and compare 12 persons with the same 12 (paired) or with others (Welch).  A loop that is
right fails one of the 3 paired comparisons, beyond 5.5 standard errors of 11 degrees of freedom, once in 1500; one of
the 3 unpaired ones, beyond 6 of at least 5, once in 200.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from sarcomere.simulation.api import run as simulate
from sarcomere.simulation.loop import LoopSimulation
from sarcomere_kernels import types as k
from tests.support.loop_scenario import NO_LATTICE, TABLE, scenario
from tests.support.same import differing

EFFORT = {"interventions": [{"kind": "effort", "at_s": 0.02, "x": 1.0, "hold_s": 0.5}]}
SPIKES, IMPULSES = (["spike_unit", "spike_time"], ["fibre_ap_unit", "fibre_ap_time"])


def every(ms: int) -> dict[str, Any]:
    return {"numerics": {"exchange_ms": ms}}


def without(*parts: str) -> dict[str, Any]:
    return {"switches": dict.fromkeys(parts, False)}


@pytest.mark.parametrize("ms", [1, 2, 10])
def test_without_reflexes_spikes_are_the_same_for_any_exchange(ms: int) -> None:
    changes = (NO_LATTICE, without("reflexes"), EFFORT)
    reference, other = simulate(scenario(*changes)), simulate(scenario(*changes, every(ms)))
    assert reference.sizes["spike"] > 50
    assert not differing(other, reference, SPIKES)
    assert "fascicle_length" in differing(other, reference, ["fascicle_length"])  # the tendon follows a window late


@pytest.mark.parametrize(("ms", "seed"), [(1, 3), (1, 4), (10, 3)])
def test_a_loop_cut_open_is_the_same_for_any_exchange_down_to_the_heads(ms: int, seed: int) -> None:
    """No reflexes, no terminals, no potassium, no chemistry, a stiff tendon: only the way forward is left.

    Some impulses fall into the second half of a window's last step.
    """
    stiff = {"muscle": {"explicit_units": 2, "tendon": {"stretch": 0.0}}, "run": {"duration_s": 0.2, "seed": seed}}
    changes = (stiff, without("reflexes", "terminals", "potassium", "chemistry"), EFFORT)
    reference, other = simulate(scenario(*changes)), simulate(scenario(*changes, every(ms)))
    names = [*SPIKES, *IMPULSES, "force", "head_state_fraction", "ca", "ca_released", "relative_force"]
    assert reference.force.max() > 10
    assert not differing(other, reference, names)


def test_with_reflexes_spikes_are_the_same_until_force_has_been_felt() -> None:
    """Forces of windows of other length differ, and come back with the delay of the nerve."""
    changes = (NO_LATTICE, without("terminals"), EFFORT)
    five, one = simulate(scenario(*changes)), simulate(scenario(*changes, every(1)))
    first = float(five.fibre_ap_time.min()) + 0.014
    before = [ds.spike_time.values[ds.spike_time.values < first] for ds in (five, one)]
    assert before[0].size > 5
    assert np.array_equal(*before)
    assert differing(five, one, ["x_base", "x_inhibition"])


def persons(ms: int, **reflex: float) -> dict[str, np.ndarray]:
    """Metrics of 12 persons, each with its own pool and chances, the same for any window."""
    far = {"run": {"duration_s": 0.7, "replicates": 12}, "reflex": {"gain_ib": 0.5, **reflex}, "mtu_length": 1.05}
    ds = simulate(scenario(NO_LATTICE, far, EFFORT, every(ms)))
    late = ds.isel(time=slice(20, 60))
    return {
        "spikes": np.bincount(ds.spike_replicate.values, minlength=12).astype(float),
        "force": late.relative_force.mean("time").values.astype(float),
        "inhibition": late.x_inhibition.mean("time").values.astype(float),
    }


def paired_misses(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> dict[str, float]:
    """Mean difference of pairs beyond half a percent of the mean, in its standard errors."""
    found = {}
    for name in a:
        apart = a[name] - b[name]
        beyond = max(abs(apart.mean()) - 0.005 * abs(b[name].mean()), 0.0)
        found[name] = beyond / max(apart.std(ddof=1) / np.sqrt(apart.size), 1e-12)
    return found


def test_closed_loop_metrics_do_not_depend_on_the_exchange() -> None:
    five, two = persons(5), persons(2)
    misses = paired_misses(five, two)
    assert five["inhibition"].mean() > 0.1
    assert max(misses.values()) < 5.5, misses
    control = paired_misses(five, persons(5, gain_ib=0.45))  # a tenth less inhibition
    assert max(control.values()) > 5.5, control


TETANUS = {
    "pool": {"x_base": -1.0, "synapses": {"antidromic_share": 1.0, "volley": 0.0}},
    "mtu_length": 1.0,
    "interventions": [{"kind": "stimulation", "at_s": 0.01, "frequency_Hz": 60.0, "count": 100}],
}


def tetanus(step_ms: float, seed: int, **changes: Any) -> xr.Dataset:
    """Twelve persons' representatives stimulated alike: what differs between them is chance of the heads and units."""
    run = {"run": {"duration_s": 0.3, "replicates": 12, "seed": seed}, "numerics": {"step_ms": step_ms}, **changes}
    return simulate(scenario(without("terminals", "potassium", "junction"), TETANUS, run), threads=2)


def test_half_the_step_of_the_lattices_gives_the_same() -> None:
    metrics = []
    for step, seed in ((0.2, 1), (0.1, 2)):
        ds = tetanus(step, seed)
        late = ds.isel(time=slice(15, None))
        used = ds.atp_used.isel(time=-1) - ds.atp_used.isel(time=15)
        metrics.append(
            {
                "force": late.relative_force.mean("time").values,
                "atp": used.mean("group").values,
                "calcium": ds.ca_pumped.isel(time=-1).mean("group").values,
            }
        )
    coarse, fine = metrics
    for name in coarse:
        a, b = coarse[name].astype(float), fine[name].astype(float)
        error = np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size)
        beyond = max(abs(a.mean() - b.mean()) - 0.01 * b.mean(), 0.0)
        assert beyond < 6 * error, (name, a.mean(), b.mean(), error)
        assert error < 0.05 * b.mean(), name  # or the test would tell nothing


def test_nothing_oscillates_between_windows() -> None:
    """In a fused contraction fascicles settle: force and length, told each other a window late, do not ring."""
    ds = tetanus(0.2, 1, record={"sample_interval_ms": 5})
    length = ds.fascicle_length.values[:, 30:].astype(float)
    steps = np.diff(length, axis=1)
    steps -= steps.mean(axis=1, keepdims=True)
    ringing = (steps[:, 1:] * steps[:, :-1]).sum() / (steps**2).sum()
    assert ringing > -0.3
    assert np.abs(steps).max() < 1e-3  # L0; the tendon gives 0.04


ALL_REACHED = {"pool": {"synapses": {"antidromic_share": 1.0}}}  # by the stimuli
HEADS = 0.1924  # mM: 294 a thick filament in 2.03e6 nm3 of lattice, which is 0.8 of the fibre
CONDITIONS: dict[str, list[dict[str, Any]]] = {
    "as it is": [],
    "cuff": [{"interventions": [*TABLE["interventions"], {"kind": "cuff", "at_s": 0.0}]}],
    "McArdle": [{"energy": {"glycolysis": 0.0}}],
    "exhausted": [
        {"energy": {"glycolysis": 0.0, "oxidation": 0.0, "pcr_mM": 0.001, "creatine_mM": 0.01, "atp_mM": 0.005}}
    ],
    "books only": [without("chemistry")],
    "twitch model": [NO_LATTICE, {"run": {"duration_s": 1.0}}],
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_energy_made_less_energy_spent_is_what_the_stores_lost(condition: str) -> None:
    simulation = LoopSimulation(scenario(ALL_REACHED, *CONDITIONS[condition]))
    loop = simulation.loops[0]
    s = loop.metabolism
    before = s.energy.copy()
    for _ in simulation.blocks():
        pass
    assert s.used.min() > 0
    assert s.made - s.used == pytest.approx(s.energy - before, rel=1e-6, abs=1e-9)
    assert s.pi + s.energy == pytest.approx(s.pi[0] + s.energy[0], rel=1e-12)  # phosphate stays
    assert (s.shortfall.min() > 1e-5) == (condition == "exhausted")
    if condition == "exhausted":
        assert s.atp.min() < 0.01


@pytest.mark.parametrize("condition", ["as it is", "exhausted", "books only"])
def test_books_hold_what_heads_pumps_and_action_potentials_of_the_lattices_used(condition: str) -> None:
    """From the lattices' own counters, worked out here: two calcium and two potassium an ATP."""
    e = scenario(ALL_REACHED, *CONDITIONS[condition])
    simulation = LoopSimulation(e)
    loop = simulation.loops[0]
    impulses = np.zeros(2)
    for block in simulation.blocks(block=1):
        unit = block.columns["fibre_ap_unit"] - 1
        impulses += [(unit == loop.constants.representative[g]).sum() for g in range(2)]
    for group, lattice in loop.lattices.items():
        state = lattice.state
        heads = HEADS * state.counters[k.Count.ATP_USED] / state.head_state.size
        pumps = state.calcium[k.Pool.PUMPED] * 1e-3 / 2.0
        aps = impulses[group] * 0.025 * 0.15 / 2.0
        rest = e.energy.basal_mM_s * e.run.duration_s
        whole = loop.metabolism.used[group] + loop.metabolism.shortfall[group]
        assert whole - pumps - aps - rest == pytest.approx(heads, rel=1e-3)
        assert min(abs(heads), pumps, aps) > 1e-4  # heads that find no ATP give theirs back


def stored(loop: Any, group: int) -> tuple[float, float]:
    """All calcium of a lattice's fibre, and the part of it on regulatory units, uM of myoplasm."""
    state, fibre = loop.lattices[group].state, loop.lattices[group]._models.base.fibre
    on_units = float(state.ru_calcium.sum() * fibre.ru_concentration)
    ca = state.calcium
    return float(ca[k.Pool.CYTOSOL] + on_units + fibre.sr_volume * (ca[k.Pool.SR] + ca[k.Pool.CSQ])), on_units


@pytest.mark.parametrize("condition", ["as it is", "exhausted"])
def test_calcium_of_every_lattice_is_conserved(condition: str) -> None:
    """Through stimuli, a stretch, a walk and changing chemistry, at every window."""
    simulation = LoopSimulation(scenario({"numerics": {"chemistry_tolerance": 0.01}}, *CONDITIONS[condition]))
    loop = simulation.loops[0]
    before = {group: stored(loop, group)[0] for group in loop.lattices}
    chemistry = {group: lattice.chemistry.copy() for group, lattice in loop.lattices.items()}
    most_on_units = 0.0
    for _ in range(60):
        loop.advance()
        for group in loop.lattices:
            total, on_units = stored(loop, group)
            assert total == pytest.approx(before[group], rel=1e-10)
            most_on_units = max(most_on_units, on_units / total)
    assert most_on_units > 0.01  # what a sum without them would miss
    for group, lattice in loop.lattices.items():
        assert lattice.state.calcium[k.Pool.RELEASED] > 100.0
        assert not np.array_equal(lattice.chemistry, chemistry[group])
