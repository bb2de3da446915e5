"""One run: motor units, or the conditions of a series, side by side, advanced in blocks of samples."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sarcomere.data_files import data_path
from sarcomere.discharges import read_discharges
from sarcomere.errors import InputError, SarcomereError, nearest
from sarcomere.lattice import area_per_thick
from sarcomere.parameters import MotorUnit
from sarcomere.preparation import Models, Preparation, Stretch
from sarcomere.protocol import CHEMISTRY
from sarcomere.recorder import DWELL, IMPULSES, Block
from sarcomere.scenario import Scenario
from sarcomere.scenario_file import from_dict
from sarcomere_kernels import types as k

if TYPE_CHECKING:
    import xarray as xr  # loading it takes a quarter of a second, which the first step need not wait for

DEFAULT_BLOCK = 1024  # samples


def columns(scenario: Scenario) -> list[tuple[int, Scenario, MotorUnit]]:
    """What runs side by side: the motor units, or the one motor unit of every condition of a series.

    Parameters
    ----------
    scenario : Scenario
        What to run.

    Returns
    -------
    list of tuple
        Label (id of the motor unit or number of the condition), condition, motor unit.
    """
    if scenario.series is None:
        return [(unit.id, scenario, unit) for unit in scenario.motor_units]
    return [(index, condition, condition.motor_units[0]) for index, condition in enumerate(scenario.conditions)]


def impulse_times(scenario: Scenario) -> dict[int, NDArray[np.float64]]:
    """Times (s) at which impulses reach the fibres of each motor unit, or under each condition of a series.

    Parameters
    ----------
    scenario : Scenario
        Its drive says where they come from.

    Returns
    -------
    dict of int to ndarray
        By motor unit or number of the condition, within the run.

    Raises
    ------
    InputError
        If the discharge file lacks a motor unit.
    """
    if scenario.series is not None:
        return {index: impulse_times(condition)[unit.id] for index, condition, unit in columns(scenario)}
    drive, duration = scenario.drive, scenario.run.duration_s
    if drive.pCa is not None:
        return {unit.id: np.zeros(0) for unit in scenario.motor_units}
    if drive.train is not None:
        train = drive.train.start_s + np.arange(drive.train.count) / drive.train.frequency_Hz
        return {unit.id: train[train < duration] for unit in scenario.motor_units}
    if drive.impulses_s is not None:
        times = np.array(drive.impulses_s)
        return {unit.id: times[times < duration] for unit in scenario.motor_units}
    path = find_discharges(scenario)
    found = read_discharges(path)
    arrivals = {}
    for unit in scenario.motor_units:
        if unit.id not in found:
            remedy = nearest(str(unit.id), map(str, found))
            raise InputError(f"{path}: has no motor unit {unit.id}, which motor_units asks for; {remedy}")
        arrival = found[unit.id] - drive.start_s + drive.latency_ms * 1e-3
        arrivals[unit.id] = arrival[(arrival >= 0) & (arrival < duration)]
    return arrivals


def find_discharges(scenario: Scenario) -> str:
    """Path of the discharge file: beside the scenario, as given, or shipped."""
    name = scenario.drive.discharge_file or ""
    for path in (Path(scenario.source).parent / name, data_path(f"measurements/{name}")):
        if path.is_file():
            return str(path)
    return str(Path(scenario.source).parent / name)


def force_scale(scenario: Scenario, unit: MotorUnit) -> float:
    """Force of a motor unit (mN) per pN of force per thick filament: stress times area of its fibres."""
    lattice, fibre = scenario.lattice, scenario.fibres[unit.fibre]
    per_filament = area_per_thick(lattice, scenario.run.hs_length) * 1e-6 / lattice.myofibril_fraction  # um^2
    return fibre.area_um2 * unit.n_fibres / per_filament * 1e-9


class Simulation:
    """A run in memory: the batch of half-sarcomeres of one scenario.

    Parameters
    ----------
    scenario : Scenario
        What to run.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.columns = columns(scenario)
        self.impulses = impulse_times(scenario)
        models: dict[tuple[int, str], Models] = {}
        for _, condition, unit in self.columns:
            key = (id(condition), unit.fibre)
            models[key] = models.get(key) or Models(condition, unit.fibre)
        self.batch = [
            Preparation(
                condition,
                unit.fibre,
                models[id(condition), unit.fibre],
                self.impulses[key],
                # a condition of a series draws what the motor unit of that number would
                np.random.SeedSequence(
                    condition.run.seed, spawn_key=(replicate, condition.run.stream + condition.motor_units.index(unit))
                ),
            )
            for replicate in scenario.run.numbers
            for key, condition, unit in self.columns
        ]
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

    def _advance(self, index: int, n_steps: int, rows: int, shots: int) -> Stretch:
        try:
            return self.batch[index].advance(n_steps, rows, shots)
        except SarcomereError as error:
            if self.scenario.series is None:
                raise
            label = self.scenario.condition_labels[index % len(self.columns)]
            raise type(error)(f"Condition {label}: {str(error)[0].lower()}{str(error)[1:]}") from None

    def _block(self, first: int, count: int, stretches: list[Stretch]) -> Block:
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
        from sarcomere.results import dataset  # loads xarray, which the first step need not wait for

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
        from sarcomere.results import impulse_table

        if not np.array_equal(kept[IMPULSES.name][...], impulse_table(self.impulses), equal_nan=True):
            raise InputError(
                f"{part}: was driven by other impulses than {self.scenario.drive.discharge_file} now holds; "
                f"put back the discharge file that began it, or add --overwrite to start again."
            )

    def standing_counts(self) -> NDArray[np.int64]:
        """Heads attached now, (replicate, motor_unit or condition, A1 to RIGOR, time attached in dwell bins)."""
        counts = np.zeros((len(self.batch), k.N_ATTACHED, k.N_DWELL_BINS), dtype=np.int64)
        for count, hs in zip(counts, self.batch, strict=True):
            attached = hs.state.head_state >= k.A1
            age = (hs.state.counters[k.TICK] - hs.state.head_since[attached]) / k.TICKS_PER_STEP
            dwell_bin = (k.DWELL_BINS_PER_DECADE * np.log10(np.maximum(age, 1.0)) + 1e-9).astype(np.int64)
            np.add.at(count, (hs.state.head_state[attached] - k.A1, np.minimum(dwell_bin, k.N_DWELL_BINS - 1)), 1)
        return counts.reshape(self.scenario.run.replicates, len(self.columns), *counts.shape[1:])


def run(scenario: Scenario, threads: int = 1) -> xr.Dataset:
    """Run a scenario in memory; for long runs use ``sarcomere.record``, which writes as it goes.

    Parameters
    ----------
    scenario : Scenario
        What to run.
    threads : int
        Half-sarcomeres advanced at once.

    Returns
    -------
    xarray.Dataset
        The same variables as a run file holds.
    """
    from sarcomere.results import dataset

    simulation = Simulation(scenario)
    blocks = list(simulation.blocks(threads))
    return dataset(scenario, simulation.impulses, blocks, simulation.dwell_counts())


def load_kernels() -> None:
    """Compile the kernels or load them from their cache, by running the smallest lattice for one sample."""
    tiny = from_dict(
        {
            "title": "load kernels",
            "run": {"duration_s": 0.001},
            "drive": {"pCa": 9.0},
            "motor_units": [{"id": 1}],
            "lattice": {"n_thick": 1},
        }
    )
    for _ in Simulation(tiny).blocks():
        pass
