"""The mean-field model that the constants are fitted with: against the master equation, the lattice, thermodynamics."""

from __future__ import annotations

import numpy as np
import pytest
from mean_field import Isometric, head
from mean_field.rates import Head
from mean_field.shortening import slide
from mean_field.steady import N_HEADS, N_SITES, Means, entries, isometric, means, strain
from mean_field.transients import COMPLIANCE, N_PHASES, develop

from sarcomere.parameters import Chemistry, LatticeParameters, load_fibre
from sarcomere_kernels import types as k
from tests.support.bench import RIGID, batch_mean, bench, fibre
from tests.theory.master_equation import solve_head
from tests.theory.test_crossbridges import ALWAYS_ON, LONELY, LOOSE

PHASES = 13
FIBRES = ("fast", "slow")
# Thin filaments over a whole period, so that sparse crowns meet sites at all phases.
SPARSE = LONELY.model_copy(update={"n_thick": 64, "thin_stagger": 35.75})


def held(h: Head, n_phases: int = PHASES) -> Means:
    """Heads that never go OFF and find every site free."""
    from_mdp, from_mt, attached = np.zeros((3, n_phases, N_SITES, 4))
    detached = np.zeros((n_phases, 2))
    entries(h, from_mdp, from_mt)
    isometric(h, 1.0, from_mdp, from_mt, detached, attached)
    return means(h, detached, attached)


def at_rest(name: str, chemistry: Chemistry | None = None) -> Head:
    shipped = load_fibre(name)
    return head(shipped.cycle, shipped.off_state, chemistry or Chemistry())


def master(name: str) -> np.ndarray:
    """Bound share, force and flux by the master equation, over the same phases."""
    cycle = load_fibre(name).cycle
    places = [np.array([strain(i, s, PHASES) for s in range(N_SITES)]) for i in range(PHASES)]
    return np.mean([solve_head(cycle, Chemistry(), x) for x in places], axis=0)


@pytest.mark.parametrize("name", FIBRES)
def test_held_heads_equal_the_master_equation(name: str) -> None:
    found = held(at_rest(name))
    assert np.allclose([found.bound, found.force, found.flux], master(name), rtol=1e-3)


def test_master_equation_notices_a_wrong_rate() -> None:
    """Negative control: release of ADP 5 % off must be seen."""
    h = at_rest("fast")
    found = held(h._replace(release_adp=0.95 * h.release_adp))
    assert not np.allclose([found.bound, found.force, found.flux], master("fast"), rtol=1e-3)


def without_free_energy(name: str) -> Head:
    """Every state about equally likely, and ATP such that its hydrolysis yields nothing."""
    loose = fibre(name, cycle=LOOSE)
    bath = Chemistry(adp_uM=1e4, pi_mM=200.0, delta_g0_kJ=0.0)
    chemistry = bath.model_copy(update={"atp_mM": float(bath.atp_mM * np.exp(bath.delta_g))})
    return head(loose.cycle, loose.off_state, chemistry)


@pytest.mark.parametrize("name", FIBRES)
def test_without_free_energy_there_is_no_force_and_no_flux(name: str) -> None:
    found = held(without_free_energy(name), 65)
    assert abs(found.force) < 1e-5
    assert abs(found.flux) < 1e-9


@pytest.mark.parametrize("name", FIBRES)
def test_a_spoilt_reverse_rate_drives_a_flux(name: str) -> None:
    """Negative control of the test above."""
    h = without_free_energy(name)
    assert abs(held(h._replace(rebind_adp=0.9 * h.rebind_adp), 65).flux) > 1e-3


@pytest.mark.parametrize("name", FIBRES)
def test_heads_that_slide_slowly_are_as_if_held(name: str) -> None:
    state = Isometric(load_fibre(name).cycle, load_fibre(name).off_state)
    sliding = slide(state.head, 0.2, state.n_on, state.leave_off)
    assert np.allclose(sliding[:2], state.cycling[:2], rtol=0.02)
    assert sliding.flux == pytest.approx(state.cycling.flux, rel=0.02)


@pytest.mark.parametrize("name", FIBRES)
def test_the_steady_state_stays_and_no_head_is_lost(name: str) -> None:
    shipped = load_fibre(name)
    state = Isometric(shipped.cycle, shipped.off_state, n_phases=N_PHASES)
    on, detached, attached = state.on.copy(), state.detached * state.n_on, state.attached * state.n_on
    force = np.empty(400)
    develop(state.head, on, detached, attached, COMPLIANCE * state.force * N_HEADS, 2e-4, force)
    assert force == pytest.approx(state.force * N_HEADS, rel=0.01)
    assert (detached.sum() + attached.sum()) / N_PHASES == pytest.approx(on.mean(), rel=1e-6)


def rigid_lattice(name: str, lattice: LatticeParameters, **cycle: float) -> np.ndarray:
    """Bound share, force per head and ATPase in a lattice: rigid filaments, thin filament open, no OFF state."""
    b = bench(fibre(name, **ALWAYS_ON, cycle=cycle), lattice=lattice, mechanics=RIGID, regulated=False, seed=5)
    b.run(300.0)
    trace = b.run(600.0)
    bound = trace.head_state_fraction[:, k.HeadState.A1 :].sum(axis=1)
    heads = lattice.n_crown * lattice.n_dimer * lattice.n_head
    values = (bound, trace.force / heads, np.diff(trace.atp_used) * 1e3)
    return np.array([batch_mean(value)[0] for value in values])


def in_the_mean(name: str) -> np.ndarray:
    found = held(at_rest(name), 65)
    return np.array([found.bound, found.force, found.flux])


@pytest.mark.parametrize("name", FIBRES)
def test_rigid_lattice_is_as_the_mean_field_where_heads_do_not_compete(name: str) -> None:
    """Within 4 %: statistics and what an uneven row of sites does; the standard errors are below 1.5 %."""
    assert rigid_lattice(name, SPARSE) == pytest.approx(in_the_mean(name), rel=0.04)


def test_rigid_lattice_notices_a_wrong_rate() -> None:
    """Negative control: attachment at two thirds of its rate must be seen."""
    wrong = rigid_lattice("fast", SPARSE, k_attach=load_fibre("fast").cycle.k_attach / 1.5)
    assert wrong != pytest.approx(in_the_mean("fast"), rel=0.04)


@pytest.mark.parametrize("name", FIBRES)
def test_competition_for_sites_costs_the_lattice_more_than_its_mean(name: str) -> None:
    """Heads near one zone share its three sites, which the mean over all sites understates, by up to a quarter."""
    shipped = fibre(name, **ALWAYS_ON)
    state = Isometric(shipped.cycle, shipped.off_state)
    share = rigid_lattice(name, LatticeParameters(n_thick=4))[:2] / [state.bound, state.force]
    assert np.all((share > 0.75) & (share < 1.0))
