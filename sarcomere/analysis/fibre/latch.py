"""What holds without being driven: long attachments, rigor, retained ADP, and force that calcium does not explain.

"Latch" is the project's metaphor.  Skeletal muscle has no latch state in the sense of smooth muscle (Hai & Murphy
1988); every function here is named after what it measures, and measures it against a matched control.
"""

from __future__ import annotations

import json

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.analysis.fibre.energetics import heads_per_filament
from sarcomere.analysis.fibre.heads import ATTACHED, attached_fraction
from sarcomere.analysis.select.points import pointwise
from sarcomere.analysis.statistics.steady import estimate, need, standard_error, window

Vector = NDArray[np.float64]

NULL_SHARE = 0.01  # of the control's attachments that are prolonged, by definition
HELD_BEFORE_S = 0.02  # over which the force before a small release is averaged


@pointwise
def prolonged_threshold(control: xr.Dataset) -> xr.DataArray:
    """Compute the duration that 1 % of a control's attachments exceed: beyond it an attachment is called prolonged.

    Parameters
    ----------
    control : xarray.Dataset
        A run with ``dwell_count``; replicates and exit paths are pooled.

    Returns
    -------
    xarray.DataArray
        ms, by ``motor_unit`` (or ``condition``), log-linear within a bin; NaN without attachments.
    """
    need(control, "dwell_count")
    counts = control.dwell_count.sum(["replicate", "exit_path"])
    threshold: xr.DataArray = xr.apply_ufunc(
        _upper_percentile, counts, counts.dwell, input_core_dims=[["dwell"], ["dwell"]], vectorize=True
    )
    return threshold.assign_attrs(units="ms", long_name="99th percentile of the control's attachments")


@pointwise
def prolonged_attachment(ds: xr.Dataset, control: xr.Dataset) -> xr.Dataset:
    """Compute the share of ended attachments that outlast the control's 99th percentile, by how they ended.

    Heads still attached at the end of the record are not in it: ``standing`` counts them, ``attached_beyond`` tells
    for how long, and ``mean_attachment`` is free of this bias.

    Parameters
    ----------
    ds, control : xarray.Dataset
        Runs with ``dwell_count``, of the same fibre type, temperature and length.

    Returns
    -------
    xarray.Dataset
        ``threshold`` (ms); ``prolonged`` and ``excess`` (over the 1 % that a control has), with ``prolonged_sem``
        between replicates, by ``exit_path`` and for "all"; ``mean_attachment`` (ms), head time attached per
        attachment ended; ``standing``, heads attached in the last sample per attachment ended.
    """
    need(ds, "dwell_count", "head_state_fraction")
    threshold = prolonged_threshold(control)
    counts = xr.concat([ds.dwell_count, ds.dwell_count.sum("exit_path").assign_coords(exit_path="all")], "exit_path")
    share = share_longer(counts, threshold)
    whole = share_longer(counts.sum("replicate"), threshold)
    text = "attachments that outlast the control's 99th percentile"
    ended = ds.dwell_count.sum(["replicate", "exit_path", "dwell"])
    ended = ended.where(ended > 0)
    filaments = json.loads(ds.attrs["parameters"])["lattice"]["n_thick"] * ds.sizes["replicate"]
    heads = heads_per_filament(ds) * filaments
    attached = attached_fraction(ds).mean("replicate")
    attached_time = attached.integrate("time") * heads * 1e3
    return xr.Dataset(
        {
            "threshold": threshold,
            "prolonged": whole.assign_attrs(units="1", long_name=text),
            "prolonged_sem": standard_error(share).assign_attrs(units="1", long_name=f"{text}, s.e.m."),
            "excess": (whole - NULL_SHARE).assign_attrs(units="1", long_name=f"{text}, beyond the expected 1 %"),
            "mean_attachment": (attached_time / ended).assign_attrs(
                units="ms", long_name="head time attached per attachment ended"
            ),
            "standing": (heads * attached.isel(time=-1, drop=True) / ended).assign_attrs(
                units="1", long_name="heads attached at the end per attachment ended"
            ),
        }
    )


def attached_beyond(standing: xr.DataArray, threshold: xr.DataArray | float) -> xr.DataArray:
    """Compute the share of the attached heads that have been so for longer than a threshold.

    At any moment long attachments are over-represented: compare with the same share of a control, not with 1 %.

    Parameters
    ----------
    standing : xarray.DataArray
        Attached heads by ``head_state`` (A1, A2, A3, RIGOR) and ``dwell`` (ms attached so far), any other dimensions.
    threshold : xarray.DataArray or float
        ms, as ``prolonged_threshold`` gives it.

    Returns
    -------
    xarray.DataArray
        NaN where no head is attached.
    """
    share = share_longer(standing.sum("head_state"), threshold)
    return share.assign_attrs(units="1", long_name="attached heads older than the control's 99th percentile")


def adp_retained(standing: xr.DataArray, threshold: xr.DataArray | float) -> xr.DataArray:
    """Compute share of the attached heads that hold ADP (A2, A3) and have been attached for longer than a threshold.

    Parameters
    ----------
    standing, threshold
        As for ``attached_beyond``.

    Returns
    -------
    xarray.DataArray
        NaN where no head is attached.
    """
    with_adp = standing.sel(head_state=["A2", "A3"]).sum("head_state")
    attached = standing.sum(["head_state", "dwell"])
    older = share_longer(with_adp, threshold).fillna(0.0) * with_adp.sum("dwell")
    share = older / attached.where(attached > 0)
    return share.assign_attrs(units="1", long_name="attached heads that keep ADP beyond the control's 99th percentile")


@pointwise
def rigor_am(ds: xr.Dataset, start: float | None = None, stop: float | None = None) -> xr.Dataset:
    """Compute the share of the attached heads that are nucleotide-free.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.
    start, stop : float, optional
        Window (s); by default the last third of the record.

    Returns
    -------
    xarray.Dataset
        ``mean`` and ``sem``; NaN where no head is attached.
    """
    need(ds, "head_state_fraction")
    attached = ds.head_state_fraction.sel(head_state=ATTACHED)
    both = xr.concat([attached.sel(head_state="RIGOR", drop=True), attached.sum("head_state")], "record")

    def share(part: xr.DataArray) -> xr.DataArray:
        rigor, bound = part.mean("time").isel(record=0), part.mean("time").isel(record=1)
        return rigor / bound.where(bound > 0)

    return estimate(both, share, start, stop)


def ca_unexplained_force(ds: xr.Dataset, steady: xr.DataArray) -> xr.DataArray:
    """Compute active force beyond what the calcium of the moment would hold in a steady state.

    Ordinary relaxation lags calcium: subtract the same of a control.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.
    steady : xarray.DataArray, dimension ``pCa``
        Active force (pN per thick filament) at held calcium, same fibre and length, such as ``force_pca(...).force``;
        joined by straight lines in pCa, its ends hold beyond. It says which metabolites are meant.

    Returns
    -------
    xarray.DataArray
        pN per thick filament, with ``replicate``, ``motor_unit`` (or ``condition``) and ``time``; negative while
        force rises.
    """
    need(ds, "force", "titin_force", "ca")
    table = steady.sortby("pCa")
    pCa = 6.0 - np.log10(np.maximum(ds.ca, 1e-4))
    held = xr.apply_ufunc(np.interp, pCa, table.pCa, table, input_core_dims=[[], ["pCa"], ["pCa"]])
    left: xr.DataArray = ds["force"] - ds["titin_force"] - held
    return left.assign_attrs(units="pN", long_name="force that calcium does not explain")


def force_time(force: xr.DataArray, start: float | None = None, stop: float | None = None) -> xr.DataArray:
    """Compute the integral of a force over a window.

    Parameters
    ----------
    force : xarray.DataArray
        pN, with dimension ``time``.
    start, stop : float, optional
        Window (s); by default the last third of the record.

    Returns
    -------
    xarray.DataArray
        pN s.
    """
    return window(force, start, stop).integrate("time").assign_attrs(units="pN s", long_name="force-time integral")


@pointwise
def stiffness_to_force(released: xr.Dataset, held: xr.Dataset, at: float) -> xr.Dataset:
    """Compute the stiffness of the half-sarcomere per active force, from a small release.

    The two runs share their random numbers and part at the release alone, so that the fluctuation of force from step to
    step, which a tendon would magnify, cancels.

    Parameters
    ----------
    released, held : xarray.Dataset
        Runs with a jump of length by about 1 nm at ``at`` and with none that matters, sampled at every step.
    at : float
        Time of the jump, s.

    Returns
    -------
    xarray.Dataset
        ``mean`` and ``sem`` (1/nm) between replicates; NaN where there is no active force before the jump.
    """
    need(released, "force", "titin_force", "hs_length")
    after = int(np.searchsorted(held.time.values, at - 1e-9)) + 1  # a jump acts on the step after it
    forces = [(ds.force - ds.titin_force).isel(time=after, drop=True) for ds in (released, held)]
    lengths = [ds.hs_length.isel(time=after, drop=True) for ds in (released, held)]
    before = (held.force - held.titin_force).sel(time=slice(at - HELD_BEFORE_S, at)).mean("time")
    ratio = (forces[0] - forces[1]) / (lengths[0] - lengths[1]) / before.where(before > 0)
    units = {"units": "1/nm", "long_name": "stiffness per active force"}
    return xr.Dataset(
        {"mean": ratio.mean("replicate").assign_attrs(units), "sem": standard_error(ratio).assign_attrs(units)}
    )


def share_longer(counts: xr.DataArray, threshold: xr.DataArray | float) -> xr.DataArray:
    """Compute the share of a histogram of durations beyond a threshold.

    Parameters
    ----------
    counts : xarray.DataArray
        With dimension ``dwell``, lower edges in ms.
    threshold : xarray.DataArray or float
        ms.

    Returns
    -------
    xarray.DataArray
        Without ``dwell``, log-linear within a bin; NaN for an empty histogram.
    """
    found: xr.DataArray = xr.apply_ufunc(
        _share_longer,
        counts,
        counts.dwell,
        threshold,
        input_core_dims=[["dwell"], ["dwell"], []],
        vectorize=True,
    )
    return found


def _survival(counts: Vector, edges: Vector) -> tuple[Vector, Vector]:
    """Return log of the edges, the upper end of the last bin among them, and the share that lasted longer than each."""
    log_edges = np.log(np.append(edges, edges[-1] ** 2 / edges[-2]))
    longer = np.append(np.cumsum(counts[::-1])[::-1], 0.0)
    return log_edges, longer / longer[0]


def _share_longer(counts: Vector, edges: Vector, threshold: float) -> float:
    if counts.sum() == 0 or not np.isfinite(threshold):
        return np.nan
    return float(np.interp(np.log(threshold), *_survival(counts, edges)))


def _upper_percentile(counts: Vector, edges: Vector) -> float:
    if counts.sum() == 0:
        return np.nan
    log_edges, survival = _survival(counts, edges)
    last = int(np.flatnonzero(survival >= NULL_SHARE)[-1])
    share = (survival[last] - NULL_SHARE) / (survival[last] - survival[last + 1])
    return float(np.exp(log_edges[last] + share * (log_edges[last + 1] - log_edges[last])))
