"""Which figure shows a run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import xarray as xr
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure

from sarcomere.analysis.select.points import need_run
from sarcomere.analysis.select.reading import reading
from sarcomere.errors import InputError, nearest
from sarcomere.plot.concentration import ADP, ATP, PI, concentration_figure
from sarcomere.plot.cramp import cramp_figure
from sarcomere.plot.fatigue import fatigue_figure
from sarcomere.plot.force_length import force_length_figure
from sarcomere.plot.force_pca import force_pca_figure
from sarcomere.plot.force_velocity import force_velocity_figure
from sarcomere.plot.ktr import ktr_figure
from sarcomere.plot.overview import overview
from sarcomere.plot.quick_release import quick_release_figure
from sarcomere.plot.relaxation import relaxation_figure
from sarcomere.plot.rigor import rigor_figure
from sarcomere.plot.slack_test import slack_test_figure
from sarcomere.plot.stretch import stretch_figure
from sarcomere.plot.temperature import temperature_figure
from sarcomere.plot.tetanus import tetanus_figure
from sarcomere.plot.twitch import twitch_figure
from sarcomere.recording.output import check_output, output

FIGURES: dict[str, Callable[[xr.Dataset], Figure]] = {
    "overview": overview,
    "force-pca": force_pca_figure,
    "force-length": force_length_figure,
    "force-velocity": force_velocity_figure,
    "slack-test": slack_test_figure,
    "ktr": ktr_figure,
    "quick-release": quick_release_figure,
    "stretch": stretch_figure,
    "rigor": rigor_figure,
    "atp-series": partial(concentration_figure, ligand=ATP),
    "adp-series": partial(concentration_figure, ligand=ADP),
    "phosphate-series": partial(concentration_figure, ligand=PI),
    "temperature-series": temperature_figure,
    "twitch": twitch_figure,
    "tetanus": tetanus_figure,
    "relaxation": relaxation_figure,
    "fatigue-corner": fatigue_figure,
    "cramp": cramp_figure,
}

_DPI = 130


def figure_for(ds: xr.Dataset) -> Figure:
    """Draw the figure that a run asks for with its attribute ``figure``; without one, the overview.

    Parameters
    ----------
    ds : xarray.Dataset
        A run or a series of runs.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If there is no such kind of figure, the data lack what it shows, or are a whole sweep.
    """
    need_run(ds)
    kind = ds.attrs.get("figure") or "overview"
    if kind not in FIGURES:
        raise InputError(f"There is no figure '{kind}', which this run asks for: {nearest(kind, FIGURES)}")
    with reading(ds):
        return FIGURES[kind](ds)


def check_figure(path: Path) -> None:
    """Refuse a figure that could not be written, before it is drawn.

    Parameters
    ----------
    path : pathlib.Path
        Where it is to go.

    Raises
    ------
    InputError
        If the ending names no format, or the place takes no file.
    StoreError
        If its folder takes no file.
    """
    known = FigureCanvasBase.get_supported_filetypes()
    check_output(path, "figure.png")
    if path.suffix.lower().removeprefix(".") not in known:
        raise InputError(
            f"{path}: its ending '{path.suffix}' names no kind of picture; choose another with -o: "
            f"{', '.join(f'.{name}' for name in known)}."
        )


def save_figure(ds: xr.Dataset, path: Path) -> Path:
    """Draw the kind of figure that a run asks for.

    Parameters
    ----------
    ds : xarray.Dataset
        A run.
    path : pathlib.Path
        Where it goes; the ending says the format.

    Returns
    -------
    pathlib.Path
        The same path.

    Raises
    ------
    InputError
        If the ending names no format, the data lack what is drawn, or the place takes no file.
    StoreError
        If it cannot be written.
    """
    check_figure(path)
    figure = figure_for(ds)
    with output(path) as part:
        figure.savefig(part, dpi=_DPI)
    return path
