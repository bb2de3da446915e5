"""Twins of a run: its matched control, its ablations, and its tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sarcomere.parameters import Chemistry, load_fibre
from sarcomere.parameters.tables import set_key
from sarcomere.scenario.course_reduction import moved, thinned
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.random_streams import Offset

HOLD_S = 1.5  # after the last impulse: where a hold shows itself; choice
LEAST_AFTER_S, MOST_AFTER_S = 2.0, 6.0  # of the record after the last impulse that are replayed; choice
REFERENCE_HZ = {"slow": 20.0, "fast": 40.0}  # a fused train at 37 C; choice
REFERENCE_S = 1.0
STRETCH = 0.05  # of the length
STRETCH_SPEED = 0.5  # lengths/s
PROBES_NM = (1.0, 1e-6)  # releases of the half-sarcomere itself; the second one only parts the steps as the first does
HALF_SARCOMERE_STIFFNESS = 40.0  # pN/nm, for the share of a release that a tendon takes; order of magnitude
PCA_TOLERANCE = 0.02
STEADY_PCA = (7.5, 7.0, 6.7, 6.5, 6.3, 6.1, 5.9, 5.7, 5.5, 5.0, 4.5)
STEADY_S = 0.6
CLAMPED = ("atp_mM", "adp_uM")


class Windows(NamedTuple):
    """Where a run is read, s."""

    drive: tuple[float, float] | None  # the last second of impulses
    hold: tuple[float, float]  # what follows the last impulse; without impulses the last third


def windows(scenario: FibreScenario) -> Windows:
    """Find where a run and its counterfactuals are read.

    Parameters
    ----------
    scenario : FibreScenario
        As ``prepared`` gives it.

    Returns
    -------
    Windows
    """
    times = scenario.drive.impulses_s or []
    if not times:
        return Windows(None, (2 / 3 * scenario.run.duration_s, scenario.run.duration_s))
    first, last = times[0], times[-1]
    return Windows((max(first, last - 1.0), max(last, first + 0.1)), (last, last + HOLD_S))


def changed(scenario: FibreScenario, values: Mapping[str, Any], stream: int | None = None) -> FibreScenario:
    """Return a scenario with values replaced.

    Parameters
    ----------
    scenario : FibreScenario
        What to change.
    values : mapping
        By dotted key.
    stream : int, optional
        Added to ``run.stream``: a member of ``Offset``, each with random numbers of its own.

    Returns
    -------
    FibreScenario
    """
    table = scenario.model_dump()
    if stream is not None:
        table["run"]["stream"] += stream
    for key, value in values.items():
        set_key(table, key, value, key)
    return FibreScenario.model_validate(table)


def prepared(scenario: FibreScenario, replicates: int, n_thick: int) -> FibreScenario:
    """Return the run as it is replayed: sampled every ms, and for some time after the last impulse.

    Parameters
    ----------
    scenario : FibreScenario
        One motor unit, impulses written out.
    replicates, n_thick : int
        How often, and on how many thick filaments at most.

    Returns
    -------
    FibreScenario
    """
    times, duration = scenario.drive.impulses_s or [], scenario.run.duration_s
    if times:
        duration = min(max(duration, times[-1] + LEAST_AFTER_S), times[-1] + MOST_AFTER_S)
    else:
        duration = max(duration, 2 * LEAST_AFTER_S)
    step = scenario.numerics.step_ms
    return changed(
        scenario,
        {
            "run.duration_s": duration,
            "run.replicates": replicates,
            "lattice.n_thick": min(n_thick, scenario.lattice.n_thick),
            "record.sample_interval_ms": step * max(1, round(1.0 / step)),
            "record.snapshot_interval_ms": 0.0,
        },
    )


def control(scenario: FibreScenario) -> FibreScenario:
    """Return the matched control: same fibre type, impulses, length, temperature; resting chemistry, shipped fibre."""
    fibre = scenario.motor_units[0].fibre
    rest = {name: Chemistry.model_fields[name].default for name in ("atp_mM", "adp_uM", "pi_mM")}
    values: dict[str, Any] = {f"chemistry.{name}": value for name, value in rest.items()}
    values |= {f"protocol.{name}": None for name in rest}
    values[f"fibres.{fibre}"] = load_fibre(fibre).model_dump()
    return changed(scenario, values, Offset.CONTROL)


def unlike_shipped(scenario: FibreScenario) -> dict[str, tuple[float, float]]:
    """Return parameters of the fibre that differ from the shipped ones: value here and there."""
    fibre = scenario.motor_units[0].fibre
    ours, theirs = scenario.fibres[fibre].model_dump(), load_fibre(fibre).model_dump()
    return {
        f"{group}.{name}": (value, theirs[group][name])
        for group, table in ours.items()
        if isinstance(table, dict)
        for name, value in table.items()
        if value != theirs[group][name]
    }


def reference(control: FibreScenario) -> FibreScenario:
    """Return a fused contraction of the control: the reference of a run without impulses."""
    rate = REFERENCE_HZ[control.motor_units[0].fibre]
    times = 0.05 + np.arange(round(REFERENCE_S * rate)) / rate
    return changed(
        control,
        {"drive": {"impulses_s": times.tolist()}, "run.duration_s": float(times[-1]) + HOLD_S},
        Offset.REFERENCE,
    )


def stopped(scenario: FibreScenario, at_s: float) -> FibreScenario:
    """Return the same with no impulse after a time."""
    times = [time for time in scenario.drive.impulses_s or [] if time <= at_s]
    return changed(scenario, {"drive": {"impulses_s": times}, "run.duration_s": at_s + HOLD_S}, Offset.STOPPED)


def stretched(scenario: FibreScenario, at_s: float) -> FibreScenario:
    """Return the same, its impulses stopped, stretched by 5 % at 0.5 lengths/s and held for a second."""
    length = scenario.initial_length
    times = [time for time in scenario.drive.impulses_s or [] if time <= at_s]
    course = _dumped(scenario, "length")
    return changed(
        scenario,
        {
            "drive": {"impulses_s": times},
            "protocol.length": moved(course, at_s, STRETCH * length, STRETCH / STRETCH_SPEED),
            "run.duration_s": at_s + STRETCH / STRETCH_SPEED + 1.0 + 0.05,
        },
        Offset.STRETCHED,
    )


def probed(scenario: FibreScenario, at_s: float, release_nm: float) -> FibreScenario:
    """Return the same with a small release of the half-sarcomere whose first step is sampled."""
    step, at_s = scenario.numerics.step_ms, probe_time(scenario, at_s)
    release = -release_nm * (1.0 + HALF_SARCOMERE_STIFFNESS * scenario.mechanics.series_compliance)
    return changed(
        scenario,
        {
            "protocol.length": moved(_dumped(scenario, "length"), at_s, release, 0.0),
            "run.duration_s": at_s + 0.005,
            "record.sample_interval_ms": step,
        },
        Offset.PROBED,
    )


def probe_time(scenario: FibreScenario, near_s: float) -> float:
    """Return the beginning of a step, s."""
    step = scenario.numerics.step_ms
    return round(near_s * 1e3 / step) * step * 1e-3


def steady_table(control: FibreScenario, length: float) -> FibreScenario:
    """Return a series of held calcium under resting chemistry, at one length."""
    fibre = control.motor_units[0].fibre
    return changed(
        control,
        {
            "title": f"Steady force of the {fibre} fibre",
            "drive": {"pCa": STEADY_PCA[0]},
            "protocol": {},
            "mechanics.series_compliance": 0.0,
            "run.hs_length": length,
            "run.duration_s": STEADY_S,
            "series": {"vary": [{"key": "drive.pCa", "values": list(STEADY_PCA), "name": None}]},
        },
        Offset.STEADY,
    )


class Ablation(NamedTuple):
    """A change that takes one mechanism away."""

    name: str
    mechanism: str  # what holds if this removes the excess
    text: str
    both: bool  # the control is ablated too


ABLATIONS = (
    Ablation(
        "crossbridge_cooperativity", "cooperative_hold", "heads no longer hold regulatory units open (chi = 1)", True
    ),
    Ablation("cooperativity", "cooperative_hold", "regulatory units no longer couple (J = 0)", True),
    Ablation("off_state", "off_state", "the OFF state frozen: every head ON throughout", True),
    Ablation("calcium", "calcium", "calcium clamped to the control's transient", False),
    Ablation("atp_mM", "rigor_am", "ATP clamped at rest", False),
    Ablation("adp_uM", "adp_retained", "ADP clamped at rest", False),
)


def ablated(scenario: FibreScenario, ablation: Ablation, control_run: xr.Dataset, stream: int) -> FibreScenario:
    """Return a run with one mechanism taken away.

    Parameters
    ----------
    scenario : FibreScenario
        The run or its control.
    ablation : Ablation
        Which.
    control_run : xarray.Dataset
        The control as it ran, for its calcium.
    stream : int
        Added to ``run.stream``, as ``of_ablation`` gives it.

    Returns
    -------
    FibreScenario
    """
    fibre = f"fibres.{scenario.motor_units[0].fibre}"
    if ablation.name == "crossbridge_cooperativity":
        return changed(scenario, {f"{fibre}.regulation.crossbridge_cooperativity": 1.0}, stream)
    if ablation.name == "cooperativity":
        return changed(scenario, {f"{fibre}.regulation.cooperativity": 0.0}, stream)
    if ablation.name == "off_state":  # a muscle that starts with no head OFF has none later
        return changed(scenario, {f"{fibre}.off_state.k_off_return": 0.0}, stream)
    if ablation.name == "calcium":
        mean = control_run.ca.mean("replicate").isel(motor_unit=0).values
        course = thinned(control_run.time.values, 6.0 - np.log10(np.clip(mean, 1e-4, 1e4)), PCA_TOLERANCE)
        return changed(scenario, {"drive": {"pCa": course["value"][0]}, "protocol.pCa": course}, stream)
    rest = Chemistry.model_fields[ablation.name].default
    return changed(scenario, {f"chemistry.{ablation.name}": rest, f"protocol.{ablation.name}": None}, stream)


def departs(scenario: FibreScenario, name: str) -> bool:
    """Whether a concentration is ever other than at rest."""
    course = getattr(scenario.protocol, name)
    values = [getattr(scenario.chemistry, name)] if course is None else course.value
    return any(value != Chemistry.model_fields[name].default for value in values)


def _dumped(scenario: FibreScenario, name: str) -> dict[str, Any] | None:
    course = getattr(scenario.protocol, name)
    return None if course is None else dict(course.model_dump())
