"""How long impulses travel along motor axons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sarcomere.parameters.axon import AxonParameters


def conduction_delays(axons: AxonParameters, position: NDArray[np.float64], length_m: float) -> NDArray[np.float64]:
    """Time that an impulse needs along a piece of each axon.

    Parameters
    ----------
    axons : AxonParameters
        Velocities; they rise linearly from the smallest unit to the largest.
    position : ndarray, shape (unit,)
        Place of each unit in the pool, 0 (smallest) to 1.
    length_m : float
        Length of the piece, m: ``axons.length_m`` from the cord, ``axons.distal_m`` from the stimulus, their difference
        from the stimulus back to the cord.

    Returns
    -------
    ndarray, shape (unit,)
        ms.
    """
    fastest, slowest = axons.velocity_largest_m_s, axons.velocity_smallest_m_s
    return np.asarray(1e3 * length_m / (slowest + (fastest - slowest) * position))
