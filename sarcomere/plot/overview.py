"""The overview of a run: impulses, calcium, force, heads."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import ATTACHED, active_force, attached_fraction
from sarcomere.plot import style

# Colour-blind safe (Okabe & Ito); detached states from grey to black, attached ones from pale to dark, rigor in red.
DETACHED = ["OFF", "MT", "MDP"]
STATE_COLOURS = {
    "OFF": "#a6a6a6",
    "MT": "#56b4e9",
    "MDP": "#000000",
    "A1": "#f0e442",
    "A2": "#e69f00",
    "A3": "#b35900",
    "RIGOR": "#c00000",
}
_MOVES_NM = 1.0
_STYLES = ("-", "--", "-.", ":", (0, (3, 1, 1, 1, 1, 1)))


def raster(ds: xr.Dataset, ax: Axes) -> None:
    """Draw impulses of each motor unit."""
    rows = [times[np.isfinite(times)] for times in ds.impulse_time.values]
    colours = [style.look(str(fibre), line=True)["color"] for fibre in ds.fibre.values]
    ax.eventplot(rows, colors=colours, lineoffsets=list(range(len(rows))), linelengths=0.8, linewidths=0.6)
    ax.set_yticks(np.arange(len(rows)), [str(unit) for unit in ds.motor_unit.values])
    ax.set_ylabel("motor unit")
    ax.set_title("impulses", loc="left", fontsize="medium")


def _lines(ds: xr.Dataset, values: xr.DataArray, ax: Axes) -> None:
    for i, unit in enumerate(ds.motor_unit.values):
        fibre = str(ds.fibre.values[i])
        ax.plot(
            values.time,
            values.sel(motor_unit=unit),
            **style.look(fibre, line=True),
            linestyle=_STYLES[i % len(_STYLES)],
            linewidth=0.8,
            label=f"unit {unit} ({fibre})" if np.issubdtype(ds.motor_unit.dtype, np.integer) else str(unit),
        )


def _legend(ax: Axes, columns: int) -> None:
    """Place the legend above the axes, to the right of the title, where it hides nothing."""
    ax.legend(ncols=columns, fontsize="x-small", loc="lower right", bbox_to_anchor=(1.0, 0.98), frameon=False)


def calcium(ds: xr.Dataset, ax: Axes) -> None:
    """Draw free calcium of each motor unit's fibres."""
    _lines(ds, ds.ca.mean("replicate"), ax)
    ax.set_ylabel("[Ca²⁺] (µM)")
    ax.set_title("free calcium", loc="left", fontsize="medium")


def unit_force(ds: xr.Dataset, ax: Axes) -> None:
    """Draw active force of each motor unit's half-sarcomeres."""
    _lines(ds, active_force(ds).rolling(time=5, center=True, min_periods=1).mean(), ax)
    ax.set_ylabel("force (pN per\nthick filament)")
    ax.set_title("active force of the half-sarcomeres", loc="left", fontsize="medium")
    _legend(ax, min(5, ds.sizes["motor_unit"]))


def length(ds: xr.Dataset, ax: Axes) -> None:
    """Draw length of each motor unit's half-sarcomeres."""
    _lines(ds, ds.hs_length.mean("replicate"), ax)
    ax.set_ylabel("length (nm)")
    ax.set_title("length of the half-sarcomeres", loc="left", fontsize="medium")


def muscle_force(ds: xr.Dataset, ax: Axes) -> None:
    """Draw force of all motor units together, each replicate thin, their mean thick; below 1 N in mN."""
    per_newton, unit = (1.0, "N") if float(ds.muscle_force.max()) >= 1.0 else (1e3, "mN")
    force = per_newton * ds.muscle_force
    if ds.sizes["replicate"] > 1:
        ax.plot(ds.time, force.T, color="0.7", linewidth=0.5)
    ax.plot(ds.time, force.mean("replicate"), color="black", linewidth=1)
    ax.set_ylim(bottom=0)
    ax.set_ylabel(f"force ({unit})")
    ax.set_title("muscle force, passive included", loc="left", fontsize="medium")


def head_states(ds: xr.Dataset, ax: Axes) -> None:
    """Draw attached heads by chemical state, stacked; mean over motor units weighted by their fibres."""
    mean = ds.head_state_fraction.mean("replicate").weighted(ds.n_fibres).mean("motor_unit")
    stack = [mean.sel(head_state=name).values for name in ATTACHED]
    ax.stackplot(ds.time, stack, colors=[STATE_COLOURS[name] for name in ATTACHED], labels=ATTACHED)
    ax.set_ylim(0, 1.1 * float(np.nanmax(np.sum(stack, axis=0))) or 1.0)
    ax.set_ylabel("fraction of heads")
    ax.set_title("attached heads by chemical state, all motor units", loc="left", fontsize="medium")
    _legend(ax, len(ATTACHED))


def detached_states(ds: xr.Dataset, ax: Axes) -> None:
    """Draw detached heads by chemical state; mean over motor units weighted by their fibres."""
    mean = ds.head_state_fraction.mean("replicate").weighted(ds.n_fibres).mean("motor_unit")
    for name in DETACHED:
        ax.plot(ds.time, mean.sel(head_state=name), color=STATE_COLOURS[name], linewidth=1.2, label=name)
    ax.set_ylim(0, 1)
    ax.set_ylabel("fraction of heads")
    ax.set_title("detached heads by chemical state, all motor units", loc="left", fontsize="medium")
    _legend(ax, len(DETACHED))


def attached(ds: xr.Dataset, ax: Axes) -> None:
    """Draw attached heads of each motor unit."""
    _lines(ds, attached_fraction(ds).mean("replicate"), ax)
    ax.set_ylabel("fraction of heads")
    ax.set_title("heads attached", loc="left", fontsize="medium")


def overview(ds: xr.Dataset) -> Figure:
    """Draw everything that matters in one figure.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs.

    Returns
    -------
    matplotlib.figure.Figure
        Seven panels over one time axis, in s, and one of length where it changes; a series, whose conditions are no
        muscle together, has no muscle force.
    """
    panels = [raster, calcium, unit_force, attached, head_states, detached_states]
    if np.ptp(ds.hs_length.values) > _MOVES_NM:
        panels.insert(3, length)
    if "condition" in ds.dims:
        names = style.condition_labels(ds)
        ds = ds.drop_vars("condition", errors="ignore").rename(condition="motor_unit").assign_coords(motor_unit=names)
    else:
        panels.append(muscle_force)
    figure = Figure(figsize=(9, 13 / 7 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, sharex=True)
    for panel, ax in zip(panels, axes, strict=True):
        panel(ds, ax)
    axes[-1].set_xlabel("time (s)")
    axes[-1].set_xlim(float(ds.time[0]), float(ds.time[-1]))
    figure.suptitle(ds.attrs.get("title", ""), parse_math=False)
    return figure
