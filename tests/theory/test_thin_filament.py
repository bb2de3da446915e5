"""Regulatory units against exact enumeration of a short chain.

Statistical tests use fixed seeds; z beyond 4 is expected once in 16 000 comparisons.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.linalg import expm

from sarcomere.parameters import Chemistry, LatticeParameters, Numerics, RegulationParameters, load_fibre
from sarcomere_kernels import types as k
from tests.support.bench import RIGID, Bench, bench, fibre
from tests.support.organs import switch_thin
from tests.theory.test_crossbridges import LOOSE

N_RU = 3
APART = 500  # steps of 0.4 ms between samples; the slow fibre's calcium leaves an open unit in 135 ms
HEADS = (0, 2, 1)  # attached heads on the three units of every strand


class Chain:
    """A strand of three units, each (calcium bound, open), enumerated; rates in 1/ms."""

    def __init__(self, p: RegulationParameters, ca: float) -> None:
        one = list(itertools.product(range(p.n_calcium_sites + 1), (0, 1)))
        self.states = list(itertools.product(one, repeat=N_RU))
        index = {s: i for i, s in enumerate(self.states)}
        self.q = np.zeros((len(index), len(index)))
        c, chi = p.k_off_closed_uM / p.k_off_open_uM, p.crossbridge_cooperativity
        for s in self.states:
            for r, (n, is_open) in enumerate(s):
                around = sum(2 * s[j][1] - 1 for j in (r - 1, r + 1) if 0 <= j < N_RU)
                moves = {
                    (n + 1, is_open): p.k_calcium_on * ca * 1e-6 * (p.n_calcium_sites - n),
                    (n - 1, is_open): p.k_calcium_on * 1e-6 * n * (p.k_off_open_uM if is_open else p.k_off_closed_uM),
                }
                tilt = c ** (n / 2) * np.exp(0.5 * p.cooperativity * around) * chi ** (-HEADS[r] / 2)
                moves[n, 1 - is_open] = p.k_close / tilt if is_open else p.k_close * p.opening_equilibrium * tilt
                for to, rate in moves.items():
                    if rate > 0:
                        target = index[(*s[:r], to, *s[r + 1 :])]
                        self.q[index[s], target] += rate * 1e-3
                        self.q[index[s], index[s]] -= rate * 1e-3
        self.open = np.array([np.mean([u[1] for u in s]) for s in self.states])
        self.calcium = np.array([np.mean([u[0] for u in s]) / p.n_calcium_sites for s in self.states])
        self.rest = index[((0, 0),) * N_RU]

    def steady(self) -> np.ndarray:
        a = np.vstack([self.q.T, np.ones(len(self.states))])
        return np.linalg.lstsq(a, np.append(np.zeros(len(self.states)), 1.0), rcond=None)[0]


def many_strands(p: RegulationParameters, name: str, step_ms: float = 0.1) -> Bench:
    lattice = LatticeParameters(n_thick=150, n_ru=N_RU, n_crown=1)
    b = bench(
        fibre(name, regulation=p.model_dump()), lattice=lattice, hs_length=900.0, numerics=Numerics(step_ms=step_ms)
    )
    b.state.ru_heads[:] = np.tile(HEADS, b.state.ru_heads.size // N_RU)
    b.state.ru_calcium[:] = 0
    b.state.counters[k.Count.RU_CALCIUM] = 0
    return b


def switch(b: Bench, ca: float, n_steps: int) -> tuple[float, float]:
    """Open and calcium fractions after n_steps."""
    switch_thin(b.state, b.model, b.scratch, ca, n_steps)
    sites = b.state.ru_open.size * b.model.regulation.n_calcium_sites
    assert b.state.counters[k.Count.RU_CALCIUM] == b.state.ru_calcium.sum()
    return b.state.ru_open.mean(), b.state.counters[k.Count.RU_CALCIUM] / sites


@pytest.mark.parametrize("name", ["fast", "slow"])
@pytest.mark.parametrize("ca", [0.5, 1.5, 5.0])
def test_chain_settles_at_its_exact_equilibrium(name: str, ca: float) -> None:
    """At steps far longer than the switching times, equilibrium is still exact."""
    p = load_fibre(name).regulation
    chain = Chain(p, ca)
    b = many_strands(p, name, step_ms=0.4)
    switch(b, ca, 5000)
    samples = np.array([switch(b, ca, APART) for _ in range(60)])
    mean, sem = samples.mean(axis=0), samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    steady = chain.steady()
    assert abs(mean[0] - steady @ chain.open) < 4 * sem[0]
    assert abs(mean[1] - steady @ chain.calcium) < 4 * sem[1]


def test_equilibrium_notices_a_wrong_coupling() -> None:
    """Negative control: cooperativity 10 % off."""
    p = load_fibre("fast").regulation
    chain = Chain(p.model_copy(update={"cooperativity": 1.1 * p.cooperativity}), 1.5)
    b = many_strands(p, "fast", step_ms=0.4)
    switch(b, 1.5, 5000)
    samples = np.array([switch(b, 1.5, APART)[0] for _ in range(60)])
    assert abs(samples.mean() - chain.steady() @ chain.open) > 4 * samples.std(ddof=1) / np.sqrt(60)


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_chain_opens_at_its_exact_pace(name: str) -> None:
    """From rest to 10 uM, against the matrix exponential; 600 strands, repeated."""
    p = load_fibre(name).regulation
    chain = Chain(p, 10.0)
    runs = []
    for seed in range(20):
        b = many_strands(p, name, step_ms=0.0125)
        b.state.stream[:4] = np.random.SeedSequence(seed).generate_state(4, np.uint64)
        b.state.lanes[:] = np.random.SeedSequence(seed).generate_state(64, np.uint32).reshape(4, 16)
        runs.append(switch(b, 10.0, 80))
    mean, sem = np.mean(runs, axis=0), np.std(runs, axis=0, ddof=1) / np.sqrt(len(runs))
    after = np.eye(len(chain.states))[chain.rest] @ expm(chain.q * 1.0)
    assert abs(mean[0] - after @ chain.open) < 4 * sem[0]
    assert abs(mean[1] - after @ chain.calcium) < 4 * sem[1]


def heads_and_units(k_close: float, closed_attachment: float) -> np.ndarray:
    """Open fraction and bound fraction by seed, where hydrolysis of ATP yields nothing; rigid filaments, none OFF."""
    regulation = {"k_close": k_close, "closed_attachment": closed_attachment, "opening_equilibrium": 0.05}
    regulation |= {"crossbridge_cooperativity": 0.1, "closed_haste": 3.0, "k_off_open_uM": 0.3, "cooperativity": 1.0}
    what = fibre("fast", cycle=LOOSE, off_state={"k_off_return": 0.0}, regulation=regulation)
    warm = Chemistry(adp_uM=1e4, pi_mM=200.0, delta_g0_kJ=0.0)
    bath = warm.model_copy(update={"atp_mM": float(warm.atp_mM * np.exp(warm.delta_g))})
    rows = []
    for seed in range(8):
        lattice = LatticeParameters(n_thick=1)
        b = bench(what, lattice=lattice, mechanics=RIGID, chemistry=bath, pca=6.0, seed=seed)
        b.run(200.0)
        t = b.run(3000.0)
        rows.append([t.ru_open_fraction.mean(), t.head_state_fraction[:, k.HeadState.A1 :].sum(axis=1).mean()])
    return np.array(rows)


def standard_errors_apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Difference of the means over its standard error, column by column."""
    spread = np.sqrt((a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / len(a))
    return np.asarray(np.abs(a.mean(axis=0) - b.mean(axis=0)) / spread)


def test_equilibrium_of_heads_and_units_has_no_pace() -> None:
    """Where a head binds a closed unit chi times as fast, how fast units switch does not change how many are open.

    Only detailed balance makes it so.  With 14 degrees of freedom a z beyond 5 comes once in 2500 comparisons.
    """
    slow, quick = heads_and_units(100.0, 0.1), heads_and_units(4000.0, 0.1)
    assert (slow.std(axis=0, ddof=1) < 0.05 * slow.mean(axis=0)).all()  # the comparison has teeth
    assert (standard_errors_apart(slow, quick) < 5).all()


def test_heads_that_never_bind_a_closed_unit_are_driven() -> None:
    """Negative control: closing that costs energy, and the pace shows where the test above looks."""
    slow, quick = heads_and_units(100.0, 0.0), heads_and_units(4000.0, 0.0)
    assert (standard_errors_apart(slow, quick) > 5).any()
