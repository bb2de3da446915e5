"""Where every actin and every head of a half-sarcomere is, and in which state."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.half_sarcomere import codes as k
from sarcomere.half_sarcomere import lattice as geometry
from sarcomere.parameters import LatticeParameters
from sarcomere.parameters.lattice import ACTINS_PER_RU, spacing
from sarcomere.plot.animation import looks

Index = int | NDArray[np.int64]
_FACES = 3  # of a thin filament


class Actins(NamedTuple):
    """All actins, (thin filament, monomer)."""

    z: NDArray[np.float64]  # nm from the M-line
    state: NDArray[np.int8]  # of their regulatory unit, as an index of looks.SITE_NAMES


class Heads(NamedTuple):
    """All heads; ``r`` is the distance from the axis of their thick filament toward the thin one they face."""

    foot: NDArray[np.float64]  # (head,) nm from the M-line, where the tail leaves the backbone
    z: NDArray[np.float64]  # (head,) nm from the M-line, middle of the motor domain
    r: NDArray[np.float64]  # (head,) nm
    state: NDArray[np.int8]  # (head,)


class Scene:
    """Places of molecules in the plane or in space, from the state of a half-sarcomere.

    Parameters
    ----------
    p : LatticeParameters
        Geometry.
    lattice : sarcomere_kernels.types.Lattice
        The same for the kernels.

    Attributes
    ----------
    plan : LatticePlan
        The unstrained lattice.
    """

    def __init__(self, p: LatticeParameters, lattice: k.Lattice) -> None:
        self.plan = geometry.build(p)
        self._p, self._lattice = p, lattice
        monomer = np.arange(p.n_ru * 2 * ACTINS_PER_RU)
        along = geometry.along_thin(p, monomer)
        self._monomer, self._s = monomer, self.plan.thin_origin[:, None] + along
        row = along / (2 * ACTINS_PER_RU * p.actin_rise)
        self._row = np.floor(row).astype(np.int64)
        self._weight = (row - self._row)[:, None]
        strand = 2 * np.arange(lattice.n_thin)[:, None] + monomer % 2
        self._unit = strand * p.n_ru + monomer // 2 // ACTINS_PER_RU

    def spacing(self, state: k.State) -> float:
        """Return the distance from the axis of a thick filament to that of a thin one, nm."""
        return spacing(self._p, float(state.mechanics[k.Mechanical.HS_LENGTH]))

    def azimuth(self, thin: Index, face: Index, monomer: Index | None = None) -> NDArray[np.float64]:
        """Return azimuth of actins of a thin filament seen from one of its thick neighbours, radians; 0 faces it."""
        p = self._p
        toward = 210.0 + 60.0 * (thin % 2) - p.thin_rotation * thin + 120.0 * face
        turn = -360.0 * p.helix_turns / p.helix_monomers
        return np.radians(turn * (self._monomer if monomer is None else monomer) - toward)

    def actins(self, state: k.State) -> Actins:
        """Locate actins and read what their regulatory units do."""
        shift = state.thin_shift.reshape(-1, self._lattice.n_thin)
        moved = (1.0 - self._weight) * shift[self._row] + self._weight * shift[self._row + 1]
        z = self._lattice.reference_length - self._s - moved.T
        unit = looks.unit_state(state.ru_open, state.ru_calcium)
        return Actins(z, unit[self._unit].astype(np.int8))

    def heads(self, state: k.State) -> Heads:
        """Find where heads are: attached ones on their actin, detached ones at a place that shows their state."""
        lattice, plan = self._lattice, self.plan
        foot = lattice.head_z + state.thick_shift[lattice.head_node]
        now = state.head_state.copy()
        which = np.arange(now.size) % self._p.n_head  # of the molecule
        z = foot + looks.DIMER_SPLAY * (2 * which - (self._p.n_head - 1))
        r = np.full(now.size, looks.THICK_RADIUS)
        for detached, outward in looks.OUTWARD.items():
            r[now == detached] += outward
            z[now == detached] += looks.ALONG[detached]
        bound = state.bound_head[: state.counters[k.Count.N_BOUND]]
        site = state.bound_site[: bound.size]
        thin, monomer, face = (
            plan.site_thin[site],
            plan.site_monomer[site],
            lattice.head_face[bound].astype(np.int64) % _FACES,
        )
        z[bound] = self.actins(state).z[thin, monomer]
        azimuth = self.azimuth(thin, face, monomer)
        surface = looks.HELIX_RADIUS * np.cos(azimuth) + looks.ACTIN_RADIUS
        r[bound] = self.spacing(state) - surface - looks.MOTOR_LENGTH / 2
        return Heads(foot, z, r, now)
