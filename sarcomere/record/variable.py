"""Recorded variables and blocks of samples."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Variable(NamedTuple):
    """One recorded variable."""

    name: str
    dims: tuple[str, ...]
    units: str
    long_name: str
    dtype: str = "f4"


class Block(NamedTuple):
    """Samples of all half-sarcomeres over a stretch of time; arrays start (replicate, motor_unit, time)."""

    time: NDArray[np.float64]
    snapshot_time: NDArray[np.float64]
    values: dict[str, NDArray[Any]]

    @property
    def growth(self) -> dict[str, int]:
        """Rows by which each unlimited dimension grows."""
        return {"time": self.time.size, "snapshot_time": self.snapshot_time.size}

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """All that grows, by name."""
        return {"time": self.time, "snapshot_time": self.snapshot_time, **self.values}


class Event(NamedTuple):
    """Flat tables of events: one row each."""

    name: str  # dimension, and prefix of its columns
    long_name: str
    columns: tuple[tuple[str, str, str, str], ...]  # name, unit, meaning, dtype
