"""How much memory and disk a run takes, before it starts."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sarcomere.errors import InputError, printable
from sarcomere.recording.recordable import DEFAULT_BLOCK
from sarcomere.recording.room import free_disk, free_memory
from sarcomere.recording.run_file import block_rows
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.kinds import simulation_class
from sarcomere.scenario.loop import LoopScenario

BLOCK_BYTES = 2**28  # of samples in memory
# Bytes, from tracemalloc over shipped scenarios: state and work space; lattice and rates, shared by replicates.
_PER_HEAD, _MODEL_PER_HEAD, _MODEL = 96, 75, 10**6
_PER_MOTOR_UNIT = 2500
_SAMPLE = 400  # of a half-sarcomere; twice, as half-sarcomeres are stacked; so are these:
_GROUP_SAMPLE, _PERSON_SAMPLE = 560, 290
_WINDOW = 1500  # events of a person between two exchanges
_SNAPSHOT_PER_HEAD = 5
# What a file holds of that: narrower numbers, and a tenth of them once they are compressed.
_FILED = 0.25 * 0.1
_COPIES = 2  # a block is appended to a copy of the file


class Size(NamedTuple):
    """Bytes that a run takes, at least."""

    state: int  # all that is advanced
    row: int  # one sample of all of it
    snapshots: int  # of that, heads one by one
    file: int  # when it ends
    costly: str  # the key to lower if the state is too large


def rows_that_fit(scenario: Scenario) -> int:
    """Count the samples that a block may hold.

    Parameters
    ----------
    scenario : Scenario
        What to run.

    Returns
    -------
    int
        At least 2, the least that a run begins with.
    """
    row: int = simulation_class(scenario.kind).size_of(scenario).row
    return max(2, BLOCK_BYTES // row)


def longest_block(scenario: Scenario, block: int = DEFAULT_BLOCK) -> int:
    """Count the samples of the longest block of a run that is written into a file, whose blocks grow with it.

    Parameters
    ----------
    scenario : Scenario
        What to run.
    block : int
        Samples per block to begin with.

    Returns
    -------
    int
    """
    return min(rows_that_fit(scenario), block_rows(scenario.n_samples, block), scenario.n_samples + 1)


def check_size(scenario: Scenario, folder: Path | None, block: int = DEFAULT_BLOCK) -> None:
    """Refuse a run that the memory or the disk cannot take.

    Parameters
    ----------
    scenario : Scenario
        What to run.
    folder : pathlib.Path or None
        Where its file goes; None where all samples stay in memory.
    block : int
        Samples per block to begin with.

    Raises
    ------
    InputError
        Naming what it needs, what there is, and the key to lower.
    """
    size, where = simulation_class(scenario.kind).size_of(scenario), printable(scenario.source or "scenario")
    rows = scenario.n_samples + 1 if folder is None else longest_block(scenario, block)
    needed, free = size.state + rows * size.row, free_memory()
    if needed > free:
        if size.state + longest_block(scenario, block) * size.row <= free:
            remedy = "write it into a file with sarcomere.record"
        elif size.snapshots * rows > size.state:
            remedy = "raise record.snapshot_interval_ms"
        else:
            remedy = f"lower {size.costly}"
        raise InputError(f"{where}: takes {_shown(needed)} of memory and {_shown(free)} are free; {remedy}.")
    if folder is not None:
        key = "snapshot_interval_ms" if 2 * size.snapshots > size.row else "sample_interval_ms"
        check_disk(size.file * _COPIES, folder, where, f"raise record.{key}")


def file_size(scenario: Scenario) -> int:
    """Predict how many bytes the file of one replicate takes.

    Parameters
    ----------
    scenario : Scenario
        What to run.

    Returns
    -------
    int
    """
    size: Size = simulation_class(scenario.kind).size_of(scenario)
    return size.file // scenario.run.replicates


def check_disk(needed: int, folder: Path, where: str, remedy: str) -> None:
    """Refuse files that the disk cannot take.

    Parameters
    ----------
    needed : int
        Bytes, while they are written.
    folder : pathlib.Path
        Where they go.
    where, remedy : str
        What is run, and what makes its files smaller.

    Raises
    ------
    InputError
        Naming what they need and what there is.
    """
    room = free_disk(folder)
    if needed > room:
        raise InputError(
            f"{where}: takes {_shown(needed)} of disk while it runs and {_shown(room)} are free; {remedy} or choose "
            f"another disk with -o."
        )


def of_fibres(s: FibreScenario) -> Size:
    """Predict how many bytes a run of half-sarcomeres takes."""
    heads = _heads(s)
    side_by_side = len(s.motor_units) * (len(s.condition_labels) or 1)
    models = len(s.condition_labels) or len({unit.fibre for unit in s.motor_units})
    lattices = s.run.replicates * side_by_side
    state = lattices * heads * _PER_HEAD + models * (_MODEL + heads * _MODEL_PER_HEAD)
    shots = s.record.sample_interval_ms / s.record.snapshot_interval_ms if s.record.snapshot_interval_ms else 0.0
    snapshots = round(2 * lattices * shots * heads * _SNAPSHOT_PER_HEAD)
    row = lattices * _SAMPLE + snapshots
    several = {"run.replicates": s.run.replicates, "lattice.n_thick": s.lattice.n_thick}
    return Size(state, row, snapshots, round(s.n_samples * row * _FILED), max(several, key=several.__getitem__))


def of_loop(s: LoopScenario) -> Size:
    """Predict how many bytes a run of the closed loop takes."""
    groups = s.muscle.explicit_units or 8
    heads = _heads(s) if s.muscle.explicit_units else 0
    person = s.pool.n_units * _PER_MOTOR_UNIT + groups * heads * _PER_HEAD
    state = s.run.replicates * person + 2 * (_MODEL + heads * _MODEL_PER_HEAD)
    kept = s.run.replicates * (_PERSON_SAMPLE + groups * _GROUP_SAMPLE)
    row = kept + s.run.replicates * s.windows_per_sample * _WINDOW
    several = {"run.replicates": s.run.replicates, "lattice.n_thick": s.lattice.n_thick}
    return Size(state, row, 0, round(s.n_samples * kept * _FILED), max(several, key=several.__getitem__))


def _heads(s: Scenario) -> int:
    lattice = s.lattice
    return lattice.n_thick * lattice.n_crown * lattice.n_dimer * lattice.n_head


def _shown(size: float) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 2**28 else f"{size / 2**20:.0f} MiB"
