"""One run: motor units, or the conditions of a series, side by side, advanced in blocks of samples."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError, SarcomereError
from sarcomere.half_sarcomere.control import Samples, preparations
from sarcomere.half_sarcomere.variables import DWELL, IMPULSES
from sarcomere.parameters import MotorUnit
from sarcomere.parameters.lattice import area_per_thick
from sarcomere.record.variable import Block
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.impulses import columns, impulse_times
from sarcomere.scenario.protocol import CHEMISTRY
from sarcomere_kernels import types as k

if TYPE_CHECKING:
    import xarray as xr  # loading it takes a quarter of a second, which the first step need not wait for

DEFAULT_BLOCK = 1024  # samples


def force_scale(scenario: FibreScenario, unit: MotorUnit) -> float:
    """Force of a motor unit (mN) per pN of force per thick filament: stress times area of its fibres."""
    lattice, fibre = scenario.lattice, scenario.fibres[unit.fibre]
    per_filament = area_per_thick(lattice, scenario.run.hs_length) * 1e-6 / lattice.myofibril_fraction  # um^2
    return fibre.area_um2 * unit.n_fibres / per_filament * 1e-9


class FibreSimulation:
    """A run in memory: the batch of half-sarcomeres of one scenario.

    Parameters
    ----------
    scenario : FibreScenario
        What to run.
    """

    def __init__(self, scenario: FibreScenario) -> None:
        self.scenario = scenario
        self.columns = columns(scenario)
        self.impulses = impulse_times(scenario)
        self.batch = preparations(scenario.run.numbers, self.columns, self.impulses)
        self.samples_done = -1  # the sample at time zero is still to come

    @property
    def time_done_s(self) -> float:
        """How far the run is, s."""
        return max(self.samples_done, 0) * self.scenario.record.sample_interval_ms * 1e-3

    @property
    def news(self) -> str:
        """What there is to tell besides how far it is: nothing."""
        return ""

    @property
    def n_heads(self) -> int:
        """Heads in all half-sarcomeres together."""
        return sum(hs.state.head_state.size for hs in self.batch)

    def blocks(self, threads: int = 1, block: int = DEFAULT_BLOCK) -> Generator[Block, None, None]:
        """Advance to the end of the run, a block of samples at a time.

        Parameters
        ----------
        threads : int
            Half-sarcomeres advanced at once; changes no bit of the result.
        block : int
            Samples per block; changes no bit of the result.

        Yields
        ------
        Block
            The next samples; the first block begins with time zero.

        Raises
        ------
        SolverError
            If a step finds no force balance.
        """
        with ThreadPoolExecutor(max_workers=threads) as pool:
            while self.samples_done < self.scenario.n_samples:
                first = self.samples_done + 1
                # the first block takes at least one step, so that time zero is sampled once
                count = min(max(block, 2) if first == 0 else block, self.scenario.n_samples - self.samples_done)
                steps = (count if first > 0 else count - 1) * self.scenario.sample_every
                shots = self._snapshot_times(first, count).size if self.scenario.snapshot_every else 0
                tasks = range(len(self.batch))
                stretches = list(pool.map(lambda i, n=steps, r=count, m=shots: self._advance(i, n, r, m), tasks))
                self.samples_done += count
                yield self._block(first, count, stretches)

    def _advance(self, index: int, n_steps: int, rows: int, shots: int) -> Samples:
        try:
            return self.batch[index].advance(n_steps, rows, shots)
        except SarcomereError as error:
            if self.scenario.series is None:
                raise
            label = self.scenario.condition_labels[index % len(self.columns)]
            raise type(error)(f"Condition {label}: {str(error)[0].lower()}{str(error)[1:]}") from None

    def _block(self, first: int, count: int, stretches: list[Samples]) -> Block:
        s, traces = self.scenario, [stretch.trace for stretch in stretches]
        shape = (s.run.replicates, len(self.columns))
        series = np.stack([trace.series for trace in traces]).reshape((*shape, count, -1))
        values = {name: series[..., column] for column, name in enumerate(k.SERIES_NAMES)}
        values["head_state_fraction"] = np.stack([t.head_state_fraction for t in traces]).reshape((*shape, count, -1))
        scale = np.array([force_scale(condition, unit) for _, condition, unit in self.columns])
        if s.series is None:
            values["muscle_force"] = np.einsum("rut,u->rt", values["force"], scale)
        else:
            values["muscle_force"] = values["force"] * scale[:, None]
        values["load"] = np.stack([stretch.load for stretch in stretches]).reshape((*shape, count))
        chemistry = np.stack([stretch.chemistry for stretch in stretches[: shape[1]]])
        values |= {name: chemistry[..., column] for column, name in enumerate(CHEMISTRY)}
        snapshot_time = np.zeros(0)
        if s.snapshot_every:
            heads = (s.lattice.n_thick, s.lattice.n_crown, s.lattice.n_dimer * s.lattice.n_head)
            for name in ("snapshot_state", "snapshot_strain"):
                stacked = np.stack([getattr(trace, name) for trace in traces])
                values[name] = stacked.reshape((*shape, stacked.shape[1], *heads))
            snapshot_time = self._snapshot_times(first, count)
        time = np.arange(first, first + count, dtype=np.float64) * s.record.sample_interval_ms * 1e-3
        return Block(time, snapshot_time, values)

    def _snapshot_times(self, first: int, count: int) -> NDArray[np.float64]:
        s = self.scenario
        begin = (first - 1) * s.sample_every if first > 0 else -1
        shots = np.arange(begin // s.snapshot_every + 1, (first + count - 1) * s.sample_every // s.snapshot_every + 1)
        return np.asarray(shots * s.record.snapshot_interval_ms * 1e-3, dtype=np.float64)

    def dwell_counts(self) -> NDArray[np.int64]:
        """Attachments that have ended, (replicate, motor_unit or condition, exit path, dwell bin)."""
        shape = (self.scenario.run.replicates, len(self.columns))
        counts = np.stack([hs.state.dwell for hs in self.batch])
        return counts.reshape(shape + counts.shape[1:])

    def dataset(self, block: Block) -> xr.Dataset:
        """The beginning of a run file."""
        from sarcomere.record.dataset import dataset  # loads xarray, which the first step need not wait for

        return dataset(self.scenario, self.impulses, [block], self.dwell_counts())

    def so_far(self) -> dict[str, NDArray]:
        """What a run file holds of the whole run, not against time."""
        return {DWELL.name: self.dwell_counts()}

    def changing(self) -> dict[str, list[NDArray]]:
        """All that changes in a run, by name: one array for every half-sarcomere."""
        states = {name: [getattr(hs.state, name) for hs in self.batch] for name in k.State._fields}
        return {**states, "memory": [hs.memory for hs in self.batch]}

    def check_drive(self, part: str, kept: Mapping[str, NDArray]) -> None:
        """Refuse to go on with a file that other impulses drove.

        Parameters
        ----------
        part : str
            The file.
        kept : mapping of str to ndarray
            Its variables.

        Raises
        ------
        InputError
            If its impulses are not ours.
        """
        from sarcomere.record.dataset import impulse_table

        if not np.array_equal(kept[IMPULSES.name][...], impulse_table(self.impulses), equal_nan=True):
            raise InputError(
                f"{part}: was driven by other impulses than {self.scenario.drive.discharge_file} now holds; "
                f"put back the discharge file that began it, or add --overwrite to start again."
            )

    def standing_counts(self) -> NDArray[np.int64]:
        """Heads attached now, (replicate, motor_unit or condition, A1 to RIGOR, time attached in dwell bins)."""
        counts = np.zeros((len(self.batch), k.N_ATTACHED, k.N_DWELL_BINS), dtype=np.int64)
        for count, hs in zip(counts, self.batch, strict=True):
            attached = hs.state.head_state >= k.HeadState.A1
            age = (hs.state.counters[k.Count.TICK] - hs.state.head_since[attached]) / k.TICKS_PER_STEP
            dwell_bin = (k.DWELL_BINS_PER_DECADE * np.log10(np.maximum(age, 1.0)) + 1e-9).astype(np.int64)
            np.add.at(
                count, (hs.state.head_state[attached] - k.HeadState.A1, np.minimum(dwell_bin, k.N_DWELL_BINS - 1)), 1
            )
        return counts.reshape(self.scenario.run.replicates, len(self.columns), *counts.shape[1:])


def run(scenario: FibreScenario, threads: int = 1) -> xr.Dataset:
    """Run a scenario in memory; for long runs use ``sarcomere.record``, which writes as it goes.

    Parameters
    ----------
    scenario : FibreScenario
        What to run.
    threads : int
        Half-sarcomeres advanced at once.

    Returns
    -------
    xarray.Dataset
        The same variables as a run file holds.
    """
    from sarcomere.record.dataset import dataset

    simulation = FibreSimulation(scenario)
    blocks = list(simulation.blocks(threads))
    return dataset(scenario, simulation.impulses, blocks, simulation.dwell_counts())
