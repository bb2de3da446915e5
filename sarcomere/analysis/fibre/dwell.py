"""How long attachments last."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.stats import beta

from sarcomere.analysis.fibre.heads import attached_fraction
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.fit import BOUND, LEVEL
from sarcomere.analysis.statistics.steady import need


@pointwise
def dwell_survival(ds: xr.Dataset) -> xr.Dataset:
    """Compute share of attachments that lasted at least as long, with its exact binomial interval (Clopper & Pearson).

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs; replicates are pooled.

    Returns
    -------
    xarray.Dataset
        ``survival`` and ``survival_ci`` (95 %) by ``exit_path`` and ``dwell`` (ms, lower edge of the bin), with an
        ``exit_path`` "all" for both together, and ``attachments``, their number; NaN where there were none.
    """
    need(ds, "dwell_count")
    counts = ds.dwell_count.sum("replicate")
    counts = xr.concat([counts, counts.sum("exit_path").assign_coords(exit_path="all")], "exit_path")
    total = counts.sum("dwell")
    longer = counts.isel(dwell=slice(None, None, -1)).cumsum("dwell").isel(dwell=slice(None, None, -1))
    longer = longer.assign_coords(dwell=ds.dwell)
    some = total > 0
    tail = (1 - LEVEL) / 2
    # where all or none survive, one end of the interval is 1 or 0 and its beta distribution does not exist
    low = xr.apply_ufunc(beta.ppf, tail, longer, total - longer + 1).where(longer > 0, 0.0)
    high = xr.apply_ufunc(beta.ppf, 1 - tail, longer + 1, total - longer).where(longer < total, 1.0)
    interval = xr.concat([low, high], "bound").assign_coords(bound=list(BOUND))
    name = "attachments that lasted at least as long"
    return xr.Dataset(
        {
            "survival": (longer / total.where(some)).assign_attrs(units="1", long_name=name),
            "survival_ci": interval.where(some).assign_attrs(units="1", long_name=f"{name}, 95% confidence interval"),
            "attachments": total.assign_attrs(units="1", long_name="attachments"),
        }
    )


def duty_ratio(ds: xr.Dataset) -> xr.DataArray:
    """Compute the share of the cycling heads that are attached: attached over all that are not OFF.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs.

    Returns
    -------
    xarray.DataArray
        Without ``head_state``; NaN where every head is OFF. ``steady_state`` gives its mean and error.
    """
    need(ds, "head_state_fraction")
    off = ds.head_state_fraction.sel(head_state="OFF", drop=True)
    attached = attached_fraction(ds)
    cycling: xr.DataArray = np.maximum(1 - off, attached)
    return (attached / cycling.where(cycling > 0)).assign_attrs(units="1", long_name="duty ratio")
