"""One half-sarcomere on the bench: what is imposed on it, and how it is taken from step to step."""

from __future__ import annotations

import math
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError, SolverError, check_status
from sarcomere.half_sarcomere import initial_state as start
from sarcomere.half_sarcomere import pack
from sarcomere.half_sarcomere.schedule import Segment, Timetable
from sarcomere.parameters.lattice import thin_filament_length
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.protocol import CHEMISTRY
from sarcomere_kernels import advance
from sarcomere_kernels import types as k

TICKS = k.TICKS_PER_STEP
_KEPT_MODELS = 64  # about 1 MB each
_TAUT_PN = 1.0  # force that is there beyond doubt: 100 times the tolerance of the force balance
_SUM, _COUNT, _TAUT_SINCE = range(3)  # memory


class Models:
    """What the kernels take, for every chemistry, control and step length of one fibre under one condition.

    Parameters
    ----------
    scenario : FibreScenario
        One condition.
    fibre : str
        Fibre type.
    """

    def __init__(self, scenario: FibreScenario, fibre: str) -> None:
        self._scenario, self._fibre = scenario, scenario.fibres[fibre]  # type: ignore[index]
        self.timetable = Timetable(scenario)
        self._lock, self._kept = Lock(), dict[tuple, k.Model]()
        s, first = scenario, self.timetable.segment(0)
        self._base = pack.pack_model(
            self._fibre,
            s.lattice,
            s.mechanics,
            s.chemistry.model_copy(update=dict(zip(CHEMISTRY, first.chemistry, strict=True))),
            s.numerics,
            s.initial_length,
            regulated=s.run.regulated,
            clamped=s.drive.pCa is not None,
            sample_every=s.sample_every,
            snapshot_every=s.snapshot_every,
        )
        self._kept[(first.chemistry, False, 0)] = self._base

    @property
    def base(self) -> k.Model:
        """The model at time zero."""
        return self._base

    def model(self, segment: Segment) -> k.Model:
        """The model that holds during a segment."""
        key = (segment.chemistry, segment.force_control, segment.halvings)
        with self._lock:  # replicates share what is made once
            if key not in self._kept:
                if len(self._kept) >= _KEPT_MODELS:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = self._build(segment)
            return self._kept[key]

    def _build(self, segment: Segment) -> k.Model:
        s, base = self._scenario, self._base
        chemistry = s.chemistry.model_copy(update=dict(zip(CHEMISTRY, segment.chemistry, strict=True)))
        numerics = s.numerics.model_copy(update={"step_ms": s.numerics.step_ms / 2**segment.halvings})
        fibre, length = self._fibre, base.lattice.reference_length
        off = pack.pack_off_state(fibre.off_state.at(chemistry.temperature_C))
        cycle = pack.pack_cycle(fibre.cycle, fibre.regulation.crossbridge_cooperativity, chemistry, s.lattice, length)
        calcium = pack.pack_fibre(
            fibre.calcium, chemistry, s.lattice, length, numerics, clamped=base.fibre.clamped == 1
        )
        held = base.mechanics._replace(free_end=1, stiffness_series=0.0)
        return base._replace(
            cycle=cycle,
            table=pack.pack_table(cycle, off, base.lattice, numerics),
            thick=off,
            mechanics=held if segment.force_control else base.mechanics,
            fibre=calcium._replace(k_leak=base.fibre.k_leak),  # the membrane leaks as before
            regulation=pack.pack_regulation(fibre.regulation, s.run.regulated, numerics.step_ms),
            sampling=base.sampling._replace(step=float(numerics.step_ms), ticks=TICKS >> segment.halvings),
        )


class Stretch(NamedTuple):
    """Samples of some steps: what the kernel kept, and what was imposed at the same times."""

    trace: k.Trace
    load: NDArray[np.float64]  # (row,) pN per thick filament, NaN under length control
    chemistry: NDArray[np.float64]  # (row, protocol.CHEMISTRY)


class Preparation:
    """One half-sarcomere: its models and timetable, the impulses it gets, its state.

    Parameters
    ----------
    scenario : FibreScenario
        One condition.
    fibre : str
        Fibre type.
    models : Models
        Of this condition and fibre.
    impulses : ndarray
        Times (s) at which impulses arrive.
    seed : numpy.random.SeedSequence
        Fixes every random draw.

    Attributes
    ----------
    state : sarcomere_kernels.types.State
        All that changes in the kernels.
    memory : ndarray, shape (3,)
        Sum and number of the forces to which a relative load refers, and the segment (its first step + 1) in which
        slack has been taken up; with ``state`` all that a resumed run needs.
    """

    def __init__(
        self,
        scenario: FibreScenario,
        fibre: str,
        models: Models,
        impulses: NDArray[np.float64],
        seed: np.random.SeedSequence,
    ) -> None:
        calcium = scenario.fibres[fibre].calcium  # type: ignore[index]
        self._models, self._timetable = models, models.timetable
        self._step_ms = scenario.numerics.step_ms
        self._ca = calcium.ca_rest_uM if scenario.drive.pCa is None else 10.0 ** (6.0 - scenario.drive.pCa)
        self._compliance = scenario.mechanics.series_compliance
        self._shortest = scenario.lattice.thick_half_length
        self._longest = self._shortest + thin_filament_length(scenario.lattice)
        self._impulse_tick = np.round(impulses * 1e3 / self._step_ms).astype(np.int64) * TICKS
        self.state = start.fresh_state(models.base, calcium, self._ca, seed)
        self.scratch = start.scratch_for(models.base)
        self.memory = np.zeros(3)

    @property
    def lattice(self) -> k.Lattice:
        """Where everything sits."""
        return self._models.base.lattice

    def advance(self, n_steps: int, rows: int, shots: int) -> Stretch:
        """Take steps of ``numerics.step_ms``, however they are divided.

        Parameters
        ----------
        n_steps : int
            How many.
        rows, shots : int
            Samples and snapshots that fall into them.

        Returns
        -------
        Stretch

        Raises
        ------
        SarcomereError
            If a step finds no force balance or a load is more than the lattice holds.
        """
        trace = start.trace_for(self.lattice, rows, shots)
        whole = Stretch(trace, np.full(rows, np.nan), np.empty((rows, len(CHEMISTRY))))
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
            out = Stretch(rest, whole.load[row:], whole.chemistry[row:])
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
            if self._timetable.shortens(segment) or self.state.mechanics[k.FORCE] < _TAUT_PN:
                return False
            self.memory[_TAUT_SINCE] = segment.first + 1
        return True

    def _take_slack(self, segment: Segment, until: int, out: Stretch) -> tuple[int, int]:
        """One step between ends that only pull: unloaded, unless it would end shorter than they are apart."""
        before = [array.copy() for array in self.state]
        free = self._take(segment._replace(force_control=True, is_reference=False), until, out, unloaded=True)
        mechanics = self.state.mechanics
        balanced = mechanics[k.RESIDUAL] <= self._models.base.mechanics.tolerance
        if balanced and mechanics[k.HS_LENGTH] > self._timetable.length_at_end(until):
            return free
        for name, saved in zip(k.State._fields, before, strict=True):
            getattr(self.state, name)[...] = saved
        return self._take(segment, until, out)

    @property
    def _step(self) -> int:
        return int(self.state.counters[k.TICK]) // TICKS

    def _take(self, segment: Segment, until: int, out: Stretch, *, unloaded: bool = False) -> tuple[int, int]:
        """Advance within one segment; returns how many samples and snapshots it gave."""
        model, begin = self._models.model(segment), self._step
        sampling = model.sampling
        n = (until - begin) << segment.halvings
        drive = self._drive(segment, begin, n, sampling.ticks, unloaded=unloaded)
        fresh = self.state.counters[k.STEP] == 0
        ticks = np.arange(begin * TICKS if fresh else begin * TICKS + sampling.ticks, until * TICKS + 1, sampling.ticks)
        sampled = ticks % sampling.every == 0
        rows, trace = int(sampled.sum()), out.trace
        if segment.is_reference:  # every step is looked at, however seldom samples are kept
            model = model._replace(sampling=sampling._replace(every=sampling.ticks))
            trace = start.trace_for(self.lattice, ticks.size, 0)._replace(
                snapshot_state=out.trace.snapshot_state, snapshot_strain=out.trace.snapshot_strain
            )
        status = advance(self.state, model, drive, self.scratch, trace, n)
        load = drive.load[-1] if segment.force_control else None
        if not unloaded:
            self._check(status, model, load, trace.series[: ticks.size if segment.is_reference else rows])
        if segment.is_reference:
            for force in trace.series[int(fresh) :, k.S_FORCE]:  # one by one: blocks must not change the rounding
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
        """What is imposed in n kernel steps from step ``begin`` on."""
        table, mechanics = self._timetable, self.state.mechanics
        before = begin * TICKS + np.arange(n, dtype=np.float64) * ticks
        if table.begins_hold(segment, begin):
            held = mechanics[k.HS_LENGTH] + self._compliance * mechanics[k.FORCE]
        else:
            held = mechanics[k.IMPOSED_LENGTH]
        drive = pack.pack_drive(self._impulse_tick, n, float(held), self._ca)
        if table.length is not None and not segment.force_control:
            drive.imposed_length[:] = table.length.at(before + ticks, "left")
        if table.pca is not None:
            pca = table.pca.at(before + 0.5 * ticks)
            drive.ca[:] = math.pow(10.0, 6.0 - pca[0]) if np.ptp(pca) == 0 else [math.pow(10.0, 6.0 - p) for p in pca]
        if segment.force_control and table.load is not None and not unloaded:
            drive.load[:] = table.load.at(before + ticks, "left") * self._load_unit(begin)
        return drive

    def _load_unit(self, begin: int) -> float:
        """The force that a load of 1 means, pN."""
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
        time_ms = self.state.counters[k.TICK] / TICKS * self._step_ms
        if model.mechanics.free_end == 1:
            lengths = np.append(series[:, k.S_HS_LENGTH], self.state.mechanics[k.HS_LENGTH])
            gone = lengths[~((lengths > self._shortest) & (lengths < self._longest))]
            if gone.size:
                under = "the pull of its tendon" if load is None else f"a load of {load:.4g} pN per thick filament"
                short = gone[0] <= self._shortest
                fault = "the Z-line meets the thick filament" if short else "the overlap ends"
                remedy = "raise" if short else "lower"
                raise SolverError(
                    f"Under {under} the half-sarcomere is {gone[0]:.4g} nm long by {time_ms:.1f} ms, where {fault}; "
                    f"{remedy} the load, shorten its time, or check [mechanics]."
                )
        check_status(
            status,
            time_ms=time_ms,
            residual=self.state.mechanics[k.RESIDUAL],
            tolerance=model.mechanics.tolerance,
            iterations=model.mechanics.max_iterations,
            load=load,
        )
