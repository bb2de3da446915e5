"""ATP used: per head, per volume, and per force held."""

from __future__ import annotations

import json

import xarray as xr

from sarcomere.analysis.select.conditions import stack_conditions
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.steady import estimate, need, slope
from sarcomere.errors import InputError
from sarcomere.parameters import LatticeParameters
from sarcomere.parameters.lattice import area_per_thick

# Heads per fibre water: 185 umol/L (computed from the lattice and 80 % myofibrils), which turns
# its 1.67 and 0.59 ATP per head and s at 20 C into 0.31 and 0.11 mM/s.
HEADS_mM = 0.185


@pointwise
def heads_per_filament(ds: xr.Dataset) -> int:
    """Compute heads on one half thick filament, from the parameters of the run.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs.

    Returns
    -------
    int

    Raises
    ------
    InputError
        If the data do not carry the parameters of their run.
    """
    try:
        lattice = json.loads(ds.attrs["parameters"])["lattice"]
        return int(lattice["n_crown"] * lattice["n_dimer"] * lattice["n_head"])
    except (KeyError, TypeError, ValueError):
        raise InputError(
            "The attribute 'parameters' of this dataset does not tell the lattice: use it as open_run gave it."
        ) from None


@pointwise
def atpase(ds: xr.Dataset, start: float | None = None, stop: float | None = None) -> xr.Dataset:
    """Compute ATP used per time.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs.
    start, stop : float, optional
        Window (s); by default the last third of the record.

    Returns
    -------
    xarray.Dataset
        By ``condition``: ``per_head`` (1/s) and ``per_volume`` (mM/s, with 185 µM heads), each with ``_sem``.

    Raises
    ------
    InputError
        If no samples lie in the window.
    """
    need(ds, "atp_used")
    rate = slope(stack_conditions(ds).atp_used, start, stop)
    table = {}
    for name, factor, units, text in (
        ("per_head", 1.0, "1/s", "ATP per head and second"),
        ("per_volume", HEADS_mM, "mmol/L/s", "ATPase rate of the fibre"),
    ):
        table[name] = (factor * rate["mean"]).assign_attrs(units=units, long_name=text)
        table[f"{name}_sem"] = (factor * rate["sem"]).assign_attrs(units=units, long_name=f"{text}, s.e.m.")
    return xr.Dataset(table)


@pointwise
def economy(ds: xr.Dataset, start: float | None = None, stop: float | None = None) -> xr.Dataset:
    """Compute ATP spent per active force held for a second: the tension cost.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs, with its attribute ``parameters``.
    start, stop : float, optional
        Window (s); by default the last third of the record.

    Returns
    -------
    xarray.Dataset
        By ``condition``: ``cost`` and ``cost_sem``, ATP per pN s; NaN where there is no active force.

    Raises
    ------
    InputError
        If no samples lie in the window or the lattice is not known.
    """
    need(ds, "atp_used", "force", "titin_force")
    ds, heads = stack_conditions(ds), heads_per_filament(ds)
    # one number from two records: both carried through the same windows and replicates
    both = xr.concat([ds.atp_used, ds.force - ds.titin_force], "record")

    def cost(part: xr.DataArray) -> xr.DataArray:
        atp, force = part.isel(record=0), part.isel(record=1).mean("time")
        time = part.time - part.time.mean()
        square = (time**2).sum()
        rate = (atp * time).sum("time", skipna=False) / square.where(square > 0)
        cost: xr.DataArray = heads * rate / force.where(force > 0)
        return cost

    found = estimate(both, cost, start, stop)
    attributes = {"units": "1/(pN s)", "long_name": "ATP per force and time"}
    return xr.Dataset(
        {"cost": found["mean"].assign_attrs(attributes), "cost_sem": found["sem"].assign_attrs(attributes)}
    )


@pointwise
def tension(ds: xr.Dataset, force: xr.DataArray) -> xr.DataArray:
    """Compute force per thick filament as tension of the fibre, P = φ F/(2 d10²/√3), d10 at the length of the run.

    Parameters
    ----------
    ds : xarray.Dataset
        The run, for its lattice and ``run.hs_length``: φ is ``myofibril_fraction``.
    force : xarray.DataArray
        pN per thick filament.

    Returns
    -------
    xarray.DataArray
        kPa.

    Raises
    ------
    InputError
        If the data do not carry the parameters of their run.
    """
    heads_per_filament(ds)  # the same sentence where the lattice is not known
    parameters = json.loads(ds.attrs["parameters"])
    lattice = LatticeParameters(**parameters["lattice"])
    area = area_per_thick(lattice, parameters["run"]["hs_length"])
    pressure = 1e3 * lattice.myofibril_fraction * force / area  # 1 pN/nm² is 1000 kPa
    return pressure.assign_attrs(units="kPa", long_name="tension of the fibre")
