"""The pool's equations: a twin solved by scipy, step size, sameness whatever the chunk, cell constants, noise.

Statistical tests use fixed seeds; a correct noise would fail one in 1e4.
"""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from sarcomere.organs.nerve.cells import cells_at
from sarcomere.organs.nerve.inputs import PoolInputs, stimulation
from sarcomere.organs.nerve.pool import MotoneuronPool, load_pool
from sarcomere_kernels import advance_pool
from sarcomere_kernels import motoneuron_types as k
from tests.support.pool_bench import LABELS, QUIET, single_cells, spikes_of

STEPS = (0.1, 0.05, 0.0125)

# From an independent program: g_c, C_d, g_ld, C_s, g_ls, gNa, gKf, gKs, V_th, I_d at the labels of LABELS.
SHEET = {
    "g_coupling": (0.257, 0.294, 0.371, 0.479, 0.555),
    "c_dendrite": (8.8, 10.1, 12.8, 17.0, 25.8),
    "g_leak_dendrite": (0.660, 0.804, 1.176, 1.935, 3.963),
    "c_soma": (0.196, 0.201, 0.212, 0.227, 0.314),
    "g_leak_soma": (0.175, 0.183, 0.201, 0.227, 0.393),
    "g_sodium": (5.87, 6.03, 6.36, 6.81, 9.42),
    "g_potassium": (0.783, 0.804, 0.848, 0.908, 1.257),
    "g_ahp": (2.88, 3.22, 3.94, 4.99, 8.17),
    "threshold": (6.39, 8.00, 9.95, 10.89, 12.88),
    "rheobase": (8.20, 11.90, 20.02, 33.52, 92.23),
}


def test_cells_from_geometry_are_those_of_the_prototype() -> None:
    cells = cells_at(load_pool("open_loop_prone"), LABELS, np.ones(5), np.zeros(5, dtype=np.int8))
    for name, row in SHEET.items():
        assert getattr(cells, name) == pytest.approx(row, rel=5e-3), name


class Twin:
    """One cell in continuous time, written from the equations; spikes where the soma crosses its threshold."""

    def __init__(self, label: float, kappa: float, x: float) -> None:
        self.p = load_pool("open_loop_prone", QUIET)
        one = cells_at(self.p, np.array([label]), np.array([kappa]), np.zeros(1, dtype=np.int8))
        self.c = {name: float(getattr(one, name)[0]) for name in one._fields}
        self.beta = -math.log(self.c["q_decay"]) / self.p.step_ms
        self.x = x

    def slope(self, t: float, y: np.ndarray, pulse: bool) -> list[float]:
        soma, dendrite, m, h, n, q, pic, slow = y
        c, gate, current = self.c, self.p.pulse, self.p.pic
        sodium, fast, ahp = c["g_sodium"] * m**3 * h, c["g_potassium"] * n**4, c["g_ahp"] * q**2
        inward = c["pic_gain"] * (1 - current.inactivation * slow) * pic * (1 - dendrite / current.reversal_mV)
        return [
            (
                -c["g_coupling"] * (soma - dendrite) - c["g_leak_soma"] * soma
                - sodium * (soma - 120) - (fast + ahp) * (soma + 10)
            ) / c["c_soma"],
            (
                c["g_coupling"] * (soma - dendrite) - c["g_leak_dendrite"] * dendrite
                + c["rheobase"] * (inward + self.x)
            ) / c["c_dendrite"],
            gate.m_rise * (1 - m) if pulse else -gate.m_fall * m,
            -gate.h_fall * h if pulse else gate.h_rise * (1 - h),
            gate.n_rise * (1 - n) if pulse else -gate.n_fall * n,
            gate.q_rise * (1 - q) if pulse else -self.beta * q,
            (1 / (1 + math.exp(-(dendrite - c["pic_half"]) / current.slope_mV)) - pic) / current.tau_ms,
            (pic - slow) / (current.tau_inactivation_s * 1e3),
        ]  # fmt: skip

    def spikes(self, until_ms: float) -> list[float]:
        """Spike times, ms."""

        def crosses(t: float, y: np.ndarray, pulse: bool) -> float:
            return float(y[0] - self.c["threshold"])

        crosses.terminal, crosses.direction = True, 1.0  # type: ignore[attr-defined]
        t, y, times = 0.0, np.array([0, 0, 0, 1, 0, 0, 0, 0], dtype=float), []
        how: dict[str, Any] = {"method": "LSODA", "rtol": 1e-8, "atol": 1e-10}
        while t < until_ms:
            part = solve_ivp(self.slope, (t, until_ms), y, args=(False,), events=crosses, **how)
            if part.status != 1:
                break
            t, y = part.t[-1], part.y[:, -1]
            times.append(t)
            for length, pulse in ((self.p.pulse.duration_ms, True), (4.4, False)):  # 5 ms refractory in all
                y = solve_ivp(self.slope, (t, t + length), y, args=(pulse,), **how).y[:, -1]
                t += length
        return times


@pytest.mark.parametrize("label", [5.0, 21.3])
def test_one_cell_follows_its_twin(label: float) -> None:
    """Spike times over a second in which the persistent current comes on; within eight steps, however short."""
    twin = np.array(Twin(label, 1.0, 0.9).spikes(1000.0))
    worst = []
    for step in STEPS:
        p = load_pool("open_loop_prone", {**QUIET, "step_ms": step, "n_units": 1, "x_base": 0.0})
        pool = MotoneuronPool(p, PoolInputs(x_even=0.9))
        cells = cells_at(p, np.array([label]), np.ones(1), np.zeros(1, dtype=np.int8))
        pool.pool = pool.pool._replace(cells=cells)
        found = spikes_of(pool, 1.0)[0] * 1e3
        assert found.size == twin.size > 10
        worst.append(np.abs(found - twin).max())
    assert all(miss < 8 * step for miss, step in zip(worst, STEPS, strict=True)), worst


def test_halving_the_step_changes_spike_counts_by_less_than_one_in_a_hundred() -> None:
    """The same cells, noise and stimuli; noise is drawn per ms, whatever the step."""
    inputs = PoolInputs(x_base=[(0.0, 0.25), (2.0, 1.2), (4.0, 0.25)], stimuli_s=stimulation(14.0, 20, 4.5))
    counts = [
        MotoneuronPool(load_pool("open_loop_prone", {"step_ms": step}), inputs, 3).advance(6.5)[0].size
        for step in (0.1, 0.05)
    ]
    assert counts[0] > 5000
    assert counts[0] == pytest.approx(counts[1], rel=0.01)


def test_chunks_and_full_buffers_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = PoolInputs(
        x_base=[(0.0, 0.25), (1.0, 1.4)], x_inhibition=[(1.2, 0.0), (1.2, 0.3)], potassium_mM=4.4,
        stimuli_s=stimulation(20.0, 10, 0.2),
    )  # fmt: skip

    def run(chunks: list[float]) -> tuple[list[list[float]], k.PoolState]:
        pool = MotoneuronPool(load_pool("open_loop_prone", {"n_units": 31}), inputs, 5)
        taken = [pool.advance(chunk) for chunk in chunks]
        return [np.concatenate(column).tolist() for column in zip(*taken, strict=True)], pool.state

    whole, state = run([1.5])
    assert len(whole[0]) > 300
    monkeypatch.setattr("sarcomere.organs.nerve.pool._ROOM", 0)  # room for one spike of each cell
    parts, split = run([0.0001, 0.3333, 0.0006, 1.166])
    assert parts == whole
    assert all(np.array_equal(a, b) for a, b in zip(state, split, strict=True))


def test_noise_has_the_stated_size_and_memory() -> None:
    p = load_pool("open_loop_prone", {"n_units": 201, "kappa": 0.0, "x_base": 0.0})
    pool = MotoneuronPool(p, PoolInputs(), 1)
    pool.advance(0.3)
    start = pool.state.private_noise.copy()
    pool.advance(0.02)
    end = pool.state.private_noise
    assert start.std() == pytest.approx(0.08, rel=4 / math.sqrt(2 * 201))
    assert np.corrcoef(start, end)[0, 1] == pytest.approx(math.exp(-1), abs=4 * (1 - math.exp(-2)) / math.sqrt(201))
    common = []
    for _ in range(200):
        pool.advance(0.1)
        common.append(pool.state.shared[k.Shared.COMMON_NOISE])
    assert np.std(common) == pytest.approx(0.03, rel=4 / math.sqrt(200))


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="needs compiled kernels")
def test_the_pool_is_compiled_once() -> None:
    for stimuli in ([], [0.001]):
        MotoneuronPool(load_pool("open_loop_prone", {"n_units": 3}), PoolInputs(stimuli_s=stimuli), 1).advance(0.01)
    assert len(advance_pool.signatures) == 1


def test_an_isolated_cell_without_input_stays_at_rest() -> None:
    pool = single_cells(1.0, PoolInputs())
    assert not any(t.size for t in spikes_of(pool, 0.5))
    assert np.abs(pool.state.v_soma).max() < 1e-2
