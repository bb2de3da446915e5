"""Heads against theory: the master equation, and thermodynamics.

Statistical tests use fixed seeds; a z beyond 4 on correct code would be expected once in 16 000 comparisons.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from sarcomere.half_sarcomere import pack
from sarcomere.half_sarcomere.lattice import build
from sarcomere.parameters import Chemistry, LatticeParameters, Numerics, load_fibre
from sarcomere_kernels import tabulate_cycle
from sarcomere_kernels import types as k
from tests.support.bench import RIGID, Bench, batch_mean, bench, fibre
from tests.support.organs import attached_generator, propagator
from tests.theory.master_equation import solve_head

# One head a crown, six crowns between heads on one face: heads never compete for a site.
LONELY = LatticeParameters(
    n_thick=16, n_crown=24, n_dimer=1, n_head=1, crown_spacing=29.3, crown_rotation=60.0, crown_phase=0.0,
    head_splay=0.0, stiffness_radial=0.0,
)  # fmt: skip
ALWAYS_ON = {"off_state": {"k_off_return": 0.0}}


def oracle_of_lattice(name: str, chemistry: Chemistry, hs_length: float) -> np.ndarray:
    """Master equation at the offset of every head to the sites of its face, averaged."""
    plan, cycle = build(LONELY), load_fibre(name).cycle
    results = []
    for z, face in zip(plan.head_z, plan.head_face, strict=True):
        s = plan.site_s[plan.face_start[face] : plan.face_start[face + 1]]
        x = hs_length - s - z
        results.append(solve_head(cycle, chemistry, x[np.abs(x + 4) < 22]))
    return np.mean(results, axis=0)


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_rigid_lattice_equals_the_master_equation(name: str) -> None:
    b = bench(fibre(name, **ALWAYS_ON), lattice=LONELY, mechanics=RIGID, regulated=False, hs_length=1300.0, seed=3)
    b.run(300.0)
    trace = b.run(5000.0)
    heads_per_filament = LONELY.n_crown
    bound = batch_mean(trace.head_state_fraction[:, k.HeadState.A1 :].sum(axis=1))
    force = batch_mean(trace.force / heads_per_filament)
    atpase = batch_mean(np.diff(trace.atp_used) * 1e3)
    expected = oracle_of_lattice(name, Chemistry(), 1300.0)
    for (mean, sem), wanted in zip((bound, force, atpase), expected, strict=True):
        assert sem < 0.05 * wanted  # the comparison has teeth
        assert abs(mean - wanted) < 4 * sem


def test_master_equation_notices_a_wrong_rate() -> None:
    """Negative control: k_D 30 % off in the simulation must be seen."""
    wrong = fibre("fast", **ALWAYS_ON, cycle={"k_adp_release": 0.7 * load_fibre("fast").cycle.k_adp_release})
    b = bench(wrong, lattice=LONELY, mechanics=RIGID, regulated=False, hs_length=1300.0, seed=3)
    b.run(300.0)
    mean, sem = batch_mean(np.diff(b.run(5000.0).atp_used) * 1e3)
    assert abs(mean - oracle_of_lattice("fast", Chemistry(), 1300.0)[2]) > 4 * sem


# Every state about equally likely, every step reversed many times a second: equilibrium within milliseconds.  Strokes,
# stiffness and the form of all rates stay those of the fibre.
LOOSE = {
    "hydrolysis_equilibrium": 1.0,
    "attach_equilibrium": 0.5,
    "stroke_equilibrium_M": 0.2,
    "isomerise_equilibrium": 1.0,
    "adp_dissociation_uM": 1e4,
    "k_atp_bind": 2.5e5,
}


def equilibrium_bench(name: str, seed: int, hs_length: float, spoil: float = 1.0) -> Bench:
    """Chemistry at which hydrolysis of ATP yields no free energy.

    Filaments are rigid: compliant ones settle at once and without thermal motion, which is itself out of equilibrium
    with the heads (docs/accuracy.md gives the size of it).  ``spoil`` multiplies one reverse rate after closure, ADP
    rebinding, which breaks detailed balance.
    """
    loose = fibre(name, **ALWAYS_ON, cycle=LOOSE)
    warm = Chemistry(adp_uM=1e4, pi_mM=200.0, delta_g0_kJ=0.0)
    chemistry = warm.model_copy(update={"atp_mM": float(warm.atp_mM * np.exp(warm.delta_g))})
    assert abs(chemistry.delta_g) < 1e-9
    lattice = LatticeParameters(n_thick=4)
    b = bench(
        loose,
        lattice=lattice,
        mechanics=RIGID,
        chemistry=chemistry,
        regulated=False,
        hs_length=hs_length,
        seed=seed,
    )
    if spoil == 1.0:
        return b
    cycle = b.model.cycle._replace(k_adp_rebind=spoil * b.model.cycle.k_adp_rebind)
    copies = {name: getattr(b.model.table, name).copy() for name in ("quiet", "transition", "landing")}
    table = b.model.table._replace(**copies)
    tabulate_cycle(cycle, b.model.sampling.step, table, np.zeros((5, k.N_OUTCOMES, k.N_OUTCOMES)))
    return b._replace(model=b.model._replace(cycle=cycle, table=table))


def force_and_flux(
    name: str, spoil: float = 1.0, shortest: float = 1300.0
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Mean and standard error of force and net ATP flux over 13 lengths, one actin apart: a whole helix repeat.

    At one length the free energy of the lattice may have a slope; over a repeat it has none.
    """
    force, flux = [], []
    for i in range(13):
        b = equilibrium_bench(name, seed=100 + i, hs_length=shortest + 2.75 * i, spoil=spoil)
        b.run(200.0)
        trace = b.run(1500.0)
        force.append(trace.force.mean())
        flux.append(np.diff(trace.atp_used).mean())
    return batch_mean(np.array(force), 13), batch_mean(np.array(flux), 13)


@pytest.mark.parametrize(("name", "shortest"), [("fast", 1300.0), ("slow", 1300.0), ("fast", 900.0)])
def test_without_free_energy_there_is_no_force_and_no_flux(name: str, shortest: float) -> None:
    """False-alarm rate 1 % per comparison (3 s.e.m. of 13 values); at 900 nm, thin filaments overlap each other."""
    (force, force_sem), (flux, flux_sem) = force_and_flux(name, shortest=shortest)
    assert abs(force) < 3 * force_sem
    assert abs(flux) < 3 * flux_sem


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_a_spoilt_reverse_rate_drives_a_flux(name: str) -> None:
    """Negative control of the test above."""
    _, (flux, sem) = force_and_flux(name, spoil=0.2)
    assert abs(flux) > 6 * sem


@pytest.mark.parametrize("name", ["fast", "slow"])
@pytest.mark.parametrize("x", [-12.0, -4.0, 0.0, 3.0, 9.0])
def test_propagator_is_the_matrix_exponential(name: str, x: float) -> None:
    numerics = Numerics()
    f, c = load_fibre(name), Chemistry()
    cycle = pack.pack_cycle(f.cycle.at(c.temperature_C), f.regulation, c, LatticeParameters(), 1300.0)
    q, p, mean_p, term, work = np.zeros((5, 6, 6))
    attached_generator(cycle, x, False, q)
    propagator(q, numerics.step_ms, p, mean_p, term, work)
    assert np.allclose(p, expm(q * numerics.step_ms), atol=1e-9)
    augmented = expm(np.block([[q, np.eye(6)], [np.zeros((6, 12))]]) * numerics.step_ms)[:6, 6:]
    assert np.allclose(mean_p, augmented / numerics.step_ms, atol=1e-9)


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_cycle_is_closed_by_the_free_energy_of_atp(name: str) -> None:
    """Product of forward over backward rates round the cycle is e^(-dG), at any strain."""
    c = Chemistry(atp_mM=3.0, adp_uM=50.0, pi_mM=7.0)
    f, loose = load_fibre(name), LatticeParameters(stiffness_radial=0.0)
    cycle = pack.pack_cycle(f.cycle.at(c.temperature_C), f.regulation, c, loose, 1300.0)
    q = np.zeros((6, 6))
    for x in (-9.0, -2.0, 0.0, 4.0):
        attached_generator(cycle, x, False, q)
        kt = cycle.thermal_energy
        e1 = 0.5 * cycle.stiffness_head * x**2 / kt
        e3 = 0.5 * cycle.stiffness_head * (x + cycle.stroke_1 + cycle.stroke_2) ** 2 / kt
        phi = q[0, 4] / cycle.k_attach_reverse
        forward = cycle.k_hydrolysis * cycle.k_attach * np.exp(-e1) * phi * q[0, 1] * q[1, 2] * q[2, 3] * q[3, 5]
        back = cycle.k_hydrolysis_reverse * q[0, 4] * q[1, 0] * q[2, 1] * q[3, 2] * cycle.k_atp_reverse * np.exp(-e3)
        assert np.log(forward / back) == pytest.approx(-c.delta_g, rel=1e-9)
