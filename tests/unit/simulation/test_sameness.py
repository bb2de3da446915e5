"""The same seed gives the same bits in every kind of run: with any threads, blocks and neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr

from sarcomere import run as simulate
from sarcomere.simulation.api import record
from tests.support.kinds import Kind
from tests.support.same import differing, differing_at_first, load, of_replicate


@pytest.fixture(scope="module")
def reference(kind: Kind) -> xr.Dataset:
    ds = simulate(kind.scenario())
    assert all(float(ds[name].max()) > least for name, least in kind.lively.items())
    return ds


@pytest.fixture(scope="module")
def three(kind: Kind) -> xr.Dataset:
    """Three replicates."""
    return simulate(kind.scenario({"run.replicates": 3}))


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_no_bit(threads: int, kind: Kind, three: xr.Dataset) -> None:
    assert not differing(simulate(kind.scenario({"run.replicates": 3}), threads), three)


@pytest.mark.parametrize("block", [11, 1024])
def test_blocks_on_disk_change_no_bit(block: int, kind: Kind, reference: xr.Dataset, tmp_path: Path) -> None:
    assert not differing(load(record(kind.scenario(), tmp_path / "run.h5", threads=2, block=block)), reference)


def test_a_longer_run_begins_alike(kind: Kind, reference: xr.Dataset) -> None:
    longer = simulate(kind.scenario({"run.duration_s": 4 / 3 * kind.table["run"]["duration_s"]}))
    assert longer.sizes["time"] > reference.sizes["time"]
    assert not differing_at_first(longer, reference)


def test_a_replicate_is_the_same_alone_and_among_others(kind: Kind, reference: xr.Dataset, three: xr.Dataset) -> None:
    assert not differing(of_replicate(three, 0), reference, list(reference.data_vars))
    for label, other in ((1, 0), (2, 1)):
        a, b = of_replicate(three, label), of_replicate(three, other)
        assert set(kind.chance) <= set(differing(a, b, list(a.data_vars)))


def test_a_part_of_the_replicates_has_the_bits_they_have_in_the_whole(kind: Kind, three: xr.Dataset) -> None:
    part = simulate(kind.scenario({"run.replicates": 2, "run.first_replicate": 1}))
    assert part.replicate.values.tolist() == [1, 2]
    for label in (1, 2):
        a, b = of_replicate(part, label), of_replicate(three, label)
        assert not differing(a, b, list(part.data_vars))


def test_other_seeds_go_other_ways(kind: Kind, reference: xr.Dataset) -> None:
    other = simulate(kind.scenario({"run.seed": 4}))
    assert set(kind.chance) <= set(differing(other, reference, list(kind.chance)))
    assert not differing(simulate(kind.scenario()), reference)
