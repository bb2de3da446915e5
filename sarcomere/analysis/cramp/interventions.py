"""What was done to the muscle in a cramp run, and when."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import xarray as xr

from sarcomere.analysis.select.points import pointwise
from sarcomere.errors import InputError

# Kinds that make motor units fire: what follows them is not theirs.
IMPOSING = ("stimulation", "effort")

BEFORE_S = 1e-6  # the sample at which something begins is its own


class Intervention(NamedTuple):
    """One thing that was done."""

    kind: str
    start: float
    """s."""
    stop: float
    """s; as ``start`` where it takes no time or no end is given."""
    frequency: float
    """Hz; 0 where it has none."""

    @property
    def imposes(self) -> bool:
        """Whether it makes motor units fire."""
        return self.kind in IMPOSING

    @property
    def name(self) -> str:
        """In plain words."""
        return self.kind.replace("_", " ")


@pointwise
def interventions(ds: xr.Dataset) -> list[Intervention]:
    """Find what was done, in order of time.

    The parameters of the run list it under ``interventions``: ``kind`` and ``at_s``, and how long it took as
    ``duration_s`` or ``over_s``, for a train as ``count`` and ``frequency_Hz``, for an effort as ``rise_s``, ``hold_s``
    and ``fall_s``. Repeated efforts are one thing each.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.

    Returns
    -------
    list of Intervention

    Raises
    ------
    InputError
        If the data do not carry the parameters of their run.
    """
    try:
        table = json.loads(ds.attrs["parameters"]).get("interventions", [])
        rows = [deed for row in table for deed in _read(row)]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(
            "The attribute 'parameters' of this dataset does not tell the interventions: use it as open_run gave it."
        ) from None
    return sorted(rows, key=lambda row: row.start)


def _read(row: dict[str, Any]) -> list[Intervention]:
    kind, start, frequency = str(row["kind"]), float(row["at_s"]), float(row.get("frequency_Hz") or 0.0)
    if kind == "effort":
        lasts = sum(float(row[f"{part}_s"]) for part in ("rise", "hold", "fall"))
        starts = [start + i * float(row["every_s"]) for i in range(int(row["count"]))]
        return [Intervention(kind, each, each + lasts, 0.0) for each in starts]
    takes = float(row.get("duration_s") or row.get("over_s") or 0.0)
    if frequency and row.get("count"):
        takes = (float(row["count"]) - 1) / frequency
    return [Intervention(kind, start, start + takes, frequency)]


def free_windows(ds: xr.Dataset) -> list[tuple[float, float]]:
    """Compute stretches of the record in which nothing imposed makes motor units fire.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.

    Returns
    -------
    list of tuple of float
        Begin and end of each, s, in order; never empty.

    Raises
    ------
    InputError
        If the data do not carry the parameters of their run.
    """
    end = float(ds.time[-1])
    windows, begin = [], 0.0
    for row in interventions(ds):
        if row.imposes and row.start < end:
            if row.start > begin:
                windows.append((begin, row.start - BEFORE_S))
            begin = max(begin, min(row.stop, end))
    return [*windows, (begin, end)]
