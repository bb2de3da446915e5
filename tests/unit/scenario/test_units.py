"""Every unit that reaches a file is one that a units library reads, and means what it reads."""

from __future__ import annotations

from collections.abc import Iterator

import pint
import pytest

from sarcomere.half_sarcomere import variables as fibre
from sarcomere.organs import variables as loop
from sarcomere.parameters import Parameters
from sarcomere.parameters.base import describe
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.keys import coordinate_attributes, unit_in_file
from sarcomere.scenario.loop import LoopScenario

UNITS = pint.UnitRegistry()
OF_FIBRES = (
    *(*fibre.SERIES, fibre.HEAD_STATES, *fibre.IMPOSED, fibre.MUSCLE_FORCE),
    *(*fibre.SNAPSHOTS, fibre.SNAPSHOT_TIME, fibre.DWELL, fibre.IMPULSES),
)
RECORDED = {
    **{f"fibre {v.name}": v.units for v in OF_FIBRES},
    **{f"loop {v.name}": v.units for v in loop.recorded(1)},
    **{f"{event.name}_{name}": unit for event in loop.EVENTS for name, unit, _, _ in event.columns},
}


def groups(of: type[Parameters]) -> Iterator[type[Parameters]]:
    """Every group of parameters there is; scenarios are among them."""
    yield of
    for group in of.__subclasses__():
        yield from groups(group)


DECLARED = {row["unit"]: f"{group.__name__}.{row['name']}" for group in groups(Parameters) for row in describe(group)}


@pytest.mark.parametrize("name", RECORDED)
def test_units_of_recorded_variables_are_read(name: str) -> None:
    UNITS.parse_units(RECORDED[name])


@pytest.mark.parametrize("unit", DECLARED)
def test_units_of_parameters_are_read_where_they_reach_files(unit: str) -> None:
    UNITS.parse_units(unit_in_file(unit)[0])


def test_what_a_library_would_misread_is_relative() -> None:
    """KT alone would be a kilotesla, L0 nothing at all."""
    assert unit_in_file("kT") == ("1", "in kT")
    assert FibreScenario in groups(Parameters)
    assert LoopScenario in groups(Parameters)
    said = coordinate_attributes("mtu_length", "length")
    assert said == {"long_name": "length, of L0", "key": "mtu_length", "units": "1"}


def test_one_name_has_one_unit_in_all_kinds_of_run() -> None:
    both = {name.split()[1] for name in RECORDED if name.startswith("fibre ")}
    both &= {name.split()[1] for name in RECORDED if name.startswith("loop ")}
    assert {"muscle_force", "force", "atp_mM"} <= both
    for name in both:
        assert RECORDED[f"fibre {name}"] == RECORDED[f"loop {name}"], name
