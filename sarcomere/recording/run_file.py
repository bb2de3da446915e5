"""Write a run while it goes: one HDF5 file, valid netCDF4 at every moment, renamed when whole.

Each block is appended to an image of ``run.h5.part`` in memory, which holds what is new only.  The image is written
beside the file with its digest in it, synced, read back, and takes the file's place, so that neither a killed process
nor a failing disk leaves a file that is not what it seems.  This costs time in proportion to the file, so blocks grow
with it, up to a limit that bounds memory.
"""

from __future__ import annotations

import contextlib
import glob
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py

from sarcomere.errors import InputError, SarcomereError, StoreError
from sarcomere.recording import checkpoint, netcdf, provenance, seal
from sarcomere.recording.atomic import aside, check_place, reason, remedy, target_of
from sarcomere.recording.image import Image
from sarcomere.recording.lock import locked_output
from sarcomere.recording.opening import unreadable
from sarcomere.recording.output import check_output
from sarcomere.recording.recordable import DEFAULT_BLOCK, Recordable
from sarcomere.recording.variable import Block

MAX_BLOCK = 16 * DEFAULT_BLOCK
_GROWTH = 0.05
# Level 1: a tenth less time for a shard than level 4, and a fiftieth more bytes.
COMPRESSION = {"compression": "gzip", "compression_opts": 1, "shuffle": True, "fletcher32": True}
EVENT_ROWS = 16384  # in a chunk of a whole table of events
_EACH = {"replicate": 1, "motor_unit": 1, "condition": 1}

Dims = dict[str, tuple[str, ...]]
Encodings = Mapping[str, dict[str, Any]]
Progress = Callable[[Any], None]


def part_path(path: Path) -> Path:
    """Where a run lies until it is whole: beside the file itself, not beside a link to it."""
    return Path(f"{target_of(path)}.part")


@contextlib.contextmanager
def claimed(path: Path, *, resume: bool, overwrite: bool) -> Iterator[Path]:
    """Hold the place of a run while it is written.

    Parameters
    ----------
    path : pathlib.Path
        Where the finished file is to go.
    resume, overwrite : bool
        Go on from the ``.part``, or replace what is there.

    Yields
    ------
    pathlib.Path
        The file itself, if the path is a symbolic link.

    Raises
    ------
    InputError
        If the path is taken, or written by another process.
    StoreError
        If nothing can be written there.
    """
    path = target_of(path)
    check_place(path)
    with locked_output(path):
        check_paths(path, resume=resume, overwrite=overwrite, held=True)
        part = part_path(path)
        if overwrite and not resume:
            part.unlink(missing_ok=True)
        for left in part.parent.glob(f"{glob.escape(part.name)}.*.new"):  # by a killed run
            left.unlink(missing_ok=True)
        yield path


def check_paths(path: Path, *, resume: bool, overwrite: bool, held: bool = False) -> None:
    """Refuse a path that a run could not write in the end.

    Parameters
    ----------
    path : pathlib.Path
        Where the finished file is to go.
    resume, overwrite : bool
        As in ``claimed``.
    held : bool
        Whether this process holds the place.

    Raises
    ------
    InputError
        If the path is taken or its folder does not exist.
    StoreError
        If nothing can be written there.
    """
    path = target_of(path)
    part = part_path(path)
    check_output(path, held=held)
    if os.path.exists(path) and not overwrite:
        raise InputError(f"{path}: exists already; choose another name with -o, or add --overwrite to replace it.")
    if os.path.lexists(part):
        if not stat.S_ISREG(os.lstat(part).st_mode):
            raise InputError(f"{part}: is no file; remove it, or choose another name with -o.")
        if not (resume or overwrite):
            raise InputError(
                f"{part}: is an unfinished run; add --resume to go on with it or --overwrite to start again."
            )


def _new_path(part: Path) -> Path:
    """Where the next block is written before it takes the place of the ``.part``; no two names are alike."""
    return Path(f"{part}.{os.urandom(4).hex()}.new")


def write(
    simulation: Recordable,
    path: Path,
    *,
    threads: int = 1,
    resume: bool = False,
    block: int = DEFAULT_BLOCK,
    progress: Progress | None = None,
) -> None:
    """Run a simulation into a file whose place is ``claimed``.

    Parameters
    ----------
    simulation : Recordable
        At its beginning.
    path : pathlib.Path
        Where the finished file goes; ``<path>.part`` until then.
    threads : int
        Half-sarcomeres advanced at once.
    resume : bool
        Go on from ``<path>.part`` if there is one.
    block : int
        Samples per block to begin with; changes no bit of the result.
    progress : callable, optional
        Called with the simulation at the start, within long blocks, and after each block is safe on disk.

    Raises
    ------
    InputError
        If the ``.part`` belongs to another experiment.
    StoreError
        If the disk does not take it, or the ``.part`` is damaged; what was written stays readable.
    """
    part = part_path(path)
    dims: Dims = {}
    if resume and part.exists():
        dims = _restore(simulation, part)
    if progress:
        progress(simulation)
        simulation.watch = progress
    while simulation.samples_done < simulation.scenario.n_samples:
        piece = next_block(simulation, threads, block)
        with unbroken(), _replacing(part) as file:
            add(file, simulation, piece, dims, encodings)
            checkpoint.save(file, simulation)
        if progress:
            progress(simulation)
    with contextlib.suppress(KeyboardInterrupt), unbroken():  # Ctrl-C comes too late to stop anything
        with _replacing(part, finished=path) as file:
            del file[checkpoint.GROUP]
        part.unlink()


def next_block(simulation: Recordable, threads: int = 1, block: int = DEFAULT_BLOCK) -> Block:
    """Advance a simulation by one block, which is the longer the more is done."""
    blocks = simulation.blocks(threads, block_rows(simulation.samples_done, block))
    with contextlib.closing(blocks):
        return next(blocks)


def block_rows(done: int, block: int = DEFAULT_BLOCK) -> int:
    """Return the number of samples of the next block."""
    return int(min(max(block, _GROWTH * done), MAX_BLOCK))


def add(
    file: h5py.File,
    simulation: Recordable,
    piece: Block,
    dims: Dims,
    encodings: Callable[[Any, Block], Encodings],
    attributes: Mapping[str, str] | None = None,
) -> None:
    """Write the next piece of a run into its file.

    Parameters
    ----------
    file : h5py.File
        Open for writing; empty before the first piece.
    simulation : Recordable
        That gave the piece.
    piece : Block
        What to write.
    dims : dict of str to tuple of str
        Dimensions of the file's variables; empty before the first piece, which fills it.
    encodings : callable
        Takes the first piece labelled, and as it is: how each variable is stored.
    attributes : mapping of str to str, optional
        What the file carries besides, with the first piece.
    """
    if dims:
        netcdf.append(file, piece.growth, piece.columns, dims)
    else:
        ds = simulation.dataset(piece).assign_attrs({**(attributes or {}), seal.SEAL_ATTRIBUTE: seal.BLANK})
        dims.update({str(name): tuple(map(str, variable.dims)) for name, variable in ds.variables.items()})
        netcdf.create(file, ds, piece.growth, encodings(ds, piece))
    for variable, values in simulation.totals().items():
        file[variable.name][...] = values


def encodings(ds: Any, piece: Block) -> Encodings:
    """How each variable of a run is stored while it is written: chunks of one half-sarcomere and block."""
    rows = dict.fromkeys(piece.growth, DEFAULT_BLOCK)
    return {str(name): encoding(variable.dims, variable.shape, rows) for name, variable in ds.variables.items()}


def encoding(
    dims: tuple[str, ...], shape: tuple[int, ...], rows: Mapping[str, int], side_by_side: Mapping[str, int] = _EACH
) -> dict[str, Any]:
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
def _replacing(part: Path, finished: Path | None = None) -> Iterator[h5py.File]:
    """Change a file in memory; what comes of it takes the original's place, or becomes the finished file."""
    image = Image()
    try:
        with contextlib.ExitStack() as stack:
            if part.exists():
                place = seal.check(part)  # nobody else has changed it
                image = Image(stack.enter_context(open(part, "rb", buffering=0)).fileno())
                image.put(place, seal.BLANK.encode())
            with h5py.File(image, "r+" if part.exists() else "w") as file:
                yield file
            _save(image, finished or part, _new_path(part))
    except Exception as error:
        if image.failure is None and not isinstance(error, OSError | RuntimeError | seal.BrokenSealError):
            raise  # h5py raises either of the first where it cannot write, and any other after a failed read
        why = image.failure or error
        kept = (
            f"{part} holds all up to the last block: {remedy(why)} and add --resume"
            if part.exists()
            else f"nothing was kept: {remedy(why)} or choose another folder with -o"
        )
        raise StoreError(f"{finished or part}: cannot be written ({reason(why)}); {kept}.") from None


def _save(image: Image, path: Path, new: Path) -> None:
    """Write an image with its digest in it, and give it its name once the disk gives back the same."""
    place, digest = seal.digest_of(image.pieces)
    image.put(place, digest)
    with aside(path, new):
        descriptor = os.open(new, os.O_WRONLY)
        try:
            for piece in image.pieces():
                _write_all(descriptor, piece)
            os.fsync(descriptor)
            if hasattr(os, "posix_fadvise"):  # what is read back comes from the disk, not from what was to go there
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
        if seal.check(new) != place:
            raise seal.BrokenSealError(seal.ALTERED)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _restore(simulation: Recordable, part: Path) -> Dims:
    """Put a fresh simulation where an unfinished file stopped; returns the dimensions of its variables."""
    try:
        seal.check(part)
        with h5py.File(part, "r") as file:
            _check_origin(part, file, simulation)
            dims = netcdf.dimensions(file)
            simulation.check_drive(str(part), file)
            checkpoint.restore(file, simulation)
            return dims
    except SarcomereError:
        raise
    except Exception as error:  # a file of a stranger may hold anything
        if getattr(error, "errno", None) is not None:  # of the system, or locked: what is in it may be sound
            raise unreadable(part, error) from None
        raise StoreError(f"{part}: cannot be resumed ({reason(error)}); add --overwrite to start again.") from None


def _check_origin(part: Path, file: h5py.File, simulation: Recordable) -> None:
    """Refuse to go on with what another scenario, or another machine, began."""
    if file.attrs["parameters"] != provenance.parameters_json(simulation.scenario):
        raise InputError(
            f"{part}: belongs to another experiment (parameters or seed differ); resume with the same "
            f"scenario and --set values, or add --overwrite to start again."
        )
    for name, ours in provenance.made_by().items():
        theirs = str(file.attrs.get(name, "unknown"))
        if theirs != ours:
            raise InputError(
                f"{part}: was made by {name} {theirs}, this is {ours}; resume where it was begun, or add --overwrite "
                f"to start again."
            )
