"""A run in a few numbers."""

from __future__ import annotations

import xarray as xr

from sarcomere.analysis.discharge.discharge import discharge_rate
from sarcomere.analysis.fibre.heads import attached_fraction
from sarcomere.analysis.fibre.relaxation import active_force, half_relaxation_time, last_impulse
from sarcomere.analysis.select.points import pointwise


@pointwise
def summary(ds: xr.Dataset) -> xr.Dataset:
    """Find what each motor unit did.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.

    Returns
    -------
    xarray.Dataset
        By ``motor_unit``: impulses, discharge rate, peaks, half-relaxation times of force and of attached heads.
    """
    force = active_force(ds)
    attached = attached_fraction(ds).mean("replicate")
    end = last_impulse(ds)
    table = {
        "impulses": ds.impulse_time.notnull().sum("impulse").assign_attrs(units="1", long_name="impulses"),
        "rate": discharge_rate(ds),
        "peak_force": force.max("time").assign_attrs(units="pN", long_name="peak active force per thick filament"),
        "peak_ca": ds.ca.mean("replicate").max("time").assign_attrs(units="umol/L", long_name="peak free calcium"),
        "peak_attached": attached.max("time").assign_attrs(units="1", long_name="most heads attached at once"),
        "atp_used": ds.atp_used.isel(time=-1).mean("replicate").assign_attrs(units="1", long_name="ATP used per head"),
        "force_half_time": half_relaxation_time(force, end),
        "attached_half_time": half_relaxation_time(attached, end),
    }
    return xr.Dataset({name: values.drop_vars("time", errors="ignore") for name, values in table.items()})
