"""Runs the arms that the chosen rows need, each once and side by side, and reads the rows from them."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed

import numpy as np
import xarray as xr

from sarcomere.recording import provenance
from sarcomere.scenario.kinds import of_kind
from sarcomere.scenario.loop import LoopScenario
from sarcomere.scenario.reading import read
from sarcomere.simulation.warm_up import load_kernels
from sarcomere.validate.cramp import muscle_rows, nerve_rows, relief_rows
from sarcomere.validate.cramp.arms import Arm, Job, Row, Values
from sarcomere.validate.cramp.measures import MEASURES
from sarcomere.validate.report import CRAMP, Report
from sarcomere.validate.runner import finding
from sarcomere.validate.targets import Finding, read_targets

ROWS: dict[int, Row] = dict(sorted((nerve_rows.ROWS | relief_rows.ROWS | muscle_rows.ROWS).items()))

LONG_ROWS = (5, 12)  # minutes of a core for each seed: quick leaves them out unless they are asked for

Progress = Callable[[str, float], None]


def validate_cramp(
    rows: list[int] | None = None, *, quick: bool = False, threads: int = 1, progress: Progress | None = None
) -> Report:
    """Run the cramp scenarios and compare them with measured cramps.

    Parameters
    ----------
    rows : list of int, optional
        Rows of the table; by default all.
    quick : bool
        Fewer seeds, for larger standard errors; without ``LONG_ROWS`` unless they are asked for.
    threads : int
        Processes side by side; changes no value.
    progress : callable, optional
        Called with the name of the scenario that was run last and the share of all work done.

    Returns
    -------
    Report
        Every line of the table with our value and its standard error over seeds.

    Raises
    ------
    InputError
        If there is no such row.
    """
    targets, begin = read_targets(rows, "cramp"), time.monotonic()
    if quick and rows is None:
        targets = [target for target in targets if target.row not in LONG_ROWS]
    numbers = list(dict.fromkeys(target.row for target in targets))
    arms = [arm for number in numbers for arm in ROWS[number].arms.values()]
    results = run_all(arms, quick, threads, progress)
    findings: list[Finding] = []
    for number in numbers:
        values, errors = measure(ROWS[number], quick, results)
        findings += [finding(target, values, errors) for target in targets if target.row == number]
    jobs = list(results)
    seeds = sorted({job.seed for job in jobs})
    attributes = provenance.attributes(_scenario(jobs[0])) | {"seed": f"{seeds[0]} to {seeds[-1]}"}
    return Report(findings, [], quick=quick, seconds=time.monotonic() - begin, provenance=attributes, wording=CRAMP)


def run_all(arms: Iterable[Arm], quick: bool, threads: int = 1, progress: Progress | None = None) -> dict[Job, Values]:
    """Run every seed of every arm, each once.

    Parameters
    ----------
    arms : iterable of Arm
        Which; where two differ in the number of seeds only, they share runs.
    quick : bool
        Fewer seeds.
    threads : int
        Processes; 1 stays in this one.
    progress : callable, optional
        As for ``validate_cramp``.

    Returns
    -------
    dict of Job to dict of str to float
        What was read from each.
    """
    cost = {job: arm.cost_s for arm in arms for job in arm.jobs(quick)}
    total, done = sum(cost.values()), 0.0
    results: dict[Job, Values] = {}
    for job, values in _finished(sorted(cost, key=lambda job: -cost[job]), threads):
        results[job] = values
        done += cost[job]
        if progress is not None:
            progress(f"{job.scenario}, {job.measure}", done / total)
    return results


def _finished(jobs: list[Job], threads: int) -> Iterable[tuple[Job, Values]]:
    """Return jobs and what came of them, as they come; the longest begin first."""
    if threads == 1:
        for job in jobs:
            yield job, run_job(job)
        return
    context = multiprocessing.get_context("spawn")  # no thread of this process is copied half-way
    pool = ProcessPoolExecutor(min(threads, len(jobs)), context, load_kernels, ("loop",))
    try:
        futures = {pool.submit(run_job, job): job for job in jobs}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def run_job(job: Job) -> Values:
    """Run one seed and read it."""
    return MEASURES[job.measure](_scenario(job))


def _scenario(job: Job) -> LoopScenario:
    return of_kind(read(job.scenario, {**json.loads(job.changes), "run.seed": job.seed}), LoopScenario)


def measure(row: Row, quick: bool, results: Mapping[Job, Values]) -> tuple[Values, Values]:
    """Return values of a row, and their standard errors by leaving out seeds in turn (jackknife).

    Parameters
    ----------
    row : Row
        What to read.
    quick : bool
        Whether fewer seeds were run.
    results : mapping of Job to dict
        What was read from each run.

    Returns
    -------
    tuple of dict
        Values and standard errors by the name of the line.
    """
    jobs = {name: arm.jobs(quick) for name, arm in row.arms.items()}
    n = min(len(seeds) for seeds in jobs.values())
    whole = {name: _table([results[job] for job in seeds]) for name, seeds in jobs.items()}
    paired = {name: table.isel(replicate=slice(n)) for name, table in whole.items()}
    values = row.read(paired)
    parts = [
        row.read({name: table.isel(replicate=np.arange(n) != left) for name, table in paired.items()})
        for left in range(n)
    ]
    spread = {name: np.var([part[name] for part in parts]) for name in values}
    return values, {name: float(np.sqrt((n - 1) * spread[name])) for name in values}


def _table(rows: list[Values]) -> xr.Dataset:
    return xr.Dataset({name: ("replicate", [row[name] for row in rows]) for name in rows[0]})
