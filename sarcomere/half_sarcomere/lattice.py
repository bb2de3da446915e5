"""Where filaments, crowns, heads and sites sit, and who faces whom.

Thick filaments stand on a hexagonal lattice with periodic boundary, thin ones at its trigonal points: two thin per
thick, six thin neighbours of a thick, three thick neighbours of a thin.  A *face* is one thin filament seen from
one of its thick neighbours; face = 3 * thin + k.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.parameters import LatticeParameters
from sarcomere.parameters.lattice import ACTINS_PER_RU

_FACES_PER_THICK = 6
_FACES_PER_THIN = 3
# Faces of a thick filament at 30, 90, ... degrees: offset (column, row) of the unit cell that owns the thin
# filament, and which of its two thin filaments it is.
_NEIGHBOURS = (((0, 0), 0), ((-1, 0), 1), ((-1, 0), 0), ((-1, -1), 1), ((0, -1), 0), ((0, -1), 1))


class LatticePlan(NamedTuple):
    """Plain arrays that describe the unstrained lattice; nm.

    ``head_*`` have one entry per head, ordered (thick filament, crown, dimer, head); ``site_*`` one per binding
    site, grouped by face and rising in distance from the Z-line; ``face_start`` (faces + 1,) delimits the groups;
    ``thin_origin`` is the distance from the Z-line to where each thin filament begins.
    """

    n_thick: int
    n_thin: int
    head_thick: NDArray[np.int64]
    head_crown: NDArray[np.int64]
    head_z: NDArray[np.float64]
    head_face: NDArray[np.int64]
    face_start: NDArray[np.int64]
    site_s: NDArray[np.float64]
    site_thin: NDArray[np.int64]
    site_monomer: NDArray[np.int64]
    thin_origin: NDArray[np.float64]


def shape_of_cell(n_thick: int) -> tuple[int, int]:
    """Columns and rows of the periodic cell: the most nearly square way to place n_thick filaments.

    Parameters
    ----------
    n_thick : int
        Number of thick filaments.

    Returns
    -------
    tuple of int
        (columns, rows) with columns <= rows and columns * rows = n_thick.
    """
    columns = max(c for c in range(1, math.isqrt(n_thick) + 1) if n_thick % c == 0)
    return columns, n_thick // columns


def facing_thin(n_thick: int) -> NDArray[np.int64]:
    """Which thin filament each face of each thick filament looks at.

    Parameters
    ----------
    n_thick : int
        Number of thick filaments.

    Returns
    -------
    ndarray of int, shape (n_thick, 6)
        Thin filament at 30, 90, 150, 210, 270 and 330 degrees.
    """
    columns, rows = shape_of_cell(n_thick)
    thin = np.empty((n_thick, _FACES_PER_THICK), dtype=np.int64)
    for thick in range(n_thick):
        row, column = divmod(thick, columns)
        for face, ((d_column, d_row), which) in enumerate(_NEIGHBOURS):
            cell = (row + d_row) % rows * columns + (column + d_column) % columns
            thin[thick, face] = 2 * cell + which
    return thin


def _heads(p: LatticeParameters) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Crown, axial place and face (0-5) of each head of one thick filament."""
    shape = (p.n_crown, p.n_dimer, p.n_head)
    crown, dimer, head = (index.ravel() for index in np.indices(shape))
    splay = p.head_splay * (2 * head - (p.n_head - 1))
    azimuth = p.crown_phase + p.crown_rotation * crown + 360.0 / p.n_dimer * dimer + splay
    face = np.round(azimuth / 60.0).astype(np.int64) % _FACES_PER_THICK
    return crown, p.bare_half_zone + p.crown_spacing * crown, face


def along_thin(p: LatticeParameters, monomer: NDArray[np.int64]) -> NDArray[np.float64]:
    """Distance of actins from the beginning of their filament.

    Parameters
    ----------
    p : LatticeParameters
        Geometry.
    monomer : ndarray of int
        Numbers of actins, both strands counted together.

    Returns
    -------
    ndarray
        nm.
    """
    return np.asarray((monomer + 0.5) * p.actin_rise, dtype=np.float64)


def _zone_monomers(p: LatticeParameters, face_azimuth: float) -> NDArray[np.int64]:
    """Actins of a thin filament whose azimuth is near enough to a face."""
    monomer = np.arange(p.n_ru * 2 * ACTINS_PER_RU)
    azimuth = -360.0 * p.helix_turns / p.helix_monomers * monomer
    off = (azimuth - face_azimuth + 180.0) % 360.0 - 180.0
    return np.asarray(monomer[np.abs(off) <= p.zone_half_angle], dtype=np.int64)


def _origins(p: LatticeParameters) -> NDArray[np.float64]:
    """Where each thin filament begins, counted from the Z-line: at the face of the Z-disc, but spread evenly."""
    n_thin = 2 * p.n_thick
    return p.z_half_width + p.thin_stagger * ((np.arange(n_thin) + 0.5) / n_thin - 0.5)


def build(p: LatticeParameters) -> LatticePlan:
    """Place every head and every site.

    Parameters
    ----------
    p : LatticeParameters
        Geometry.

    Returns
    -------
    LatticePlan
        The unstrained lattice.
    """
    thin_of = facing_thin(p.n_thick)
    crown, z, face = _heads(p)
    thick = np.repeat(np.arange(p.n_thick), crown.size)
    face = np.tile(face, p.n_thick)
    zones = []
    for thin in range(2 * p.n_thick):
        # a thin filament sees its k-th neighbour opposite to where that neighbour sees it
        first = 210.0 + 60.0 * (thin % 2) - p.thin_rotation * thin
        zones += [_zone_monomers(p, first + 120.0 * k) for k in range(_FACES_PER_THIN)]
    monomers = np.concatenate(zones)
    counts = [zone.size for zone in zones]
    site_thin, origin = np.repeat(np.arange(len(zones)) // _FACES_PER_THIN, counts), _origins(p)
    return LatticePlan(
        n_thick=p.n_thick,
        n_thin=2 * p.n_thick,
        head_thick=thick,
        head_crown=np.tile(crown, p.n_thick),
        head_z=np.tile(z, p.n_thick),
        head_face=thin_of[thick, face] * _FACES_PER_THIN + face // 2,
        face_start=np.concatenate([[0], np.cumsum(counts)]),
        site_s=origin[site_thin] + along_thin(p, monomers),
        site_thin=site_thin,
        site_monomer=monomers,
        thin_origin=origin,
    )
