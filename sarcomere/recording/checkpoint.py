"""Where an unfinished run stands: all that changes in it, sealed by a digest."""

from __future__ import annotations

import hashlib
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from sarcomere.recording.recordable import Recordable

GROUP = "checkpoint"
_DONE, _DIGEST = "samples_done", "sha256"


def save(file: h5py.File, simulation: Recordable) -> None:
    """Write all that changes into a file, over what an earlier block left.

    Parameters
    ----------
    file : h5py.File
        Open for writing.
    simulation : Recordable
        Between two blocks.
    """
    arrays = {name: np.stack(parts) for name, parts in simulation.state_arrays().items()}
    group = file.require_group(GROUP)
    for name, values in arrays.items():
        if name in group:
            group[name][...] = values
        else:
            group.create_dataset(name, data=values)
    _set(group, _DONE, np.int64(simulation.samples_done))
    _set(group, _DIGEST, digest(simulation.samples_done, arrays))


def restore(file: h5py.File, simulation: Recordable) -> None:
    """Put a fresh simulation where a file stopped.

    Parameters
    ----------
    file : h5py.File
        An unfinished run of its scenario.
    simulation : Recordable
        At its beginning; useless if it is refused.

    Raises
    ------
    ValueError
        If the checkpoint is not what was written, or no state of this run.
    """
    group, begin = file[GROUP], simulation.samples_done
    done = int(group.attrs[_DONE])
    changing = simulation.state_arrays()
    arrays = {name: _read(group, name, parts) for name, parts in changing.items()}
    if not np.array_equal(group.attrs[_DIGEST], digest(done, arrays)):
        raise ValueError("its checkpoint is not what was written: the digest differs")
    if not begin < done <= simulation.scenario.n_samples or file["time"].shape != (done - begin,):
        raise ValueError(f"it holds {file['time'].shape} samples, and its checkpoint says {done}")
    for name, parts in changing.items():
        for array, saved in zip(parts, arrays[name], strict=True):
            array[...] = saved
    simulation.samples_done = done
    simulation.check_state()


def _read(group: h5py.Group, name: str, parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Read an array of the checkpoint; refuse another shape or type than this run has."""
    found = group[name]
    if found.shape != (len(parts), *parts[0].shape) or found.dtype != parts[0].dtype:
        raise ValueError(f"{name} in its checkpoint is not that of this run")
    return np.asarray(found[...])


def digest(samples_done: int, arrays: dict[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """SHA-256 over names, types, shapes and bytes of arrays, and over the number of samples."""
    found = hashlib.sha256(str(samples_done).encode())
    for name in sorted(arrays):
        values = arrays[name]
        found.update(f"\n{name} {values.dtype.str} {values.shape}\n".encode())
        found.update(np.ascontiguousarray(values).tobytes())
    return np.frombuffer(found.digest(), dtype=np.uint8)


def _set(group: h5py.Group, name: str, value: np.int64 | NDArray[np.uint8]) -> None:
    """Set an attribute in its place, so that the file does not grow by it."""
    if name in group.attrs:
        group.attrs.modify(name, value)
    else:
        group.attrs.create(name, value)
