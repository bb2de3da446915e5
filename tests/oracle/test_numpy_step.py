"""Kernels against the plain NumPy step of benchmarks/: equal in distribution, not in the numbers drawn.

From rest, after activation: at saturating calcium, on the way up through the middle of the force-pCa curve, and where
thin filaments cross the M-line and the Z-disc is met.  Means over the second half of a run, over independent runs with
fixed seeds, at 4 standard errors with the variance of both pooled: an equal step fails one of the 12 comparisons in 1
of 300 choices of seeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from benchmarks.numpy_step import FREE, NumpyHalfSarcomere
from sarcomere.parameters import LatticeParameters, Numerics, load_fibre
from sarcomere_kernels import types as k
from tests.support.bench import Bench, bench, fibre

NAMES = ("bound fraction", "force", "open fraction", "ATPase")
LATTICE, NUMERICS = LatticeParameters(n_thick=4), Numerics(step_ms=0.2)
KERNEL_RUNS = 40


@dataclass(frozen=True)
class Case:
    """What is compared: a fibre at a pCa, for so long, so many times in NumPy."""

    name: str
    pca: float
    duration_ms: float
    numpy_runs: int
    hs_length: float = 1300.0


CASES = {
    "saturated": Case("fast", 4.5, 80.0, 16),
    "middle": Case("slow", 5.7, 200.0, 8),
    "short": Case("fast", 4.5, 80.0, 16, hs_length=830.0),
}
WRONG: dict[str, list[tuple[str, dict[str, dict[str, float]]]]] = {
    "saturated": [("bound fraction", {"cycle": {"k_attach": 0.8}}), ("ATPase", {"cycle": {"stroke_1": 1.05}})],
    "middle": [
        ("open fraction", {"regulation": {"opening_equilibrium": 1.25}}),
        ("force", {"off_state": {"k_off_return": 4.0}}),
    ],
    "short": [("bound fraction", {"cycle": {"k_attach": 0.6}})],
}


def start(case: Case, seed: int, changes: dict[str, dict[str, float]] | None = None) -> Bench:
    """A fresh half-sarcomere; changes multiply parameters."""
    base = load_fibre(case.name)
    values = {g: {n: f * getattr(getattr(base, g), n) for n, f in new.items()} for g, new in (changes or {}).items()}
    what = fibre(case.name, **values)
    return bench(
        what, lattice=LATTICE, numerics=NUMERICS, pca=case.pca, hs_length=case.hs_length,
        seed=seed, sample_ms=NUMERICS.step_ms,
    )  # fmt: skip


def by_kernel(case: Case, seed: int, changes: dict[str, dict[str, float]] | None = None) -> list[float]:
    """What is compared, in one run of the kernels."""
    samples = start(case, seed, changes).run(case.duration_ms)
    late = slice(samples.force.size // 2, None)
    bound = samples.head_state_fraction[late, k.HeadState.A1 :].sum(axis=1)
    atp = samples.atp_used[late]
    return [
        float(x)
        for x in (bound.mean(), samples.force[late].mean(), samples.ru_open_fraction[late].mean(), atp[-1] - atp[0])
    ]


def by_numpy(case: Case, seed: int) -> list[float]:
    """The same in one run of the plain step."""
    b = start(case, seed)
    hs = NumpyHalfSarcomere(b.model, b.ca, seed)
    rows: list[Any] = []
    for _ in range(round(case.duration_ms / NUMERICS.step_ms)):
        hs.step()
        rows.append((np.mean(hs.head_site != FREE), hs.force, hs.thin.open.mean(), hs.atp_used / hs.head_site.size))
    late = np.array(rows[len(rows) // 2 :])
    return [*late[:, :3].mean(axis=0), late[-1, 3] - late[0, 3]]


def standard_errors(ours: Any, plain: Any) -> dict[str, float]:
    """Difference of the means in standard errors, by observable."""
    n, m = len(ours), len(plain)
    variance = ((n - 1) * ours.var(axis=0, ddof=1) + (m - 1) * plain.var(axis=0, ddof=1)) / (n + m - 2)
    apart = np.abs(ours.mean(axis=0) - plain.mean(axis=0)) / np.sqrt(variance * (1 / n + 1 / m))
    return dict(zip(NAMES, apart.tolist(), strict=True))


@pytest.mark.parametrize("which", CASES)
def test_kernels_equal_the_plain_step(which: str) -> None:
    """Negative controls: the same comparison with kernels that run other parameters."""
    case = CASES[which]
    plain = np.array([by_numpy(case, 1000 + run) for run in range(case.numpy_runs)])

    def apart(changes: dict[str, dict[str, float]] | None = None) -> dict[str, float]:
        return standard_errors(np.array([by_kernel(case, seed, changes) for seed in range(KERNEL_RUNS)]), plain)

    equal = apart()
    assert max(equal.values()) < 4.0, equal
    for name, changes in WRONG[which]:
        wrong = apart(changes)
        assert wrong[name] > 4.0, (changes, wrong)
