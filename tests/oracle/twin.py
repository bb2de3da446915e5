"""The slow twin: docs/model.md once more in plain Python, blind to the compiled kernels.

Nothing here comes from the kernels or from packed parameters; only the initial state (arrays named as in
``sarcomere_kernels.types.State``) is copied.  Units: nm, ms, pN, uM.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from sarcomere.parameters.base import AVOGADRO
from tests.oracle.parts import (
    A1,
    A2,
    A3,
    ACTINS_PER_UNIT,
    F8,
    MDP,
    MT,
    OFF,
    RIGOR,
    TO_MDP,
    TO_MT,
    CalciumStore,
    Geometry,
    HeadCycle,
    Lanes,
    Setup,
    Xoshiro,
)

# Where the kernels' state keeps these.
STEP, NEXT_IMPULSE, ATP_USED, N_BOUND = 0, 2, 3, 4


class Elastic:
    """Filaments, titin and the end as springs: the direct solve of the whole lattice.

    Unknowns are the crowns' shifts toward the Z-line [thick, crown], then the thin nodes' shifts toward the M-line
    [thin, node], then the shift of the Z-line.
    """

    def __init__(self, setup: Setup, geometry: Geometry) -> None:
        p, lat, self.g = setup.mechanics, setup.lattice, geometry
        self.length, self.p, self.slack = setup.hs_length, p, p.slack_hs_length
        self.touching = lat.thick_half_length + lat.z_half_width  # length at which thick filaments meet the Z-disc
        self.n_crown, self.n_ru, self.tolerance = lat.n_crown, lat.n_ru, 0.01 * setup.numerics.force_tolerance_pN
        self.z_line = geometry.n_thick * lat.n_crown + geometry.n_thin * lat.n_ru
        self.thin_spring = p.modulus_thin_nN * 1e3 / (2 * ACTINS_PER_UNIT * lat.actin_rise)
        self.thick_spring = np.full(lat.n_crown, p.stiffness_thick)
        self.thick_spring[0] *= lat.crown_spacing / lat.bare_half_zone
        self.shift, self.free_end = np.zeros(self.z_line + 1), p.series_compliance > 0
        thick, thin = np.arange(geometry.n_thick), np.arange(geometry.n_thin)
        bonds = [([self.z_line], None, geometry.n_thick / p.series_compliance)] if self.free_end else []
        for c, stiffness in enumerate(self.thick_spring):
            bonds.append((self.crown(thick, c), self.crown(thick, c - 1) if c else None, stiffness))
        bonds += [(self.node(thin, n), self.node(thin, n - 1), self.thin_spring) for n in range(1, lat.n_ru + 1)]
        stretched = [(self._reads(i, j, -1.0), stiffness) for i, j, stiffness in bonds]
        self.springs = sum(stiffness * (reads.T @ reads) for reads, stiffness in stretched)
        self.titin_reads = self._reads(self.crown(thick, lat.n_crown - 1), np.full(geometry.n_thick, self.z_line), 1.0)

    def _reads(self, i: Any, j: Any, weight: Any, first: Any = 1.0) -> sparse.csr_array:
        """Matrix whose row r reads first q[i_r] + weight q[j_r] off the shifts q."""
        row, size = np.arange(len(i)), (len(i), self.z_line + 1)
        at_i = sparse.csr_array((np.broadcast_to(first, len(i)), (row, i)), shape=size)
        return at_i if j is None else at_i + sparse.csr_array((np.broadcast_to(weight, len(i)), (row, j)), shape=size)

    def crown(self, thick: Any, crown: Any) -> Any:
        """Unknown of a crown."""
        return thick * self.n_crown + crown

    def node(self, thin: Any, node: Any) -> Any:
        """Unknown of a thin node; node 0 is the Z-line."""
        return np.where(node == 0, self.z_line, self.g.n_thick * self.n_crown + thin * self.n_ru + node - 1)

    def strain(self, head: Any, site: Any) -> Any:
        """x = L0 - s - z - u - v of heads at sites, shifts as they were last balanced."""
        g = self.g
        return self.length - g.site_s[site] - g.head_z[head] - self.head_u[head] - self.site_v[site]

    def balance(self, head: Any, site: Any, kappa: float, stroke: F8) -> None:
        """Newton (only titin and contact are not linear) until no node is out of balance."""
        last = self.z_line + int(self.free_end)  # a Z-line that is held is no unknown
        pull = self._sites(site) + self._crowns(head)  # minus dx/dq
        linear = self.springs + kappa * (pull.T @ pull)
        strain_at_rest = self.length - self.g.site_s[site] - self.g.head_z[head]
        for _ in range(50):
            (titin, slope), (push, stiff) = self.titin(), self.contact()
            at_tip, slope = titin + push, slope + stiff
            force = self.springs @ self.shift - kappa * (pull.T @ (strain_at_rest - pull @ self.shift + stroke))
            force -= self.titin_reads.T @ at_tip
            if np.abs(force[:last]).max() < self.tolerance:
                break
            stiffness = sparse.csc_array(linear + self.titin_reads.T @ (sparse.diags_array(slope) @ self.titin_reads))
            self.shift[:last] -= spsolve(stiffness[:last, :last], force[:last])
        else:
            raise RuntimeError("the twin found no balance")
        tense = kappa * (strain_at_rest - pull @ self.shift + stroke)
        self.heads_on_z_line = float((pull.T @ tense)[self.z_line])  # of those between the Z-line and the first node
        self.head_u, self.site_v = self._crowns(slice(None)) @ self.shift, self._sites(slice(None)) @ self.shift

    def _sites(self, site: Any) -> sparse.csr_array:
        """Reads the shifts of sites, linear between thin nodes."""
        thin, node, weight = self.g.site_thin[site], self.g.site_node[site], self.g.site_weight[site]
        return self._reads(self.node(thin, node), self.node(thin, node + 1), weight, 1.0 - weight)

    def _crowns(self, head: Any) -> sparse.csr_array:
        """Reads the shifts of heads' crowns."""
        return self._reads(self.crown(self.g.head_thick[head], self.g.head_crown[head]), None, 0.0)

    def titin(self) -> tuple[F8, F8]:
        """Titin force and stiffness of every thick filament."""
        extension = np.maximum(self.length - self.slack - self.titin_reads @ self.shift, 0.0)
        grown = self.p.titin_force * np.exp(self.p.titin_exponent * extension)
        return grown - self.p.titin_force, np.where(extension > 0.0, self.p.titin_exponent * grown, 0.0)

    def contact(self) -> tuple[F8, F8]:
        """Push of the Z-disc on every thick filament, negative, and its stiffness."""
        free = self.length - self.touching - self.titin_reads @ self.shift
        return self.p.stiffness_contact * np.minimum(free, 0.0), np.where(free < 0.0, self.p.stiffness_contact, 0.0)

    def tension(self, thick: int, crown: int) -> float:
        """Tension of the thick segment on the M-line side of a crown."""
        before = self.shift[self.crown(thick, crown - 1)] if crown else 0.0
        return float(self.thick_spring[crown] * (self.shift[self.crown(thick, crown)] - before))

    def force(self) -> float:
        """Force on the Z-line, per thick filament."""
        first = self.shift[self.node(np.arange(self.g.n_thin), 1)] - self.shift[self.z_line]
        at_tips = (self.titin()[0] + self.contact()[0]).sum()
        return float((self.thin_spring * first.sum() + at_tips + self.heads_on_z_line) / self.g.n_thick)


class Twin:
    """One half-sarcomere, walked step by step as docs/model.md says."""

    def __init__(self, setup: Setup, state: Any) -> None:
        self.setup, self.fibre, self.dt = setup, setup.fibre, setup.numerics.step_ms
        self.geometry = Geometry(setup.lattice)
        off, colder = self.fibre.off_state, (37.0 - setup.chemistry.temperature_C) / 10.0
        self.off_exit = 1e-3 * off.k_off_exit / off.cooling.k_off_exit**colder
        self.off_exit_force = 1e-3 * off.k_off_exit_force / off.cooling.k_off_exit_force**colder
        self.off_return = 1e-3 * off.k_off_return / off.cooling.k_off_return**colder
        self.cycle = HeadCycle(setup.fibre, setup.chemistry, setup.numerics)
        self.calcium = CalciumStore(setup.fibre, setup.chemistry, setup.numerics, state.calcium)
        self.elastic = Elastic(setup, self.geometry)
        self.random, self.lanes = Xoshiro(state.stream[:4]), Lanes(state.lanes)
        self.head_state, self.site_taken = state.head_state.copy(), state.site_taken.copy()
        self.bound = [int(head) for head in state.bound_head[: state.counters[N_BOUND]]]  # in the order of their draws
        self.head_site, self.strain = np.full(self.head_state.size, -1), np.zeros(self.head_state.size)
        self.head_site[self.bound] = state.bound_site[: len(self.bound)]
        self.ru_calcium, self.ru_open = state.ru_calcium.copy(), state.ru_open.copy()
        self.ru_heads = state.ru_heads.copy()
        self.n, next_impulse, self.atp_used = (int(state.counters[i]) for i in (STEP, NEXT_IMPULSE, ATP_USED))
        self.impulses = sorted(setup.impulses)[next_impulse:]
        lat = setup.lattice
        area = 2.0 / np.sqrt(3.0) * lat.d10**2 * lat.spacing_length / setup.hs_length  # nm2 per thick filament
        litres = area * setup.hs_length * lat.n_thick * 1e-24
        self.unit_uM = 1e6 * lat.myofibril_fraction / (AVOGADRO * litres)
        self._balance()

    @property
    def hs_length(self) -> float:
        """Length now."""
        return self.setup.hs_length - float(self.elastic.shift[-1])

    def step(self) -> None:
        """One step, in the order of docs/model.md."""
        while self.impulses and self.impulses[0] <= self.n:
            self.impulses.pop(0)
            self.calcium.impulse()
        if not self.setup.clamped:
            self.calcium.step()
        before = int(self.ru_calcium.sum())
        if self.setup.regulated:
            self._units()
        self._heads()
        self._balance()
        if not self.setup.clamped:
            self.calcium.take(self.unit_uM * (int(self.ru_calcium.sum()) - before))
        self.n += 1

    def _balance(self) -> None:
        head = np.flatnonzero(self.head_state >= A1)
        site, stroke = self.head_site[head], self.cycle.stroke[np.minimum(self.head_state[head] - A1, 2)]
        self.elastic.balance(head, site, self.cycle.c.stiffness_head, stroke)
        self.strain[head] = self.elastic.strain(head, site)

    def _seen_calcium(self) -> float:
        """Free calcium half a step on, the units binding and losing it meanwhile."""
        p, c = self.fibre.regulation, self.calcium
        if self.setup.clamped:
            return c.free
        half = 0.5 * self.dt * self.unit_uM * p.k_calcium_on * 1e-9
        on_open = float(self.ru_calcium[self.ru_open == 1].sum())
        on_closed = float(self.ru_calcium[self.ru_open == 0].sum())
        empty = self.ru_open.size * p.n_calcium_sites - on_open - on_closed
        total = c.total + half * (p.k_off_open_uM * on_open + p.k_off_closed_uM * on_closed)
        buffering = 1.0 + c.atp / (c.p.atp_calcium_mM * 1e3 + c.free)
        return max(total, 0.0) / (buffering + half * empty)

    def _units(self) -> None:
        self.seen = self._seen_calcium()
        draws = self.lanes.uniforms(self.ru_open.size)
        n_ru = self.setup.lattice.n_ru
        for half in (self.n % 2, 1 - self.n % 2):
            for strand in range(2 * self.geometry.n_thin):
                opened = self.ru_open[strand * n_ru : (strand + 1) * n_ru]  # a view
                for place in range(half, n_ru, 2):
                    beside = [i for i in (place - 1, place + 1) if 0 <= i < n_ru]
                    unit = strand * n_ru + place
                    self._follow(unit, sum(1 if opened[i] else -1 for i in beside), draws[unit])

    def _unit_rates(self, unit: int, s: int) -> F8:
        """Calcium on, calcium off, flip; per ms."""
        p, n_ca, is_open = self.fibre.regulation, int(self.ru_calcium[unit]), bool(self.ru_open[unit])
        k_on, k_close = p.k_calcium_on * 1e-9, p.k_close * 1e-3
        held = min(int(self.ru_heads[unit]), ACTINS_PER_UNIT)
        tilt = (p.k_off_closed_uM / p.k_off_open_uM) ** (n_ca / 2) * np.exp(0.5 * p.cooperativity * s)
        tilt /= p.crossbridge_cooperativity ** (held / 2)
        on = k_on * self.seen * (p.n_calcium_sites - n_ca)
        off = k_on * (p.k_off_open_uM if is_open else p.k_off_closed_uM) * n_ca
        opening = k_close * p.opening_equilibrium * tilt
        return np.array([on, off, k_close / tilt if is_open else opening])

    def _follow(self, unit: int, s: int, u: float) -> None:
        """All events of one unit in one step."""
        time = 0.0
        while True:
            rates = self._unit_rates(unit, s)
            time -= np.log(u) / rates.sum()
            if time >= self.dt:
                return
            event = int(np.searchsorted(np.cumsum(rates), self.random.uniform() * rates.sum(), side="right"))
            if event == 2:
                self.ru_open[unit] = 1 - self.ru_open[unit]
            else:
                self.ru_calcium[unit] += 1 - 2 * event
            u = self.random.uniform()

    def _off_exit_rate(self, head: int) -> float:
        p, g = self.fibre.off_state, self.geometry
        relative = self.tensions[g.head_thick[head], g.head_crown[head]] / p.isometric_force
        return self.off_exit + self.off_exit_force * min(max(relative, 0.0), p.max_relative_force)

    def _heads(self) -> None:
        lat = self.setup.lattice
        self.tensions = np.array([[self.elastic.tension(t, c) for c in range(lat.n_crown)] for t in range(lat.n_thick)])
        gap = 2.0 / 3.0 * lat.d10 * np.sqrt(lat.spacing_length / self.hs_length) - lat.gap_unstrained
        crossed = lat.z_half_width + lat.n_ru * 2 * ACTINS_PER_UNIT * lat.actin_rise - self.hs_length
        beside = np.where(self.geometry.head_z < crossed, lat.double_overlap, 1.0)  # thin filaments of the other half
        self.reaching = beside * np.exp(-0.5 * lat.stiffness_radial * gap**2 / self.cycle.kt)
        self.loose: set[int] = set()  # heads that came loose in this step
        old = list(self.bound)
        if self.n % 2:
            self._attached_heads(old)
            self._detached_heads()
        else:
            self._detached_heads()
            self._attached_heads(old)

    def _detached_heads(self) -> None:
        for head, u in enumerate(self.lanes.uniforms(self.head_state.size)):
            before = self.head_state[head]
            if before < A1 and head not in self.loose:
                self._leave(head, u, self.dt)
                self._second_chance(head, before)

    def _attached_heads(self, old: list[int]) -> None:
        for slot, u in reversed(list(enumerate(self.lanes.uniforms(len(old))))):
            before = self.head_state[old[slot]]
            self._attached(old[slot], u)
            if self.head_state[old[slot]] < A1:
                self.loose.add(old[slot])
            self._second_chance(old[slot], before)

    def _second_chance(self, head: int, before: int) -> None:
        if self.head_state[head] != before and self.head_state[head] < A1:
            self._leave(head, self.random.uniform(), self.dt / 2)

    def _leave(self, head: int, u: float, dt: float) -> None:
        """The exits of a head that is not attached, over dt."""
        if self.head_state[head] != OFF:
            self._detached(head, u, dt)
        elif u < -np.expm1(-self._off_exit_rate(head) * dt):
            self.head_state[head] = MDP

    def _attached(self, head: int, u: float) -> None:
        site, origin = self.head_site[head], self.head_state[head] - A1
        closed = 1 - self.ru_open[self.geometry.site_unit[site]]
        chances = self.cycle.propagators(int(self.cycle.bin(self.strain[head])), int(closed))[0][origin]
        order = [origin] + [i for i in range(6) if i != origin]
        self._arrive(head, order[min(int(np.searchsorted(np.cumsum(chances[order]), u, side="right")), 5)], site)

    def _detached(self, head: int, u: float, dt: float) -> None:
        g, cycle, ready = self.geometry, self.cycle, self.head_state[head] == MDP
        face = g.head_face[head]
        on_face = slice(g.face_start[face], g.face_start[face + 1])
        x = self.elastic.strain(head, on_face)
        near = np.abs(x + (0.0 if ready else cycle.stroke[2])) <= cycle.reach
        near &= self.site_taken[on_face] == 0
        sites, bins = on_face.start + np.flatnonzero(near), cycle.bin(x[near])
        opened = self.ru_open[g.site_unit[sites]] == 1
        ease = self.reaching[head] * np.where(opened, 1.0, self.fibre.regulation.closed_attachment)
        plain = [cycle.hydrolysis_back, self.off_return] if ready else [cycle.hydrolysis]
        rates = np.concatenate([plain, (cycle.attach if ready else cycle.rebind)[bins] * ease])
        chance = -np.expm1(-rates.sum() * dt)
        if u >= chance:
            return
        pick = int(np.searchsorted(np.cumsum(rates), u / chance * rates.sum(), side="right"))
        if pick < len(plain):
            self.head_state[head] = (MT, OFF)[pick] if ready else MDP
            return
        self.atp_used -= 0 if ready else 1
        site = pick - len(plain)
        chances = cycle.propagators(int(bins[site]), int(not opened[site]))[1][0 if ready else 3]
        outcome = min(int(np.searchsorted(np.cumsum(chances), self.random.uniform(), side="right")), 5)
        self._arrive(head, outcome, sites[site])

    def _arrive(self, head: int, outcome: int, site: int) -> None:
        """Put a head into A1, A2, A3, RIGOR, MDP or MT and keep the books of its site."""
        stays = outcome < TO_MDP
        self.ru_heads[self.geometry.site_unit[site]] += int(stays) - int(self.site_taken[site])
        self.site_taken[site], self.head_site[head] = int(stays), site if stays else -1
        if stays and head not in self.bound:
            self.bound.append(head)
        elif not stays and head in self.bound:  # the last of the list takes the place of the one that leaves
            last = self.bound.pop()
            if last != head:
                self.bound[self.bound.index(head)] = last
        self.head_state[head] = (A1, A2, A3, RIGOR, MDP, MT)[outcome]
        self.atp_used += int(outcome == TO_MT)
