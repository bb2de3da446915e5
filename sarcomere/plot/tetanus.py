"""Trains of impulses: fusion, and force against frequency."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis import active_force, peak_force, ripple, twitch_tetanus_ratio, unstack_conditions
from sarcomere.analysis.select.conditions import stack_conditions
from sarcomere.plot import style

MEASURED_RATIO = (0.10, 0.25)
FUSED_AT = 60.0  # Hz, human
FUSED_RIPPLE = 0.05


def force(ds: xr.Dataset, ax: Axes, title: str = "force") -> None:
    """Draw active force at every frequency."""
    style.traces(ax, ds, active_force(ds))
    ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
    ax.set_xlabel("time (s)")
    ax.set_ylabel("active force (pN per\nthick filament)")
    style.title(ax, title)
    style.side_legend(ax)


def force_frequency(found: xr.Dataset, ax: Axes) -> None:
    """Draw the peak force relative to the highest, and the measured twitch to tetanus ratio."""
    for fibre in style.fibres(found):
        one = style.of(found, fibre)
        ratio = float(twitch_tetanus_ratio(one.peak, one.frequency_Hz, "frequency_Hz"))
        label = f"{fibre} (twitch:tetanus {ratio:.2f})"
        ax.plot(one.frequency_Hz, one.peak / one.peak.max(), linewidth=1, label=label, **style.look(fibre))
    style.band(ax, *MEASURED_RATIO)
    ax.set_ylim(0, 1.1)
    ax.set_ylabel("peak force / highest")
    style.title(ax, "force-frequency")
    style.legend(ax)


def fusion(found: xr.Dataset, ax: Axes) -> None:
    """Draw ripple of the last ten periods."""
    for fibre in style.fibres(found):
        one = style.of(found, fibre)
        ax.plot(one.frequency_Hz, 100 * one.ripple, linewidth=1, **style.look(fibre))
    ax.axvline(FUSED_AT, color="0.4", linestyle=":", linewidth=1)
    ax.axhline(100 * FUSED_RIPPLE, color="0.4", linestyle=":", linewidth=1)
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("frequency (Hz)")
    ax.set_ylabel("ripple (% of mean)")
    style.title(ax, "fusion")


def tetanus_figure(ds: xr.Dataset) -> Figure:
    """Draw force at several frequencies, force-frequency curve and ripple.

    Parameters
    ----------
    ds : xarray.Dataset
        A series that varies ``frequency_Hz``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    ds = stack_conditions(ds)
    mean = active_force(ds)
    read = ripple(mean, ds.impulse_time).assign(peak=peak_force(mean))
    found = unstack_conditions(read, "frequency_Hz")
    kinds = style.fibres(found)
    figure, axes = style.new_figure(ds.attrs.get("title", ""), len(kinds) + 2, 1, height=2.6)
    for fibre, ax in zip(kinds, axes[:, 0], strict=False):
        one = ds.isel(condition=ds.fibre.values == fibre) if "fibre" in found.dims else ds
        force(one, ax, f"force, {fibre}" if fibre else "force")
    force_frequency(found, axes[-2, 0])
    fusion(found, axes[-1, 0])
    axes[-2, 0].sharex(axes[-1, 0])
    style.caption(
        figure,
        "Shaded: twitch to tetanus ratio 0.10-0.25 (unsourced); dotted: human calf is fused at about 60 Hz "
        "[@Sale1982], here where ripple is below 5 %. Read from the last ten periods, folded.",
    )
    return figure
