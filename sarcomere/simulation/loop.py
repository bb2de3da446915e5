"""Runs of the closed loop: all replicates, advanced in blocks of samples."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from threading import Event
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sarcomere.half_sarcomere import codes as k
from sarcomere.half_sarcomere.half_sarcomere import loop_models
from sarcomere.organs.loop import CLOCK, Events, Loop, check_parts
from sarcomere.organs.state_checks import check_loop
from sarcomere.organs.variables import EVENTS, GROUPS, IMPOSED_LENGTH, LATTICE, LATTICE_STATES, MUSCLE, recorded
from sarcomere.parameters import FIBRE_TYPES
from sarcomere.recording.variable import Variable
from sarcomere.scenario.loop import LoopScenario
from sarcomere.simulation import coordinates
from sarcomere.simulation.base import Simulation
from sarcomere.simulation.size import Size, of_loop

if TYPE_CHECKING:
    import xarray as xr

_WATCHED_S = 1.0  # over which rates are told
_WATCH_EVERY_MS = 100

Map = Callable[..., Iterable[Any]]
Windows = list[dict[str, Events]]


class LoopSimulation(Simulation[LoopScenario]):
    """A run in memory: every replicate of one person.

    Parameters
    ----------
    scenario : LoopScenario
        What to run.
    """

    smallest: ClassVar = {
        "title": "load kernels",
        "run": {"duration_s": 0.01},
        "pool": {"n_units": 1},
        "muscle": {"explicit_units": 1},
        "lattice": {"n_thick": 1},
    }
    labels = coordinates.LOOP_LABELS

    def __init__(self, scenario: LoopScenario) -> None:
        super().__init__(scenario)
        explicit = scenario.muscle.explicit_units > 0
        models = {name: loop_models(scenario, name) for name in FIBRE_TYPES} if explicit else {}
        self.loops = [Loop(scenario, replicate, models) for replicate in scenario.run.numbers]
        self._halt = Event()  # somebody interrupts: replicates under way end at their next sample
        self._latest: deque[Events] = deque(maxlen=round(_WATCHED_S * 1e3 / scenario.numerics.exchange_ms))

    @property
    def growing(self) -> tuple[str, ...]:
        """Unlimited dimensions of its file."""
        return ("time", *(event.name for event in EVENTS))

    @classmethod
    def check_parts(cls, scenario: LoopScenario) -> None:
        """Refuse what only organs know to be wrong, without making any."""
        check_parts(scenario)

    @classmethod
    def size_of(cls, scenario: LoopScenario) -> Size:
        """Predict how many bytes a run takes."""
        return of_loop(scenario)

    @classmethod
    def variables_of(cls, scenario: LoopScenario) -> tuple[Variable, ...]:
        """List what a run keeps against time or event by event."""
        return recorded(scenario.muscle.explicit_units)

    @property
    def time_done_s(self) -> float:
        """How far the first replicate is, s."""
        return float(self.loops[0].scalars[CLOCK]) * 1e-3

    @property
    def news(self) -> str:
        """What the first replicate is doing: units that fired in the last second, their rate, force."""
        units = np.concatenate([events.unit for events in self._latest]) if self._latest else np.zeros(0)
        n = np.unique(units).size
        rate = units.size / (n * len(self._latest) * self.scenario.numerics.exchange_ms * 1e-3) if n else 0.0
        return f"{n} units in the last second, {rate:.0f} /s, force {100 * self.loops[0].active_force:.0f} % of F0"

    @property
    def n_heads(self) -> int:
        """Heads in all lattices together."""
        return sum(hs.state.head_state.size for loop in self.loops for hs in loop.lattices.values())

    def _advance(self, first: int, count: int, pool: Executor, threads: int) -> dict[str, NDArray[Any]]:
        if len(self.loops) > 1:
            try:
                parts = list(pool.map(lambda loop: self._advance_one(loop, first, count, map), self.loops))
            except BaseException:
                self._halt.set()
                raise
        else:
            parts = [self._advance_one(self.loops[0], first, count, pool.map if threads > 1 else map)]
        interval = self.scenario.record.sample_interval_ms * 1e-3
        return {
            "time": np.arange(first, first + count, dtype=np.float64) * interval,
            **{name: np.stack([samples[name] for samples, _ in parts]) for name in parts[0][0]},
            **_flatten(self.scenario.run.numbers, [windows for _, windows in parts]),
        }

    def _advance_one(
        self, loop: Loop, first: int, count: int, side_by_side: Map
    ) -> tuple[dict[str, NDArray[Any]], Windows]:
        """So many samples of one replicate, and the events on the way."""
        samples, windows = _room(loop, count), Windows()
        if first == 0:
            _sample(loop, samples, 0)
        for row in range(int(first == 0), count):
            if self._halt.is_set():
                break
            aps = 0.0
            for _ in range(self.scenario.windows_per_sample):
                loop.advance(side_by_side)
                windows.append(dict(loop.events))
                aps += loop.fibre_ap_rate
                if loop is self.loops[0]:
                    self._report(loop)
            _sample(loop, samples, row)
            samples["fibre_ap_rate"][row] = aps / self.scenario.windows_per_sample
        if first == 0:  # a lattice is balanced for the first time when it first advances
            for group, lattice in loop.lattices.items():
                _sample_lattice(samples, group, 0, *lattice.at_start)
            for name in ("passive_force", "muscle_force"):  # nothing else pulls yet
                samples[name][0] = loop.passive_at_start * loop.full_force_N
        return samples, windows

    def _report(self, loop: Loop) -> None:
        """Tell who watches how the first replicate goes."""
        self._latest.append(loop.events["spike"])
        if self.watch and int(loop.scalars[CLOCK]) % _WATCH_EVERY_MS == 0:
            self.watch(self)

    def coordinates(self) -> dict[str, xr.Variable]:
        """Label replicates, motor units and groups."""
        return coordinates.of_loop(self.loops[0].constants, self.scenario.run.numbers)

    def attributes(self) -> dict[str, Any]:
        """Global attributes of the file: motor units with a lattice, and F0."""
        constants = self.loops[0].constants
        return {"n_explicit": int((constants.representative >= 0).sum()), "full_force_N": self.loops[0].full_force_N}

    def check_state(self) -> None:
        """Refuse a state in which no loop of this run can be."""
        s = self.scenario
        for loop in self.loops:
            check_loop(loop, max(self.samples_done, 0) * s.windows_per_sample * s.numerics.exchange_ms)

    def state_arrays(self) -> dict[str, list[NDArray[Any]]]:
        """All that changes, by name: one array for each replicate."""
        arrays = [loop.arrays for loop in self.loops]
        return {name: [one[name] for one in arrays] for name in arrays[0]}


def _room(loop: Loop, count: int) -> dict[str, NDArray[Any]]:
    """Empty samples of one replicate."""
    n = loop.constants.representative.size
    samples: dict[str, NDArray[Any]] = {variable.name: np.zeros(count) for variable in MUSCLE}
    samples |= {variable.name: np.zeros((n, count)) for variable in GROUPS}
    if loop.lattices:
        samples |= {variable.name: np.full((n, count), np.nan) for variable in (*LATTICE, IMPOSED_LENGTH)}
        samples[LATTICE_STATES.name] = np.full((n, count, k.N_HEAD_STATES), np.nan)
    return samples


def _sample(loop: Loop, samples: dict[str, NDArray[Any]], row: int) -> None:
    """Read every variable of a replicate as it is now."""
    for variable in (*MUSCLE, *GROUPS):
        if variable.read is not None:
            samples[variable.name][..., row] = variable.read(loop)
    for group, lattice in loop.lattices.items():
        _sample_lattice(samples, group, row, lattice.series[-1], lattice.states[-1])
        samples[IMPOSED_LENGTH.name][group, row] = loop.imposed_length_nm


def _sample_lattice(
    samples: dict[str, NDArray[Any]], group: int, row: int, series: NDArray[np.float64], states: NDArray[np.float64]
) -> None:
    for variable in LATTICE:
        if variable.read is not None:
            samples[variable.name][group, row] = variable.read(series)
    samples[LATTICE_STATES.name][group, row] = states


def _flatten(numbers: range, replicates: list[Windows]) -> dict[str, NDArray[Any]]:
    """Events of all replicates as flat columns: by window, in it by time, at one time by replicate."""
    numbered = list(zip(numbers, replicates, strict=True))
    columns: dict[str, NDArray[Any]] = {}
    for event in EVENTS:
        # window by window, so that no row depends on where a block ends
        parts = [(n, windows[i][event.name]) for i in range(len(replicates[0])) for n, windows in numbered]
        sizes = [part.unit.size for _, part in parts]
        time = np.concatenate([part.time for _, part in parts])
        replicate = np.repeat(np.array([n for n, _ in parts], dtype=np.int32), sizes)
        window = np.repeat(np.arange(len(parts)) // len(numbered), sizes)
        order = np.lexsort((replicate, time, window))
        columns[f"{event.name}_replicate"] = replicate[order]
        columns[f"{event.name}_unit"] = np.concatenate([part.unit + 1 for _, part in parts])[order]
        columns[f"{event.name}_time"] = time[order]
        if event.name == "spike":
            columns["spike_antidromic"] = np.concatenate([part.antidromic for _, part in parts])[order]
    return columns
