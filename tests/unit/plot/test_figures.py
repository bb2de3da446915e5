"""Every kind of figure draws from a small series of its kind, with a unit on every axis."""

from __future__ import annotations

import io

import pytest
import xarray as xr

import sarcomere
from sarcomere.analysis.select.reading import reading
from sarcomere.explain import explain
from sarcomere.plot import FIGURES, figure_for
from sarcomere.plot.contrast import contrast_figure
from tests.support.kinds import FIBRE
from tests.support.series_of_each_kind import dataset


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


@pytest.fixture(scope="module")
def run() -> xr.Dataset:
    return sarcomere.run(FIBRE.scenario({"run.duration_s": 0.01}))


def test_a_run_that_lacks_a_variable_is_told_which(run: xr.Dataset) -> None:
    refused = {}
    for name in map(str, run.variables):
        try:
            figure_for(run.drop_vars(name))
        except sarcomere.InputError as error:
            refused[name] = str(error)
    assert all(f"holds no '{name}', which" in message for name, message in refused.items())
    read = {"force", "titin_force", "ca", "impulse_time", "head_state_fraction", "muscle_force", "hs_length"}
    assert {*read, "n_fibres", "fibre", "motor_unit", "head_state"} <= set(refused)
    assert "residual" not in refused


@pytest.mark.parametrize("dim", ["replicate", "motor_unit", "head_state"])
def test_a_run_that_lacks_a_dimension_is_told_which(dim: str, run: xr.Dataset) -> None:
    with pytest.raises(sarcomere.InputError, match=f"holds no '{dim}', which .* keep it in a selection"):
        figure_for(run.isel({dim: 0}))
    with pytest.raises(sarcomere.InputError, match=f"holds no '{dim}', which"):
        explain(run.isel({dim: 0}))


def test_a_fault_of_the_program_is_not_taken_for_a_missing_variable(run: xr.Dataset) -> None:
    for error in (KeyError("ca"), AttributeError("x"), ValueError("no such thing"), KeyError(3)):
        with pytest.raises(type(error)), reading(run):
            raise error
