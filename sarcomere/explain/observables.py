"""Twins are run, and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import xarray as xr

from sarcomere import analysis
from sarcomere.explain.counterfactuals import Windows
from sarcomere.explain.explanation import Drive, Measured, Observed
from sarcomere.half_sarcomere.variables import dwell_edges
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.simulation.fibre import FibreSimulation

CHECK_S = 0.05  # how often the ages of attached heads are looked at
PAUSE_S = 0.5  # longer intervals are pauses, not intervals of a discharge

Progress = Callable[[str, float], None]


class Counterfactual(NamedTuple):
    """A run in memory."""

    ds: xr.Dataset
    standing: xr.DataArray  # attached heads by replicate, time, head_state and dwell


class Bench:
    """Runs counterfactuals one after the other and tells how far it is.

    Parameters
    ----------
    threads : int
        Half-sarcomeres advanced at once.
    progress : callable, optional
        Takes what is being run and the share of all work done.
    """

    def __init__(self, threads: int, progress: Progress | None) -> None:
        self._threads, self._progress = threads, progress
        self._done, self._planned = 0.0, 0.0

    def plan(self, *scenarios: FibreScenario) -> None:
        """Say what is still to be done."""
        self._planned = self._done + sum(_work(scenario) for scenario in scenarios)

    def run(self, title: str, scenario: FibreScenario) -> Counterfactual:
        """Run a scenario, keeping the ages of its attached heads now and then."""
        simulation = FibreSimulation(scenario)
        block = max(1, round(CHECK_S * 1e3 / scenario.record.sample_interval_ms))
        blocks, checks, times = [], [], []
        for piece in simulation.blocks(self._threads, block):
            blocks.append(piece)
            checks.append(simulation.attachment_ages())
            times.append(float(piece.time[-1]))
            self._tell(title, scenario, len(piece.time) / (scenario.n_samples + 1))
        ds = simulation.dataset(*blocks)
        dims = ("time", "replicate", ds.force.dims[1], "head_state", "dwell")
        coords = {
            "time": times,
            "head_state": analysis.ATTACHED,
            "dwell": dwell_edges(scenario.numerics.step_ms),
        }
        return Counterfactual(ds, xr.DataArray(np.stack(checks), dims=dims, coords=coords))

    def _tell(self, title: str, scenario: FibreScenario, share: float) -> None:
        self._done += share * _work(scenario)
        if self._progress is not None:
            self._progress(title, self._done / max(self._planned, self._done))


def _work(scenario: FibreScenario) -> float:
    return scenario.run.duration_s * scenario.run.replicates * len(scenario.conditions)


def drive_of(scenario: FibreScenario, command_end: float | None) -> Drive:
    """Return impulses of a scenario.

    Parameters
    ----------
    scenario : FibreScenario
        With ``drive.impulses_s``.
    command_end : float, optional
        When the voluntary command or the stimulation ended, s.

    Returns
    -------
    Drive
    """
    times = np.array(scenario.drive.impulses_s or [])
    intervals = np.diff(times)
    intervals = intervals[intervals < PAUSE_S]
    mean = intervals.mean() if intervals.size else np.nan
    after = None
    if command_end is not None:
        after = max(0.0, float(times[-1]) - command_end) if times.size else 0.0
    return Drive(
        impulses=times.size,
        first=float(times[0]) if times.size else np.nan,
        last=float(times[-1]) if times.size else np.nan,
        rate=float(1 / mean),
        cv=float(intervals.std(ddof=1) / mean) if intervals.size > 1 else np.nan,
        after_command=after,
    )


def observe(
    run: Counterfactual,
    where: Windows,
    compared: tuple[float, float],
    control: xr.Dataset,
    steady: xr.DataArray,
    stiffness: float,
) -> Observed:
    """Read a run and its attached heads.

    Parameters
    ----------
    run : Counterfactual
        Of one motor unit.
    where : Windows
        Of drive and hold.
    compared : tuple of float
        Window (s) in which its heads are looked at.
    control : xarray.Dataset
        The run whose attachments say what is prolonged.
    steady : xarray.DataArray
        Steady force against pCa.
    stiffness : float
        Stiffness per force, 1/nm, from a run of its own.

    Returns
    -------
    Observed
    """
    ds, standing = run.ds, run.standing.sel(time=slice(*compared)).sum(["time", "replicate"])
    threshold = analysis.prolonged_threshold(control)
    long = analysis.prolonged_attachment(ds, control).sel(exit_path="all")
    release = analysis.relaxation_after_impulses(ds)
    drive = _one(analysis.held_force(ds, *where.drive).mean()) if where.drive else np.nan
    unexplained = analysis.ca_unexplained_force(ds, steady).mean("replicate").sel(time=slice(*where.hold))
    residual = release.residual.squeeze().values
    return Observed(
        force=drive,
        held=_one(analysis.held_force(ds, *where.hold).mean()),
        attached=_one(analysis.attached_fraction(ds).sel(time=slice(*compared)).mean()),
        rigor_am=_one(analysis.rigor_am(ds, *compared)["mean"]),
        adp_retained=_one(analysis.adp_retained(standing, threshold)),
        prolonged=_one(long.prolonged),
        attached_beyond=_one(analysis.attached_beyond(standing, threshold)),
        mean_attachment_ms=_one(long.mean_attachment),
        cost=_one(analysis.economy(ds, *compared).cost),
        stiffness_to_force=stiffness,
        ca_unexplained=_one(unexplained.mean()),
        from_impulse=_one(release.from_impulse),
        from_calcium=_one(release.from_calcium),
        calcium_below=_one(release.calcium_below),
        residual_50ms=float(residual[0]),
        residual_100ms=float(residual[1]),
        residual_200ms=float(residual[2]),
    )


def _one(values: xr.DataArray) -> float:
    """Return the number of the one motor unit."""
    return float(values.squeeze())


def measured(found: xr.Dataset) -> Measured:
    """Return the mean and error of the one motor unit."""
    return Measured(_one(found["mean"]), _one(found["sem"]))
