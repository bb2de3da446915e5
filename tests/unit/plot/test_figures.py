"""Every kind of figure draws from a small series of its kind, with a unit on every axis."""

from __future__ import annotations

import io

import numpy as np
import pytest
import xarray as xr

import sarcomere
from sarcomere.plot import FIGURES, figure_for
from sarcomere.plot.contrast import contrast_figure
from tests.support.synthetic import both, series
from tests.support.synthetic_cramp import TRAIN, cramp, cramp_run

TIME = np.round(np.arange(0, 0.4, 0.001), 6)
RISE = 1 - np.exp(-40 * np.clip(TIME - 0.12, 0, None))


def released(t: np.ndarray, condition: dict[str, object]) -> np.ndarray:
    return np.where(t <= 0.1, 1300.0, 1300.0 - float(str(condition.get("by", 0.0))))


def dataset(kind: str) -> xr.Dataset:
    """The smallest series or run that has what the figure shows."""
    if kind == "cramp":
        return cramp_run(cramp(stop=4.0), 6.0, [TRAIN])
    keys = {
        "force-pca": {"pCa": [9.0, 6.2, 6.0, 5.8, 5.6, 4.5]},
        "atp-series": {"atp_mM": [0.1, 1.0, 8.0]},
        "adp-series": {"adp_uM": [0.0, 20.0, 200.0]},
        "phosphate-series": {"pi_mM": [1.0, 4.0, 30.0]},
        "temperature-series": {"temperature_C": [12.0, 20.0, 37.0]},
        "tetanus": {"frequency_Hz": [1.0, 20.0, 50.0]},
        "fatigue-corner": {"pi_mM": [4.0, 30.0]},
        "ktr": {"pCa": [4.5, 6.0], "by": [200.0]},
        "rigor": {"by": [1.0]},
    }.get(kind, {"by": [2.0, 60.0, 80.0, 120.0]})

    def active(t: np.ndarray, condition: dict[str, object]) -> np.ndarray:
        top = 400.0 / (1 + 10 ** (3 * (float(str(condition.get("pCa", 4.0))) - 5.9)))
        return top * np.where(t <= 0.1, 1.0, RISE)

    if kind in ("twitch", "tetanus", "relaxation", "fatigue-corner"):
        return series(
            both(**keys),
            TIME,
            force=lambda t, c: 400 * np.clip(t / 0.05, 0, 1) * np.exp(-20 * np.clip(t - 0.2, 0, None)),
            ca=lambda t, c: np.where(t < 0.15, 2.0, 0.1),
            impulses=lambda c: np.arange(0.0, 0.15, 1 / float(str(c.get("frequency_Hz", 50.0)))).tolist(),
            figure=kind,
        )
    return series(both(**keys), TIME, force=active, length=released, figure=kind)


@pytest.mark.parametrize("kind", [kind for kind in FIGURES if kind != "overview"])
def test_figure_draws_with_labelled_axes(kind: str) -> None:
    figure = figure_for(dataset(kind))
    figure.savefig(io.BytesIO(), dpi=40)
    for ax in figure.axes:
        assert ax.get_ylabel() or ax.get_yticklabels()[0].get_text()
        assert ax.get_xlabel() or any(
            ax.get_shared_x_axes().joined(ax, other) for other in figure.axes if other is not ax
        )


def test_series_without_a_kind_is_drawn_as_overview() -> None:
    ds = dataset("twitch").assign_attrs(figure="")
    ds = ds.assign_coords(n_fibres=("condition", [1] * ds.sizes["condition"]))
    figure = figure_for(ds)
    figure.savefig(io.BytesIO(), dpi=40)
    assert len(figure.axes) == 6
    moved = ds.assign(hs_length=ds.hs_length + xr.where(ds.time > 0.1, 30.0, 0.0))
    assert [ax.get_ylabel() for ax in figure_for(moved).axes].count("length (nm)") == 1


def test_a_whole_sweep_is_refused() -> None:
    ds = dataset("tetanus").assign_coords(point=0, done=("replicate", [True] * 4), own_attributes="{}")
    with pytest.raises(sarcomere.InputError, match=r"a whole sweep; take one run of it with sarcomere\.select"):
        figure_for(ds)


def test_what_hardly_changes_is_seen() -> None:
    ds = dataset("cramp")
    figure = contrast_figure({"a": ds, "b": ds})
    for ax in figure.axes[4:10]:  # ATP, heads and force
        low, high = ax.get_ylim()
        drawn = max(line.get_ydata().max() for line in ax.lines) if ax.lines else 0
        assert low == 0
        assert high > 1.01 * drawn


def test_unknown_kind_is_refused() -> None:
    ds = dataset("twitch").assign_attrs(figure="twich")
    with pytest.raises(sarcomere.InputError, match=r"^There is no figure 'twich', .*did you mean 'twitch'\?$"):
        figure_for(ds)


def test_figure_of_data_without_what_it_shows_is_refused() -> None:
    ds = dataset("twitch").assign_attrs(figure="force-pca")
    with pytest.raises(sarcomere.InputError, match=r"holds no 'pCa'"):
        figure_for(ds)
