"""What a run says on the screen when it ends, and its figure."""

from __future__ import annotations

import numpy as np
import xarray as xr
from rich.table import Table

from sarcomere.analysis import active_force, attached_fraction, summary
from sarcomere.errors import printable
from sarcomere.explain.printing import show
from sarcomere.scenario.kinds import function_for

LAST_PART = 1 / 3  # of the run, over which the table of a series averages

_UNIT_COLUMNS = {
    "impulses": ("impulses", "{:.0f}", 1.0),
    "rate": ("rate\n/s", "{:.1f}", 1.0),
    "peak_ca": ("Ca\nµM", "{:.1f}", 1.0),
    "peak_force": ("force\npN", "{:.0f}", 1.0),
    "peak_attached": ("heads\n%", "{:.1f}", 100.0),
    "atp_used": ("ATP", "{:.1f}", 1.0),
    "force_half_time": ("t½ force\nms", "{:.0f}", 1e3),
    "attached_half_time": ("t½ heads\nms", "{:.0f}", 1e3),
}


def print_summary(ds: xr.Dataset) -> None:
    """Print a short table: a line for each motor unit or condition, or the summary of a cramp.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.
    """
    function_for(ds.attrs, "summary")(ds)


def print_fibre_summary(ds: xr.Dataset) -> None:
    """Print a line for each motor unit or condition.

    Parameters
    ----------
    ds : xarray.Dataset
        A run of half-sarcomeres.
    """
    table = _series_table(ds) if "condition" in ds.dims else _unit_table(ds)
    show(table)
    if "condition" not in ds.dims:
        peak = float(ds.muscle_force.mean("replicate").max())
        show(f"Peak muscle force {peak * 1e3:.0f} mN over {float(ds.time[-1]):.2f} s, seed {ds.attrs['seed']}.")


def _unit_table(ds: xr.Dataset) -> Table:
    rows = summary(ds)
    table = Table(
        title=printable(ds.attrs["title"]),
        caption="Ca, force (active, per thick filament), heads (attached): peaks. ATP: used per head.\n"
        "t½: from the peak after the last impulse to half of it.",
    )
    table.add_column("unit")
    table.add_column("fibre")
    for heading, _, _ in _UNIT_COLUMNS.values():
        table.add_column(heading, justify="right")
    for i, unit in enumerate(ds.motor_unit.values):
        cells = (_shown(form, float(rows[name][i]) * scale) for name, (_, form, scale) in _UNIT_COLUMNS.items())
        table.add_row(str(unit), printable(str(ds.fibre.values[i])), *cells)
    return table


def _shown(form: str, value: float) -> str:
    return form.format(value) if np.isfinite(value) else "–"


def _series_table(ds: xr.Dataset) -> Table:
    names = ["fibre", *(str(name) for name, c in ds.coords.items() if c.dims == ("condition",) and "key" in c.attrs)]
    names = list(dict.fromkeys(names))
    duration = float(ds.time[-1])
    last = ds.sel(time=slice((1 - LAST_PART) * duration, None))
    span = float(last.time[-1] - last.time[0]) or np.nan
    used = last.atp_used.isel(time=-1) - last.atp_used.isel(time=0)
    columns = {
        "peak\npN": active_force(ds).max("time"),
        "force\npN": active_force(last).mean("time"),
        "length\nnm": last.hs_length.mean(["replicate", "time"]),
        "heads\n%": 100 * attached_fraction(last).mean(["replicate", "time"]),
        "ATP\n/s": used.mean("replicate") / span,
    }
    table = Table(
        title=printable(ds.attrs["title"]),
        caption=f"Force: active, per thick filament. But for the peak, means over the last "
        f"{LAST_PART * duration:.2g} s; heads: attached; ATP: per head.",
    )
    for name in names:
        table.add_column(name)
    for heading in columns:
        table.add_column(heading, justify="right")
    for i in range(ds.sizes["condition"]):
        labels = (ds[name].values[i] for name in names)
        shown = (f"{x:g}" if isinstance(x, float) else printable(str(x)) for x in labels)
        table.add_row(*shown, *(_shown("{:.4g}", float(values[i])) for values in columns.values()))
    return table
