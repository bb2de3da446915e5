"""Synthetic ensembles: runs stacked in memory as ``open_ensemble`` lays them out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

EVENTS = ("spike", "fibre_ap", "terminal")


def ensemble(
    make: Callable[..., xr.Dataset], vary: Mapping[str, Sequence[float]], missing: Collection[tuple[int, int]] = ()
) -> xr.Dataset:
    """Runs that ``make`` gives for each combination of values, but for some (point, replicate)."""
    runs = [make(**dict(zip(vary, values, strict=True))) for values in itertools.product(*vary.values())]
    shape, dims = tuple(map(len, vary.values())), tuple(vary)
    events = [event for event in EVENTS if f"{event}_replicate" in runs[0]]
    labels = runs[0].replicate.values if "replicate" in runs[0].coords else np.arange(runs[0].sizes["replicate"])
    done = np.array([[(p, r) not in missing for r in range(labels.size)] for p in range(len(runs))])
    runs = [_named(run, labels) for run in runs]
    courses, tables = [], {event: [] for event in events}
    for number, run in enumerate(runs):
        there = labels[done[number]]
        flat = [name for name, values in run.data_vars.items() if values.dims and values.dims[0] in events]
        courses.append(run.drop_vars(flat).sel(replicate=there).reindex(replicate=labels))
        for event in events:
            own = np.flatnonzero(np.isin(run[f"{event}_replicate"].values, there))
            table = run[[name for name in flat if run[name].dims == (event,)]].isel({event: own})
            tables[event].append(table.assign({f"{event}_point": (event, np.full(own.size, number))}))
    whole = xr.concat(courses, "cell", data_vars="all", coords="minimal", compat="override", combine_attrs="drop")
    number = dict(zip(dims, np.unravel_index(np.arange(len(runs)), shape), strict=True))
    whole = whole.assign_coords({f"_{dim}": ("cell", at) for dim, at in number.items()})
    whole = whole.set_index(cell=[f"_{dim}" for dim in dims]).unstack("cell").rename({f"_{dim}": dim for dim in dims})
    for event in events:
        whole = whole.merge(xr.concat(tables[event], event), combine_attrs="drop")
    own = [json.dumps({**run.attrs, "parameters": json.loads(run.attrs["parameters"])}) for run in runs]
    whole = whole.transpose(*dims, ..., *events).assign_coords(
        {dim: (dim, list(values), {"key": f"protocol.{dim}"}) for dim, values in vary.items()}
        | {
            "point": (dims, np.arange(len(runs)).reshape(shape)),
            "done": ((*dims, "replicate"), done.reshape(*shape, labels.size)),
            "own_attributes": (dims, np.array(own).reshape(shape)),
        }
    )
    for name, values in whole.data_vars.items():  # as read from a file: the last bit of a sum depends on the layout
        whole[name] = values.copy(data=np.ascontiguousarray(values.values))
        whole[name].encoding = runs[0][name].encoding if name in runs[0] else {}
    return whole.assign_attrs(parameters="{}")


def _named(run: xr.Dataset, labels: Any) -> xr.Dataset:
    """With replicates numbered, and encodings that say what is whole numbers."""
    run = run.assign_coords(replicate=labels)
    for name in run.data_vars:
        run[name].encoding = {"dtype": run[name].dtype}
    return run
