"""Motoneurons, their axons and terminals: what reaches the junctions of a window."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sarcomere.organs.impulse_queue import Queue
from sarcomere.organs.nerve.axons import conduction_delays
from sarcomere.organs.nerve.cells import positions
from sarcomere.organs.nerve.inputs import PoolInputs, ion_shifts, stimulus_steps
from sarcomere.organs.nerve.pool import MotoneuronPool
from sarcomere.organs.nerve.terminal import terminal_excitability
from sarcomere.organs.nerve.terminals import TerminalGenerator
from sarcomere.scenario.interventions import Imposed
from sarcomere.scenario.loop import LoopScenario
from sarcomere_kernels import motoneuron_types as k

Values = NDArray[np.float64]
Units = NDArray[np.int32]
Steps = NDArray[np.int64]

_MIDDLE = np.array([0.5])  # place in the pool of the axon whose delay to the cord is taken for all
_UNDER_WAY = 64  # impulses of one unit at once, far more than its refractory period allows


class Nerve:
    """The pool, the way down its axons, and the terminals at their ends.

    Parameters
    ----------
    scenario : LoopScenario
        What is run.
    imposed : Imposed
        Its interventions against time.
    seed : int
        Fixes cells, noise and terminals.
    """

    def __init__(self, scenario: LoopScenario, imposed: Imposed, seed: int) -> None:
        self._scenario, step = scenario, scenario.pool.step_ms
        self._per_ms = round(1.0 / step)
        self.pool = MotoneuronPool(scenario.pool, PoolInputs(), seed)
        stimuli = imposed.stimuli_s
        self.terminals = TerminalGenerator(scenario.terminals, scenario.pool, stimuli, seed=seed)
        self._axon_stimuli = stimulus_steps(stimuli, step)
        open_to_cord = imposed.nerve_open(np.array(stimuli)) > 0
        place, back = positions(scenario.pool.n_units), scenario.axon.length_m - scenario.axon.distal_m
        way_back = self._steps(conduction_delays(scenario.axon, _MIDDLE, back))  # of all, volleys too
        self._cord_stimuli = self._axon_stimuli[open_to_cord] + way_back
        self._delay = self._steps(conduction_delays(scenario.axon, place, scenario.axon.length_m))
        self._distal_delay = self._steps(conduction_delays(scenario.axon, place, scenario.axon.distal_m))
        self._reached = np.flatnonzero(self.pool.pool.cells.antidromic == 1).astype(np.int32)
        self._axons = Queue(_UNDER_WAY * scenario.pool.n_units)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that changes, by name."""
        parts = {
            "pool": self.pool.state._asdict(),
            "terminals": self.terminals.state._asdict(),
            "axons": self._axons.arrays,
        }
        return {f"{part}_{name}": array for part, arrays in parts.items() for name, array in arrays.items()}

    def fire(
        self,
        first: int,
        x_base: Values,
        x_inhibition: Values,
        modulation: Values,
        cord: dict[str, float],
        is_open: NDArray[np.bool_],
    ) -> tuple[Units, Steps, NDArray[np.int8]]:
        """One window of the pool; its impulses set out on their axons.

        Parameters
        ----------
        first : int
            First step of the window.
        x_base, x_inhibition, modulation : ndarray, shape (ms,)
            Inputs in each millisecond.
        cord : dict of str to float
            Ions around the cells, mM.
        is_open : ndarray of bool, shape (ms,)
            Whether the nerve conducts.

        Returns
        -------
        unit, step, antidromic : ndarray, shape (spike,)
        """
        n = x_base.size * self._per_ms
        shifts = ion_shifts(self._scenario.pool, **{name: np.full(n, value) for name, value in cord.items()})
        drive = k.PoolDrive(
            first_step=first,
            shared=np.repeat(x_base, self._per_ms),
            direct=-np.repeat(x_inhibition, self._per_ms),
            modulation=np.repeat(modulation, self._per_ms),
            stimulus_step=self._cord_stimuli,
            **shifts._asdict(),
        )
        unit, step, antidromic = self.pool.advance_driven(drive)
        down = (antidromic == 0) & is_open[(step - first) // self._per_ms]
        self._axons.put(unit[down], step[down] + self._delay[unit[down]])
        return unit, step, antidromic

    def end_of_axons(
        self, first: int, length: Values, local: dict[str, float]
    ) -> tuple[Units, Steps, tuple[Units, Steps]]:
        """Impulses that reach the junctions in a window, from the cord, from stimuli to the nerve, from terminals.

        Parameters
        ----------
        first : int
            First step of the window.
        length : ndarray, shape (ms,)
            Of the fascicles, L0.
        local : dict of str to float
            Ions around the terminals: calcium_mM, magnesium_mM, potassium_mM.

        Returns
        -------
        unit, step : ndarray, shape (impulse,)
            In order of time.
        born : tuple of ndarray
            Unit and step of those born at terminals.
        """
        last = first + length.size * self._per_ms
        due = self._axon_stimuli[(self._axon_stimuli >= first) & (self._axon_stimuli < last)]
        for stimulus in due:
            self._axons.put(self._reached, stimulus + self._distal_delay[self._reached])
        born = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64))
        if self._scenario.switches.terminals:
            gate = np.repeat(self.terminals.gate(length), self._per_ms)
            excitability = terminal_excitability(self._scenario.terminals, self._scenario.pool.ions, **local)
            born = self.terminals.advance_driven(gate, self._axon_stimuli, excitability)
            self._axons.put(*born)
        unit, step = self._axons.take(last)
        return unit, step, born

    def _steps(self, delay_ms: Values) -> Steps:
        return np.round(delay_ms / self._scenario.pool.step_ms).astype(np.int64)
