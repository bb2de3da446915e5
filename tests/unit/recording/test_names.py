"""A quantity has one name, unit, long name and dimensions in the file of every kind of run."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
import xarray as xr

from sarcomere.simulation.api import record
from tests.support.kinds import FIBRE, LOOP, Changes, Kind


def _course(*values: float) -> dict[str, list[float]]:
    return {"time_s": [0.0, 0.004], "value": list(values)}


def _shortest(kind: Kind, duration_s: float, changes: Changes) -> Any:
    return kind.scenario({"run.duration_s": duration_s, "run.replicates": 2, **changes})


COURSES = {
    "protocol.length": _course(1300.0, 1290.0),
    "protocol.load": {"time_s": [0.006, 0.008], "value": [50.0, 50.0]},
    "protocol.atp_mM": _course(8.0, 7.0),
    "protocol.adp_uM": _course(20.0, 30.0),
    "protocol.pi_mM": _course(3.0, 5.0),
    "protocol.temperature_C": _course(20.0, 21.0),
    "record.snapshot_interval_ms": 1.0,
}
VARIED = {"series": {"vary": [{"key": "lattice.d10", "values": [36.0, 37.0]}]}}
# Every variable that a kind of run may record is on.
FILES = {
    "fibre": lambda: _shortest(FIBRE, 0.01, COURSES),
    "series": lambda: _shortest(FIBRE, 0.01, {**COURSES, "motor_units": [{"id": 1}], **VARIED}),
    "loop": lambda: _shortest(LOOP, 0.02, {}),
}
HALF_SARCOMERES = {"fibre": "motor_unit", "series": "motor_unit", "loop": "group"}  # dimension along which they lie


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, xr.Dataset]:
    """One recorded run of each kind, and a series."""
    folder = tmp_path_factory.mktemp("runs")
    found = {}
    for name, scenario in FILES.items():
        with xr.open_dataset(record(scenario(), folder / f"{name}.h5")) as ds:
            found[name] = ds.load()
    return found


def _readings(kind: str, ds: xr.Dataset, name: str) -> set[tuple[str, ...]]:
    """Dimensions of a variable as they stand and, of what is recorded of half-sarcomeres, by what they mean."""
    dims = tuple(map(str, ds[name].dims))
    if kind == "series":  # every condition is a run of one motor unit, with a muscle of its own
        own = () if name == "muscle_force" else ("motor_unit",)
        dims = tuple(word for dim in dims for word in (own if dim == "condition" else (dim,)))
    by_meaning = tuple("half_sarcomere" if dim == HALF_SARCOMERES[kind] else dim for dim in dims)
    return {dims, by_meaning} if name in ds.data_vars else {dims}


def clashes(kinds: tuple[str, str], first: xr.Dataset, second: xr.Dataset) -> list[str]:
    """Names that two files give to different things."""
    found = []
    for name in sorted(map(str, set(first.variables) & set(second.variables))):
        one, other = first[name], second[name]
        if not _readings(kinds[0], first, name) & _readings(kinds[1], second, name):
            found.append(f"{name}: {one.dims} and {other.dims}")
        found += [
            f"{name}: {word} {one.attrs.get(word)!r} and {other.attrs.get(word)!r}"
            for word in ("units", "long_name")
            if one.attrs.get(word) != other.attrs.get(word)
        ]
        if one.dtype.kind != other.dtype.kind:
            found.append(f"{name}: {one.dtype} and {other.dtype}")
    names = set(map(str, first.variables)), set(map(str, second.variables))
    dims = set(map(str, first.dims)), set(map(str, second.dims))
    found += [f"{name}: a dimension and a variable" for name in sorted(dims[0] & names[1] - dims[1])]
    return found + [f"{name}: a variable and a dimension" for name in sorted(names[0] & dims[1] - dims[0])]


@pytest.mark.parametrize("kinds", list(itertools.combinations(FILES, 2)), ids="-".join)
def test_a_name_means_the_same_in_every_kind_of_file(runs: Mapping[str, xr.Dataset], kinds: tuple[str, str]) -> None:
    first, second = (runs[kind] for kind in kinds)
    assert {"time", "replicate", "fibre", "muscle_force", "force", "atp_mM"} <= set(first.variables)
    assert {"time", "replicate", "fibre", "muscle_force", "force", "atp_mM"} <= set(second.variables)
    assert clashes(kinds, first, second) == []


def test_clashes_are_found(runs: Mapping[str, xr.Dataset]) -> None:
    loop = runs["loop"]
    wrong = loop.drop_vars(["fibre", "atp_mM"]).rename(group_fibre="fibre", fibre_ap_time="impulse_time")
    wrong["atp_mM"] = loop.atp_mM.isel(replicate=0)
    wrong["muscle_force"] = loop.muscle_force.assign_attrs(units="mN")
    found = clashes(("fibre", "loop"), runs["fibre"], wrong)
    assert {text.partition(":")[0] for text in found} >= {"fibre", "atp_mM", "impulse_time", "muscle_force"}
