"""Runs the experiments that the chosen rows need, once each, and reads the rows from their records."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr

from sarcomere.scenario.fibre import FibreScenario
from sarcomere.simulation.fibre import FibreSimulation
from sarcomere.validate import calcium, contraction, isometric, ligands, rigor, shortening, transients
from sarcomere.validate.deficits import DEFICITS, remedies
from sarcomere.validate.experiment import FULL, QUICK, Effort, Experiment, Row, Values
from sarcomere.validate.report import Report
from sarcomere.validate.targets import Finding, Target, read_targets

_GROUPS = (isometric, calcium, shortening, ligands, rigor, transients, contraction)
EXPERIMENTS: dict[str, Experiment] = {name: make for group in _GROUPS for name, make in group.EXPERIMENTS.items()}
ROWS: dict[int, Row] = {number: row for group in _GROUPS for number, row in group.ROWS.items()}
_BLOCKS = 20  # of a record, between which progress is told

Progress = Callable[[str, float], None]


def validate(
    rows: list[int] | None = None, *, quick: bool = False, threads: int = 1, progress: Progress | None = None
) -> Report:
    """Measure the model by the experiments that muscle was measured with.

    Parameters
    ----------
    rows : list of int, optional
        Rows of the table; by default all.
    quick : bool
        Fewer filaments, replicates and points, for larger standard errors.
    threads : int
        Half-sarcomeres advanced at once; changes no value.
    progress : callable, optional
        Called with the name of the running experiment and the share of all work done.

    Returns
    -------
    Report
        Every line of the table with our value and its standard error.

    Raises
    ------
    InputError
        If there is no such row.
    """
    targets = read_targets(rows)
    effort, begin = QUICK if quick else FULL, time.monotonic()
    records = run_all(experiments_of(targets), effort, threads, progress)
    findings, fixed = [], []
    for number in dict.fromkeys(target.row for target in targets):
        values, errors = measure(ROWS[number], records)
        findings += [finding(t, values, errors) for t in targets if t.row == number]
    for deficit in DEFICITS:
        if set(deficit.row.experiments) <= records.keys():
            fixed += remedies(deficit, *measure(deficit.row, records))
    attributes = next(iter(records.values())).attrs
    return Report(findings, fixed, quick=quick, seconds=time.monotonic() - begin, provenance=attributes)


def experiments_of(targets: Sequence[Target]) -> list[str]:
    """Return names of the experiments that targets need, each once."""
    return list(dict.fromkeys(name for target in targets for name in ROWS[target.row].experiments))


def run_all(
    names: Sequence[str], effort: Effort, threads: int = 1, progress: Progress | None = None
) -> dict[str, xr.Dataset]:
    """Run experiments one after the other.

    Parameters
    ----------
    names : sequence of str
        Which.
    effort : Effort
        How large.
    threads : int
        Half-sarcomeres advanced at once.
    progress : callable, optional
        Called with the name of the running experiment and the share of all work done.

    Returns
    -------
    dict of str to xarray.Dataset
        Record of each.
    """
    scenarios = {name: EXPERIMENTS[name](effort) for name in names}
    work = {name: _work(s) for name, s in scenarios.items()}
    done, total = 0.0, sum(work.values())
    records = {}
    for name, s in scenarios.items():
        simulation, blocks = FibreSimulation(s), []
        for block in simulation.blocks(threads, max(2, s.n_samples // _BLOCKS)):
            blocks.append(block)
            if progress is not None:
                progress(s.title, (done + work[name] * simulation.samples_done / s.n_samples) / total)
        done += work[name]
        records[name] = simulation.dataset(*blocks)
    return records


def _work(s: FibreScenario) -> float:
    """Return filament-steps of a scenario: what its time goes by."""
    return s.lattice.n_thick * s.run.replicates * len(s.conditions) * s.run.duration_s / s.numerics.step_ms


def measure(row: Row, records: Mapping[str, xr.Dataset]) -> tuple[Values, Values]:
    """Return values of a row, and their standard errors by leaving out replicates in turn (jackknife).

    Parameters
    ----------
    row : Row
        What to read.
    records : mapping of str to Dataset
        Record of each experiment; where one has more replicates than another they are left out in groups.

    Returns
    -------
    tuple of dict
        Values and standard errors by the name of the line.
    """
    used = [records[name] for name in row.experiments]
    groups = min(ds.sizes["replicate"] for ds in used)
    values = row.read(*used)
    parts = []
    for group in range(groups):
        kept = (np.flatnonzero(np.arange(ds.sizes["replicate"]) % groups != group) for ds in used)
        parts.append(row.read(*(ds.isel(replicate=keep) for ds, keep in zip(used, kept, strict=True))))
    spread = {name: np.var([part[name] for part in parts]) for name in values}
    return values, {name: float(np.sqrt((groups - 1) * spread[name])) for name in values}


def finding(target: Target, values: Values, errors: Values) -> Finding:
    """Return a target beside what was measured; some count in standard errors."""
    if target.needs:
        return Finding(target)
    value, error = values[target.line], errors[target.line]
    return Finding(target, value / error, 1.0) if target.unit == "s.e.m." else Finding(target, value, error)
