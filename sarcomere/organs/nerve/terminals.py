"""Axon terminals that fire by themselves after fast stimulation, in a muscle of given length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sarcomere.errors import InputError
from sarcomere.organs.nerve.cells import pool_cells
from sarcomere.organs.nerve.inputs import Course, empty_spikes, read_course, steps_in, stimulus_steps
from sarcomere.parameters.motoneuron import PoolParameters
from sarcomere.parameters.terminal import TerminalParameters
from sarcomere.scenario import random_streams
from sarcomere_kernels import advance_terminals
from sarcomere_kernels import motoneuron_types as k
from sarcomere_kernels.types import F8, I4, I8, OK

_ROOM = 4096  # impulses kept between two readings, beyond one of each axon
_LENGTHS = (0.1, 3.0)  # of the optimum, that can be used


class TerminalGenerator:
    """The terminals of a pool's axons; advancing twice is the same as advancing once as far.

    Parameters
    ----------
    parameters : TerminalParameters
        What stimulation sets off.
    pool : PoolParameters
        The cells whose axons these are.
    stimuli_s : sequence of float
        Times at which the nerve is stimulated, rising.
    length : course
        Length of the muscle, optimum 1: a number, or points (time in s, value).
    seed : int
        Fixes thresholds and bursts, and, as in the pool of that seed, which axons stimuli excite.

    Raises
    ------
    InputError
        If an input cannot be used.
    """

    def __init__(
        self,
        parameters: TerminalParameters,
        pool: PoolParameters,
        stimuli_s: Sequence[float],
        length: Course = 1.0,
        seed: int = 0,
    ) -> None:
        if not isinstance(seed, int) or seed < 0:
            raise InputError(f"seed = {seed!r} is no seed; give a whole number from 0 on.")
        self.parameters, self.step_ms = parameters, pool.step_ms
        self._length = read_course("length", length, *_LENGTHS)
        self._stimulus_step = stimulus_steps(stimuli_s, pool.step_ms)
        axons, stream = random_streams.of_pool(seed, random_streams.Pool.TERMINALS).spawn(2)
        rng = np.random.default_rng(axons)
        n, p = pool.n_units, parameters
        width = np.sqrt(np.log1p((p.threshold_sd_Hz / p.threshold_Hz) ** 2))  # of the logarithm
        threshold = p.threshold_Hz * np.exp(width * rng.standard_normal(n) - 0.5 * width**2)
        self.terminals = k.Terminals(
            step=pool.step_ms,
            trigger_interval=1e3 / threshold,
            reached=pool_cells(pool, seed).antidromic,
            rate_mean=p.rate_Hz * 1e-3,
            rate_sd=p.rate_sd_Hz * 1e-3,
            rate_least=p.rate_least_Hz * 1e-3,
            burst=p.burst_s * 1e3,
            envelope=p.envelope_s * 1e3,
            envelope_shape=p.envelope_shape,
        )
        self.state = k.TerminalState(
            **{name: np.zeros(n, dtype=np.int64) for name in ("next_impulse", "interval", "until")},
            luck=np.zeros(n),
            counters=np.zeros(len(k.Counter), dtype=np.int64),
            last_stimulus=np.full(1, -(10**15), dtype=np.int64),
            stream=random_streams.words(stream),
        )
        self._spikes = empty_spikes(_ROOM + n)

    def advance(self, duration_s: float) -> tuple[I4, F8]:
        """Go on for a while.

        Parameters
        ----------
        duration_s : float
            How long, s; rounded to whole steps.

        Returns
        -------
        axon, time_s : ndarray, shape (impulse,)
            Which terminals fired by themselves and when (s), in order of time.

        Raises
        ------
        InputError
            If the duration cannot be used.
        """
        first = int(self.state.counters[k.Counter.STEP])
        steps = steps_in("duration_s", duration_s, self.step_ms)
        time = (first + np.arange(steps)) * (self.step_ms * 1e-3)
        length = self._length.at(time)
        axon, step = self.advance_driven(self.gate(length), self._stimulus_step)
        return axon, np.asarray(step * (self.step_ms * 1e-3), dtype=np.float64)

    def gate(self, length: F8) -> F8:
        """Share of terminals that may fire in a muscle of this length (optimum 1)."""
        return np.asarray(1.0 / (1.0 + np.exp((length - self.parameters.half_length) / self.parameters.length_slope)))

    def advance_driven(self, gate: F8, stimulus_step: I8, excitability: float = 1.0) -> tuple[I4, I8]:
        """Go on with a given gate and stimuli, in place of the generator's own length and times.

        Parameters
        ----------
        gate : ndarray, shape (step,)
            Share of terminals that may fire, from `gate`; its size is how many steps are taken.
        stimulus_step : ndarray, shape (stimulus,)
            Steps of all stimuli from the beginning on, those of earlier steps too.
        excitability : float
            Above 0; bursts that begin now do so at frequencies lower, and last longer, by this factor.

        Returns
        -------
        axon, step : ndarray, shape (impulse,)
            Which terminals fired by themselves and at which step, in order of time.

        Raises
        ------
        InputError
            If the excitability cannot be used.
        """
        if not (np.isfinite(excitability) and excitability > 0):
            raise InputError(f"excitability = {excitability!r} cannot be used; give a number above 0.")
        first, n_steps = int(self.state.counters[k.Counter.STEP]), gate.size
        drive = k.TerminalDrive(
            first_step=first, gate=gate, excitability=float(excitability), stimulus_step=stimulus_step
        )
        axons, steps = [], []
        status = k.EVENTS_FULL
        while status != OK:
            left = n_steps - int(self.state.counters[k.Counter.STEP]) + first
            status = advance_terminals(self.state, self.terminals, drive, self._spikes, left)
            n = int(self._spikes.taken[0])
            axons.append(self._spikes.unit[:n].copy())
            steps.append(self._spikes.step[:n].copy())
            self._spikes.taken[0] = 0
        return np.concatenate(axons), np.concatenate(steps)
