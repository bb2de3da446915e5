"""What is drawn of molecules: their sizes, colours and names."""

from __future__ import annotations

import numpy as np

from sarcomere.half_sarcomere import codes as k
from sarcomere.plot.overview import STATE_COLOURS

# nm, of the drawing only; proportions chosen by eye
THICK_RADIUS = 7.5
HELIX_RADIUS = 2.3  # axis of a thin filament to the middle of an actin
ACTIN_RADIUS = 2.75
MOTOR_LENGTH = 9.0
MOTOR_WIDTH = 5.5

# Where the middle of a detached head is drawn: nm outward from the backbone, and along it toward the Z-disc.  A head
# that is OFF lies on the backbone and points to the M-line.
OUTWARD = {k.HeadState.OFF: 2.8, k.HeadState.MT: 5.5, k.HeadState.MDP: 6.5}
ALONG = {k.HeadState.OFF: -7.0, k.HeadState.MT: 3.0, k.HeadState.MDP: 0.0}
DIMER_SPLAY = 2.5  # nm, the two heads of a molecule to either side

HEAD_COLOURS = [STATE_COLOURS[name] for name in k.STATE_NAMES]
HEAD_NAMES = (
    "OFF: folded on the thick filament",
    "MT: detached, ATP",
    "MDP: detached, ADP·Pi, cocked",
    "A1: attached, before the stroke",
    "A2: first stroke done, ADP",
    "A3: second stroke done, ADP",
    "RIGOR: attached, no nucleotide",
)

BACKBONE, BACKBONE_EDGE, TAIL, TITIN, ACTIN_EDGE = "#d9b8a8", "#a07a68", "#7a5a4a", "#8a6d3b", "#55555f"
FORCE, CALCIUM, NOW = "#000000", "#0072b2", "#c00000"

# Regulatory units
CLOSED, CLOSED_CALCIUM, OPEN_CALCIUM, OPEN_BARE = range(4)
SITE_COLOURS = ["#c9c9d1", "#b08fd0", "#009e73", "#86d9bf"]
SITE_NAMES = ("closed, no calcium", "closed, calcium bound", "open, calcium bound", "open, no calcium (held)")


def unit_state(ru_open: np.ndarray, ru_calcium: np.ndarray) -> np.ndarray:
    """Find which of the four colours a regulatory unit has."""
    return np.where(
        ru_open == 1,
        np.where(ru_calcium > 0, OPEN_CALCIUM, OPEN_BARE),
        np.where(ru_calcium > 0, CLOSED_CALCIUM, CLOSED),
    )
