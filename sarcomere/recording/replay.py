"""A recorded run as a scenario of one motor unit, its impulses written out: what counterfactuals are made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from pydantic import ValidationError

from sarcomere.analysis.fibre.relaxation import active_force
from sarcomere.analysis.statistics.steady import named, need
from sarcomere.errors import InputError, quoted
from sarcomere.parameters import Numerics
from sarcomere.recording.provenance import newer_than_this
from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.course_reduction import stepwise, thinned
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.impulses import columns
from sarcomere.scenario.kinds import of_kind

LENGTH_TOLERANCE_NM = 0.25
CHEMISTRY_TOLERANCE = 0.02
_UNREADABLE = "The attribute 'parameters' of this run cannot be read"
CHEMISTRY = ("atp_mM", "adp_uM", "pi_mM")


def of_lattice_run(ds: xr.Dataset, unit: int | None = None) -> FibreScenario:
    """One motor unit, or one condition of a series, as it was run.

    Parameters
    ----------
    ds : xarray.Dataset
        A lattice run, as ``open_run`` gives it.
    unit : int, optional
        Its id or the number of the condition; by default that of the largest active force.

    Returns
    -------
    FibreScenario
        With the same random stream: run with as many replicates, it gives the same bits.

    Raises
    ------
    InputError
        If there is no such unit or the file lacks what is replayed.
    """
    need(ds, "force", "titin_force", "impulse_time")
    scenario = _scenario(ds)
    _check_same_run(ds, scenario.run.model_dump())
    listed = {label: (condition, chosen) for label, condition, chosen in columns(scenario)}
    place = place_of(ds, unit)
    label = _labels(ds)[place]
    if label not in listed:
        raise InputError(
            f"{named(ds)} has {_side_by_side(ds)} {quoted(label)}, of which its parameters do not tell: keep the "
            f"labels that 'sarcomere run' wrote."
        )
    condition, chosen = listed[label]
    table = condition.model_dump()
    if condition.drive.pCa is None:
        times = ds.impulse_time.transpose(..., "impulse").values[place]
        table["drive"] = {"impulses_s": np.sort(times[np.isfinite(times)]).tolist()}
    table["run"] |= {
        "stream": condition.run.stream + condition.motor_units.index(chosen),
        "duration_s": min(condition.run.duration_s, float(ds.time[-1])),  # an unfinished run is shorter
    }
    table |= {"motor_units": [chosen.model_dump()], "series": None}
    if scenario.series is not None:
        table["title"] = f"{scenario.title}, {scenario.condition_labels[int(label)]}"
    return FibreScenario.model_validate(table)


def place_of(ds: xr.Dataset, unit: int | None = None) -> int:
    """Find where a motor unit or condition stands in a run of half-sarcomeres.

    Parameters
    ----------
    ds : xarray.Dataset
        The run, or a selection of it.
    unit : int, optional
        Its id or the number of the condition; by default that of the largest active force.

    Returns
    -------
    int

    Raises
    ------
    InputError
        If there is no such unit.
    """
    return _place(_labels(ds), unit, active_force(ds).max("time"))


def _side_by_side(ds: xr.Dataset) -> str:
    return "condition" if "condition" in ds.dims else "motor_unit"


def _labels(ds: xr.Dataset) -> list[int]:
    """Ids of motor units, or numbers of conditions, in the order in which they stand in the file."""
    dim = _side_by_side(ds)
    need(ds, dim)
    labels: list[int] = ds[dim].values.tolist()
    return labels


def _check_same_run(ds: xr.Dataset, run: Mapping[str, Any]) -> None:
    """Refuse data that a selection or a join has made another's than the parameters speak of.

    Raises
    ------
    InputError
        If times or replicates are not those of the run, from its beginning on.
    """
    time, duration, whole = ds.time.values, float(run["duration_s"]), "give the file that 'sarcomere run' wrote"
    if not (np.isfinite(time).all() and (np.diff(time) > 0).all()):
        raise InputError(f"{named(ds)} has times that do not increase: sort and select by time, or {whole}.")
    if time.size < 2:
        raise InputError(f"{named(ds)} has a single sample, at {time[0]:g} s: select more, or {whole}.")
    step = float(time[-1] - time[0]) / max(1, time.size - 1)
    if abs(time[0]) > 1.5 * step:
        raise InputError(
            f"{named(ds)} begins at {time[0]:g} s, and what came before is needed: keep the samples from 0 s on, or "
            f"{whole}."
        )
    if time[-1] > duration + 1.5 * step:
        raise InputError(
            f"{named(ds)} ends at {time[-1]:g} s, and its parameters speak of a run of {duration:g} s: keep times in "
            f"seconds and one run in a file, or {whole}."
        )
    first = int(run.get("first_replicate", 0))
    numbers = range(first, first + int(run.get("replicates", 1)))
    strange = [number for number in np.unique(ds.replicate.values).tolist() if number not in numbers]
    if strange or ds.sizes["replicate"] > len(numbers):
        raise InputError(
            f"{named(ds)} has {ds.sizes['replicate']} replicates, among them {quoted((strange or [first])[0])}, and "
            f"its parameters speak of {len(numbers)}: {whole}, one run at a time."
        )


def of_cramp_run(ds: xr.Dataset, unit: int | None = None, after_s: float = 0.0, replicate: int = 0) -> FibreScenario:
    """Return the scenario of a group's representative, under the impulses, length and chemistry recorded for it.

    Parameters
    ----------
    ds : xarray.Dataset
        A run of the whole loop: variables over (replicate, group, time), action potentials in a flat table.
    unit : int, optional
        Motor unit that represents the group; by default that of the group of the largest mean active force.
    after_s : float
        From when on that mean is taken, s.
    replicate : int
        Which repetition; repetitions of the loop part ways.

    Returns
    -------
    FibreScenario
        Its lattice draws other random numbers than the recorded one.

    Raises
    ------
    InputError
        If there is no such unit or the file lacks what is replayed.
    """
    if not ds.attrs.get("n_explicit", 1):
        raise InputError(
            "This run has no lattices (muscle.explicit_units = 0), so there are no heads to ask: run it again with "
            "--set muscle.explicit_units=8."
        )
    need(ds, "force", "titin_force", "imposed_length", *CHEMISTRY)
    need(ds, "group_unit", "group_fibre", "fibre_ap_time", "fibre_ap_unit", "fibre_ap_replicate")
    known = _parameters(ds)
    if "duration_s" not in known.get("run", {}):
        raise InputError(f"{_UNREADABLE}: run.duration_s is missing; use the file as 'sarcomere run' wrote it.")
    _check_same_run(ds, known["run"])
    place = _place(ds.group_unit.values.tolist(), unit, active_force(ds.sel(time=slice(after_s, None))).mean("time"))
    one = ds.isel(group=place, replicate=replicate)
    chosen = int(one.group_unit)
    mine = (ds.fibre_ap_unit == chosen) & (ds.fibre_ap_replicate == int(ds.replicate[replicate]))
    lead = 1 if float(ds.time[0]) > 0 else 0  # what is sampled first holds from time zero on
    time = np.pad(ds.time.values, (lead, 0))
    at = {name: np.pad(one[name].values.astype(float), (lead, 0), "edge") for name in (*CHEMISTRY, "imposed_length")}
    names = CHEMISTRY if known.get("switches", {}).get("chemistry", True) else ()
    chemistry = {name: stepwise(time, at[name], CHEMISTRY_TOLERANCE) for name in names}
    length = thinned(time, at["imposed_length"], LENGTH_TOLERANCE_NM)
    table: dict[str, Any] = {
        "title": f"{ds.attrs.get('title', 'Cramp')}, unit {chosen}",
        "run": {"duration_s": float(time[-1]), "hs_length": length["value"][0], "seed": int(ds.attrs.get("seed", 1))},
        "drive": {"impulses_s": np.sort(ds.fibre_ap_time.values[mine.values]).tolist()},
        "motor_units": [{"id": chosen, "fibre": str(one.group_fibre.values)}],
        "chemistry": {
            **known.get("chemistry", {}),
            **{name: at[name][0] for name in CHEMISTRY},
        },
        "protocol": {"length": length, **chemistry},
        **{name: known[name] for name in ("lattice", "mechanics", "fibres") if name in known},
        "numerics": {name: value for name, value in known.get("numerics", {}).items() if name in Numerics.model_fields},
    }
    return of_kind(from_dict(table), FibreScenario)


def _parameters(ds: xr.Dataset) -> dict[str, Any]:
    """Read the attribute ``parameters``."""
    try:
        table = json.loads(ds.attrs["parameters"])
        return {key: value for key, value in table.items() if value is not None}
    except (KeyError, TypeError, AttributeError, ValueError):
        raise InputError(f"{_UNREADABLE}: use the file as 'sarcomere run' wrote it.") from None


def _scenario(ds: xr.Dataset) -> FibreScenario:
    try:
        return FibreScenario.model_validate(_parameters(ds))
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        newer = newer_than_this(ds.attrs)
        fault = f"{_UNREADABLE} by this version, which stumbles over {quoted(where)}: run it again"
        raise InputError(f"{f'{named(ds)} {newer}' if newer else fault}.") from None


def _place(labels: list[int], unit: int | None, forces: xr.DataArray) -> int:
    """Position of a unit among those that ran side by side; by default of the strongest."""
    if unit is None:
        return int(np.argmax(forces.values))
    if unit not in labels:
        raise InputError(f"--unit {unit}: this run has no such unit; use one of: {', '.join(map(str, labels))}.")
    return labels.index(unit)
