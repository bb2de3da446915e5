"""Thin filaments and force balance of the plain NumPy half-sarcomere, see numpy_step.py."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve_banded, cholesky_banded, expm
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import LinearOperator, cg

from sarcomere_kernels.types import MAX_COOPERATING, Cycle, Lattice, Mechanics, Regulation

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


def pick(cumulative: F8, u: F8) -> I8:
    """Column that each u falls into; a row of ``cumulative`` ends at one."""
    return np.count_nonzero(u[:, None] >= cumulative[:, :-1], axis=1)


class ThinFilaments:
    """Regulatory units: 2 strands a filament; calcium on them, and whether they are open."""

    def __init__(self, p: Regulation, lattice: Lattice, ca: float, dt: float, rng: np.random.Generator) -> None:
        self.rng, self.levels = rng, p.n_calcium_sites + 1
        self.after = np.cumsum(expm(dt * self._generators(p, ca)), axis=-1)
        shape = (2 * lattice.n_thin, lattice.n_ru)
        affinity = p.k_calcium_on / p.k_calcium_off_closed
        self.calcium = rng.binomial(p.n_calcium_sites, ca * affinity / (1.0 + ca * affinity), shape)
        self.open = np.zeros(shape, dtype=np.int64)

    def _generators(self, p: Regulation, ca: float) -> F8:
        """Rates among (calcium, open) at every neighbour sum and number of heads: (sum, heads, from, to)."""
        n = self.levels
        q = np.zeros((5, MAX_COOPERATING + 1, 2 * n, 2 * n))
        for level in range(n):
            closed, opened = 2 * level, 2 * level + 1
            q[..., closed, opened] = p.k_open[level]
            q[..., opened, closed] = p.k_close[level]
            if level + 1 < n:
                q[..., closed, closed + 2] = q[..., opened, opened + 2] = p.k_calcium_on * ca * (n - 1 - level)
            if level > 0:
                q[..., closed, closed - 2] = p.k_calcium_off_closed * level
                q[..., opened, opened - 2] = p.k_calcium_off_open * level
        q[..., range(2 * n), range(2 * n)] = -q.sum(axis=-1)
        return q

    def switch(self, n_step: int, heads: I8) -> None:
        """Every other unit with its neighbours frozen, then those between; ``heads`` are attached to each unit."""
        attached = np.minimum(heads.reshape(self.open.shape), MAX_COOPERATING)
        for half in range(2):
            places = slice((n_step + half) % 2, None, 2)
            spin = np.pad(2 * self.open - 1, ((0, 0), (1, 1)))  # an end has one neighbour
            around = (2 + spin[:, :-2] + spin[:, 2:])[:, places]
            now = (2 * self.calcium + self.open)[:, places]
            rows = self.after[around, attached[:, places], now].reshape(now.size, -1)
            after = pick(rows, self.rng.random(now.size)).reshape(now.shape)
            self.calcium[:, places], self.open[:, places] = after // 2, after % 2


class ForceBalance:
    """Shifts of the filaments under the pull of the heads: crowns of every thick filament, then nodes of every thin.

    With B taking shifts to how much they slacken the heads, the equations are (K + kappa B'B) shift = B' kappa (strain
    without shifts + stroke) + titin and contact: sparse, symmetric, linear but for these.
    """

    def __init__(self, lattice: Lattice, cycle: Cycle, mechanics: Mechanics) -> None:
        self.p, self.kappa, self.slack = mechanics, cycle.stiffness_head, mechanics.titin_slack + mechanics.thick_tip
        self.n_thick, self.n_crown, self.length = lattice.n_thick, lattice.n_crown, lattice.reference_length
        n_crowns = lattice.n_thick * lattice.n_crown
        self.tips = np.arange(1, lattice.n_thick + 1) * lattice.n_crown - 1
        crown, thick = np.divmod(lattice.head_node, lattice.n_thick)
        self.head_node = thick * lattice.n_crown + crown
        row, thin = np.divmod(lattice.site_node, lattice.n_thin)
        self.tip_side = n_crowns + thin * lattice.n_ru + row
        self.z_side = np.maximum(self.tip_side - 1, 0)
        self.thin_tip = n_crowns + np.arange(1, lattice.n_thin + 1) * lattice.n_ru - 1
        self.tip_weight = lattice.site_weight
        self.z_weight = np.where(row > 0, 1.0 - self.tip_weight, 0.0)  # the Z-line does not move
        thick_chain = self._chain(lattice.n_thick, lattice.n_crown, mechanics.stiffness_thick)
        thick_chain[0][:: lattice.n_crown] += mechanics.stiffness_bare_zone - mechanics.stiffness_thick
        thin_chain = self._chain(lattice.n_thin, lattice.n_ru, mechanics.stiffness_thin)
        diagonal, above = (np.concatenate(pair) for pair in zip(thick_chain, thin_chain, strict=True))
        self.filaments = diags_array([above[:-1], diagonal, above[:-1]], offsets=[-1, 0, 1], format="csr")
        self.filament_band = np.stack([np.roll(above, 1), diagonal])
        self.shift = np.zeros(diagonal.size)

    @staticmethod
    def _chain(filaments: int, nodes: int, k: float) -> tuple[F8, F8]:
        """Diagonal, and what stands beside it, of filaments fixed at one end and free at the other."""
        diagonal, above = np.full((filaments, nodes), 2.0 * k), np.full((filaments, nodes), -k)
        diagonal[:, -1], above[:, -1] = k, 0.0
        return diagonal.ravel(), above.ravel()

    def slackening(self, head: I8, site: I8) -> Any:
        """B: by how much shifts slacken each of these heads."""
        columns = np.stack([self.head_node[head], self.z_side[site], self.tip_side[site]], axis=1)
        weights = np.stack([np.ones(head.size), self.z_weight[site], self.tip_weight[site]], axis=1)
        start = np.arange(0, columns.size + 1, 3)
        return csr_array((weights.ravel(), columns.ravel(), start), shape=(head.size, self.shift.size))

    def _titin(self) -> tuple[F8, F8]:
        """Force and stiffness of titin at every thick tip."""
        extension = self.length - self.slack - self.shift[self.tips]
        grown = self.p.titin_amplitude * np.exp(self.p.titin_exponent * extension)
        tight = extension > 0
        return np.where(tight, grown - self.p.titin_amplitude, 0.0), np.where(tight, self.p.titin_exponent * grown, 0.0)

    def _contact(self) -> tuple[F8, F8]:
        """Force, negative, and stiffness of the Z-disc at every thick tip."""
        free = self.length - self.p.thick_tip - self.shift[self.tips] - self.p.contact
        return self.p.stiffness_contact * np.minimum(free, 0.0), np.where(free < 0, self.p.stiffness_contact, 0.0)

    def solve(self, slackening: Any, unshifted: F8) -> float:
        """Bring all nodes into balance by Newton's method; ``unshifted`` is strain + stroke before shifts.

        Returns the force, pN per thick filament.
        """
        band = self._band(slackening)
        for _ in range(self.p.max_iterations):
            pull = self.kappa * (unshifted - slackening @ self.shift)
            (titin, slope), (push, stiff) = self._titin(), self._contact()
            at_tip = titin + push
            out_of_balance = slackening.T @ pull - self.filaments @ self.shift
            out_of_balance[self.tips] += at_tip
            if np.abs(out_of_balance).max() <= self.p.tolerance:
                return float(pull.sum() + at_tip.sum()) / self.tips.size
            springs = np.zeros(self.shift.size)
            springs[self.tips] = slope + stiff
            self.shift += self._yield(slackening, band, springs, out_of_balance)
        raise RuntimeError(f"no force balance after {self.p.max_iterations} linearisations")

    def _band(self, slackening: Any) -> F8:
        """Filaments and what heads add along each: above the diagonal, and the diagonal, of one long tridiagonal."""
        columns, weights = slackening.indices.reshape(-1, 3), slackening.data.reshape(-1, 3)
        beside = np.bincount(columns[:, 2], weights[:, 1] * weights[:, 2], self.shift.size)
        own = np.bincount(slackening.indices, slackening.data**2, self.shift.size)
        return np.asarray(self.filament_band + self.kappa * np.stack([beside, own]))

    def _yield(self, slackening: Any, band: F8, springs: F8, force: F8) -> F8:
        """How nodes shift under a force on each: conjugate gradients, preconditioned with the filaments."""
        relax, size = self.kappa * slackening.T, (force.size, force.size)
        matrix = LinearOperator(
            size, lambda p: self.filaments @ p + relax @ (slackening @ p) + springs * p, dtype=force.dtype
        )
        factor = cholesky_banded(band + np.stack([np.zeros_like(springs), springs]), check_finite=False), False
        inverse = LinearOperator(size, lambda r: cho_solve_banded(factor, r, check_finite=False), dtype=force.dtype)
        shift, failed = cg(matrix, force, rtol=0.0, atol=0.5 * self.p.tolerance, M=inverse)
        if failed:
            raise RuntimeError("conjugate gradients did not converge")
        return np.asarray(shift)

    def tension(self) -> F8:
        """Of the segment on the M-line side of every crown, by node."""
        u = self.shift[: self.n_thick * self.n_crown].reshape(self.n_thick, self.n_crown)
        bare = self.p.stiffness_bare_zone * u[:, :1]
        return np.concatenate([bare, self.p.stiffness_thick * np.diff(u, axis=1)], axis=1).ravel()
