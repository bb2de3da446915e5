"""A run, its matched control, and the tests they are put to."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import xarray as xr

from sarcomere import analysis
from sarcomere.explain import counterfactuals
from sarcomere.explain.explanation import Attribution, Measured, Observed, Stop, Stretch
from sarcomere.explain.observables import Bench, Counterfactual, measured, observe
from sarcomere.explain.verdict import LEAST_FORCE, is_excess
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.random_streams import of_ablation

STOP_SHARE = 0.75  # of the drive, after which it is stopped early
LEAST_TRAIN_S = 0.3  # a shorter one has no early end
STRETCHABLE = 0.3  # of the normal force: with less a stretch has little to release
IN_HOLD_S = 0.5  # after the last impulse: where a hold is stretched and probed


class Inquiry:
    """Replays a run beside its matched control, then tests what the outcome asks for.

    Parameters
    ----------
    scenario : FibreScenario
        One motor unit, impulses written out, as ``counterfactuals.prepared`` gives it.
    bench : Bench
        Where it is run.

    Attributes
    ----------
    excess, excess_driven : Measured
        Active force beyond the control's after the last impulse and during the last second of impulses, as a share of
        the force of a normal contraction.
    """

    def __init__(self, scenario: FibreScenario, bench: Bench) -> None:
        self._scenario, self._bench = scenario, bench
        self._control = counterfactuals.control(scenario)
        driven = bool(scenario.drive.impulses_s)
        # without impulses the control rests; a fused contraction of it is then the reference
        self._normal = self._control if driven else counterfactuals.reference(self._control)
        self._where, self._normal_where = counterfactuals.windows(scenario), counterfactuals.windows(self._normal)
        first = [scenario, self._control, *([] if driven else [self._normal])]
        tests = [scenario] * 4  # about as much as stop, stretch and probes take
        n_ablated = 2 * len(counterfactuals.ABLATIONS) - len(counterfactuals.CLAMPED) - 1
        bench.plan(*first, *tests, *[scenario] * n_ablated)
        self._subject_run = bench.run("the run again", scenario)
        self._control_run = bench.run("its matched control", self._control)
        self._normal_run = self._control_run if driven else bench.run("a normal contraction", self._normal)
        self.excess, self.excess_driven = self._excesses()
        self._holds = is_excess(self.excess)
        if not self._holds:
            bench.plan(*tests)

    @cached_property
    def force(self) -> float:
        """Active force of the normal contraction while driven, pN per thick filament."""
        return float(analysis.held_force(self._normal_run.ds, *self._normal_drive).mean())

    @property
    def _normal_drive(self) -> tuple[float, float]:
        return self._normal_where.drive or self._normal_where.hold

    @cached_property
    def _steady(self) -> xr.DataArray:
        """Steady force of the control against pCa, at its mean length."""
        length = float(self._control_run.ds.hs_length.mean())
        series = self._bench.run("steady force at held calcium", counterfactuals.steady_table(self._control, length)).ds
        return analysis.force_pca(series)["force"].squeeze("fibre", drop=True)

    def _excesses(self) -> tuple[Measured, Measured]:
        subject, control = self._subject_run.ds, self._control_run.ds
        after = measured(analysis.excess_force(subject, control, *self._where.hold) / self.force)
        if self._where.drive is None:
            return after, Measured(np.nan, np.nan)
        return after, measured(analysis.excess_force(subject, control, *self._where.drive) / self.force)

    def observed(self) -> Observed:
        """Return the run, its heads looked at in the hold if there is one, else while driven."""
        where = self._where
        compared = where.hold if self._holds or where.drive is None else where.drive
        at = min(compared[0] + IN_HOLD_S, 0.5 * sum(compared))
        return self._observe(self._subject_run, where, compared, self._scenario, at)

    def reference(self) -> Observed:
        """Return the normal contraction, its heads looked at while driven."""
        drive = self._normal_drive
        return self._observe(self._normal_run, self._normal_where, drive, self._normal, 0.5 * sum(drive))

    def _observe(
        self,
        run: Counterfactual,
        where: counterfactuals.Windows,
        compared: tuple[float, float],
        scenario: FibreScenario,
        at: float,
    ) -> Observed:
        released, held = (
            self._bench.run("a small release for stiffness", counterfactuals.probed(scenario, at, release)).ds
            for release in counterfactuals.PROBES_NM
        )
        found = analysis.stiffness_to_force(released, held, counterfactuals.probe_time(scenario, at))
        stiffness = float(found["mean"].squeeze())
        return observe(run, where, compared, self._normal_run.ds, self._steady, stiffness)

    def stop(self) -> Stop | None:
        """Run and control with their drive stopped early; None without a train that lasts."""
        times = self._scenario.drive.impulses_s or []
        if not times or times[-1] - times[0] < LEAST_TRAIN_S:
            return None
        at = max(time for time in times if time <= times[0] + STOP_SHARE * (times[-1] - times[0]))
        half = []
        for scenario in (self._scenario, self._control):
            ds = self._bench.run("the drive stopped early", counterfactuals.stopped(scenario, at)).ds
            half.append(float(analysis.half_time_from(analysis.active_force(ds), at).squeeze()))
        return Stop(at, *half)

    def stretch(self) -> Stretch | None:
        """Stretch the muscle while it holds, or where the drive is stopped; None with little force."""
        last = self._where.hold[0]
        at = last + IN_HOLD_S if self._holds and self._where.drive is not None else last
        later = at + counterfactuals.STRETCH / counterfactuals.STRETCH_SPEED + 1.0
        before, after = slice(at - 0.1, at), slice(later - 0.05, later + 0.05)
        stretched = self._bench.run("a stretch", counterfactuals.stretched(self._scenario, at)).ds
        held = [_force_and_heads(stretched, before), _force_and_heads(stretched, after)]
        if held[0][0] < STRETCHABLE * self.force:
            return None
        without = _force_and_heads(self._subject_run.ds, after)
        return Stretch(at, held[0][0], held[1][0], held[0][1], held[1][1], *without)

    def attributions(self) -> tuple[Attribution, ...]:
        """Find what removes the excess after the last impulse; nothing without one."""
        if not self._holds:
            return ()
        found = []
        for i, ablation in enumerate(counterfactuals.ABLATIONS):
            if ablation.name in counterfactuals.CLAMPED and not counterfactuals.departs(self._scenario, ablation.name):
                continue
            stream = of_ablation(i)
            ours = counterfactuals.ablated(self._scenario, ablation, self._control_run.ds, stream)
            theirs = None
            if ablation.both:
                theirs = counterfactuals.ablated(self._control, ablation, self._control_run.ds, stream)
            subject = self._bench.run(ablation.text, ours).ds
            control = self._control_run.ds if theirs is None else self._bench.run(ablation.text, theirs).ds
            found.append(Attribution(*ablation[:3], self._removed(subject, control)))
        return tuple(found)

    def _removed(self, subject: xr.Dataset, control: xr.Dataset) -> Measured:
        """Return the share of the excess that is gone, each relative to the force of its own control."""
        force = self.force
        if self._where.drive is not None:  # a control ablated to nothing has no contraction to compare with
            force = float(analysis.held_force(control, *self._where.drive).mean())
            if force < LEAST_FORCE * self.force:
                return Measured(np.nan, np.nan)
        left = analysis.excess_force(subject, control, *self._where.hold) / force
        return measured(analysis.fraction_removed(xr.Dataset(self.excess._asdict()), left))


def _force_and_heads(ds: xr.Dataset, part: slice) -> tuple[float, float]:
    """Return the mean active force (pN per thick filament) and share of heads attached."""
    force, heads = analysis.active_force(ds), analysis.attached_fraction(ds)
    return float(force.sel(time=part).mean()), float(heads.sel(time=part).mean())
