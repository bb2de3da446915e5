"""The kinds of run, and of each the smallest scenario in which every part is at work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sarcomere.scenario.checking import Written, check
from tests.support import loop_scenario, refusal

Changes = Mapping[str, Any]  # dotted keys to replace


class Kind(NamedTuple):
    """A kind of run.

    Attributes
    ----------
    name : str
        What it is called.
    table : mapping
        The smallest scenario in which much happens, within a second of computing.
    lively : mapping of str to float
        What the largest value of a variable exceeds in that run, as else nothing is tried.
    chance : tuple of str
        Variables that another seed changes.
    long : mapping
        Changes that make it some seconds of computing, to be killed in.
    half : int
        Samples of a block so that the long run takes two of them.
    slow : mapping
        Changes that make it more samples than one block, to be interrupted in.
    text : str
        A scenario file that has only what is needed.
    """

    name: str
    table: dict[str, Any]
    lively: Mapping[str, float]
    chance: tuple[str, ...]
    long: Changes
    half: int
    slow: Changes
    text: str

    def scenario(self, changes: Changes | None = None) -> Any:
        """The smallest scenario, with values replaced."""
        return check(Written(self.table, "", self.name), changes or {})


FIBRE = Kind(
    name="fibre",
    table={
        "title": "two fibres in tetanus",
        "run": {"duration_s": 0.06, "seed": 3},
        "drive": {"train": {"frequency_Hz": 100.0, "start_s": 0.0, "count": 1000}},
        "motor_units": [{"id": 1, "fibre": "fast"}, {"id": 2, "fibre": "slow"}],
        "lattice": {"n_thick": 1},
    },
    lively={"force": 10.0, "muscle_force": 0.0},
    chance=("force", "head_state_fraction", "ru_open_fraction"),
    long={"run.duration_s": 0.5, "record.snapshot_interval_ms": 25.0},
    half=260,
    slow={"run.duration_s": 0.5, "record.sample_interval_ms": 0.1},
    text=refusal.SMALL,
)
LOOP = Kind(
    name="loop",
    table=loop_scenario.TABLE,
    lively={"force": 10.0, "muscle_force": 1.0},
    chance=("muscle_force", "spike_time", "head_state_fraction"),
    long={"run.duration_s": 0.8},
    half=40,
    slow={
        "run.duration_s": 7.0,
        "run.replicates": 2,
        "record.sample_interval_ms": 5,
        "pool.n_units": 3,
        "muscle.explicit_units": 0,
    },
    text=refusal.SMALL_LOOP,
)
KINDS = (FIBRE, LOOP)
