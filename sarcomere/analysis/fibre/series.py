"""Steady force and ATP use of a series, by fibre type and what was varied."""

from __future__ import annotations

import xarray as xr

from sarcomere.analysis.fibre.energetics import atpase
from sarcomere.analysis.select.conditions import stack_conditions, unstack_conditions
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.steady import need, steady_state


@pointwise
def steady_series(ds: xr.Dataset, *keys: str, start: float | None = None, stop: float | None = None) -> xr.Dataset:
    """Compute steady active force and ATP use of every condition.

    Parameters
    ----------
    ds : xarray.Dataset
        A series of runs.
    *keys : str
        What was varied: coordinates of its conditions such as ``pi_mM``.
    start, stop : float, optional
        Window (s) in which force is steady; by default the last third of the record.

    Returns
    -------
    xarray.Dataset
        ``force`` (pN per thick filament), ``atpase`` (per head and s), each with ``_sem``, by ``fibre`` and ``keys``.

    Raises
    ------
    InputError
        If a key was not varied or the window is empty.
    """
    need(ds, "force", "titin_force", "atp_used", *keys)
    ds = stack_conditions(ds)
    force, rate = steady_state(ds.force - ds.titin_force, start, stop), atpase(ds, start, stop)
    found = unstack_conditions(
        xr.Dataset(
            {
                "force": force["mean"],
                "force_sem": force["sem"],
                "atpase": rate.per_head,
                "atpase_sem": rate.per_head_sem,
            }
        ),
        *keys,
    )
    for name, text in (("force", "active force per thick filament"), ("force_sem", "its s.e.m.")):
        found[name].attrs.update(units="pN", long_name=text)
    return found
