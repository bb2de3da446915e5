"""The motoneuron pool: build it, run it, read its spikes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from pydantic import ValidationError

from sarcomere.errors import InputError, SolverError, nearest
from sarcomere.organs.nerve.cells import labels, pool_cells
from sarcomere.organs.nerve.inputs import Courses, PoolInputs, empty_spikes, steps_in
from sarcomere.organs.nerve.pack import fresh_pool_state, pack_kinetics, pack_noise, pack_recurrent
from sarcomere.parameters.motoneuron import PoolParameters, pool_presets
from sarcomere.scenario import random_streams
from sarcomere.scenario.faults import sentences
from sarcomere_kernels import KERNEL_HASH, advance_pool
from sarcomere_kernels import motoneuron_types as k
from sarcomere_kernels.types import F8, I1, I4, I8, OK

_ROOM = 4096  # spikes kept between two readings, beyond one of each cell


def load_pool(preset: str, overrides: Mapping[str, Any] | None = None) -> PoolParameters:
    """Shipped parameters of a pool.

    Parameters
    ----------
    preset : {"control", "healthy", "prone", "open_loop_healthy", "open_loop_prone"}
        Pool of the closed loop, or fitted without its reflexes.
    overrides : mapping of str to value, optional
        Dotted keys to replace, such as ``{"pic.inactivation": 0.0}``.

    Returns
    -------
    PoolParameters

    Raises
    ------
    InputError
        If there is no such preset or a value cannot be used.
    """
    if preset not in pool_presets():
        raise InputError(f"{preset!r} is no preset of the motoneuron pool; {nearest(preset, pool_presets())}")
    table = copy.deepcopy(pool_presets()[preset])
    for key, value in (overrides or {}).items():
        *parents, last = key.split(".")
        node = table
        for part in parents:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise InputError(f"pool: {key} leads through {part}, which is a value; shorten the key.")
        node[last] = value
    try:
        return PoolParameters.model_validate(table)
    except ValidationError as error:
        raise InputError("\n".join(sentences(error, "pool", "", (), PoolParameters))) from None


class MotoneuronPool:
    """A pool in memory; advancing it twice is the same as advancing it once as far.

    Parameters
    ----------
    parameters : PoolParameters
        The pool.
    inputs : PoolInputs
        What reaches it.
    seed : int
        Fixes how its cells differ, and all noise.

    Raises
    ------
    InputError
        If an input cannot be used.
    """

    def __init__(self, parameters: PoolParameters, inputs: PoolInputs, seed: int = 0) -> None:
        if not isinstance(seed, int) or seed < 0:
            raise InputError(f"seed = {seed!r} is no seed; give a whole number from 0 on.")
        self.parameters = parameters
        self.seed = seed
        self.courses = Courses(inputs, parameters)
        self.pool = k.Pool(
            cells=pool_cells(parameters, seed),
            kinetics=pack_kinetics(parameters),
            noise=pack_noise(parameters),
            recurrent=pack_recurrent(parameters),
        )
        n, noise = parameters.n_units, random_streams.of_pool(seed, random_streams.Pool.NOISE)
        self.state = fresh_pool_state(n, self.pool.kinetics.refractory, random_streams.words(noise))
        self._spikes = empty_spikes(_ROOM + n)

    @property
    def time_s(self) -> float:
        """How far it is, s."""
        return float(self.state.counters[k.Counter.STEP]) * self.parameters.step_ms * 1e-3

    def advance(self, duration_s: float) -> tuple[I4, F8, I1]:
        """Go on for a while.

        Parameters
        ----------
        duration_s : float
            How long, s; rounded to whole steps.

        Returns
        -------
        unit, time_s, antidromic : ndarray, shape (spike,)
            Which cells spiked, when (s), and 1 where the spike ran back from a stimulated axon; in order of time.

        Raises
        ------
        InputError
            If the duration cannot be used.
        SolverError
            If a voltage is not a finite number.
        """
        steps = steps_in("duration_s", duration_s, self.parameters.step_ms)
        drive = self.courses.drive(int(self.state.counters[k.Counter.STEP]), steps)
        unit, step, back = self.advance_driven(drive)
        return unit, np.asarray(step * (self.parameters.step_ms * 1e-3), dtype=np.float64), back

    def advance_driven(self, drive: k.PoolDrive) -> tuple[I4, I8, I1]:
        """Go on for the steps of a drive, in place of the pool's own inputs.

        Parameters
        ----------
        drive : sarcomere_kernels.motoneuron_types.PoolDrive
            Begins at the pool's next step; its courses fix how many steps are taken.  ``stimulus_step`` holds all
            stimuli from the beginning on, those of earlier steps too.

        Returns
        -------
        unit, step, antidromic : ndarray, shape (spike,)
            Which cells spiked, at which step, and 1 where the spike ran back from a stimulated axon; in order of time.

        Raises
        ------
        InputError
            If the drive begins at another step.
        SolverError
            If a voltage is not a finite number.
        """
        first, steps = int(self.state.counters[k.Counter.STEP]), drive.shared.size
        if drive.first_step != first:
            raise InputError(f"drive.first_step = {drive.first_step} is not the pool's next step; give {first}.")
        taken = []
        while True:
            done = int(self.state.counters[k.Counter.STEP]) - first
            status = advance_pool(self.state, self.pool, drive, self._spikes, steps - done)
            taken.append(self._take())
            if status == OK:
                break
            if status != k.EVENTS_FULL:
                raise SolverError(
                    f"A motoneuron's voltage at {self.time_s:.4f} s is not a finite number: shorten step_ms = "
                    f"{self.parameters.step_ms:g}."
                )
        unit, step, back = (np.concatenate(column) for column in zip(*taken, strict=True))
        return unit, step, back

    def _take(self) -> tuple[I4, I8, I1]:
        spikes = self._spikes
        n = int(spikes.taken[0])
        spikes.taken[0] = 0
        return spikes.unit[:n].copy(), spikes.step[:n].copy(), spikes.antidromic[:n].copy()


def run_pool(
    parameters: PoolParameters,
    inputs: PoolInputs,
    duration_s: float,
    *,
    seed: int = 0,
    bin_s: float = 0.5,
    chunk_s: float = 1.0,
) -> xr.Dataset:
    """Run a pool from rest.

    Parameters
    ----------
    parameters : PoolParameters
        The pool, such as ``load_pool("prone")``.
    inputs : PoolInputs
        What reaches it.
    duration_s : float
        How long, s.
    seed : int
        Fixes how its cells differ, and all noise.
    bin_s : float
        Bin of the rates, s.
    chunk_s : float
        How much is computed at once, s; changes no bit of the result.

    Returns
    -------
    xarray.Dataset
        ``spike_time`` and ``antidromic`` (motor_unit, spike), NaN and False beyond the last of a unit, and ``rate``
        (motor_unit, time).

    Raises
    ------
    InputError
        If an input or a duration cannot be used.
    """
    for name, value in (("duration_s", duration_s), ("bin_s", bin_s), ("chunk_s", chunk_s)):
        steps_in(name, value, parameters.step_ms)
    pool = MotoneuronPool(parameters, inputs, seed)
    taken = []
    while (left := duration_s - pool.time_s) > 0.5e-3 * parameters.step_ms:
        taken.append(pool.advance(min(chunk_s, left)))
    unit, time, back = (np.concatenate(column) for column in zip(*taken, strict=True))
    return _dataset(pool, unit, time, back, duration_s, bin_s)


def _dataset(pool: MotoneuronPool, unit: I4, time: F8, back: I1, duration_s: float, bin_s: float) -> xr.Dataset:
    n = pool.parameters.n_units
    counts = np.bincount(unit, minlength=n)
    order = np.argsort(unit, kind="stable")
    place = np.arange(unit.size) - np.repeat(np.cumsum(counts) - counts, counts)
    table = np.full((n, counts.max(initial=0)), np.nan)
    antidromic = np.zeros(table.shape, dtype=bool)
    table[unit[order], place] = time[order]
    antidromic[unit[order], place] = back[order] == 1
    n_bins = max(1, round(duration_s / bin_s))
    edges = np.arange(n_bins + 1) * bin_s
    rate = np.stack([np.histogram(row[np.isfinite(row)], edges)[0] for row in table]) / bin_s
    name = {"long_name": "motor unit, the smallest first"}
    return xr.Dataset(
        {
            "spike_time": (("motor_unit", "spike"), table, {"units": "s", "long_name": "times of a unit's spikes"}),
            "antidromic": (
                ("motor_unit", "spike"),
                antidromic,
                {"units": "1", "long_name": "spike ran back from its stimulated axon"},
            ),
            "rate": (("motor_unit", "time"), rate, {"units": "1/s", "long_name": "spikes per second in the bin"}),
        },
        {
            "motor_unit": ("motor_unit", np.arange(1, n + 1), name),
            "label": ("motor_unit", labels(pool.parameters), {"units": "nA", "long_name": "size label"}),
            "kappa": ("motor_unit", pool.pool.cells.pic_gain, {"units": "1", "long_name": "persistent current"}),
            "time": ("time", edges[:-1] + bin_s / 2, {"units": "s", "long_name": "middle of the bin"}),
        },
        {"parameters": pool.parameters.model_dump_json(), "seed": pool.seed, "kernel_hash": KERNEL_HASH},
    )
