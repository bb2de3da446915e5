"""What is seen along one thick filament and the two thin ones on opposite sides of it."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError
from sarcomere.half_sarcomere import codes as k
from sarcomere.half_sarcomere.lattice import facing_thin
from sarcomere.parameters import LatticeParameters
from sarcomere.plot.animation import looks
from sarcomere.plot.animation.scene import Scene

_FACES_PER_THICK = 6


class PairLook(NamedTuple):
    """What is drawn at one moment; nm from the M-line (x) and from the axis of the thick filament (y)."""

    hs_length: float
    spacing: float  # axis of the thick filament to that of a thin one
    thick_tip: float
    actin: NDArray[np.float32]  # (actin, 2), what is behind first
    actin_state: NDArray[np.int8]  # (actin,) of the regulatory unit, as an index of looks.SITE_NAMES
    foot: NDArray[np.float32]  # (head, 2)
    motor: NDArray[np.float32]  # (head, 2)
    head_state: NDArray[np.int8]  # (head,) as an index of sarcomere_kernels.types.STATE_NAMES


def parse_pair(text: str, p: LatticeParameters) -> tuple[int, int]:
    """Return thick filament and face that ``--pair`` names.

    Parameters
    ----------
    text : str
        Such as ``0,3``.
    p : LatticeParameters
        Which filaments there are.

    Returns
    -------
    tuple of int

    Raises
    ------
    InputError
        If there is no such pair.
    """
    numbers = re.fullmatch(r"\s*(\d{1,6})\s*,\s*(\d)\s*", text)
    thick, face = (int(part) for part in numbers.groups()) if numbers else (-1, -1)
    if not (0 <= thick < p.n_thick and 0 <= face < _FACES_PER_THICK):
        raise InputError(
            f"--pair {text}: is no pair of filaments of this lattice; give thick filament and face, such as 0,3: "
            f"filaments 0 to {p.n_thick - 1}, faces 0 to {_FACES_PER_THICK - 1}."
        )
    return thick, face


class Pair:
    """Looks along a thick filament, the thin one at one of its faces above it and the opposite one below.

    Parameters
    ----------
    p : LatticeParameters
        Geometry.
    lattice : sarcomere_kernels.types.Lattice
        The same for the kernels.
    thick, face : int
        Which filament, and which of its faces (at 30, 90, ... degrees).
    """

    def __init__(self, p: LatticeParameters, lattice: k.Lattice, thick: int, face: int) -> None:
        self._scene = Scene(p, lattice)
        self._tip, self._thick = p.thick_half_length, thick
        self._last_node = (p.n_crown - 1) * lattice.n_thick + thick
        faces = (face, (face + _FACES_PER_THICK // 2) % _FACES_PER_THICK)
        self.thins = [int(facing_thin(p.n_thick)[thick, f]) for f in faces]
        seen = [3 * thin + f // 2 for thin, f in zip(self.thins, faces, strict=True)]
        heads = [np.flatnonzero(lattice.head_face == one) for one in seen]
        self.heads = np.concatenate(heads)
        self._side = np.repeat([1.0, -1.0], [found.size for found in heads])
        azimuths = [self._scene.azimuth(thin, f // 2) for thin, f in zip(self.thins, faces, strict=True)]
        self._toward = [looks.HELIX_RADIUS * np.cos(azimuth) for azimuth in azimuths]
        self._order = [np.argsort(np.sin(azimuth), kind="stable") for azimuth in azimuths]

    def __call__(self, state: k.State) -> PairLook:
        """Find what is seen now."""
        actins, heads, spacing = self._scene.actins(state), self._scene.heads(state), self._scene.spacing(state)
        places, units = [], []
        for side, thin, toward, order in zip((1.0, -1.0), self.thins, self._toward, self._order, strict=True):
            places.append(np.column_stack([actins.z[thin], side * (spacing - toward)])[order])
            units.append(actins.state[thin][order])
        mine = self.heads
        return PairLook(
            hs_length=float(state.mechanics[k.Mechanical.HS_LENGTH]),
            spacing=spacing,
            thick_tip=self._tip + float(state.thick_shift[self._last_node]),
            actin=np.concatenate(places).astype(np.float32),
            actin_state=np.concatenate(units),
            foot=np.column_stack([heads.foot[mine], self._side * looks.THICK_RADIUS]).astype(np.float32),
            motor=np.column_stack([heads.z[mine], self._side * heads.r[mine]]).astype(np.float32),
            head_state=heads.state[mine],
        )
