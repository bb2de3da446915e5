"""The clock of the engine: ticks, halved steps, and where in time an impulse is placed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sarcomere_kernels.types import TICKS_PER_STEP

TICKS = TICKS_PER_STEP  # of the longest step; shorter steps are whole parts of it
MAX_HALVINGS = TICKS.bit_length() - 1
_ROUNDING = 1e-6  # steps; what rounding may take off a time meant to be a whole number of steps, within 10^8 of them


def halvings(ratio: float) -> int:
    """Count the halvings that bring a step down to a limit.

    Parameters
    ----------
    ratio : float
        The longest step, or how far something moves in it, over what is allowed.

    Returns
    -------
    int
        The fewest that suffice, at most ``MAX_HALVINGS``.
    """
    if ratio <= 1.0:
        return 0
    return min(MAX_HALVINGS, max(0, math.ceil(math.log2(ratio) - 1e-9)))


def tick_of(steps: ArrayLike) -> NDArray[np.int64]:
    """Place impulses: each at the beginning of the step in which it falls.

    Placed at the nearest step instead, the last impulse of a window would belong to the next one, whose impulses are
    not yet known.

    Parameters
    ----------
    steps : array_like
        Times of the impulses, in longest steps since the start.

    Returns
    -------
    ndarray of int64
        Ticks.
    """
    return TICKS * np.floor(np.asarray(steps, dtype=np.float64) + _ROUNDING).astype(np.int64)
