"""Parts of the slow twin that know nothing of one another: random numbers, lattice, head cycle, calcium.

Written from docs/model.md alone, see twin.py.  Units: nm, ms, pN, uM.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sarcomere.parameters import (
    Chemistry,
    CycleParameters,
    FibreParameters,
    LatticeParameters,
    MechanicsParameters,
    Numerics,
)

F8 = NDArray[np.float64]
OFF, MT, MDP, A1, A2, A3, RIGOR = range(7)
TO_MDP, TO_MT = 4, 5  # columns of a 6-state propagator after A1, A2, A3, RIGOR
STRAIN_RANGE = 40.0
ACTINS_PER_UNIT = 7
NEIGHBOURS = (((0, 0), 0), ((-1, 0), 1), ((-1, 0), 0), ((-1, -1), 1), ((0, -1), 0), ((0, -1), 1))
MASK, MASK_32 = (1 << 64) - 1, (1 << 32) - 1


class Xoshiro:
    """xoshiro256++ of Blackman & Vigna; 53-bit uniforms in [0, 1)."""

    def __init__(self, words: Sequence[int]) -> None:
        self.s = [int(word) for word in words]

    def uniform(self) -> float:
        """Next number of the stream."""
        s = self.s
        total = (s[0] + s[3]) & MASK
        result = (self._rotate(total, 23) + s[0]) & MASK
        shifted = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = self._rotate(s[3], 45)
        return (result >> 11) * 2.0**-53

    @staticmethod
    def _rotate(word: int, by: int) -> int:
        return ((word << by) | (word >> (64 - by))) & MASK


class Lanes:
    """16 streams of xoshiro128++ side by side; 32-bit uniforms in (0, 1), whole rows of 16 at a time."""

    def __init__(self, words: Any) -> None:
        self.s = [[int(word) for word in row] for row in words]

    def uniforms(self, n: int) -> list[float]:
        """The next n numbers; what is left of the last row is dropped."""
        rows = [self._row() for _ in range(-(-n // 16))]
        return [u for row in rows for u in row][:n]

    def _row(self) -> list[float]:
        return [self._next(lane) for lane in range(16)]

    def _next(self, lane: int) -> float:
        a, b, c, d = (self.s[word][lane] for word in range(4))
        word = (self._rotate((a + d) & MASK_32, 7) + a) & MASK_32
        c, d, shifted = c ^ a, d ^ b, (b << 9) & MASK_32
        b, a, c, d = b ^ c, a ^ d, c ^ shifted, self._rotate(d, 11)
        for place, value in enumerate((a, b, c, d)):
            self.s[place][lane] = value
        return (word + 0.5) / 2.0**32

    @staticmethod
    def _rotate(word: int, by: int) -> int:
        return ((word << by) | (word >> (32 - by))) & MASK_32


class Geometry:
    """Heads and sites of the periodic lattice."""

    def __init__(self, p: LatticeParameters) -> None:
        self.n_thick, self.n_thin = p.n_thick, 2 * p.n_thick
        self._place_heads(p)
        self._place_sites(p)

    def _place_heads(self, p: LatticeParameters) -> None:
        columns = max(c for c in range(1, p.n_thick + 1) if p.n_thick % c == 0 and c * c <= p.n_thick)
        rows = p.n_thick // columns
        heads = []
        for thick in range(p.n_thick):
            row, column = divmod(thick, columns)
            for crown in range(p.n_crown):
                for dimer in range(p.n_dimer):
                    for sign in (-1, 1) if p.n_head == 2 else (0,):
                        azimuth = p.crown_phase + p.crown_rotation * crown + 360.0 / p.n_dimer * dimer
                        azimuth += sign * p.head_splay
                        side = int(np.floor(azimuth / 60.0 + 0.5)) % 6
                        (right, up), which = NEIGHBOURS[side]
                        cell = (row + up) % rows * columns + (column + right) % columns
                        heads.append((thick, crown, 3 * (2 * cell + which) + side // 2))
        self.head_thick, self.head_crown, self.head_face = np.array(heads).T
        self.head_z = p.bare_half_zone + p.crown_spacing * self.head_crown

    def _place_sites(self, p: LatticeParameters) -> None:
        monomer = np.arange(2 * ACTINS_PER_UNIT * p.n_ru)
        turn = -monomer * 360.0 * p.helix_turns / p.helix_monomers
        sites, self.face_start = [], [0]
        for thin in range(self.n_thin):
            for k in range(3):
                away = (thin * p.thin_rotation + turn - (210.0 + 60.0 * (thin % 2) + 120.0 * k) + 180.0) % 360.0 - 180.0
                sites += [(thin, m) for m in monomer[np.abs(away) <= p.zone_half_angle]]
                self.face_start.append(len(sites))
        self.site_thin, m = np.array(sites).T
        along = (m + 0.5) * p.actin_rise
        self.site_s = p.z_half_width + p.thin_stagger * ((self.site_thin + 0.5) / self.n_thin - 0.5) + along
        self.site_unit = (2 * self.site_thin + m % 2) * p.n_ru + m // 2 // ACTINS_PER_UNIT
        node_length = 2 * ACTINS_PER_UNIT * p.actin_rise
        self.site_node = np.floor(along / node_length).astype(int)  # node 0 is the Z-line
        self.site_weight = along / node_length - self.site_node


class HeadCycle:
    """Rates of the head cycle over strain, and what they do to a head in one step."""

    def __init__(self, fibre: FibreParameters, chemistry: Chemistry, numerics: Numerics) -> None:
        self.haste = fibre.regulation.closed_haste  # between A2, A3 and RIGOR on a closed unit
        self.c: CycleParameters = fibre.cycle.at(chemistry.temperature_C)
        self.chemistry, self.dt = chemistry, numerics.step_ms
        self.n_bins, self.kt = round(2 * STRAIN_RANGE / numerics.strain_bin_nm), chemistry.thermal_energy
        self.width = 2 * STRAIN_RANGE / self.n_bins
        self.stroke = np.array([0.0, self.c.stroke_1, self.c.stroke_1 + self.c.stroke_2])
        self.reach = np.sqrt(32.0 * self.kt / self.c.stiffness_head)
        self.hydrolysis = self.c.k_hydrolysis * 1e-3
        self.hydrolysis_back = self.hydrolysis / self.c.hydrolysis_equilibrium
        middles = -STRAIN_RANGE + (np.arange(self.n_bins) + 0.5) * self.width
        slip, e1, _, e3 = self._energies(middles)
        self.attach = self.c.k_attach * 1e-3 * np.exp(-e1) * slip
        self.rebind = self.c.k_atp_bind * 1e-3 / self.c.atp_equilibrium(chemistry) * np.exp(-e3)
        self._cache: dict[tuple[int, int], tuple[F8, F8]] = {}

    def _energies(self, x: Any) -> tuple[Any, Any, Any, Any]:
        """phi, E1, E2, E3 in kT."""
        kappa, c = self.c.stiffness_head, self.c
        slip = 1.0 + np.exp(np.minimum(12.0, 2.0 * kappa * (np.abs(x) - c.x_critical) / self.kt))
        e1, e2, e3 = (0.5 * kappa * (x + h) ** 2 / self.kt for h in self.stroke)
        return slip, e1, e2, e3

    def bin(self, x: Any) -> Any:
        """Strain bin, held inside the table."""
        return np.minimum(np.maximum(np.floor((x + STRAIN_RANGE) / self.width).astype(int), 0), self.n_bins - 1)

    def generator(self, b: int, closed: int) -> F8:
        """Rates over A1, A2, A3, RIGOR, MDP, MT at the middle of bin b."""
        c, pi, adp = self.c, self.chemistry.pi_mM * 1e-3, self.chemistry.adp_uM
        slip, e1, e2, e3 = self._energies(-STRAIN_RANGE + (b + 0.5) * self.width)
        w_stroke, w_iso = c.k_stroke * np.exp(-c.stroke_split * (e2 - e1)), c.k_isomerise * np.exp(-(e3 - e2))
        stroke = w_stroke * c.stroke_cap / (w_stroke + c.stroke_cap)
        iso = w_iso * c.isomerise_cap / (w_iso + c.isomerise_cap)
        q = np.zeros((6, 6))
        q[0, TO_MDP] = c.k_attach / c.attach_equilibrium * slip
        q[0, 1], q[1, 0] = stroke, stroke * pi / c.stroke_equilibrium_M * np.exp(e2 - e1)
        q[1, 2], q[2, 1] = iso, iso * np.exp(e3 - e2) / c.isomerise_equilibrium
        q[2, 3], q[3, 2] = c.k_adp_release, c.k_adp_release * adp / c.adp_dissociation_uM
        q[3, TO_MT] = c.k_atp_bind * self.chemistry.atp_mM * 1e-3
        if closed:
            q[[1, 2, 2, 3], [2, 1, 3, 2]] *= self.haste
        return 1e-3 * (q - np.diag(q.sum(axis=1)))

    def propagators(self, b: int, closed: int) -> tuple[F8, F8]:
        """P = exp(Q dt) and its mean over the step, by halving the step until Q is small and doubling back.

        Rows are kept at sum one on the way: at high strain rates span 40 decades, and scipy's expm fails.
        """
        if (b, closed) not in self._cache:
            q = self.generator(b, closed) * self.dt
            halvings = max(0, int(np.ceil(np.log2(np.abs(q).max()))) + 6)
            p, mean, term = np.eye(6), np.eye(6), np.eye(6)
            for n in range(1, 14):
                term = term @ q / 2.0**halvings / n
                p, mean = p + term, mean + term / (n + 1)
            for _ in range(halvings):
                mean, p = 0.5 * (mean + p @ mean), p @ p
                mean, p = mean / mean.sum(axis=1)[:, None], p / p.sum(axis=1)[:, None]
            self._cache[b, closed] = p, mean
        return self._cache[b, closed]


class CalciumStore:
    """Release, leak, pump, ATP and calsequestrin."""

    def __init__(self, fibre: FibreParameters, chemistry: Chemistry, numerics: Numerics, pools: F8) -> None:
        self.p, self.dt = fibre.calcium, numerics.step_ms
        self.substeps = int(np.ceil(numerics.step_ms / numerics.calcium_substep_ms - 1e-9))
        self.atp = chemistry.atp_mM * 1e3
        self.sr_rest, rest = self.p.sr_rest_mM * 1e3, self.p.ca_rest_uM
        self.k_leak = self._pumped(rest, self.sr_rest, Chemistry()) / (self.sr_rest - rest)
        self.chemistry = chemistry
        self.total, self.free, self.sr, self.csq = (float(y) for y in pools[:4])
        self.gate_1, self.gate_2, self.available = (float(y) for y in pools[4:7])

    def _pumped(self, ca: float, sr: float, c: Chemistry) -> float:
        """Net uptake, uM/ms; the drive of ATP is held against that of the gradient."""
        p, kt = self.p, 8.314462618e-3 * (c.temperature_C + 273.15)  # kJ/mol
        free_atp = c.atp_mM / (c.atp_mM + p.k_pump_atp_mM * (1.0 + c.adp_uM / p.k_pump_adp_uM))
        gained = np.exp(c.delta_g0_kJ / kt) * c.adp_uM * 1e-6 * c.pi_mM / c.atp_mM
        inward, outward = (ca / p.k_pump_uM) ** 2, (sr / p.k_pump_uM) ** 2 * gained
        return float(p.v_pump_mM_s * free_atp * (inward - outward) / (1.0 + inward + outward))

    def free_of(self, total: float) -> float:
        """Solve total = c (1 + ATP/(K + c)); none is free while the units have overdrawn the myoplasm."""
        if total <= 0.0:
            return 0.0
        k = self.p.atp_calcium_mM * 1e3
        half = 0.5 * (total - k - self.atp)
        root = np.sqrt(half**2 + total * k)
        return float(total * k / (root - half) if half < 0 else half + root)

    def take(self, bound: float) -> None:
        """Calcium that regulatory units bound leaves the myoplasm."""
        self.total -= bound
        self.free = self.free_of(self.total)

    def impulse(self) -> None:
        """One impulse arrives."""
        self.gate_1 += self.available
        self.available *= 1.0 - self.p.inactivation

    def _flow(self, y: F8, wave: float) -> F8:
        """Rates of change of (total, SR, calsequestrin)."""
        total, sr, csq = y
        ca = self.free_of(total)
        out = self.p.release_uM * wave * sr / self.sr_rest + self.k_leak * (sr - ca)
        out -= self._pumped(ca, sr, self.chemistry)
        bound = self.p.csq_on * 1e-9 * sr * (self.p.csq_mM * 1e3 - csq) - self.p.csq_off * 1e-3 * csq
        return np.array([out, -out / self.p.sr_volume - bound, bound])

    def step(self) -> None:
        """One step of the midpoint rule, the release waveform exact."""
        tau, h = self.p.tau_release_ms, self.dt / self.substeps
        fade, y = np.exp(-h / tau), np.array([self.total, self.sr, self.csq])
        for _ in range(self.substeps):
            before = self.gate_1 + self.gate_2  # falls by what is released
            self.gate_2 = (self.gate_2 + self.gate_1 * h / tau) * fade
            self.gate_1 *= fade
            wave = (before - self.gate_1 - self.gate_2) / h
            y = y + h * self._flow(y + 0.5 * h * self._flow(y, wave), wave)
        self.total, self.sr, self.csq = (float(value) for value in y)
        self.available = 1.0 - (1.0 - self.available) * np.exp(-self.dt / self.p.tau_recovery_ms)
        self.free = self.free_of(self.total)


@dataclass
class Setup:
    """All parameters of one run."""

    fibre: FibreParameters
    lattice: LatticeParameters
    mechanics: MechanicsParameters
    chemistry: Chemistry
    numerics: Numerics
    hs_length: float
    clamped: bool
    impulses: tuple[int, ...] = ()
    regulated: bool = True
