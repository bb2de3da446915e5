"""When the length was moved, and how far."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.statistics.fit import Vector

# Far below any step an experimenter makes, far above what float64 rounds.
STILL_NM = 0.01


def length_moves(hs_length: xr.DataArray) -> xr.Dataset:
    """Compute the first and last moment at which the length moved, and the lengths before and after.

    Parameters
    ----------
    hs_length : xarray.DataArray
        Half-sarcomere length (nm) with dimension ``time``; replicates, if any, are averaged.

    Returns
    -------
    xarray.Dataset
        ``start`` (last sample before the first move), ``first_stop`` (end of the first move), ``stop`` (end of the last
        one), in s; ``before`` and ``after`` (nm); NaN times where nothing moved.
    """
    mean = hs_length.mean("replicate") if "replicate" in hs_length.dims else hs_length
    times = xr.apply_ufunc(
        _moves, mean, mean.time, input_core_dims=[["time"], ["time"]], output_core_dims=[["moment"]], vectorize=True
    )
    names = {
        "start": "last moment before the length moves",
        "first_stop": "end of the first move",
        "stop": "end of the last move",
    }
    table = {
        name: times.isel(moment=i).assign_attrs(units="s", long_name=text)
        for i, (name, text) in enumerate(names.items())
    }
    table["before"] = mean.isel(time=0, drop=True).assign_attrs(units="nm", long_name="length before")
    table["after"] = mean.isel(time=-1, drop=True).assign_attrs(units="nm", long_name="length after")
    return xr.Dataset(table)


def _moves(length: Vector, time: Vector) -> Vector:
    moved = np.flatnonzero(np.abs(np.diff(length)) > STILL_NM)
    if moved.size == 0:
        return np.full(3, np.nan)
    pause = np.flatnonzero(np.diff(moved) > 1)
    end_of_first = moved[pause[0]] if pause.size else moved[-1]
    return np.array([time[moved[0]], time[end_of_first + 1], time[moved[-1] + 1]])
