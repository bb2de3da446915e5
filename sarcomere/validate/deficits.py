"""What the cycle is known to get wrong with rigid filaments, and whether the lattice cures it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import xarray as xr

from sarcomere.validate.experiment import FIBRES, Row, Values
from sarcomere.validate.ligands import relative_to_plenty
from sarcomere.validate.rigor import drift
from sarcomere.validate.shortening import RAMPS_ML_S, stretched_force
from sarcomere.validate.transients import full_rates

RIGID_K_TR = {"fast": 200.0, "slow": 60.0}  # 1/s at 37 C; the cycle with rigid filaments
MEASURED_K_TR = {"fast": (30.0, 90.0), "slow": (8.0, 25.0)}  # 1/s at 37 C; unsourced (docs/unsourced.md)
_LEVEL = 1.05  # ratio up to which force counts as level


class Deficit(NamedTuple):
    """A known deficit: what the rigid table does, what we read, and how the reading is judged by fibre type."""

    name: str
    rigid: str
    row: Row
    units: str
    judge: Callable[[Values, str], str]


class Remedy(NamedTuple):
    """What the lattice does about a deficit, for one fibre type; ``values`` are (name, value, s.e.m.)."""

    name: str
    fibre: str
    rigid: str
    values: tuple[tuple[str, float, float], ...]
    units: str
    verdict: str


def _read_k_tr(ds: xr.Dataset) -> Values:
    return {f"k_tr {fibre}": rate for fibre, rate in full_rates(ds).items()}


def _judge_k_tr(values: Values, fibre: str) -> str:
    rate, (low, high) = values[f"k_tr {fibre}"], MEASURED_K_TR[fibre]
    if low <= rate <= high:
        return "cured"
    return "eased, not cured" if high < rate < 0.75 * RIGID_K_TR[fibre] else "not cured"


def _read_starved(ds: xr.Dataset) -> Values:
    values = Values()
    for fibre in FIBRES:
        force = relative_to_plenty(ds, fibre)
        values |= {
            f"F(100 µM) {fibre}": float(force.sel(atp_mM=0.1)),
            f"F(20 µM) {fibre}": float(force.sel(atp_mM=0.02)),
            f"F(1 µM) {fibre}": float(force.sel(atp_mM=0.001)),
        }
    return values


def _judge_starved(values: Values, fibre: str) -> str:
    highest = max(values[f"F(100 µM) {fibre}"], values[f"F(20 µM) {fibre}"])
    return "cured" if values[f"F(1 µM) {fibre}"] <= _LEVEL * highest else "not cured, still rising"


def _read_rigor(ds: xr.Dataset) -> Values:
    return {
        f"{when} {fibre}": value
        for fibre, pair in drift(ds).items()
        for when, value in zip(("half-way", "at the end"), pair, strict=True)
    }


def _judge_rigor(values: Values, fibre: str) -> str:
    if values[f"at the end {fibre}"] <= _LEVEL * values[f"half-way {fibre}"]:
        return "settles"
    return "still rising at the end of the record"


def _read_stretch(ds: xr.Dataset) -> Values:
    return {
        f"{speed:g} ML/s {fibre}": value
        for fibre, forces in stretched_force(ds).items()
        for speed, value in zip(RAMPS_ML_S, forces, strict=True)
    }


def _judge_stretch(values: Values, fibre: str) -> str:
    forces = [values[f"{speed:g} ML/s {fibre}"] for speed in RAMPS_ML_S]
    return "cured, holds at high speed" if forces[-1] * _LEVEL >= max(forces) else "not cured, falls at high speed"


DEFICITS = (
    Deficit("k_tr too fast at 37 °C", "200 fast, 60 slow", Row(("redevelopment",), _read_k_tr), "1/s", _judge_k_tr),
    Deficit(
        "force rises without end as ATP falls, pCa 4.5",
        "1.11, 1.56, 2.0 (fast), 1.07, 1.41, 1.8 (slow) at 100, 10, 1 µM",
        Row(("atp_force",), _read_starved),
        "force at 5 mM",
        _judge_starved,
    ),
    Deficit(
        "force in rigor rises without end, 0.1 µM ATP, pCa 4.5",
        "–",
        Row(("rigor",), _read_rigor),
        "active force",
        _judge_rigor,
    ),
    Deficit(
        "force falls in fast stretch",
        "1.56 (fast), 1.49 (slow) at 0.05 V0, less above 0.2 V0",
        Row(("stretch",), _read_stretch),
        "isometric force",
        _judge_stretch,
    ),
)


def remedies(deficit: Deficit, values: Values, errors: Values) -> list[Remedy]:
    """Find what a reading says about a deficit.

    Parameters
    ----------
    deficit : Deficit
        Which.
    values, errors : dict of str to float
        Reading and standard errors; names end with the fibre type.

    Returns
    -------
    list of Remedy
        One for each fibre type.
    """
    return [
        Remedy(
            deficit.name,
            fibre,
            deficit.rigid,
            tuple(
                (name.removesuffix(f" {fibre}"), value, errors[name])
                for name, value in values.items()
                if name.endswith(f" {fibre}")
            ),
            deficit.units,
            "no value"
            if any(math.isnan(value) for name, value in values.items() if name.endswith(f" {fibre}"))
            else deficit.judge(values, fibre),
        )
        for fibre in FIBRES
    ]
