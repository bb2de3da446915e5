"""Sensitivity against what is known in closed form, through sweeps, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import sarcomere
from sarcomere.analysis.statistics.sensitivity import Design, indices, morris_design, sobol_design, write_points

A, B = 7.0, 0.1
ISHIGAMI = {"a.x1": (-np.pi, np.pi), "a.x2": (-np.pi, np.pi), "a.x3": (-np.pi, np.pi)}
FIRST = [0.3139, 0.4424, 0.0]
TOTAL = [0.5576, 0.4424, 0.2437]


def ishigami(design: Design) -> xr.DataArray:
    """sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1, whose indices are known."""
    x1, x2, x3 = design.values.T
    return xr.DataArray(np.sin(x1) + A * np.sin(x2) ** 2 + B * x3**4 * np.sin(x1), dims="point")


def labelled(values: xr.DataArray, design: Design) -> xr.DataArray:
    """With coordinates as ``open_ensemble`` gives them."""
    columns = {key[2:]: ("point", x, {"key": key}) for key, x in zip(design.ranges, design.values.T, strict=True)}
    return values.assign_coords(columns)


def test_sobol_indices_of_ishigami() -> None:
    """At 2048 base points the error of each is below 0.02 (over seeds its standard deviation is 0.005)."""
    design = sobol_design(ISHIGAMI, 2048)
    found = indices(labelled(ishigami(design), design), design)
    np.testing.assert_allclose(found["first"], FIRST, atol=0.02)
    np.testing.assert_allclose(found.total, TOTAL, atol=0.02)
    assert found.key.values.tolist() == list(ISHIGAMI)
    low, high = found.first_ci.sel(bound="low"), found.first_ci.sel(bound="high")
    assert ((low < FIRST) & (high > FIRST)).all()
    assert (high - low < 0.2).all()


def test_order_of_the_points_matters() -> None:
    """Negative control: the same numbers at the wrong points give other indices."""
    design = sobol_design(ISHIGAMI, 2048)
    found = indices(ishigami(design)[::-1].drop_vars("point", errors="ignore"), design)
    assert np.abs(found["first"].values - FIRST).max() > 0.1


def test_morris_of_a_straight_line_is_exact() -> None:
    design = morris_design({"a": (0.0, 1.0), "b": (0.0, 10.0), "c": (5.0, 6.0)}, 10)
    points = np.array([list(point.values()) for point in design.points])
    assert len(points) < len(design.values) == 40  # walks meet, and a sweep takes each point once
    x = (points - [0, 0, 5]) / [1, 10, 1]
    found = indices(xr.DataArray(x @ [3.0, -2.0, 0.0], dims="point", attrs={"units": "s"}), design)
    np.testing.assert_allclose(found.mu, [3.0, -2.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(found.mu_star, [3.0, 2.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(found.sigma, 0.0, atol=1e-9)
    assert found.mu_star.attrs["units"] == "s"


def test_twice_the_points_keep_the_first() -> None:
    few, many = sobol_design(ISHIGAMI, 8), sobol_design(ISHIGAMI, 16)
    assert len(few.points) == 8 * 5
    assert many.points[: len(few.points)] == few.points


def test_further_dimensions_are_kept() -> None:
    design = sobol_design(ISHIGAMI, 64)
    one = ishigami(design)
    both = indices(xr.concat([one, xr.zeros_like(one)], "quantity"), design)
    assert both.total.dims == ("quantity", "key")
    np.testing.assert_array_equal(both.total[0], indices(one, design).total)
    assert np.isnan(both["first"][1]).all()


def test_dask_arrays_and_numbers_of_numpy_are_taken() -> None:
    design = sobol_design({"a": (0.0, 1.0), "b": (0.0, 1.0)}, np.int64(8))
    outcome = xr.DataArray(design.values[:, 0], dims="point")
    xr.testing.assert_identical(indices(outcome.chunk(), design), indices(outcome, design))
    for level in (0.0, 2.0):
        with pytest.raises(sarcomere.InputError, match="not between 0 and 1"):
            indices(outcome, design, level=level)
    with pytest.raises(sarcomere.InputError, match="seed = -1 is no seed"):
        sobol_design(design.ranges, 8, seed=-1)


def test_points_file_keeps_every_digit(tmp_path: Path) -> None:
    design = sobol_design(ISHIGAMI, 4)
    path = write_points(design, tmp_path / "points.csv")
    assert path.read_text().splitlines()[0] == "a.x1,a.x2,a.x3"
    np.testing.assert_array_equal(np.loadtxt(path, delimiter=",", skiprows=1), design.values)
    with pytest.raises(sarcomere.StoreError, match=r"cannot be written \(No such file or directory\); .*\.$"):
        write_points(design, tmp_path / "nowhere" / "points.csv")


@pytest.mark.parametrize(
    ("ranges", "n", "words"),
    [
        ({"a": (0, 1)}, 8, "1 keys cannot be told apart"),
        ({"a": (0, 1), "b": (2, 1)}, 8, "b from 2 to 1 is no range"),
        ({"a": (0, 1), "b": (0, np.inf)}, 8, "b from 0 to inf is no range"),
        ({"a": (0, 1), "b": 3}, 8, "b = 3 is not a pair"),
        ({"a": (0, 1), "b": ("x", 1)}, 8, r"b = \('x', 1\) is not a pair"),
        ({"a": (0, 1), "b": (0, 1)}, 12, "n = 12 is not a power of two"),
        ({"a": (0, 1), "b": (0, 1)}, 0, "n = 0 is not a power of two"),
        ({"a": (0, 1), "b": (0, 1)}, 8.0, "n = 8.0 is not a power of two"),
    ],
)
def test_bad_designs_are_refused(ranges: dict, n: int, words: str) -> None:
    with pytest.raises(sarcomere.InputError, match=rf"{words}.*\.$"):
        sobol_design(ranges, n)


@pytest.mark.parametrize(("n", "levels", "words"), [(1, 4, "n = 1 walks"), (4, 3, "levels = 3"), (4, 0, "levels = 0")])
def test_bad_walks_are_refused(n: int, levels: int, words: str) -> None:
    with pytest.raises(sarcomere.InputError, match=rf"^morris_design: {words} .*\.$"):
        morris_design(ISHIGAMI, n, levels=levels)


def test_incomplete_designs_are_refused() -> None:
    design = sobol_design(ISHIGAMI, 8)
    good = labelled(ishigami(design), design)
    for bad, words in (
        (good[:-1], "has 39 points and the design 40"),
        (
            good.where(good.point != 3) if "point" in good.coords else good.where(np.arange(40) != 3),
            "at 1 of 40 points",
        ),
        (good.rename(point="run"), "no dimension 'point'"),
        (good.expand_dims(replicate=2), "dimension 'replicate'"),
        (labelled(ishigami(design), sobol_design(ISHIGAMI, 8, seed=2)), "other values of a.x1"),
        (good.assign_coords(x2=good.x2.assign_attrs(key="a.y")), "not swept over a.x2"),
    ):
        with pytest.raises(sarcomere.InputError, match=rf"^indices: .*{words}.*[.?]$"):
            indices(bad, design)


def test_without_salib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample", None)
    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    with pytest.raises(sarcomere.InputError, match=r"pip install 'sarcomere\[sensitivity\]'\.$"):
        sobol_design(ISHIGAMI, 8)
