"""Write a run while it goes: one HDF5 file, valid netCDF4 at every moment, renamed when whole.

Each block is appended to a copy of ``run.h5.part``, which is synced and then takes its place, so that not even a
killed process leaves an unreadable file.  The copy costs time in proportion to the file, so blocks grow with it, up
to a limit that bounds memory.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np

from sarcomere.errors import InputError, StoreError
from sarcomere.recording import provenance
from sarcomere.recording.atomic import aside
from sarcomere.recording.variable import Block
from sarcomere.scenario.base import Scenario
from sarcomere.simulation.api import scenario_of, simulation_of
from sarcomere.simulation.base import DEFAULT_BLOCK, Simulation
from sarcomere_kernels import KERNEL_HASH

MAX_BLOCK = 16 * DEFAULT_BLOCK
_GROWTH = 0.05
_CHECKPOINT = "checkpoint"
_SLACK = 2**20  # bytes; more than the file's own bookkeeping takes
# Level 1: a tenth less time for a shard than level 4, and a fiftieth more bytes.
COMPRESSION = {"compression": "gzip", "compression_opts": 1, "shuffle": True, "fletcher32": True}
EVENT_ROWS = 16384  # in a chunk of a whole table of events
_EACH = {"replicate": 1, "motor_unit": 1, "condition": 1}

Running = Simulation[Any]
Progress = Callable[[Running], None]


def part_path(path: Path) -> Path:
    """Where a run lies until it is whole."""
    return Path(f"{path}.part")


def record(
    scenario: Scenario | str | Path,
    path: str | Path,
    *,
    settings: Mapping[str, Any] | None = None,
    threads: int = 1,
    resume: bool = False,
    overwrite: bool = False,
    block: int = DEFAULT_BLOCK,
    progress: Progress | None = None,
) -> Path:
    """Run a scenario into a file.

    Parameters
    ----------
    scenario : Scenario, str or pathlib.Path
        What to run: a scenario, the name of a shipped one, or the path of a TOML file.
    path : str or pathlib.Path
        Where the finished file goes; ``<path>.part`` until then.
    settings : mapping of str to value, optional
        Dotted keys to replace in a scenario given by name or path.
    threads : int
        Half-sarcomeres advanced at once.
    resume : bool
        Go on from ``<path>.part`` if there is one; the result has the same bits as an uninterrupted run.
    overwrite : bool
        Replace what is there.
    block : int
        Samples per block to begin with; changes no bit of the result.
    progress : callable, optional
        Called with the simulation at the start and after each block is safe on disk.

    Returns
    -------
    pathlib.Path
        The finished file.

    Raises
    ------
    InputError
        If there is no such scenario, the path is taken or the ``.part`` belongs to another experiment.
    StoreError
        If the disk does not take it; what was written stays readable.
    """
    scenario, path = scenario_of(scenario, settings), Path(path)
    part = part_path(path)
    check_paths(path, resume=resume, overwrite=overwrite)
    if overwrite and not resume:
        part.unlink(missing_ok=True)
    simulation = simulation_of(scenario)
    if resume and part.exists():
        _restore(simulation, part)
    if progress:
        progress(simulation)
        simulation.watch = progress  # a block may take long
    while simulation.samples_done < scenario.n_samples:
        rows = block_rows(simulation.samples_done, block)
        blocks: Generator[Block, None, None] = simulation.blocks(threads, rows)
        with contextlib.closing(blocks):
            piece = next(blocks)
        with unbroken(), _replacing(part, _room(simulation, piece)) as target:
            _append(target, simulation, piece, fresh=not part.exists())
        if progress:
            progress(simulation)
    with contextlib.suppress(KeyboardInterrupt), unbroken():  # Ctrl-C comes too late to stop anything
        with _replacing(part, _SLACK, finished=path) as target, h5py.File(target, "r+") as file:
            del file[_CHECKPOINT]
        part.unlink()
    return path


def block_rows(done: int, block: int = DEFAULT_BLOCK) -> int:
    """Samples of the next block, which a file's events are in order of."""
    return int(min(max(block, _GROWTH * done), MAX_BLOCK))


def _new_path(part: Path) -> Path:
    """Where the next block is written before it takes the place of the ``.part``."""
    return Path(f"{part}.new")


def check_paths(path: Path, *, resume: bool, overwrite: bool) -> None:
    """Refuse a path that a run could not write in the end.

    Parameters
    ----------
    path : pathlib.Path
        Where the finished file is to go.
    resume, overwrite : bool
        As in ``record``.

    Raises
    ------
    InputError
        If the path is taken or its folder does not exist.
    StoreError
        If nothing can be written there.
    """
    part = part_path(path)
    if os.path.isdir(path):
        raise InputError(f"{path}: is a folder; give a file name such as {path / 'run.h5'}.")
    if not os.path.isdir(path.parent):
        raise InputError(f"{path}: the folder {path.parent} does not exist; create it or choose another with -o.")
    if os.path.exists(path) and not overwrite:
        raise InputError(f"{path}: exists already; choose another name with -o, or add --overwrite to replace it.")
    if os.path.exists(part) and not (resume or overwrite):
        raise InputError(f"{part}: is an unfinished run; add --resume to go on with it or --overwrite to start again.")
    try:
        _new_path(part).write_bytes(b"")
        _new_path(part).unlink()  # or a killed run may have left one
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"{path}: cannot be written ({reason}); choose another name or folder with -o.") from None


@contextlib.contextmanager
def unbroken() -> Iterator[None]:
    """Hold Ctrl-C back while a block is written; Python loses it if it falls into the clean-up of an HDF5 object."""
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return
    held: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if held:
        usual(held[0], None)


@contextlib.contextmanager
def _replacing(part: Path, room: int, finished: Path | None = None) -> Iterator[Path]:
    """Work on a copy with room to grow; it takes the original's place, or becomes the finished file, once synced."""
    target = _new_path(part)
    try:
        with aside(target, finished or part):
            if part.exists():
                shutil.copyfile(part, target)
            reserve(target, room)
            yield target
    except (OSError, RuntimeError) as error:  # h5py raises either
        kept = (
            f"{part} holds all up to the last block: free space and add --resume"
            if part.exists()
            else ("nothing was kept: free space or choose another folder with -o")
        )
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise StoreError(f"{target}: cannot be written ({reason}); {kept}.") from None


def _room(simulation: Running, piece: Block) -> int:
    """Bytes by which a block lengthens the file at most."""
    samples = sum(values.nbytes for values in piece.columns.values())
    last_chunks = samples * DEFAULT_BLOCK // piece.time.size  # partly filled, so written anew
    states = sum(array.nbytes for arrays in simulation.state_arrays().values() for array in arrays)
    return samples + last_chunks + states + _SLACK


def reserve(target: Path, room: int) -> None:
    """Have the disk set space aside: HDF5 crashes the process when it meets a full disk.  It cuts off what is left."""
    with open(target, "ab") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), file.tell(), room)
        else:
            file.write(bytes(room))


def _append(target: Path, simulation: Running, piece: Block, *, fresh: bool) -> None:
    growth = piece.growth
    if fresh:
        ds = simulation.dataset(piece)
        ds.to_netcdf(
            target,
            engine="h5netcdf",
            unlimited_dims=[dim for dim in growth if dim in ds.dims],
            encoding={
                str(name): encoding(ds[name].dims, ds[name].shape, dict.fromkeys(growth, DEFAULT_BLOCK))
                for name in ds.variables
                if ds[name].ndim
            },
        )
    else:
        with h5netcdf.File(target, "r+") as file:
            for dim, rows in growth.items():
                if rows:
                    _extend(file, dim, rows, piece.columns)
            for variable, values in simulation.totals().items():
                file.variables[variable.name][...] = values
    _checkpoint(target, simulation)


def encoding(
    dims: tuple, shape: tuple[int, ...], rows: Mapping[str, int], side_by_side: Mapping[str, int] = _EACH
) -> dict:
    """How a variable is stored: what grows, compressed in chunks.

    Parameters
    ----------
    dims, shape : tuple
        Of the variable.
    rows : mapping of str to int
        Rows of a chunk by dimension that grows.
    side_by_side : mapping of str to int
        Replicates, motor units and conditions in a chunk.

    Returns
    -------
    dict
        Empty if nothing grows.
    """
    if not set(dims) & set(rows):
        return {}
    bound = {**side_by_side, **rows, "snapshot_time": 1}
    chunks = tuple(
        int(bound.get(dim, size) if dim in rows else min(bound.get(dim, size), size))
        for dim, size in zip(dims, shape, strict=True)
    )
    return {**COMPRESSION, "chunksizes": chunks}


def _extend(file: h5netcdf.File, dim: str, rows: int, columns: Mapping[str, np.ndarray]) -> None:
    old = file.dimensions[dim].size
    new = old + rows
    file.resize_dimension(dim, new)
    for name, variable in file.variables.items():
        if dim in variable.dimensions:
            where = tuple(slice(old, new) if d == dim else slice(None) for d in variable.dimensions)
            variable[where] = columns[name].astype(variable.dtype)


def _checkpoint(target: Path, simulation: Running) -> None:
    """Keep all that changes, so that a resumed run walks on as if never stopped."""
    with h5netcdf.File(target, "r+") as file:
        fresh = _CHECKPOINT not in file.groups
        group = file.create_group(_CHECKPOINT) if fresh else file.groups[_CHECKPOINT]
        group.attrs["samples_done"] = simulation.samples_done
        for name, arrays in simulation.state_arrays().items():
            stacked = np.stack(arrays)
            if fresh:
                dims = tuple(f"{name}_{axis}" for axis in range(stacked.ndim))
                group.dimensions.update(dict(zip(dims, stacked.shape, strict=True)))
                group.create_variable(name, dims, stacked.dtype)
            group.variables[name][...] = stacked


def _restore(simulation: Running, part: Path) -> None:
    """Put a fresh simulation where an unfinished file stopped."""
    wanted = provenance.parameters_json(simulation.scenario)
    try:
        with h5netcdf.File(part, "r") as file:
            if file.attrs["parameters"] != wanted:
                raise InputError(
                    f"{part}: belongs to another experiment (parameters or seed differ); resume with the same "
                    f"scenario and --set values, or add --overwrite to start again."
                )
            if file.attrs["kernel_hash"] != KERNEL_HASH:
                raise InputError(
                    f"{part}: was made by kernels {file.attrs['kernel_hash']}, these are {KERNEL_HASH}; resume with "
                    f"the version that began it, or add --overwrite to start again."
                )
            simulation.check_drive(str(part), file.variables)
            group = file.groups[_CHECKPOINT]
            for name, arrays in simulation.state_arrays().items():
                for array, saved in zip(arrays, group.variables[name][...], strict=True):
                    array[...] = saved
            simulation.samples_done = int(group.attrs["samples_done"])
    except (OSError, KeyError) as error:
        raise StoreError(f"{part}: cannot be resumed ({error}); add --overwrite to start again.") from None
