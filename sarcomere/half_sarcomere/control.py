"""Half-sarcomeres under a protocol: what is imposed on each, and how it is taken from step to step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError, SolverError
from sarcomere.half_sarcomere import initial_state as start
from sarcomere.half_sarcomere import pack
from sarcomere.half_sarcomere.batch import Batch, Start
from sarcomere.half_sarcomere.clock import TICKS, tick_of
from sarcomere.half_sarcomere.models import Conditions, Models
from sarcomere.half_sarcomere.pack import Parts, Sampled
from sarcomere.half_sarcomere.schedule import Segment, Timetable
from sarcomere.parameters import Chemistry, MotorUnit
from sarcomere.parameters.fibre import FibreType
from sarcomere.parameters.lattice import longest_length, shortest_length
from sarcomere.scenario import random_streams
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.protocol import CHEMISTRY
from sarcomere_kernels import types as k

Column = tuple[int, FibreScenario, MotorUnit]
_TAUT_PN = 1.0  # force that is there beyond doubt: 100 times the tolerance of the force balance
_SUM, _COUNT, _TAUT_SINCE = range(3)  # memory


def fibre_models(scenario: FibreScenario, fibre: FibreType) -> Models:
    """Return the models of one fibre type under one condition.

    Parameters
    ----------
    scenario : FibreScenario
        One condition.
    fibre : str
        Fibre type.

    Returns
    -------
    Models
    """
    s = scenario
    return Models(
        Parts(s.fibres[fibre], s.lattice, s.mechanics, s.numerics),
        _bath(s, Timetable(s).segment(0)),
        s.initial_length,
        Sampled(s.sample_every, s.snapshot_every),
        regulated=s.run.regulated,
        clamped=s.drive.pCa is not None,
    )


def _bath(scenario: FibreScenario, segment: Segment) -> Chemistry:
    return scenario.chemistry.model_copy(update=dict(zip(CHEMISTRY, segment.chemistry, strict=True)))


def preparations(
    numbers: Iterable[int], columns: Sequence[Column], impulses: Mapping[int, NDArray[np.float64]]
) -> list[Preparation]:
    """Put the half-sarcomeres of a run into one batch.

    Parameters
    ----------
    numbers : iterable of int
        Numbers of the replicates.
    columns : sequence of (key, FibreScenario, MotorUnit)
        Motor units, or conditions of a series.
    impulses : mapping of int to ndarray
        Times (s) at which impulses arrive, by key.

    Returns
    -------
    list of Preparation
        Replicate by replicate, in each the columns in their order.
    """
    models: dict[tuple[int, str], Models] = {}
    for _, condition, unit in columns:
        of = (id(condition), unit.fibre)
        models[of] = models.get(of) or fibre_models(condition, unit.fibre)
    rows = [(number, column) for number in numbers for column in columns]
    batch = Batch(
        Start(
            models[id(condition), unit.fibre],
            _initial_calcium(condition, unit.fibre),
            # a condition of a series draws what the motor unit of that number would
            random_streams.of_half_sarcomere(condition.run, number, condition.motor_units.index(unit)),
        )
        for number, (_, condition, unit) in rows
    )
    return [
        Preparation(batch, i, models[id(condition), unit.fibre], condition, impulses[key])
        for i, (_, (key, condition, unit)) in enumerate(rows)
    ]


def _initial_calcium(scenario: FibreScenario, fibre: FibreType) -> float:
    """Return free calcium at time zero, µM."""
    if scenario.drive.pCa is None:
        return scenario.fibres[fibre].calcium.ca_rest_uM
    return float(10.0 ** (6.0 - scenario.drive.pCa))


class Samples(NamedTuple):
    """Samples of some steps: what the kernel kept, and what was imposed at the same times."""

    trace: k.Trace
    load: NDArray[np.float64]  # (row,) pN per thick filament, NaN under length control
    chemistry: NDArray[np.float64]  # (row, protocol.CHEMISTRY)


class Preparation:
    """One row of a batch under a protocol.

    Parameters
    ----------
    batch : Batch
        Holds its state.
    row : int
        Its place there.
    models : Models
        Of its condition and fibre type.
    scenario : FibreScenario
        One condition.
    impulses : ndarray
        Times (s) at which impulses arrive.

    Attributes
    ----------
    state : sarcomere_kernels.types.State
        Views of all that changes in the kernels.
    memory : ndarray, shape (3,)
        Sum and number of the forces to which a relative load refers, and the segment (its first step + 1) in which
        slack has been taken up; with ``state`` all that a resumed run needs.
    """

    def __init__(
        self, batch: Batch, row: int, models: Models, scenario: FibreScenario, impulses: NDArray[np.float64]
    ) -> None:
        self._batch, self._row, self._models, self._scenario = batch, row, models, scenario
        self._timetable = Timetable(scenario)
        self._step_ms = scenario.numerics.step_ms
        self._compliance = scenario.mechanics.series_compliance
        self._shortest, self._longest = shortest_length(scenario.lattice), longest_length(scenario.lattice)
        self._impulse_tick = tick_of(impulses * 1e3 / self._step_ms)
        self.state = batch.state(row)
        self._ca = float(self.state.calcium[k.Pool.FREE])  # imposed until a course changes it
        self.memory = np.zeros(3)

    @property
    def base(self) -> k.Model:
        """What is constant, as far as no protocol changes it."""
        return self._models.base

    @property
    def lattice(self) -> k.Lattice:
        """Where everything sits."""
        return self._models.base.lattice

    def advance(self, n_steps: int, rows: int, shots: int) -> Samples:
        """Take steps of ``numerics.step_ms``, however they are divided.

        Parameters
        ----------
        n_steps : int
            How many.
        rows, shots : int
            Samples and snapshots that fall into them.

        Returns
        -------
        Samples

        Raises
        ------
        SarcomereError
            If a step finds no force balance or a load is more than the lattice holds.
        """
        trace = start.trace_for(self.lattice, rows, shots)
        whole = Samples(trace, np.full(rows, np.nan), np.empty((rows, len(CHEMISTRY))))
        step = self._step
        end, row, shot = step + n_steps, 0, 0
        while step < end:
            segment = self._timetable.segment(step)
            until = min(end, segment.last)
            rest = k.Trace(
                trace.series[row:],
                trace.head_state_fraction[row:],
                trace.snapshot_state[shot:],
                trace.snapshot_strain[shot:],
            )
            out = Samples(rest, whole.load[row:], whole.chemistry[row:])
            if segment.may_slacken and not self._is_taut(segment, step):
                until = step + 1
                done, shots_done = self._take_slack(self._timetable.finely(segment), until, out)
            else:
                done, shots_done = self._take(segment, until, out)
            row, shot, step = row + done, shot + shots_done, until
        return whole

    def _is_taut(self, segment: Segment, step: int) -> bool:
        """Whether slack is taken up for the rest of a segment: there is force, and the ends come no closer."""
        if self.memory[_TAUT_SINCE] != segment.first + 1:
            if self._timetable.shortens(segment) or self.state.mechanics[k.Mechanical.FORCE] < _TAUT_PN:
                return False
            self.memory[_TAUT_SINCE] = segment.first + 1
        return True

    def _take_slack(self, segment: Segment, until: int, out: Samples) -> tuple[int, int]:
        """One step between ends that only pull: unloaded, unless it would end shorter than they are apart."""
        before = [array.copy() for array in self.state]
        free = self._take(segment._replace(force_control=True, is_reference=False), until, out, unloaded=True)
        mechanics = self.state.mechanics
        balanced = mechanics[k.Mechanical.RESIDUAL] <= self._models.base.mechanics.tolerance
        if balanced and mechanics[k.Mechanical.HS_LENGTH] > self._timetable.length_at_end(until):
            return free
        for name, saved in zip(k.State._fields, before, strict=True):
            getattr(self.state, name)[...] = saved
        return self._take(segment, until, out)

    def _conditions(self, segment: Segment) -> Conditions:
        bath = _bath(self._scenario, segment)
        return Conditions(bath, force_control=segment.force_control, halvings=segment.halvings)

    @property
    def _step(self) -> int:
        return int(self.state.counters[k.Count.TICK]) // TICKS

    def _take(self, segment: Segment, until: int, out: Samples, *, unloaded: bool = False) -> tuple[int, int]:
        """Advance within one segment; returns how many samples and snapshots it gave."""
        model, begin = self._models.model(self._conditions(segment)), self._step
        sampling = model.sampling
        n = (until - begin) << segment.halvings
        drive = self._drive(segment, begin, n, sampling.ticks, unloaded=unloaded)
        fresh = self.state.counters[k.Count.STEP] == 0
        ticks = np.arange(begin * TICKS if fresh else begin * TICKS + sampling.ticks, until * TICKS + 1, sampling.ticks)
        sampled = ticks % sampling.every == 0
        rows, trace = int(sampled.sum()), out.trace
        if segment.is_reference:  # every step is looked at, however seldom samples are kept
            model = model._replace(sampling=sampling._replace(every=sampling.ticks))
            trace = start.trace_for(self.lattice, ticks.size, 0)._replace(
                snapshot_state=out.trace.snapshot_state, snapshot_strain=out.trace.snapshot_strain
            )
        status = self._batch.advance(self._row, model, drive, trace, n)
        load = drive.load[-1] if segment.force_control else None
        if not unloaded:
            self._check(status, model, load, trace.series[: ticks.size if segment.is_reference else rows])
        if segment.is_reference:
            for force in trace.series[int(fresh) :, k.Sample.FORCE]:  # one by one: blocks must not change the rounding
                self.memory[:_TAUT_SINCE] += (force, 1.0)
            out.trace.series[:rows] = trace.series[sampled]
            out.trace.head_state_fraction[:rows] = trace.head_state_fraction[sampled]
        out.load[:rows] = np.nan
        if segment.force_control:
            out.load[int(fresh) : rows] = drive.load[sampled[int(fresh) :]]  # time zero comes before any load
        out.chemistry[:rows] = segment.chemistry
        every = sampling.snapshot_every
        return rows, int((ticks % every == 0).sum()) if every else 0

    def _drive(self, segment: Segment, begin: int, n: int, ticks: int, *, unloaded: bool) -> k.Drive:
        """Return what is imposed in n kernel steps from step ``begin`` on."""
        table, mechanics = self._timetable, self.state.mechanics
        before = begin * TICKS + np.arange(n, dtype=np.float64) * ticks
        if table.begins_hold(segment, begin):
            held = mechanics[k.Mechanical.HS_LENGTH] + self._compliance * mechanics[k.Mechanical.FORCE]
        else:
            held = mechanics[k.Mechanical.IMPOSED_LENGTH]
        drive = pack.pack_drive(self._impulse_tick, n, float(held), self._ca)
        if table.length is not None and not segment.force_control:
            drive.imposed_length[:] = table.length.beside(before + ticks, "left")
        if table.pca is not None:
            pca = table.pca.beside(before + 0.5 * ticks)
            drive.ca[:] = math.pow(10.0, 6.0 - pca[0]) if np.ptp(pca) == 0 else [math.pow(10.0, 6.0 - p) for p in pca]
        if segment.force_control and table.load is not None and not unloaded:
            drive.load[:] = table.load.beside(before + ticks, "left") * self._load_unit(begin)
        return drive

    def _load_unit(self, begin: int) -> float:
        """Return the force that a load of 1 means, pN."""
        if not self._timetable.relative_load:
            return 1.0
        force = float(self.memory[_SUM] / max(self.memory[_COUNT], 1.0))
        if force <= _TAUT_PN:
            raise InputError(
                f"protocol.load is relative to the force before it, which is {force:.3g} pN per thick filament at "
                f"{begin * self._step_ms:g} ms; activate the muscle before, or give pN with relative = false."
            )
        return force

    def _check(self, status: int, model: k.Model, load: float | None, series: NDArray[np.float64]) -> None:
        """Refuse what no lattice can do."""
        time_ms = self.state.counters[k.Count.TICK] / TICKS * self._step_ms
        if model.mechanics.free_end == 1:
            sampled = series[:, k.Sample.HS_LENGTH]
            sampled = sampled[sampled != 0.0]  # what was not reached is zero
            lengths = np.append(sampled, self.state.mechanics[k.Mechanical.HS_LENGTH])
            gone = lengths[~((lengths > self._shortest) & (lengths < self._longest))]
            if gone.size:
                under = "the pull of its tendon" if load is None else f"a load of {load:.4g} pN per thick filament"
                short = gone[0] <= self._shortest
                fault = "no head has a site left" if short else "the overlap ends"
                remedy = "raise" if short else "lower"
                raise SolverError(
                    f"Under {under} the half-sarcomere is {gone[0]:.4g} nm long by {time_ms:.1f} ms, where {fault}; "
                    f"{remedy} the load, shorten its time, or check [mechanics]."
                )
        self._batch.check(self._row, model, status, time_ms, load)
