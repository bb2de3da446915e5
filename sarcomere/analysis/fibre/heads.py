"""What the heads do: how many are attached, in which state, for how long."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis.select.points import pointwise

ATTACHED = ["A1", "A2", "A3", "RIGOR"]


def attached_fraction(ds: xr.Dataset) -> xr.DataArray:
    """Compute the share of heads attached to actin.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.

    Returns
    -------
    xarray.DataArray
        Without the ``head_state`` dimension.
    """
    fraction = ds["head_state_fraction"].sel(head_state=ATTACHED).sum("head_state", skipna=False)  # no run is not 0
    return fraction.assign_attrs(units="1", long_name="heads attached")


def states_when_attached(ds: xr.Dataset) -> xr.DataArray:
    """Find how the attached heads divide among the attached states; NaN where none is attached.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.

    Returns
    -------
    xarray.DataArray
        Adds up to 1 over ``head_state`` (A1, A2, A3, RIGOR).
    """
    attached = attached_fraction(ds)
    share = ds["head_state_fraction"].sel(head_state=ATTACHED) / attached.where(attached > 0)
    return share.assign_attrs(units="1", long_name="share of the attached heads")


@pointwise
def mean_dwell(ds: xr.Dataset) -> xr.DataArray:
    """Compute the mean time a head stayed attached, by how the attachment ended, from the histogram.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.

    Returns
    -------
    xarray.DataArray
        In ms; bins count at their geometric middle, which is within 6 % for any one attachment.
    """
    edges = ds.dwell
    middle = edges * np.sqrt(float(edges[1] / edges[0]))
    counts = ds.dwell_count.sum("replicate")
    total = counts.sum("dwell")
    mean: xr.DataArray = (counts * middle).sum("dwell") / total.where(total > 0)
    return mean.assign_attrs(units="ms", long_name="mean time attached")
