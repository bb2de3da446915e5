"""One shard from its task to its file, or to the reason why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import xarray as xr

from sarcomere.ensemble.shards.folder import (
    SHARD_ATTRIBUTE,
    cannot_write,
    failure_path,
    is_done,
    process_part,
    shard_path,
    write_text,
)
from sarcomere.ensemble.shards.shard import Shard, Task, name_of
from sarcomere.errors import InputError, StoreError
from sarcomere.recording.atomic import aside
from sarcomere.recording.run_file import EVENT_ROWS, Dims, Encodings, add, block_rows, encoding, next_block
from sarcomere.recording.seal import sealed
from sarcomere.recording.variable import Block
from sarcomere.scenario.base import Scenario
from sarcomere.simulation.api import simulation_of
from sarcomere.simulation.size import check_size

# A chunk costs 0.02 to 0.04 ms however small it is.
_CHUNK_BYTES = 2**16  # of the replicates in a chunk
_SIDE_BY_SIDE = {"motor_unit": 32, "condition": 32}


class Outcome(NamedTuple):
    """How a shard ended; plain values that go through JSON."""

    shard: Shard
    error: str = ""  # empty if its file is there
    kind: str = ""  # of the exception
    stops: bool = False  # the folder, not the shard, is at fault: no other would fare better


def do_shard(task: Task) -> Outcome:
    """Make a shard unless it is there; a failure is kept in the folder.

    Parameters
    ----------
    task : Task
        What to make.

    Returns
    -------
    Outcome
    """
    folder, shard = task.folder, task.shard
    try:
        if not is_done(folder, shard.name):
            write_shard(task)
        failure_path(folder, shard.name).unlink(missing_ok=True)
    except StoreError as error:
        return Outcome(shard, str(error), type(error).__name__, stops=True)
    except Exception as error:  # one point's failure, whatever it is, must not stop the others
        return failed(folder, shard, str(error) or repr(error), type(error).__name__, task.values)
    return Outcome(shard)


def failed(folder: str, shard: Shard, error: str, kind: str, values: dict[str, Any]) -> Outcome:
    """Keep why a shard failed, and say so."""
    kept = {"error": error, "kind": kind, "point": values, "first": shard.first, "count": shard.size}
    try:
        write_text(failure_path(folder, shard.name), json.dumps(kept, sort_keys=True) + "\n")
    except StoreError as trouble:
        return Outcome(shard, str(trouble), type(trouble).__name__, stops=True)
    return Outcome(shard, error, kind)


def write_shard(task: Task) -> Path:
    """Run a shard and write its file: aside, synced, renamed.

    The file takes shape in memory, which HDF5 needs on a full disk, where it would end the process.

    Parameters
    ----------
    task : Task
        What to make.

    Returns
    -------
    pathlib.Path
        The finished file.

    Raises
    ------
    InputError
        If the scenario is not the one that the shard is named after, or memory or disk cannot take it.
    StoreError
        If the disk does not take it.
    SarcomereError
        If the run fails.
    """
    scenario, name = task.scenario(), task.shard.name
    if name_of(scenario) != name:
        raise InputError(
            "the scenario or a discharge file, or the version of sarcomere at the worker, is not the one that the "
            "sweep began with; put it back and add --retry-failed."
        )
    path = shard_path(task.folder, name)
    check_size(scenario, path.parent)
    try:
        with aside(path, process_part(path)) as part:  # who asks for the status sees it
            part.write_bytes(run_to_image(scenario, {SHARD_ATTRIBUTE: name}))
    except OSError as error:
        raise cannot_write(path, error) from None
    return path


def run_to_image(scenario: Scenario, attributes: dict[str, str]) -> bytes:
    """Run a scenario into the bytes of a run file.

    Parameters
    ----------
    scenario : Scenario
        What to run, on one thread.
    attributes : dict
        What to add to the attributes of the file, besides its digest.

    Returns
    -------
    bytes
    """
    simulation = simulation_of(scenario)
    name = f"run {id(simulation)}"  # HDF5 tells files in memory apart by name
    with h5py.File(name, "w", driver="core", backing_store=False) as file:
        dims: Dims = {}
        while simulation.samples_done < scenario.n_samples:
            add(file, simulation, next_block(simulation), dims, _chunked, attributes)
        file.flush()
        return sealed(file.id.get_file_image())


def _chunked(ds: xr.Dataset, first: Block) -> Encodings:
    """How each variable of a shard is stored: as few chunks as a reader of one run can bear."""
    few = min(block_rows(0), first.time.size)
    rows = {dim: min(max(new, few), EVENT_ROWS) for dim, new in first.growth.items()}
    found = {}
    for name, variable in ds.variables.items():
        replicates = max(_CHUNK_BYTES * ds.sizes["replicate"] // max(variable.nbytes, 1), 1)
        dims = tuple(str(dim) for dim in variable.dims)
        found[str(name)] = encoding(dims, variable.shape, rows, {**_SIDE_BY_SIDE, "replicate": replicates})
    return found
