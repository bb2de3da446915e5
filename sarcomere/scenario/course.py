"""A value against time: points joined by straight lines, held before the first and beyond the last.

Two points at one time are a jump.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]


class PiecewiseLinear:
    """A course ready to be read off.

    Parameters
    ----------
    time : array_like, shape (point,)
        Never falling; in whatever unit it is read off.
    value : array_like, shape (point,)
        Values at these times.
    """

    def __init__(self, time: ArrayLike, value: ArrayLike) -> None:
        self.time, self.value = np.asarray(time, dtype=np.float64), np.asarray(value, dtype=np.float64)

    def at(self, time: float | NDArray[np.floating[Any]]) -> Values:
        """Return the values at some times; at a jump, the one after it."""
        return np.asarray(np.interp(time, self.time, self.value))

    def beside(self, time: Values, side: Literal["left", "right"] = "right") -> Values:
        """Return the values just before (left) or after (right) some times, exact at every point.

        ``numpy.interp`` knows no side, and between points it rounds otherwise.
        """
        i = np.clip(np.searchsorted(self.time, time, side=side) - 1, 0, self.time.size - 1)
        j = np.minimum(i + 1, self.time.size - 1)
        span = self.time[j] - self.time[i]
        share = np.where(span > 0, np.clip(time - self.time[i], 0, None) / np.where(span > 0, span, 1.0), 0.0)
        return np.asarray(self.value[i] + np.minimum(share, 1.0) * (self.value[j] - self.value[i]))

    @property
    def jumps(self) -> list[float]:
        """Times at which the value jumps."""
        here = (np.diff(self.time) == 0) & (np.diff(self.value) != 0)
        return [float(time) for time in self.time[1:][here]]

    def moved_to(self, value: float, at: float, over: float) -> PiecewiseLinear:
        """Return a course that goes to a value and stays there.

        Parameters
        ----------
        value : float
            Where it ends.
        at, over : float
            When the move begins and how long it takes; what the course would do later is dropped, so that a move begun
            within another starts from where that is then.

        Returns
        -------
        PiecewiseLinear
        """
        kept = self.time < at
        time = np.concatenate([self.time[kept], [at, at + over]])
        return PiecewiseLinear(time, np.concatenate([self.value[kept], [float(self.at(at)), value]]))
