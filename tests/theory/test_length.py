"""Force against length: rigid filaments against the geometry of overlap, and how little force ripples with length.

Statistical tests use fixed seeds; 4 standard errors are exceeded by correct code in one of 16 000 comparisons.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sarcomere.half_sarcomere.lattice import build
from sarcomere.parameters import Chemistry, CycleParameters, LatticeParameters, MechanicsParameters, load_fibre
from sarcomere_kernels import types as k
from tests.support.bench import RIGID, batch_mean, bench, fibre
from tests.theory.master_equation import solve_head
from tests.theory.test_crossbridges import ALWAYS_ON, LONELY

NO_CONTACT = RIGID.model_copy(update={"stiffness_contact": 0.0})
REPEAT = 42.9  # nm, three crowns


def hindered(cycle: CycleParameters, factor: float) -> CycleParameters:
    """A head that attaches so much more rarely, its way back as before: the state of being attached costs more."""
    rarer = {"k_attach": factor * cycle.k_attach, "attach_equilibrium": factor * cycle.attach_equilibrium}
    return cycle.model_copy(update=rarer)


def overlap_integral(name: str, p: LatticeParameters, hs_length: float) -> float:
    """Force per head: the master equation of every head that faces a thin filament, hindered where two lie there."""
    plan, cycle = build(p), load_fibre(name).cycle
    crossed = p.z_half_width + 38.5 * p.n_ru - hs_length
    force = []
    for z, face in zip(plan.head_z, plan.head_face, strict=True):
        x = hs_length - plan.site_s[plan.face_start[face] : plan.face_start[face + 1]] - z
        x = x[np.abs(x + 4) < 22]
        own = hindered(cycle, p.double_overlap) if z < crossed else cycle
        force.append(solve_head(own, Chemistry(), x)[1] if x.size else 0.0)
    return float(np.mean(force))


def rigid_force(p: LatticeParameters, hs_length: float) -> tuple[float, float]:
    """Mean force per head of fast fibres with rigid filaments, and its standard error."""
    what = fibre("fast", **ALWAYS_ON)
    b = bench(what, lattice=p, mechanics=NO_CONTACT, regulated=False, hs_length=hs_length, seed=3)
    b.run(200.0)
    return batch_mean(b.run(3000.0).force / p.n_crown)


@pytest.mark.parametrize("hs_length", [700.0, 950.0, 1150.0, 1650.0])
def test_rigid_filaments_follow_their_overlap(hs_length: float) -> None:
    """Beyond the Z-disc, with half and a fifth of the heads reached from across the M-line, half out of overlap."""
    force, sem = rigid_force(LONELY, hs_length)
    expected = overlap_integral("fast", LONELY, hs_length)
    assert sem < 0.05 * expected
    assert abs(force - expected) < 4 * sem


def test_free_crossing_is_noticed() -> None:
    """Negative control: heads that do not mind the other half's thin filaments."""
    force, sem = rigid_force(LONELY.model_copy(update={"double_overlap": 1.0}), 950.0)
    assert abs(force - overlap_integral("fast", LONELY, 950.0)) > 4 * sem


def test_the_z_disc_is_felt_where_the_filament_meets_it() -> None:
    """Relaxed: no force between touch and slack of titin, below them -k (filament in series with contact)."""
    p, m = LatticeParameters(n_thick=2), MechanicsParameters()
    touching = p.thick_half_length + p.z_half_width

    def resting(hs_length: float) -> float:
        b = bench(load_fibre("fast"), lattice=p, mechanics=m, hs_length=hs_length, pca=9.0)
        b.run(1.0)
        return float(b.state.mechanics[k.Mechanical.FORCE])

    filament = 1.0 / (p.bare_half_zone / (m.stiffness_thick * p.crown_spacing) + (p.n_crown - 1) / m.stiffness_thick)
    in_series = 1.0 / (1.0 / filament + 1.0 / m.stiffness_contact)
    assert resting(touching + 1.0) == pytest.approx(0.0, abs=1e-2)
    assert resting(touching - 100.0) == pytest.approx(-100.0 * in_series, rel=1e-3)


def test_heads_shorten_past_the_z_disc_until_they_cannot() -> None:
    """On a soft tendon the half-sarcomere comes to rest below 800 nm, its force that of the tendon."""
    m = MechanicsParameters(series_compliance=5.0)
    b = bench(fibre("fast", **ALWAYS_ON), lattice=LatticeParameters(n_thick=2), mechanics=m, hs_length=900.0)
    b.run(400.0)
    before, after = (float(np.mean(b.run(100.0).force)) for _ in range(2))
    length = float(b.state.mechanics[k.Mechanical.HS_LENGTH])
    assert 600.0 < length < 800.0
    assert after == pytest.approx(before, abs=5.0)
    assert b.state.mechanics[k.Mechanical.FORCE] == pytest.approx((900.0 - length) / 5.0, abs=0.01)


@cache
def force_at(name: str, strains: tuple[int, ...]) -> float:
    return solve_head(load_fibre(name).cycle, Chemistry(), 0.05 * np.array(strains))[1]


def ripple(name: str, p: LatticeParameters, first: float) -> float:
    """Largest departure from a straight line, over its value, of expected force at 20 lengths over three crowns."""
    plan = build(p)
    lengths, force = first + np.arange(20) / 20 * REPEAT, np.zeros(20)
    for z, face in zip(plan.head_z, plan.head_face, strict=True):
        s = plan.site_s[plan.face_start[face] : plan.face_start[face + 1]]
        for i, length in enumerate(lengths):
            x = length - s - z
            near = x[np.abs(x + 4) < 14]
            force[i] += force_at(name, tuple(np.round(near / 0.05).astype(int))) if near.size else 0.0
    line = np.polyval(np.polyfit(lengths, force, 1), lengths)
    return float(np.abs(force / line - 1.0).max())


@pytest.mark.parametrize("name", ["fast", "slow"])
@pytest.mark.parametrize("n_thick", [4, 6])
def test_force_of_few_filaments_does_not_ripple_with_length(name: str, n_thick: int) -> None:
    """In expectation, filaments rigid and heads without rivals, so that what is left is the order of the lattice."""
    assert ripple(name, LatticeParameters(n_thick=n_thick), 1300.0) < 0.03


def test_filaments_in_register_ripple() -> None:
    """Negative control."""
    assert ripple("fast", LatticeParameters(n_thick=4, thin_stagger=0.0), 1300.0) > 0.06
