"""Rate of force redevelopment."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import RISE, by_point, fitted, k_tr
from sarcomere.analysis.select.conditions import stack_conditions
from sarcomere.plot import style

MEASURED = {"slow": (8.0, 25.0), "fast": (30.0, 90.0)}  # 1/s at 37 degrees Celsius; unsourced (docs/unsourced.md)


def force(ds: xr.Dataset, found: xr.Dataset, ax: Axes) -> None:
    """Draw force through release, restretch and redevelopment, with the fitted exponentials."""
    active = ds.force - ds.titin_force
    style.traces(ax, ds, active)
    fits = fitted(RISE, found, active.time - found.after)
    for i in range(ds.sizes["condition"]):
        one = fits.isel(condition=i).where(active.time >= found.after.isel(condition=i))
        ax.plot(one.time, one, color="black", linewidth=0.8, linestyle="--", zorder=3)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("active force (pN per\nthick filament)")
    ax.set_xlabel("time (s)")
    style.title(ax, "force")
    style.side_legend(ax)


def rates(found: xr.Dataset, ax: Axes) -> None:
    """Draw k_tr with its interval against the force reached, relative to the highest, and the measured ranges."""
    table = by_point(found)
    highest = table.force_end.max([dim for dim in table.force_end.dims if dim != "fibre"])
    for fibre in style.fibres(table):
        one = style.of(table, fibre)
        share = (one.force_end / style.of(highest.to_dataset(name="top"), fibre).top).broadcast_like(one.k_tr)
        low, high = (one.k_tr_ci.sel(bound=end).values.ravel() for end in ("low", "high"))
        y = one.k_tr.values.ravel()
        ax.errorbar(
            share.values.ravel(), y, [y - low, high - y], linestyle="none", capsize=2, label=fibre, **style.look(fibre)
        )
        if fibre in MEASURED:
            style.band(ax, *MEASURED[fibre], style.FIBRE_COLOURS[fibre])
    ax.set_xlim(0, 1.1)
    ax.set_yscale("log")
    ax.set_xlabel("force reached / highest")
    ax.set_ylabel("k_tr (1/s)")
    style.title(ax, "rate of redevelopment")
    style.legend(ax)


def ktr_figure(ds: xr.Dataset) -> Figure:
    """Draw force redevelopment after release and restretch, with its rates.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or series in which length is moved before force redevelops.

    Returns
    -------
    matplotlib.figure.Figure
    """
    ds = stack_conditions(ds)
    found = k_tr(ds)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), 2, 1)
    force(ds, found, axes[0, 0])
    rates(found, axes[1, 0])
    labels = style.condition_labels(ds)
    few = [f"{labels[i]}: k_tr {style.interval(found.isel(condition=i), 'k_tr')} /s." for i in range(len(labels))]
    style.caption(
        figure,
        *(few if len(few) <= 4 else ()),
        "Dashed: single exponentials; bars: 95 % confidence. Shaded: 37 °C, slow 8-25, fast 30-90 /s at full "
        "activation (unsourced).",
    )
    return figure
