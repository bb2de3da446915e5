"""Doing harm to files and disks, and telling what came of it."""

from __future__ import annotations

import copy
import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import h5py
import numpy as np
import pytest
import xarray as xr

from sarcomere.errors import SarcomereError
from sarcomere.recording import checkpoint, seal
from sarcomere.simulation.api import record, simulation_of
from tests.support.same import differing, load
from tests.support.stopping import StoppedError, stop_after

_PATIENCE_S = 60


def unfinished(scenario: Any, path: Path, block: int) -> bytes:
    """Leave a run after its first blocks; the bytes of its ``.part``."""
    with pytest.raises(StoppedError):
        record(scenario, path, block=block, progress=stop_after(2 * block - 1))
    return Path(f"{path}.part").read_bytes()


def flipped(content: bytes, place: int, bit: int) -> bytes:
    """The same bytes but for one bit."""
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


def places(content: bytes, spans: Iterable[tuple[int, int]], n: int, seed: int) -> list[tuple[int, int]]:
    """Some bytes of spans (first, size), and a bit of each."""
    rng = np.random.default_rng(seed)
    inside = np.concatenate([np.arange(first, first + size) for first, size in spans])
    chosen = rng.choice(inside, n, replace=n > inside.size)
    return [(int(place), int(bit)) for place, bit in zip(chosen, rng.integers(8, size=n), strict=True)]


def checkpoint_spans(path: Path) -> list[tuple[int, int]]:
    """Where the arrays of a checkpoint lie in the file."""
    with h5py.File(path) as file:
        data = [item for item in file[checkpoint.GROUP].values() if item.size]
        return [(item.id.get_offset(), item.id.get_storage_size()) for item in data]


def resumed(scenario: Any, path: Path, content: bytes, whole: xr.Dataset) -> str:
    """Resume from a ``.part`` of these bytes: the sentence of a refusal, or whether the result has the same bits."""
    part = Path(f"{path}.part")
    part.write_bytes(content)
    try:
        record(scenario, path, resume=True)
        return "other" if differing(load(path), whole) else "same"
    except SarcomereError as error:
        sentence = str(error)
        return f"refused: {sentence}" if sentence.endswith(".") and "\n" not in sentence else f"bad: {sentence}"
    finally:
        path.unlink(missing_ok=True)
        part.unlink(missing_ok=True)


def in_child(scenario: Any, work: Callable[[], Iterator[Any]]) -> list[Any]:
    """What work with a scenario gives in a process of its own; last, the signal that ended it, as after a hang."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        try:
            with one_simulation(scenario), os.fdopen(write_end, "w") as out:
                for found in work():
                    signal.alarm(_PATIENCE_S)
                    print(json.dumps(found), file=out, flush=True)
        except BaseException as error:
            os.write(write_end, (json.dumps(f"traceback: {error!r}") + "\n").encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as lines:
        results = [json.loads(line) for line in lines]
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return results if code == 0 else [*results, f"signal {-code}"]


def reseal(path: Path, change: Callable[[h5py.Group], None]) -> None:
    """Change the checkpoint of a file and make all its digests anew, as a forger would."""
    with h5py.File(path) as file:
        old = str(file.attrs[seal.SEAL_ATTRIBUTE])
    with h5py.File(path, "r+") as file:
        group = file[checkpoint.GROUP]
        change(group)
        arrays = {name: item[...] for name, item in group.items()}
        group.attrs.modify("sha256", checkpoint.digest(int(group.attrs["samples_done"]), arrays))
    path.write_bytes(path.read_bytes().replace(old.encode(), seal.BLANK.encode()))
    seal.seal(path)


class Fault(NamedTuple):
    """What goes wrong in a call of the system: an error number, or zeros written without a word."""

    call: str
    number: int  # of the call
    error: int  # 0: it lies


@contextmanager
def one_simulation(scenario: Any) -> Iterator[None]:
    """Spare making a simulation for every run of a scenario: it is put back where it began."""
    simulation = simulation_of(scenario)
    fresh = {name: [array.copy() for array in arrays] for name, arrays in simulation.state_arrays().items()}
    loops = getattr(simulation, "loops", [])
    results = [  # of a window: the sample at time zero reads them before the first is made
        copy.deepcopy(
            {name: value for name, value in vars(loop).items() if isinstance(value, float) or name == "trace"}
        )
        for loop in loops
    ]

    def again(_: Any) -> Any:
        for loop, values in zip(loops, results, strict=True):
            vars(loop).update(copy.deepcopy(values))
        for name, arrays in simulation.state_arrays().items():
            for array, values in zip(arrays, fresh[name], strict=True):
                array[...] = values
        simulation.samples_done = -1
        return simulation

    with mock.patch("sarcomere.simulation.api.simulation_of", again):
        yield


@contextmanager
def failing(fault: Fault | None = None) -> Iterator[dict[str, int]]:
    """Let one call fail; counts the calls of each kind."""
    counts = dict.fromkeys(("open", "write", "fsync", "replace", "pread", "close"), 0)

    def instead(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*args: Any, **options: Any) -> Any:
            counts[name] += 1
            if fault is not None and (name, counts[name]) == (fault.call, fault.number):
                if fault.error:
                    if name == "close":
                        real(*args)
                    raise OSError(fault.error, os.strerror(fault.error))
                if name == "write":  # it says that all was written, and half of it is zeros
                    data = bytes(args[1])
                    return real(args[0], data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
                return None  # it says that it was done
            return real(*args, **options)

        return call

    with mock.patch.multiple(os, **{name: instead(name) for name in counts}):
        yield counts
