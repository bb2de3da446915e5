"""What all figures share: colours, labels, legends, measured bands, captions."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sarcomere.analysis.select.conditions import BATH
from sarcomere.parameters.citations import plain

# Okabe & Ito, safe for the colour-blind.
FIBRE_COLOURS = {"slow": "#0072B2", "fast": "#D55E00"}
FIBRE_MARKS = {"slow": "o", "fast": "s"}
BAND_ALPHA = 0.15
CAPTION_WIDTH = 105  # characters on a figure 8 inches wide
_UNITS = {"Hz": "Hz", "mM": "mM", "uM": "µM", "C": "°C", "s": "s", "nm": "nm", "pN": "pN"}
_WORDS = {"atp": "ATP", "adp": "ADP", "pi": "Pi"}


def new_figure(title: str, rows: int, columns: int, height: float = 3.2, **options: Any) -> tuple[Figure, np.ndarray]:
    """Return a figure 8 inches wide and its axes, always a table of rows and columns.

    Parameters
    ----------
    title : str
        Above the figure.
    rows, columns : int
        Panels.
    height : float
        Inches a row.
    **options
        Passed to ``Figure.subplots``.

    Returns
    -------
    tuple of matplotlib.figure.Figure and ndarray of Axes
    """
    figure = Figure(figsize=(8, height * rows + 0.8), layout="constrained")
    figure.suptitle(title, parse_math=False)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def caption(figure: Figure, *sentences: str) -> None:
    """Say below a figure what is drawn and where measured values come from.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Whose.
    *sentences : str
        Each begins a line; empty ones are left out. Citations are written as in :func:`plain`.
    """
    width = int(CAPTION_WIDTH * figure.get_figwidth() / 8)
    text = "\n".join(textwrap.fill(plain(part), width) for part in sentences if part)
    figure.supxlabel(text, x=0.01, ha="left", fontsize="small", color="0.25")


def fibres(ds: xr.Dataset) -> list[str]:
    """Return fibre types of a reduced series, slow first; a single unnamed one where there is no such dimension."""
    if "fibre" not in ds.dims:
        return [str(ds.fibre.values)] if "fibre" in ds.coords else [""]
    return [name for name in ("slow", "fast") if name in ds.fibre.values]


def of(ds: xr.Dataset, fibre: str) -> xr.Dataset:
    """Return one fibre type of a reduced series."""
    return ds.sel(fibre=fibre) if "fibre" in ds.dims else ds


def look(fibre: str, *, line: bool = False) -> dict[str, Any]:
    """Return the colour and, for points, mark of a fibre type."""
    style: dict[str, Any] = {"color": FIBRE_COLOURS.get(fibre, "black")}
    return style if line else {**style, "marker": FIBRE_MARKS.get(fibre, "o"), "markersize": 5}


def points(ax: Axes, x: xr.DataArray, y: xr.DataArray, sem: xr.DataArray | None, fibre: str, label: str = "") -> None:
    """Draw values with bars of one s.e.m.; what is NaN is left out."""
    kept = np.isfinite(x.values) & np.isfinite(y.values)
    bars = None if sem is None else np.nan_to_num(sem.values[kept])
    ax.errorbar(
        x.values[kept], y.values[kept], bars, linestyle="none", capsize=2, label=label or fibre or None, **look(fibre)
    )


def band(ax: Axes, low: float, high: float, colour: str = "0.4", *, of_x: bool = False, **options: Any) -> None:
    """Shade what was measured on muscle."""
    (ax.axvspan if of_x else ax.axhspan)(low, high, color=colour, alpha=BAND_ALPHA, linewidth=0, **options)


def legend(ax: Axes, columns: int | None = None, **options: Any) -> None:
    """Place the legend above the axes, to the right of the title, where it hides nothing."""
    handles, labels = ax.get_legend_handles_labels()
    if not labels:
        return
    box: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1.0, 0.99), "frameon": False, "fontsize": "small"}
    ax.legend(
        handles, labels, ncols=columns or min(4, len(labels)), borderaxespad=0.2, columnspacing=1.0, **box | options
    )


def from_zero(ax: Axes) -> None:
    """Begin the axis at zero, with room above what is drawn."""
    top = ax.get_ylim()[1]
    ax.set_ylim(0, 1.05 * top if top > 0 else 1)


def side_legend(ax: Axes) -> None:
    """Place the legend to the right of the axes; curves of the same name share an entry."""
    handles, labels = ax.get_legend_handles_labels()
    first = {label: handle for handle, label in reversed(list(zip(handles, labels, strict=True)))}
    names = list(reversed(first))
    ax.legend(
        [first[name] for name in names],
        names,
        fontsize="small",
        frameon=False,
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
    )


def title(ax: Axes, text: str) -> None:
    """Set a short title to the left, so that the legend has the right."""
    ax.set_title(text, loc="left", fontsize="medium")


def shades(count: int) -> list[Any]:
    """Return colours for ordered conditions, dark to light, even in lightness and safe for the colour-blind."""
    return [matplotlib.colormaps["viridis"](share) for share in np.linspace(0, 0.85, max(count, 1))]


def condition_labels(ds: xr.Dataset) -> list[str]:
    """Find what tells each condition from the others, such as ``slow, pCa 5.8``."""
    known = [str(name) for name, values in ds.coords.items() if values.dims == ("condition",)]
    varied: list[str] = []
    for name in sorted(known, key=lambda name: name not in ("fibre", "frequency_Hz", *BATH)):
        if name in ("n_fibres", "condition") or not _differs(ds[name].values):
            continue
        follows = len(_rows(ds, [*varied, name])) == len(_rows(ds, varied))
        if name in BATH or not follows:  # a number of impulses that follows from their frequency tells nothing
            varied.append(name)
    ordered = sorted(varied, key=lambda name: name != "fibre")
    return [", ".join(_label(name, ds[name].values[i]) for name in ordered) for i in range(ds.sizes["condition"])]


def interval(ds: xr.Dataset, name: str, digits: int = 3) -> str:
    """Write a fitted value with its 95 % interval, such as ``5.82 (5.80-5.84)``; a dash where no fit was possible."""
    value = float(ds[name])
    if not np.isfinite(value):
        return "–"
    low, high = (float(end) for end in ds[f"{name}_ci"])
    return f"{value:.{digits}g} ({low:.{digits}g} to {high:.{digits}g})"


def _rows(ds: xr.Dataset, names: list[str]) -> set[tuple[str, ...]]:
    return {tuple(str(ds[name].values[i]) for name in names) for i in range(ds.sizes["condition"])}


def _differs(values: np.ndarray) -> bool:
    return len({str(value) for value in values}) > 1


def _label(name: str, value: object) -> str:
    if name == "fibre":
        return str(value)
    words, _, unit = name.rpartition("_")
    if unit not in _UNITS or words in ("frequency", "temperature"):
        words, unit = ("" if unit in _UNITS else name), unit if unit in _UNITS else ""
    words = " ".join(_WORDS.get(word, word) for word in words.split("_"))
    number = f"{value:g}" if isinstance(value, int | float | np.number) else str(value)
    return " ".join(part for part in (words, number, _UNITS.get(unit, "")) if part)


def traces(
    ax: Axes, ds: xr.Dataset, values: xr.DataArray, *, start: float | None = None, stop: float | None = None
) -> None:
    """Draw the time courses of all conditions, the mean of the replicates.

    One fibre type: shades from dark to light; more of them: a colour each, and line styles for what else was varied.
    """
    mean = values.mean("replicate") if "replicate" in values.dims else values
    mean = mean.sel(time=slice(start, stop))
    colours, styles = line_looks(ds)
    labels = condition_labels(ds)
    for i in range(ds.sizes["condition"]):
        ax.plot(mean.time, mean.isel(condition=i), color=colours[i], linestyle=styles[i], linewidth=1, label=labels[i])


def line_looks(ds: xr.Dataset) -> tuple[list[Any], list[Any]]:
    """Return the colour and line style of each condition."""
    names: Sequence[str] = [str(name) for name in np.atleast_1d(ds.fibre.values)] if "fibre" in ds.coords else []
    count = ds.sizes["condition"]
    if len(set(names)) < 2 or count > 2 * len(set(names)):
        order = {name: [i for i in range(count) if not names or names[i] == name] for name in names or [""]}
        colours: list[Any] = [None] * count
        for members in order.values():
            for i, colour in zip(members, shades(len(members)), strict=True):
                colours[i] = colour
        dashes = ["--" if names and names[i] == "fast" and len(set(names)) > 1 else "-" for i in range(count)]
        return colours, dashes
    seen: dict[str, int] = {}
    styles = []
    for name in names:
        styles.append(("-", "--")[seen.get(name, 0)])
        seen[name] = seen.get(name, 0) + 1
    return [FIBRE_COLOURS.get(name, "black") for name in names], styles
