"""A cramp from nerve to pain: impulses, calcium, heads, force, energy, blood."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import ATTACHED, interventions, mean_rate, trains, units_firing
from sarcomere.plot import style
from sarcomere.plot.overview import DETACHED, STATE_COLOURS
from sarcomere.plot.style import FIBRE_COLOURS, from_zero

SMOOTH_S = 0.25  # running mean of what follows single impulses
SECOND_COLOUR = "#009E73"  # of the right axis
CLOSE = 0.12  # of the time axis: labels nearer than this stand above each other


def smooth(values: xr.DataArray) -> xr.DataArray:
    """Return the running mean over a quarter of a second."""
    step = float(values.time[1] - values.time[0])
    return values.rolling(time=max(1, round(SMOOTH_S / step)), center=True, min_periods=1).mean()


def hardest(ds: xr.Dataset) -> int:
    """Find the group that worked most: least phosphocreatine on average."""
    return int(ds.pcr_mM.isel(replicate=0).mean("time").argmin("group"))


def name_of(ds: xr.Dataset, group: int) -> str:
    """Return a group by the unit that stands for it."""
    return f"group of unit {int(ds.group_unit[group])} ({ds.group_fibre.values[group]})"


def has_lattices(ds: xr.Dataset) -> bool:
    """Whether groups hold half-sarcomeres."""
    return "ca" in ds and bool(ds.ca.notnull().any())


def second_axis(ax: Axes, text: str) -> Axes:
    """Draw an axis on the right, in its own colour."""
    right = ax.twinx()
    right.set_ylabel(text, color=SECOND_COLOUR)
    right.tick_params(axis="y", colors=SECOND_COLOUR)
    return right


def raster(ds: xr.Dataset, ax: Axes) -> None:
    """Draw impulses of each motor unit, a dot each."""
    row = trains(ds)[0]
    for fibre, colour in FIBRE_COLOURS.items():
        members = np.flatnonzero(ds.fibre.values == fibre)
        if members.size:
            times = np.concatenate([row[i] for i in members])
            units = np.repeat(ds.motor_unit.values[members], [row[i].size for i in members])
            ax.plot(times, units, linestyle="none", marker=".", markersize=1.6, color=colour, rasterized=True)
        ax.plot([], [], linestyle="none", marker="o", markersize=4, color=colour, label=fibre)
    ax.set_ylim(0, ds.sizes["motor_unit"] + 1)
    ax.set_ylabel("motor unit")
    style.title(ax, "impulses that reach the fibres")
    style.legend(ax, fontsize="x-small")


def rates(ds: xr.Dataset, ax: Axes) -> None:
    """Draw units that fire, and their mean rate."""
    count = units_firing(ds).isel(replicate=0)
    rate = mean_rate(ds).isel(replicate=0)
    ax.fill_between(count.time, count, color="0.8", linewidth=0, step="mid")
    from_zero(ax)
    ax.set_ylabel("units firing")
    right = second_axis(ax, "rate of a unit\n(1/s)")
    right.plot(rate.time, rate, color=SECOND_COLOUR, linewidth=1)
    from_zero(right)
    style.title(ax, "motor units that fire within ±0.5 s, and their mean rate")


def calcium(ds: xr.Dataset, ax: Axes) -> None:
    """Draw free calcium of each group, running mean."""
    ca = smooth(ds.ca.isel(replicate=0))
    told: set[str] = set()
    for i, fibre in enumerate(str(name) for name in ds.group_fibre.values):
        label = None if fibre in told else fibre
        told.add(fibre)
        ax.plot(ca.time, ca.isel(group=i), color=FIBRE_COLOURS[fibre], linewidth=0.8, alpha=0.8, label=label)
    from_zero(ax)
    ax.set_ylabel("[Ca²⁺] (µM)")
    style.title(ax, "free calcium of each group, mean over 0.25 s")
    style.legend(ax, fontsize="x-small")


def attached_heads(ds: xr.Dataset, ax: Axes) -> None:
    """Draw attached heads by chemical state, stacked."""
    group = hardest(ds)
    mean = smooth(ds.head_state_fraction.isel(replicate=0, group=group))
    stack = [mean.sel(head_state=name).values for name in ATTACHED]
    ax.stackplot(ds.time, stack, colors=[STATE_COLOURS[name] for name in ATTACHED], labels=ATTACHED)
    ax.set_ylim(0, 1.1 * float(np.sum(stack, axis=0).max()) or 1.0)
    ax.set_ylabel("fraction\nof heads")
    style.title(ax, f"attached heads, {name_of(ds, group)}")
    style.legend(ax, fontsize="x-small")


def detached_heads(ds: xr.Dataset, ax: Axes) -> None:
    """Draw detached heads by chemical state."""
    group = hardest(ds)
    mean = smooth(ds.head_state_fraction.isel(replicate=0, group=group))
    for name in DETACHED:
        ax.plot(ds.time, mean.sel(head_state=name), color=STATE_COLOURS[name], linewidth=1, label=name)
    ax.set_ylim(0, 1)
    ax.set_ylabel("fraction\nof heads")
    style.title(ax, f"detached heads, {name_of(ds, group)}")
    style.legend(ax, fontsize="x-small")


def force(ds: xr.Dataset, ax: Axes) -> None:
    """Draw force of the muscle and length of its fascicles; other replicates thin."""
    if ds.sizes["replicate"] > 1:
        ax.plot(ds.time, ds.muscle_force.isel(replicate=slice(1, None)).T, color="0.8", linewidth=0.5)
    ax.plot(ds.time, ds.muscle_force.isel(replicate=0), color="black", linewidth=1)
    from_zero(ax)
    ax.set_ylabel("force (N)")
    right = second_axis(ax, "length (L₀)")
    right.plot(ds.time, ds.fascicle_length.isel(replicate=0), color=SECOND_COLOUR, linewidth=1)
    _at_least(right, 0.05)
    style.title(ax, "force of the muscle, and length of its fascicles")


def energy(ds: xr.Dataset, ax: Axes) -> None:
    """Draw phosphocreatine, ATP and pH: mean of the muscle, and the group that worked most."""
    one = ds[["pcr_mM", "atp_mM", "ph"]].isel(replicate=0)
    mean = one.weighted(ds.group_weight).mean("group")
    worst = one.isel(group=hardest(ds))
    for name, colour, label in (("pcr_mM", "#0072B2", "PCr"), ("atp_mM", "#CC79A7", "ATP")):
        ax.plot(ds.time, mean[name], color=colour, linewidth=1, label=label)
        ax.plot(ds.time, worst[name], color=colour, linewidth=0.8, linestyle="--")
    from_zero(ax)
    ax.set_ylabel("mmol/L")
    right = second_axis(ax, "pH")
    right.plot(ds.time, mean.ph, color=SECOND_COLOUR, linewidth=1)
    right.plot(ds.time, worst.ph, color=SECOND_COLOUR, linewidth=0.8, linestyle="--")
    _at_least(right, 0.1)
    style.title(ax, f"energy, mean (dashed: {name_of(ds, hardest(ds))})")
    style.legend(ax, fontsize="x-small")


def blood(ds: xr.Dataset, ax: Axes) -> None:
    """Draw pressure in the muscle, and its blood flow."""
    ax.plot(ds.time, ds.pressure.isel(replicate=0), color="black", linewidth=1)
    from_zero(ax)
    ax.set_ylabel("pressure\n(mmHg)")
    right = second_axis(ax, "flow (rest = 1)")
    right.plot(ds.time, ds.flow.isel(replicate=0), color=SECOND_COLOUR, linewidth=1)
    from_zero(right)
    style.title(ax, "pressure in the muscle, and its blood flow")


def interstitium(ds: xr.Dataset, ax: Axes) -> None:
    """Draw lactate and potassium around the fibres."""
    ax.plot(ds.time, ds.lactate.isel(replicate=0), color="black", linewidth=1)
    from_zero(ax)
    ax.set_ylabel("lactate\n(mmol/L)")
    right = second_axis(ax, "K⁺ (mmol/L)")
    right.plot(ds.time, ds.k_interstitial.isel(replicate=0), color=SECOND_COLOUR, linewidth=1)
    _at_least(right, 1.0)
    style.title(ax, "lactate and potassium around the fibres")


def pain(ds: xr.Dataset, ax: Axes) -> None:
    """Draw pain on the scale of 0 to 10; other replicates thin."""
    if ds.sizes["replicate"] > 1:
        ax.plot(ds.time, ds.pain.isel(replicate=slice(1, None)).T, color="0.8", linewidth=0.5)
    ax.plot(ds.time, ds.pain.isel(replicate=0), color="#c00000", linewidth=1)
    ax.set_ylim(0, 10)
    ax.set_yticks([0, 5, 10])
    ax.set_ylabel("pain (0–10)")
    style.title(ax, "pain")


def _at_least(ax: Axes, span: float) -> None:
    """Widen an axis so that it does not blow noise up."""
    low, high = ax.get_ylim()
    if high - low < span:
        ax.set_ylim((low + high - span) / 2, (low + high + span) / 2)


def mark_interventions(ds: xr.Dataset, axes: list[Axes]) -> None:
    """Draw lines where something was done, shading while it made motor units fire; names above the first axes."""
    first, last = float(ds.time[0]), float(ds.time[-1])
    level, before = 0, -np.inf
    for deed in interventions(ds):
        if not first <= deed.start <= last:
            continue
        for ax in axes:
            ax.axvline(deed.start, color="0.3", linestyle=":", linewidth=0.9)
            if deed.imposes and deed.stop > deed.start:
                ax.axvspan(deed.start, min(deed.stop, last), color="0.5", alpha=style.BAND_ALPHA, linewidth=0, zorder=0)
        level = level + 1 if deed.start - before < CLOSE * (last - first) else 0
        before = deed.start
        late = deed.start > last - CLOSE * (last - first)
        axes[0].annotate(
            deed.name,
            (deed.start, 1.0),
            xytext=(-2 if late else 2, 19 + 10 * level),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="right" if late else "left",
            fontsize="small",
            color="0.2",
        )


def cramp_figure(ds: xr.Dataset) -> Figure:
    """Draw everything that matters of a cramp, the first replicate, in one figure.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.

    Returns
    -------
    matplotlib.figure.Figure
        Panels over one time axis, in s; those of calcium and heads only where groups hold half-sarcomeres.

    Raises
    ------
    InputError
        If the run lacks what is shown.
    """
    lattices = [calcium, attached_heads, detached_heads] if has_lattices(ds) else []
    panels = [raster, rates, *lattices, force, energy, blood, interstitium, pain]
    figure, table = style.new_figure(ds.attrs.get("title", ""), len(panels), 1, height=1.65, sharex=True)
    axes = list(table[:, 0])
    for panel, ax in zip(panels, axes, strict=True):
        panel(ds, ax)
    mark_interventions(ds, axes)
    axes[-1].set_xlabel("time (s)")
    axes[-1].set_xlim(float(ds.time[0]), float(ds.time[-1]))
    figure.align_ylabels(axes)
    others = ds.sizes["replicate"] - 1
    style.caption(
        figure,
        f"Repetition 1 of {others + 1}; thin: the others." if others else "",
        f"The {name_of(ds, hardest(ds))} worked most: it has least PCr on average. Shaded: activity is imposed.",
    )
    return figure
