"""An episode in memory: all replicates, advanced in blocks of samples."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sarcomere.half_sarcomere.half_sarcomere import loop_models
from sarcomere.organs.loop import CLOCK, FATIGUE, Events, Loop
from sarcomere.organs.muscle import full_force_N
from sarcomere.organs.variables import EVENTS, GROUPS, LATTICE, MUSCLE, EpisodeBlock
from sarcomere.parameters import FIBRE_TYPES
from sarcomere.scenario.loop import LoopScenario
from sarcomere_kernels import types as k
from sarcomere_kernels.blood import Blood
from sarcomere_kernels.reflex import Pathway

if TYPE_CHECKING:
    import xarray as xr

DEFAULT_BLOCK = 1024  # samples
_WATCHED_S = 1.0  # over which rates are told
_WATCH_EVERY_MS = 100

Map = Callable[..., Iterable[Any]]


class LoopSimulation:
    """A run in memory: every replicate of one episode.

    Parameters
    ----------
    scenario : LoopScenario
        What to run.
    """

    def __init__(self, scenario: LoopScenario) -> None:
        self.scenario = scenario
        explicit = scenario.muscle.explicit_units > 0
        models = {name: loop_models(scenario, name) for name in FIBRE_TYPES} if explicit else {}
        self.loops = [Loop(scenario, replicate, models) for replicate in scenario.run.numbers]
        self.full_force = full_force_N(scenario.muscle, self.loops[0].constants, scenario.lattice)
        self.samples_done = 0
        self.watch: Callable[[LoopSimulation], None] | None = None
        self._halt = Event()  # somebody interrupts: replicates under way end at their next sample
        self._latest: deque[Events] = deque(maxlen=round(_WATCHED_S * 1e3 / scenario.numerics.exchange_ms))

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
        return f"{n} units in the last second, {rate:.0f} /s, force {100 * self.loops[0].trace.force[-1]:.0f} % of F0"

    @property
    def n_heads(self) -> int:
        """Heads in all lattices together."""
        return sum(hs.state.head_state.size for loop in self.loops for hs in loop.lattices.values())

    def blocks(self, threads: int = 1, block: int = DEFAULT_BLOCK) -> Generator[EpisodeBlock, None, None]:
        """Advance to the end of the run, a block of samples at a time.

        Parameters
        ----------
        threads : int
            Replicates, or lattices of one replicate, advanced at once; changes no bit of the result.
        block : int
            Samples per block; changes no bit of the result.

        Yields
        ------
        EpisodeBlock
            The next samples.

        Raises
        ------
        SarcomereError
            If a part cannot go on.
        """
        with ThreadPoolExecutor(max_workers=threads) as pool:
            while self.samples_done < self.scenario.n_samples:
                count = min(block, self.scenario.n_samples - self.samples_done)
                if len(self.loops) > 1:
                    try:
                        stretches = list(pool.map(lambda loop, n=count: self._stretch(loop, n, map), self.loops))
                    except BaseException:
                        self._halt.set()
                        raise
                else:
                    stretches = [self._stretch(self.loops[0], count, pool.map if threads > 1 else map)]
                first = self.samples_done + 1
                self.samples_done += count
                interval = self.scenario.record.sample_interval_ms * 1e-3
                time = np.arange(first, first + count, dtype=np.float64) * interval
                values = {name: np.stack([s[0][name] for s in stretches]) for name in stretches[0][0]}
                yield EpisodeBlock(time, values, _flat(self.scenario.run.numbers, [s[1] for s in stretches]))

    def _stretch(self, loop: Loop, count: int, side_by_side: Map) -> tuple[dict[str, NDArray], list[dict[str, Events]]]:
        """So many samples of one replicate, and the events on the way."""
        samples, events = _room(loop, count), []
        for row in range(count):
            if self._halt.is_set():
                break
            waves = 0.0
            for _ in range(self.scenario.windows_per_sample):
                loop.advance(side_by_side)
                events.append(dict(loop.events))
                waves += loop.emg
                if loop is self.loops[0]:
                    self._report(loop)
            self._sample(loop, samples, row)
            samples["emg"][row] = waves / self.scenario.windows_per_sample
        return samples, events

    def _report(self, loop: Loop) -> None:
        """Tell who watches how the first replicate goes."""
        self._latest.append(loop.events["spike"])
        if self.watch and int(loop.scalars[CLOCK]) % _WATCH_EVERY_MS == 0:
            self.watch(self)

    def _sample(self, loop: Loop, samples: dict[str, NDArray], row: int) -> None:
        trace, m, blood = loop.trace, loop.metabolism, loop.metabolism.blood
        active, passive = trace.force[-1], trace.passive[-1]
        x_base, x_inhibition = loop.x_now
        now = {
            "muscle_force": (active + passive) * self.full_force,
            "passive_force": passive * self.full_force,
            "relative_force": active,
            "muscle_length": loop.length,
            "posture": loop.posture,
            "x_base": x_base,
            "x_inhibition": x_inhibition,
            "x_ia": loop.reflex.level[Pathway.IA],
            "x_ib": loop.reflex.level[Pathway.IB],
            "x_nociceptive": loop.reflex.level[Pathway.NOCICEPTIVE],
            "fatigue": loop.scalars[FATIGUE],
            "pressure": blood[Blood.PRESSURE],
            "flow": blood[Blood.FLOW],
            "lactate": blood[Blood.LACTATE],
            "k_interstitial": loop.excitation.k_interstitial,
            "nociception": blood[Blood.METABOLIC_NOCICEPTION],
            "pain": blood[Blood.PAIN],
        }
        for name, value in now.items():
            samples[name][row] = value
        constants = loop.constants
        grouped = {
            "atp_mM": m.atp,
            "adp_uM": m.adp * 1e3,
            "pi_mM": m.pi,
            "ph": m.ph,
            "pcr_mM": m.pcr,
            "lactate_mM": m.lactate,
            "atp_made": m.made,
            "atp_spent": m.used,
            "atp_lacking": m.shortfall,
            "k_tubule_mM": np.bincount(constants.group, constants.share * loop.excitation.junctions.k_tubule),
            "activation": trace.group_active,
        }
        for name, values in grouped.items():
            samples[name][:, row] = values
        for group, lattice in loop.lattices.items():
            for column, name in enumerate(k.SERIES_NAMES):
                if name in samples:
                    samples[name][group, row] = lattice.series[-1, column]
            samples["head_state_fraction"][group, row] = lattice.states[-1]
            samples["imposed_length"][group, row] = loop.length * self.scenario.muscle.optimal_hs_length

    def dataset(self, block: EpisodeBlock) -> xr.Dataset:
        """The beginning of a run file."""
        return self.whole([block])

    def whole(self, blocks: list[EpisodeBlock]) -> xr.Dataset:
        """A run, or its beginning, labelled."""
        from sarcomere.record.loop_dataset import dataset  # loads xarray, which the first step need not wait for

        return dataset(self.scenario, self.loops[0].constants, self.full_force, blocks)

    def so_far(self) -> dict[str, NDArray]:
        """What a run file holds of the whole run, not against time: nothing."""
        return {}

    def check_drive(self, part: str, kept: Mapping[str, NDArray]) -> None:
        """Nothing but the scenario drives an episode, which is checked already."""

    def changing(self) -> dict[str, list[NDArray]]:
        """All that changes, by name: one array for each replicate."""
        arrays = [loop.arrays for loop in self.loops]
        return {name: [one[name] for one in arrays] for name in arrays[0]}


def _room(loop: Loop, count: int) -> dict[str, NDArray]:
    """Empty samples of one replicate."""
    n = loop.constants.representative.size
    samples: dict[str, NDArray] = {variable.name: np.zeros(count) for variable in MUSCLE}
    samples |= {variable.name: np.zeros((n, count)) for variable in GROUPS}
    if loop.lattices:
        samples |= {variable.name: np.full((n, count), np.nan) for variable in LATTICE}
        samples["head_state_fraction"] = np.full((n, count, k.N_HEAD_STATES), np.nan)
    return samples


def _flat(numbers: range, stretches: list[list[dict[str, Events]]]) -> dict[str, NDArray]:
    """Events of all replicates as flat columns; in order of time within a replicate and block."""
    columns: dict[str, NDArray] = {}
    for event in EVENTS:
        parts = [[window[event.name] for window in stretch] for stretch in stretches]
        sizes = [sum(part.unit.size for part in stretch) for stretch in parts]
        columns[f"{event.name}_replicate"] = np.repeat(np.asarray(numbers, dtype=np.int32), sizes)
        columns[f"{event.name}_unit"] = np.concatenate([part.unit + 1 for stretch in parts for part in stretch])
        columns[f"{event.name}_time"] = np.concatenate([part.time for stretch in parts for part in stretch])
        if event.name == "spike":
            columns["spike_antidromic"] = np.concatenate([part.antidromic for stretch in parts for part in stretch])
    return columns


def run_episode(scenario: LoopScenario, threads: int = 1) -> xr.Dataset:
    """Run an episode in memory; for long runs use ``sarcomere.record``, which writes as it goes.

    Parameters
    ----------
    scenario : LoopScenario
        What to run.
    threads : int
        Replicates, or lattices of one replicate, advanced at once.

    Returns
    -------
    xarray.Dataset
        The same variables as a run file holds.
    """
    simulation = LoopSimulation(scenario)
    return simulation.whole(list(simulation.blocks(threads)))
