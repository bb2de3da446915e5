"""The joint fit of the head cycle: its tables name what there is, and the shipped sets are what it aims at."""

from __future__ import annotations

import numpy as np
import pytest
from joint_fit.constants import TIED, fibre_with, read_constants
from joint_fit.targets import HELD_OUT, Band, as_lattice, bands, line_of, read_ratios
from mean_field import read_rows

from sarcomere.parameters import FibreParameters, load_fibre

FIBRES = ("fast", "slow")
AT_EDGE: dict[str, list[tuple[int, str]]] = {
    "fast": [],
    "slow": [(14, "level"), (15, "stiffness")],
}  # lines of the table outside their band, as docs/calibration.md says
ELSEWHERE = {"off_state.isometric_force", "off_state.max_relative_force"}  # not fitted


def values(parameters: FibreParameters) -> dict[str, float]:
    """Every constant of the cycle and the OFF state by its dotted key."""
    found = {}
    for group in ("cycle", "off_state"):
        table = getattr(parameters, group).model_dump()
        cooling = table.pop("cooling")
        found |= {f"{group}.{name}": value for name, value in table.items()}
        found |= {f"{group}.cooling.{name}": value for name, value in cooling.items()}
    return found


@pytest.mark.parametrize("fibre", FIBRES)
def test_every_constant_is_fitted_and_starts_within_its_limits(fibre: str) -> None:
    constants = read_constants(fibre)
    assert {*constants.names, *TIED, *ELSEWHERE} == set(values(load_fibre(fibre)))
    assert np.all((constants.low <= constants.start) & (constants.start <= constants.high))
    assert constants.decode(constants.encode(constants.start)) == pytest.approx(constants.start)


@pytest.mark.parametrize("fibre", FIBRES)
def test_a_point_of_the_search_sets_every_constant(fibre: str) -> None:
    constants = read_constants(fibre)
    middle = dict(zip(constants.names, map(float, constants.decode(np.full(len(constants.names), 0.5))), strict=True))
    found = values(fibre_with(fibre, middle))
    assert {name: found[name] for name in middle} == middle
    assert all(found[follower] == found[leader] for follower, leader in TIED.items())


def test_a_miss_counts_from_the_margin() -> None:
    band = Band(2.0, 4.0)
    assert band.miss(2.1) == band.miss(3.0) == band.miss(3.9) == 0.0
    assert band.miss(4.1) == pytest.approx(1.0)
    assert band.miss(1.7) == pytest.approx(-2.0)


def test_lines_of_the_other_fibre_type_are_left_out() -> None:
    assert line_of("fast", 20, "k_fast_15") == (20, "k_15")
    assert line_of("slow", 20, "k_fast_15") is None
    assert line_of("fast", 17, "ki") == (17, "ki")
    assert line_of("slow", 17, "ki") is None
    assert line_of("fast", 2, "ratio") is None


@pytest.mark.parametrize("fibre", FIBRES)
def test_every_line_has_a_reading_and_every_line_of_the_table_a_ratio(fibre: str) -> None:
    readings, wanted = read_rows(fibre, load_fibre(fibre)), bands(fibre)
    assert set(wanted) <= set(readings)
    assert {line for line in wanted if line[0] > 0} <= set(read_ratios(fibre))
    assert not {row for row, _ in bands(fibre, HELD_OUT)} & set(HELD_OUT)


@pytest.mark.parametrize("fibre", FIBRES)
def test_shipped_sets_lie_inside_the_bands_of_the_table_but_where_it_is_said(fibre: str) -> None:
    readings = as_lattice(read_rows(fibre, load_fibre(fibre)), read_ratios(fibre))
    outside = [line for line, band in bands(fibre).items() if not band.low <= readings[line] <= band.high]
    assert [line for line in outside if line[0] > 0] == AT_EDGE[fibre]
