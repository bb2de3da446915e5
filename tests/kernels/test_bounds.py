"""Bounds that spare work must never be below what they bound: else heads would stay that should leave."""

from __future__ import annotations

import numpy as np
import pytest

from sarcomere.parameters import LatticeParameters, MechanicsParameters, load_fibre
from sarcomere_kernels import types as k
from tests.support.bench import Bench, bench
from tests.support.organs import bounds_by_place


def rates_of_leaving(b: Bench) -> np.ndarray:
    """What all exits of every MDP and MT head come to, from the equations; 0 for others."""
    lat, st, table, cycle = b.model.lattice, b.state, b.model.table, b.model.cycle
    gap = cycle.spacing_at_reference * np.sqrt(lat.reference_length / st.mechanics[k.Mechanical.HS_LENGTH])
    weight = np.exp(-0.5 * cycle.stiffness_radial * (gap - cycle.spacing_unstrained) ** 2 / cycle.thermal_energy)
    shift = (1.0 - lat.site_weight) * st.thin_shift[lat.site_node]
    shift += lat.site_weight * st.thin_shift[lat.site_node + lat.n_thin]
    ease = np.where(st.ru_open[lat.site_ru] == 1, 1.0, cycle.closed_attachment) * (1 - st.site_taken)
    first = {
        k.HeadState.MDP: (cycle.k_hydrolysis_reverse + b.model.thick.k_off_return, table.attach),
        k.HeadState.MT: (cycle.k_hydrolysis, table.rebind),
    }
    found = np.zeros(lat.head_z.size)
    for head in np.flatnonzero((st.head_state == k.HeadState.MDP) | (st.head_state == k.HeadState.MT)):
        plain, rate = first[k.HeadState(int(st.head_state[head]))]
        face = slice(*lat.face_start[lat.head_face[head] : lat.head_face[head] + 2])
        u = st.thick_shift[lat.head_node[head]]
        x = lat.reference_length - lat.site_s[face] - lat.head_z[head] - u - shift[face]
        bins = np.clip(((x - table.x_min) * table.bins_per_nm).astype(int), 0, rate.size - 1)
        found[head] = plain + weight * (rate[bins] * ease[face]).sum()
    return found


CASES = {
    "fast, active": ("fast", 4.5, 1300.0),
    "slow, active": ("slow", 4.5, 1300.0),
    "fast, half active": ("fast", 5.8, 1300.0),
    "fast, at rest": ("fast", 9.0, 1300.0),
    "fast, little overlap": ("fast", 4.5, 1900.0),
    "slow, filaments crossing": ("slow", 4.5, 900.0),
}


def walked(name: str) -> Bench:
    """A half-sarcomere some time after it was activated."""
    fibre, pca, length = CASES[name]
    b = bench(load_fibre(fibre), lattice=LatticeParameters(n_thick=4), pca=pca, hs_length=length)
    b.run(60.0)
    return b


@pytest.mark.parametrize("name", CASES)
def test_no_head_leaves_faster_than_its_bound(name: str) -> None:
    b = walked(name)
    rates, most = rates_of_leaving(b), np.zeros(b.state.head_state.size)
    assert bounds_by_place(b.state, b.model, b.scratch, most)
    assert (rates > 0).sum() > 100
    assert (rates <= most * (1.0 + 1e-9)).all()
    assert most.mean() < 0.8 * b.model.table.fastest[b.state.head_state].mean()  # it spares work


def test_bounds_a_fifth_lower_would_be_seen() -> None:
    """Negative control."""
    b = walked("fast, active")
    b.model.table.near_unit[:] *= 0.8
    most = np.zeros(b.state.head_state.size)
    bounds_by_place(b.state, b.model, b.scratch, most)
    assert (rates_of_leaving(b) > most).any()


def test_soft_filaments_are_not_bounded_by_place() -> None:
    soft = MechanicsParameters(stiffness_thick=700.0, modulus_thin_nN=6.0)
    b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=4), mechanics=soft)
    b.run(60.0)
    assert not bounds_by_place(b.state, b.model, b.scratch, np.zeros(b.state.head_state.size))
