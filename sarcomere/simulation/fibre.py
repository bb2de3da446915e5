"""Runs of half-sarcomeres under a protocol: motor units, or the conditions of a series, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError, SarcomereError
from sarcomere.half_sarcomere import codes as k
from sarcomere.half_sarcomere.control import Samples, preparations
from sarcomere.half_sarcomere.state_checks import check_half_sarcomere, check_numbers
from sarcomere.half_sarcomere.variables import DWELL, IMPULSES, SERIES, in_file, recorded
from sarcomere.parameters import MotorUnit
from sarcomere.parameters.lattice import area_per_thick
from sarcomere.recording.variable import Variable
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.impulses import columns, impulse_times
from sarcomere.scenario.protocol import CHEMISTRY
from sarcomere.simulation import coordinates
from sarcomere.simulation.base import Simulation
from sarcomere.simulation.size import Size, of_fibres

if TYPE_CHECKING:
    import xarray as xr


def force_scale(scenario: FibreScenario, unit: MotorUnit) -> float:
    """Force of a motor unit (N) per pN of force per thick filament: stress times area of its fibres."""
    lattice, fibre = scenario.lattice, scenario.fibres[unit.fibre]
    per_filament = area_per_thick(lattice, scenario.run.hs_length) * 1e-6 / lattice.myofibril_fraction  # um^2
    return fibre.area_um2 * unit.n_fibres / per_filament * 1e-12


class FibreSimulation(Simulation[FibreScenario]):
    """A run in memory: the batch of half-sarcomeres of one scenario.

    Parameters
    ----------
    scenario : FibreScenario
        What to run.
    """

    smallest: ClassVar = {
        "title": "load kernels",
        "run": {"duration_s": 0.001},
        "drive": {"pCa": 9.0},
        "motor_units": [{"id": 1}],
        "lattice": {"n_thick": 1},
    }
    labels = coordinates.FIBRE_LABELS

    def __init__(self, scenario: FibreScenario) -> None:
        super().__init__(scenario)
        self.columns = columns(scenario)
        self.impulses = impulse_times(scenario)
        self.batch = preparations(scenario.run.numbers, self.columns, self.impulses)

    @property
    def growing(self) -> tuple[str, ...]:
        """Unlimited dimensions of its file."""
        return ("time", "snapshot_time") if self.scenario.snapshot_every else ("time",)

    @classmethod
    def check_parts(cls, scenario: FibreScenario) -> None:
        """Refuse a discharge file that cannot be read or lacks a motor unit."""
        impulse_times(scenario)

    @classmethod
    def size_of(cls, scenario: FibreScenario) -> Size:
        """Predict how many bytes a run takes."""
        return of_fibres(scenario)

    @classmethod
    def variables_of(cls, scenario: FibreScenario) -> tuple[Variable, ...]:
        """List what a run keeps against time."""
        return recorded(scenario)

    @classmethod
    def totals_of(cls, scenario: FibreScenario) -> tuple[Variable, ...]:
        """List what a run keeps that does not grow with time."""
        return in_file(DWELL, scenario), in_file(IMPULSES, scenario)

    @classmethod
    def reserved_names(cls, scenario: FibreScenario) -> set[str]:
        """Names of dimensions, coordinates and variables in the file of a run, those that the series varies too."""
        series = scenario.series.vary if scenario.series is not None else []
        return super().reserved_names(scenario) | {name for vary in series for name in vary.names}

    @property
    def n_heads(self) -> int:
        """Heads in all half-sarcomeres together."""
        return sum(hs.state.head_state.size for hs in self.batch)

    def _advance(self, first: int, count: int, pool: Executor, threads: int) -> dict[str, NDArray[Any]]:
        steps = (count if first > 0 else count - 1) * self.scenario.sample_every
        times = self._snapshot_times(first, count)
        parts = list(pool.map(lambda i: self._advance_row(i, steps, count, times.size), range(len(self.batch))))
        return self._columns(first, count, times, parts)

    def _advance_row(self, index: int, n_steps: int, rows: int, shots: int) -> Samples:
        try:
            return self.batch[index].advance(n_steps, rows, shots)
        except SarcomereError as error:
            if self.scenario.series is None:
                raise
            label = self.scenario.condition_labels[index % len(self.columns)]
            raise type(error)(f"Condition {label}: {str(error)[0].lower()}{str(error)[1:]}") from None

    def _columns(
        self, first: int, count: int, snapshot_time: NDArray[np.float64], parts: list[Samples]
    ) -> dict[str, NDArray[Any]]:
        """Collect samples of all half-sarcomeres by variable, (replicate, motor_unit or condition, time)."""
        s, traces = self.scenario, [part.trace for part in parts]
        shape = (s.run.replicates, len(self.columns))
        series = np.stack([trace.series for trace in traces]).reshape((*shape, count, -1))
        values = {variable.name: variable.read(series) for variable in SERIES if variable.read is not None}
        values["head_state_fraction"] = np.stack([t.head_state_fraction for t in traces]).reshape((*shape, count, -1))
        scale = np.array([force_scale(condition, unit) for _, condition, unit in self.columns])
        if s.series is None:
            values["muscle_force"] = np.einsum("rut,u->rt", values["force"], scale)
        else:
            values["muscle_force"] = values["force"] * scale[:, None]
        values["load"] = np.stack([part.load for part in parts]).reshape((*shape, count))
        chemistry = np.stack([part.chemistry for part in parts]).reshape((*shape, count, -1))
        values |= {name: chemistry[..., column] for column, name in enumerate(CHEMISTRY)}
        if s.snapshot_every:
            heads = (s.lattice.n_thick, s.lattice.n_crown, s.lattice.n_dimer * s.lattice.n_head)
            for name in ("snapshot_state", "snapshot_strain"):
                stacked = np.stack([getattr(trace, name) for trace in traces])
                values[name] = stacked.reshape((*shape, stacked.shape[1], *heads))
        time = np.arange(first, first + count, dtype=np.float64) * s.record.sample_interval_ms * 1e-3
        return {**values, "time": time, "snapshot_time": snapshot_time}

    def _snapshot_times(self, first: int, count: int) -> NDArray[np.float64]:
        s = self.scenario
        if not s.snapshot_every:
            return np.zeros(0)
        begin = (first - 1) * s.sample_every if first > 0 else -1
        shots = np.arange(begin // s.snapshot_every + 1, (first + count - 1) * s.sample_every // s.snapshot_every + 1)
        return np.asarray(shots * s.record.snapshot_interval_ms * 1e-3, dtype=np.float64)

    def dwell_counts(self) -> NDArray[np.int64]:
        """Attachments that have ended, (replicate, motor_unit or condition, exit path, dwell bin)."""
        shape = (self.scenario.run.replicates, len(self.columns))
        counts = np.stack([hs.state.dwell for hs in self.batch])
        return counts.reshape(shape + counts.shape[1:])

    def coordinates(self) -> dict[str, xr.Variable]:
        """Label replicates, motor units or conditions, and states of heads."""
        return coordinates.of_fibres(self.scenario)

    def totals(self) -> dict[Variable, NDArray[Any]]:
        """Attachments that have ended, and the impulses of the whole run."""
        dwell, impulses = self.totals_of(self.scenario)
        return {dwell: self.dwell_counts(), impulses: coordinates.impulse_table(self.impulses)}

    def state_arrays(self) -> dict[str, list[NDArray[Any]]]:
        """All that changes in a run, by name: one array for every half-sarcomere."""
        states = {name: [getattr(hs.state, name) for hs in self.batch] for name in k.State._fields}
        return {**states, "memory": [hs.memory for hs in self.batch]}

    def check_state(self) -> None:
        """Refuse a state in which no half-sarcomere of this run can be."""
        tick = max(self.samples_done, 0) * self.scenario.sample_every * k.TICKS_PER_STEP
        for hs in self.batch:
            check_half_sarcomere(hs.state, hs.base, tick)
            check_numbers("memory", hs.memory)

    def check_drive(self, part: str, kept: Mapping[str, NDArray[Any]]) -> None:
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
        if not np.array_equal(kept[IMPULSES.name][...], coordinates.impulse_table(self.impulses), equal_nan=True):
            raise InputError(
                f"{part}: was driven by other impulses than {self.scenario.drive.discharge_file} now holds; "
                f"put back the discharge file that began it, or add --overwrite to start again."
            )

    def attachment_ages(self) -> NDArray[np.int64]:
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
