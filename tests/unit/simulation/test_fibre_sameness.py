"""The same seed gives the same bits in fibres: however they are kept, sampled and set side by side."""

from __future__ import annotations

import pytest
import xarray as xr

from sarcomere import run as simulate
from sarcomere.half_sarcomere.variables import SERIES
from sarcomere.simulation.fibre import FibreSimulation
from tests.support.kinds import FIBRE
from tests.support.same import differing

SAMPLED = [variable.name for variable in SERIES]


@pytest.fixture(scope="module")
def reference() -> xr.Dataset:
    return simulate(FIBRE.scenario())


@pytest.mark.parametrize("block", [1, 7, 64, 1024])
def test_blocks_in_memory_change_no_bit(block: int, reference: xr.Dataset) -> None:
    simulation = FibreSimulation(FIBRE.scenario())
    blocks = list(simulation.blocks(block=block))
    assert not differing(simulation.dataset(*blocks), reference)


@pytest.mark.parametrize(("interval", "every"), [(0.1, 10), (0.5, 2), (3.0, 1 / 3)])
def test_the_sample_interval_does_not_touch_the_course(interval: float, every: float, reference: xr.Dataset) -> None:
    other = simulate(FIBRE.scenario({"record.sample_interval_ms": interval}))
    fine, coarse = (other, reference) if every > 1 else (reference, other)
    thinned = fine.isel(time=slice(None, None, round(max(every, 1 / every))))
    assert not differing(thinned, coarse, [*SAMPLED, "muscle_force", "dwell_count"])


def test_snapshots_do_not_touch_the_course(reference: xr.Dataset) -> None:
    shots = simulate(FIBRE.scenario({"record.snapshot_interval_ms": 0.7}))
    assert not differing(shots, reference, list(reference.variables))


def test_more_motor_units_change_none_before_them(reference: xr.Dataset) -> None:
    alone = simulate(FIBRE.scenario({"motor_units": FIBRE.table["motor_units"][:1]}))
    assert not differing(alone, reference.isel(motor_unit=[0]), [*SAMPLED, "dwell_count"])


def test_like_motor_units_draw_their_own_chances() -> None:
    alike = simulate(FIBRE.scenario({"motor_units": [{"id": 1}, {"id": 2}]}))
    assert differing(alike.isel(motor_unit=0), alike.isel(motor_unit=1), ["force"])
