"""What is recorded of half-sarcomeres: variables, their dimensions, units, names, and where they are read."""

from __future__ import annotations

import numpy as np

from sarcomere.recording.variable import TIME, Variable
from sarcomere.scenario.fibre import FibreScenario
from sarcomere_kernels import types as k

UNIT_DIMS = ("replicate", "motor_unit", "time")


def _sampled(column: k.Sample, units: str, long_name: str, dtype: str = "f4") -> Variable:
    """Variable that is a column of the kernel's samples, ``Trace.series``."""
    return Variable(column.name.lower(), UNIT_DIMS, units, long_name, dtype, lambda series: series[..., column])


SERIES = (
    _sampled(k.Sample.FORCE, "pN", "force of the half-sarcomere per thick filament"),
    _sampled(k.Sample.TITIN_FORCE, "pN", "part of force carried by titin"),
    _sampled(k.Sample.HS_LENGTH, "nm", "length of the half-sarcomere", "f8"),
    _sampled(k.Sample.CA, "umol/L", "free myoplasmic calcium"),
    _sampled(k.Sample.CA_SR, "umol/L", "free calcium in the sarcoplasmic reticulum"),
    _sampled(k.Sample.CA_RELEASED, "umol/L", "calcium released since the start, leak included, per myoplasm"),
    _sampled(k.Sample.CA_PUMPED, "umol/L", "calcium taken up by SERCA since the start, per myoplasm"),
    _sampled(k.Sample.RU_OPEN_FRACTION, "1", "regulatory units that are open"),
    _sampled(k.Sample.RU_CALCIUM_FRACTION, "1", "regulatory calcium sites that are filled"),
    _sampled(k.Sample.ATP_USED, "1", "ATP used per head since the start", "f8"),
    _sampled(k.Sample.RESIDUAL, "pN", "largest force out of balance at any node"),
    _sampled(k.Sample.SOLVER_ITERATIONS, "1", "conjugate-gradient iterations since the start", "f8"),
)
HEAD_STATES = Variable("head_state_fraction", (*UNIT_DIMS, "head_state"), "1", "heads in each chemical state")
LIGANDS = (
    Variable("atp_mM", UNIT_DIMS, "mmol/L", "MgATP"),
    Variable("adp_uM", UNIT_DIMS, "umol/L", "free MgADP"),
    Variable("pi_mM", UNIT_DIMS, "mmol/L", "inorganic phosphate"),
)
# Kept where a protocol imposes them; what holds throughout stands in the parameters.
IMPOSED = (
    Variable("load", UNIT_DIMS, "pN", "load per thick filament, NaN under length control"),
    *LIGANDS,
    Variable("temperature_C", UNIT_DIMS, "degree_Celsius", "temperature"),
)
MUSCLE_FORCE = Variable(
    "muscle_force", ("replicate", "time"), "N", "force of all fibres along the muscle, passive included"
)
SNAPSHOT_TIME = Variable("snapshot_time", ("snapshot_time",), "s", "time of the head-by-head snapshot", "f8")
SNAPSHOT_DIMS = ("replicate", "motor_unit", "snapshot_time", "thick_filament", "crown", "head")
SNAPSHOTS = (
    Variable("snapshot_state", SNAPSHOT_DIMS, "1", "state of each head, as an index of head_state", "i1"),
    Variable("snapshot_strain", SNAPSHOT_DIMS, "nm", "strain of each attached head, NaN where detached"),
)
DWELL = Variable(
    "dwell_count",
    ("replicate", "motor_unit", "exit_path", "dwell"),
    "1",
    "attachments that ended in the whole run, by how they ended and how long they lasted",
    "i8",
)
IMPULSES = Variable(
    "impulse_time",
    ("motor_unit", "impulse"),
    "s",
    "times of the impulses that the drive imposes on the fibres, NaN beyond the last",
    "f8",
)


def recorded(scenario: FibreScenario) -> tuple[Variable, ...]:
    """List what a run keeps against time, dimensions as they are in its file.

    Parameters
    ----------
    scenario : FibreScenario
        What is run.

    Returns
    -------
    tuple of Variable
    """
    imposed = {name for s in scenario.conditions for name, course in s.protocol if course is not None}
    kept = [TIME, *SERIES, HEAD_STATES, *(v for v in IMPOSED if v.name in imposed), MUSCLE_FORCE]
    if scenario.snapshot_every:
        kept += [SNAPSHOT_TIME, *SNAPSHOTS]
    return tuple(in_file(variable, scenario) for variable in kept)


def in_file(variable: Variable, scenario: FibreScenario) -> Variable:
    """Return a variable with its dimensions in a file: conditions of a series replace motor units."""
    if scenario.series is None:
        return variable
    if variable is MUSCLE_FORCE:
        return variable._replace(dims=("replicate", "condition", "time"))
    return variable._replace(dims=tuple("condition" if dim == "motor_unit" else dim for dim in variable.dims))


def dwell_edges(step_ms: float) -> np.ndarray:
    """Lower edges of the dwell bins, ms.

    Parameters
    ----------
    step_ms : float
        Time step; dwells are whole steps.

    Returns
    -------
    ndarray, shape (n_bins,)
        Ten bins per decade; the last also holds everything longer.
    """
    return step_ms * 10.0 ** (np.arange(k.N_DWELL_BINS) / k.DWELL_BINS_PER_DECADE)
