"""One step of a half-sarcomere in plain NumPy: what the compiled kernels are measured against.

Written to be read beside docs/model.md.  Geometry, rates and the strain tables come from
``sarcomere.half_sarcomere.pack``; the step
itself uses none of the kernels.  Calcium is constant and the Z-line is held.  Equal in distribution to the kernels
(tests/oracle/test_numpy_step.py), not bit for bit: all heads draw at once where the kernels go one after another, and
where two heads choose one site in the same step the first keeps it and the other stays as it was, which differs in
second order of the step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.numpy_filaments import F8, I8, ForceBalance, ThinFilaments, pick
from sarcomere_kernels.types import HeadState, Model

FREE = -1  # the site of a detached head
OFF, MT, MDP, A1, A2, A3, RIGOR = HeadState
OUTCOMES = np.array([A1, A2, A3, RIGOR, MDP, MT])  # outcome of a propagator -> head state


class NumpyHalfSarcomere:
    """A half-sarcomere at constant calcium, its Z-line held.

    Parameters
    ----------
    model : sarcomere_kernels.types.Model
        From ``sarcomere.half_sarcomere.pack.pack_model``; regulated, without a tendon.
    ca : float
        Free calcium, uM.
    seed : int
        Of all draws.
    """

    def __init__(self, model: Model, ca: float, seed: int) -> None:
        self.dt, self.rng = model.sampling.step, np.random.default_rng(seed)
        lattice, cycle = model.lattice, model.cycle
        self.lattice, self.table, self.thick = lattice, model.table, model.thick
        self.thin = ThinFilaments(model.regulation, lattice, ca, self.dt, self.rng)
        self.balance = ForceBalance(lattice, cycle, model.mechanics)
        self.stroke = np.zeros(RIGOR + 1)
        self.stroke[A2], self.stroke[A3:] = cycle.stroke_1, cycle.stroke_1 + cycle.stroke_2
        self.exits = np.zeros((A1, 2))  # of OFF (none here), MT, MDP: to the other of MT and MDP, and to OFF
        self.exits[MT, 0], self.exits[MDP] = cycle.k_hydrolysis, (cycle.k_hydrolysis_reverse, model.thick.k_off_return)
        self.entry_stroke = np.array([0.0, cycle.stroke_1 + cycle.stroke_2, 0.0])
        self.entry_rate = np.stack([np.zeros_like(self.table.attach), self.table.rebind, self.table.attach])
        self.closed_attachment = cycle.closed_attachment
        beyond = cycle.spacing_at_reference - cycle.spacing_unstrained
        beside = lattice.head_z < lattice.thin_reach - lattice.reference_length  # thin filaments of the other half
        self.weight = np.exp(-0.5 * cycle.stiffness_radial * beyond**2 / cycle.thermal_energy)
        self.weight = self.weight * np.where(beside, lattice.double_overlap, 1.0)
        face = np.repeat(np.arange(lattice.face_start.size - 1), np.diff(lattice.face_start))
        self.face_length = 10.0 * lattice.reference_length  # one row of all sites, face after face
        self.site_key = face * self.face_length + lattice.site_s
        self.head_site, self.head_state = np.full(lattice.head_z.size, FREE), np.full(lattice.head_z.size, OFF)
        self.taken = np.zeros(lattice.site_s.size, dtype=bool)
        self.steps = self.atp_used = 0
        self.force = self.balance.solve(*self._springs())
        self.head_state = self._at_rest()

    def _at_rest(self) -> I8:
        """Detached heads in equilibrium under titin's pull."""
        weights = np.ones(A1)
        weights[OFF] = self.thick.k_off_return / self._off_exit_rate().mean()
        weights[MT] = self.exits[MDP, 0] / self.exits[MT, 0]
        return self.rng.choice(A1, self.head_site.size, p=weights / weights.sum())

    def step(self) -> None:
        """One step: thin filaments, OFF state, heads, force balance."""
        bound = np.flatnonzero(self.head_site != FREE)
        units = self.lattice.site_ru[self.head_site[bound]]
        self.thin.switch(self.steps, np.bincount(units, minlength=self.thin.open.size))
        self.off_exit_rate = self._off_exit_rate()[self.balance.head_node]
        self._leave_twice(np.flatnonzero(self.head_site == FREE))
        self._cycle_attached(bound)
        self.force = self.balance.solve(*self._springs())
        self.steps += 1

    def _springs(self) -> tuple[Any, F8]:
        """B of the force balance, and what every attached head is stretched by before shifts."""
        bound = np.flatnonzero(self.head_site != FREE)
        site = self.head_site[bound]
        return self.balance.slackening(bound, site), self._rest(bound, site) + self.stroke[self.head_state[bound]]

    def _off_exit_rate(self) -> F8:
        """OFF -> MDP at every crown."""
        relative = np.clip(self.balance.tension() / self.thick.isometric_force, 0.0, self.thick.max_relative_force)
        return self.thick.k_off_exit + self.thick.k_off_exit_force * relative

    def _rest(self, head: I8, site: I8) -> F8:
        """Strain of these heads on these sites with no filament shifted."""
        return self.lattice.reference_length - self.lattice.site_s[site] - self.lattice.head_z[head]

    def _strain(self, head: I8, site: I8) -> F8:
        """x of these heads on these sites."""
        b, shift = self.balance, self.balance.shift
        thin = b.z_weight[site] * shift[b.z_side[site]] + b.tip_weight[site] * shift[b.tip_side[site]]
        return self._rest(head, site) - shift[b.head_node[head]] - thin

    def _bin(self, strain: F8) -> I8:
        bins = np.floor((strain - self.table.x_min) * self.table.bins_per_nm).astype(np.int64)
        return np.clip(bins, 0, self.table.attach.size - 1)

    def _leave_twice(self, head: I8) -> None:
        """Detached heads take their exits; those that came to another detached state have half the step left."""
        before = self.head_state[head]
        self._leave(head, self.dt)
        moved = (self.head_site[head] == FREE) & (self.head_state[head] != before)
        self._leave(head[moved], 0.5 * self.dt)

    def _leave(self, head: I8, dt: float) -> None:
        """The exits of detached heads over dt, competing for one draw each."""
        u, now = self.rng.random(head.size), self.head_state[head]
        off = np.flatnonzero(now == OFF)
        leaves = u[off] < -np.expm1(-self.off_exit_rate[head[off]] * dt)
        self.head_state[head[off[leaves]]] = MDP
        most = -np.expm1(-self.table.fastest[now] * dt)  # an upper bound of the chance to do anything
        tries = (now != OFF) & (u < most)
        head, now, u = head[tries], now[tries], u[tries]
        site, strain, rate = self._open_sites(head, now)
        exits = np.concatenate([self.exits[now], self.weight[head, None] * rate], axis=1)
        total = exits.sum(axis=1)
        chance = -np.expm1(-total * dt)
        goes = u < chance
        head, now, site, strain = head[goes], now[goes], site[goes], strain[goes]
        cumulative = np.cumsum(exits[goes], axis=1) / total[goes, None]
        cumulative[:, -1] = 1.0  # whatever rounding left
        chosen = pick(cumulative, u[goes] / chance[goes])
        self.head_state[head] = np.where(chosen == 0, MT + MDP - now, np.where(chosen == 1, OFF, now))
        binds = np.flatnonzero(chosen >= 2)
        place = binds, chosen[binds] - 2
        self._land(head[binds], site[place], strain[place], entry=(now[binds] == MT).astype(np.int64))

    def _open_sites(self, head: I8, now: I8) -> tuple[I8, F8, F8]:
        """Sites within reach of each head, its strain there and the rate of binding, 0 where taken."""
        lattice, b = self.lattice, self.balance
        face, reach = lattice.head_face[head], self.table.reach
        tip_shift = b.shift[b.thin_tip[face // 3]]
        middle = lattice.reference_length - lattice.head_z[head] - b.shift[b.head_node[head]] + self.entry_stroke[now]
        key = face * self.face_length + middle
        begin = np.searchsorted(self.site_key, key - reach - np.maximum(tip_shift, 0.0))
        count = np.searchsorted(self.site_key, key + reach - np.minimum(tip_shift, 0.0), "right") - begin
        columns = np.arange(max(1, count.max(initial=0)))
        site = np.minimum(begin[:, None] + columns, lattice.site_s.size - 1)
        strain = self._strain(head[:, None], site)
        opened = self.thin.open.ravel()[lattice.site_ru[site]] == 1
        there = (columns < count[:, None]) & ~self.taken[site]
        rate = self.entry_rate[now[:, None], self._bin(strain)] * np.where(opened, 1.0, self.closed_attachment)
        return site, strain, np.where(there, rate, 0.0)

    def _land(self, head: I8, site: I8, strain: F8, entry: I8) -> None:
        """Heads that bind (entry 0 as A1, 1 as RIGOR, which gives back an ATP) have moved on by the step's end."""
        site, first = np.unique(site, return_index=True)  # one head a site
        head, strain, entry = head[first], strain[first], entry[first]
        closed = 1 - self.thin.open.ravel()[self.lattice.site_ru[site]]
        cumulative = self.table.landing[closed, entry, self._bin(strain)]
        state = OUTCOMES[pick(cumulative, self.rng.random(head.size))]
        stays = state >= A1
        self.head_state[head] = state
        self.head_site[head[stays]], self.taken[site[stays]] = site[stays], True
        self.atp_used += np.count_nonzero(state == MT) - np.count_nonzero(entry)

    def _cycle_attached(self, head: I8) -> None:
        """Heads that were attached when the step began: one draw from the exact propagator."""
        site, now = self.head_site[head], self.head_state[head] - A1
        closed = 1 - self.thin.open.ravel()[self.lattice.site_ru[site]]
        rows = self.table.transition[closed, self._bin(self._strain(head, site)), now]
        place = pick(rows, self.rng.random(head.size))
        outcome = np.where(place == 0, now, np.where(place <= now, place - 1, place))  # rows begin with "stay"
        state = OUTCOMES[outcome]
        self.head_state[head] = state
        gone = state < A1
        self.atp_used += np.count_nonzero(state == MT)
        self.taken[site[gone]] = False
        self.head_site[head[gone]] = FREE
        self._leave(head[gone], 0.5 * self.dt)
