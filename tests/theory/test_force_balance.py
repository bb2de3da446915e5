"""Force balance against a direct sparse solve, written from the equations alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from sarcomere.parameters import LatticeParameters, MechanicsParameters, Numerics, load_fibre
from sarcomere_kernels import types as k
from tests.support.bench import Bench, bench
from tests.support.organs import balance_forces

TOLERANCE = 1e-6


def attach_at_random(b: Bench, n_bound: int, seed: int) -> None:
    """Put heads on random free sites of their face within 15 nm, in random attached states."""
    rng = np.random.default_rng(seed)
    lat, st = b.model.lattice, b.state
    for head in rng.permutation(lat.head_z.size):
        face = lat.head_face[head]
        sites = np.arange(lat.face_start[face], lat.face_start[face + 1])
        x = lat.reference_length - lat.site_s[sites] - lat.head_z[head]
        near = sites[(np.abs(x) < 15) & (st.site_taken[sites] == 0)]
        if near.size and st.counters[k.Count.N_BOUND] < n_bound:
            site = rng.choice(near)
            slot = st.counters[k.Count.N_BOUND]
            st.head_state[head], st.site_taken[site] = rng.integers(k.HeadState.A1, k.HeadState.RIGOR + 1), 1
            st.bound_head[slot], st.bound_site[slot] = head, site
            st.bound_thick[slot], st.bound_thin[slot] = lat.head_node[head], lat.site_node[site]
            st.bound_weight[slot] = lat.site_weight[site]
            st.bound_rest[slot] = lat.reference_length - lat.site_s[site] - lat.head_z[head]
            st.counters[k.Count.N_BOUND] += 1


def direct_solution(b: Bench) -> tuple[np.ndarray, np.ndarray, float]:
    """Thick shifts, thin shifts and half-sarcomere length by Newton on the full system with a direct solver."""
    lat, m, c, st = b.model.lattice, b.model.mechanics, b.model.cycle, b.state
    n_u, n_v = st.thick_shift.size, st.thin_shift.size - lat.n_thin
    z_line = n_u + n_v  # its shift toward the M-line
    size = n_u + n_v + 1
    stiffness, load = sparse.lil_matrix((size, size)), np.zeros(size)

    def spring(terms: dict[int, float], kappa: float, pull: float) -> None:
        """Energy kappa/2 (pull - sum of coefficient * shift)^2."""
        for i, a in terms.items():
            load[i] += kappa * a * pull
            for j, bb in terms.items():
                stiffness[i, j] += kappa * a * bb

    def thin(node: int) -> int:
        return z_line if node < lat.n_thin else n_u + node - lat.n_thin

    for node in range(n_u):
        below = {node - lat.n_thick: -1.0} if node >= lat.n_thick else {}
        spring({node: 1.0, **below}, m.stiffness_thick if below else m.stiffness_bare_zone, 0.0)
    for node in range(lat.n_thin, n_v + lat.n_thin):
        spring({thin(node): 1.0, thin(node - lat.n_thin): -1.0}, m.stiffness_thin, 0.0)
    strokes = {
        k.HeadState.A1: 0.0,
        k.HeadState.A2: c.stroke_1,
        k.HeadState.A3: c.stroke_1 + c.stroke_2,
        k.HeadState.RIGOR: c.stroke_1 + c.stroke_2,
    }
    n_bound = st.counters[k.Count.N_BOUND]
    for head, site in zip(st.bound_head[:n_bound], st.bound_site[:n_bound], strict=True):
        w, low = lat.site_weight[site], lat.site_node[site]
        x = lat.reference_length - lat.site_s[site] - lat.head_z[head]
        terms = {int(lat.head_node[head]): 1.0, thin(low): 1 - w, thin(low + lat.n_thin): w}
        spring(terms, c.stiffness_head, x + strokes[int(st.head_state[head])])
    if m.free_end:
        spring(
            {z_line: 1.0},
            lat.n_thick * m.stiffness_series,
            lat.reference_length - st.mechanics[k.Mechanical.IMPOSED_LENGTH],
        )
        load[z_line] -= lat.n_thick * st.mechanics[k.Mechanical.LOAD]
    shifts = np.zeros(size)
    held = lat.reference_length - st.mechanics[k.Mechanical.IMPOSED_LENGTH]
    for _ in range(50):
        jacobian, residual = stiffness.tocsr().copy().tolil(), load - stiffness.tocsr() @ shifts
        for tip in range(n_u - lat.n_thick, n_u):
            e = lat.reference_length - shifts[z_line] - m.thick_tip - shifts[tip] - m.titin_slack
            grown = m.titin_amplitude * np.exp(m.titin_exponent * e) if e > 0 else m.titin_amplitude
            slope = m.titin_exponent * grown if e > 0 else 0.0
            pressed = min(lat.reference_length - shifts[z_line] - m.thick_tip - shifts[tip] - m.contact, 0.0)
            slope += m.stiffness_contact if pressed < 0 else 0.0
            for i in (tip, z_line):
                residual[i] += grown - m.titin_amplitude + m.stiffness_contact * pressed
                for j in (tip, z_line):
                    jacobian[i, j] += slope
        if not m.free_end:
            jacobian[z_line, :] = 0
            jacobian[z_line, z_line], residual[z_line] = 1.0, held - shifts[z_line]
        step = spsolve(jacobian.tocsc(), residual)
        shifts += step
        if np.abs(step).max() < 1e-12:
            break
    return shifts[:n_u], shifts[n_u:z_line], lat.reference_length - shifts[z_line]


CASES = {
    "length held": MechanicsParameters(),
    "stretched titin": MechanicsParameters(titin_force=60.0),
    "tendon": MechanicsParameters(series_compliance=0.2),
    "tendon and titin": MechanicsParameters(series_compliance=0.5, titin_force=60.0),
    "soft filaments": MechanicsParameters(stiffness_thick=700.0, modulus_thin_nN=6.0),
    "against the Z-disc": MechanicsParameters(),
    "against a hard Z-disc, tendon": MechanicsParameters(stiffness_contact=300.0, series_compliance=0.2),
}
LENGTHS = {"against the Z-disc": 760.0, "against a hard Z-disc, tendon": 848.0}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("n_bound", [0, 5, 120, 500])
def test_balance_equals_a_direct_solve(name: str, n_bound: int) -> None:
    b = bench(
        load_fibre("fast"), lattice=LatticeParameters(n_thick=4), mechanics=CASES[name],
        hs_length=LENGTHS.get(name, 1310.0),
        numerics=Numerics(force_tolerance_pN=TOLERANCE),
    )  # fmt: skip
    attach_at_random(b, n_bound, seed=n_bound)
    status = balance_forces(b.state, b.model, b.scratch)
    thick, thin, length = direct_solution(b)
    assert status == k.OK
    assert b.state.mechanics[k.Mechanical.RESIDUAL] <= TOLERANCE
    n_thin = b.model.lattice.n_thin
    assert np.allclose(b.state.thick_shift, thick, atol=1e-6)
    assert np.allclose(b.state.thin_shift[n_thin:], thin, atol=1e-6)
    assert b.state.mechanics[k.Mechanical.HS_LENGTH] == pytest.approx(length, abs=1e-6)


def elastic_energy(b: Bench) -> float:
    """Energy of filaments, titin, contact and attached heads, pN nm, from the shifts."""
    lat, m, c, st = b.model.lattice, b.model.mechanics, b.model.cycle, b.state
    u, v = st.thick_shift.reshape(-1, lat.n_thick), st.thin_shift.reshape(-1, lat.n_thin)
    energy = 0.5 * m.stiffness_bare_zone * (u[0] ** 2).sum() + 0.5 * m.stiffness_thick * (np.diff(u, axis=0) ** 2).sum()
    energy += 0.5 * m.stiffness_thin * (np.diff(v, axis=0) ** 2).sum()
    gap = lat.reference_length - v[0, 0] - m.thick_tip - u[-1]
    energy += 0.5 * m.stiffness_contact * (np.minimum(gap - m.contact, 0.0) ** 2).sum()
    beyond = np.maximum(gap - m.titin_slack, 0.0)
    energy += (m.titin_amplitude * (np.expm1(m.titin_exponent * beyond) / m.titin_exponent - beyond)).sum()
    n = st.counters[k.Count.N_BOUND]
    stroke = np.array([0.0, c.stroke_1, c.stroke_1 + c.stroke_2, c.stroke_1 + c.stroke_2])
    drawn = st.strain[:n] + stroke[st.head_state[st.bound_head[:n]] - k.HeadState.A1]
    return float(energy + 0.5 * c.stiffness_head * (drawn**2).sum())


@pytest.mark.parametrize("hs_length", [700.0, 830.0, 849.9, 1500.0])
@pytest.mark.parametrize("n_bound", [0, 300])
def test_force_is_the_slope_of_the_energy(hs_length: float, n_bound: int) -> None:
    """Pressed against the Z-disc, about to touch it, and stretched: what shortening takes, lengthening gives back."""
    b = bench(
        load_fibre("fast"), lattice=LatticeParameters(n_thick=4), mechanics=MechanicsParameters(stiffness_contact=20.0),
        hs_length=hs_length, numerics=Numerics(force_tolerance_pN=1e-9),
    )  # fmt: skip
    attach_at_random(b, n_bound, seed=7)
    found = {}
    for away in (-0.05, 0.05, 0.0):
        b.state.mechanics[k.Mechanical.IMPOSED_LENGTH] = hs_length + away
        assert balance_forces(b.state, b.model, b.scratch) == k.OK
        found[away] = elastic_energy(b)
    slope = (found[0.05] - found[-0.05]) / 0.1 / b.model.lattice.n_thick
    assert b.state.mechanics[k.Mechanical.FORCE] == pytest.approx(slope, abs=1e-3)
    assert (b.state.mechanics[k.Mechanical.TITIN_FORCE] > 0) == (hs_length > 1110.0)


def test_a_load_alone_sets_the_length() -> None:
    """The solver takes force control: hung on a load without a spring, the half-sarcomere carries that load."""
    b = bench(load_fibre("fast"), numerics=Numerics(force_tolerance_pN=TOLERANCE))
    attach_at_random(b, 300, seed=1)
    loaded = b.model._replace(mechanics=b.model.mechanics._replace(free_end=1, stiffness_series=0.0))
    b.state.mechanics[k.Mechanical.LOAD] = 200.0
    assert balance_forces(b.state, loaded, b.scratch) == k.OK
    assert b.state.mechanics[k.Mechanical.FORCE] == pytest.approx(200.0, abs=1e-4)


def test_without_enough_iterations_it_says_so() -> None:
    b = bench(load_fibre("fast"), numerics=Numerics(force_tolerance_pN=TOLERANCE, max_iterations=1))
    attach_at_random(b, 300, seed=1)
    status = balance_forces(b.state, b.model, b.scratch)
    assert status == k.NOT_BALANCED
    assert b.state.mechanics[k.Mechanical.RESIDUAL] > TOLERANCE
