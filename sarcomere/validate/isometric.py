"""Equilibrium, and isometric force, heads and ATP at full calcium: rows 1, 2, 3, 9, 10."""

from __future__ import annotations

import math

import xarray as xr

from sarcomere.analysis import (
    HEADS_mM,
    attached_fraction,
    force_length,
    heads_per_filament,
    q10,
    slope,
    steady_state,
    tension,
)
from sarcomere.parameters import Chemistry
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.validate.experiment import (
    FIBRES,
    REFERENCE_NM,
    SMOOTH,
    Effort,
    Experiment,
    Row,
    Values,
    active,
    late_atpase,
    late_force,
    of,
    scenario,
)

_SETTLED_S = 0.3  # equilibrium is reached well before
_ACTIN_NM, _REPEAT = 2.75, 13
_HELD_S = 0.44  # force is steady in the second half
_LOOSE = {
    "hydrolysis_equilibrium": 1.0,
    "attach_equilibrium": 0.5,
    "stroke_equilibrium_M": 0.2,
    "isomerise_equilibrium": 1.0,
    "adp_dissociation_uM": 1e4,
    "k_atp_bind": 2.5e5,
}


def equilibrium(effort: Effort) -> FibreScenario:
    """Describe ATP at which its hydrolysis yields no free energy, at lengths over a whole repeat of the actin helix.

    Every state is about equally likely there and every step reversed many times a second; strokes, stiffness and the
    form of all rates stay those of the fibre, whose own constants would take minutes to come to equilibrium.
    Filaments are rigid, since compliant ones settle without thermal motion; heads never go OFF, since a rate that
    follows force needs energy.
    """
    bath = Chemistry(adp_uM=1e4, pi_mM=200.0, delta_g0_kJ=0.0)
    atp = bath.atp_mM * math.exp(bath.delta_g)
    return scenario(
        effort._replace(n_thick=1),
        "Equilibrium",
        effort.pick(1.2, 0.8),
        [{"key": "run.hs_length", "name": "held_length", "values": [1300.0 + _ACTIN_NM * i for i in range(_REPEAT)]}],
        run={"regulated": False, "replicates": effort.pick(16, 8)},
        chemistry={"adp_uM": bath.adp_uM, "pi_mM": bath.pi_mM, "atp_mM": atp, "delta_g0_kJ": 0.0},
        mechanics={"stiffness_thick": 1e9, "modulus_thin_nN": 1e7},
        numerics={"step_ms": 0.05},  # equilibrium is exact in the limit of short steps only
        fibres={name: {"off_state": {"k_off_return": 0.0}, "cycle": _LOOSE} for name in FIBRES},
    )


def read_equilibrium(ds: xr.Dataset) -> Values:
    """Read force and net flux, over all lengths."""
    force = steady_state(active(ds), _SETTLED_S)["mean"]
    flux = slope(ds.atp_used, _SETTLED_S)["mean"]
    return {
        f"{name}_{fibre}": float(values.where(ds.fibre == fibre).mean())
        for fibre in FIBRES
        for name, values in (("force", force), ("flux", flux))
    }


def isometric(effort: Effort) -> FibreScenario:
    """Describe full calcium at body temperature."""
    return scenario(effort._replace(n_thick=SMOOTH), "Isometric force", effort.pick(1.2, 0.8))


def read_tension(ds: xr.Dataset) -> Values:
    """Read the tension of the fibre, kPa."""
    found = {fibre: float(tension(ds, late_force(of(ds, fibre=fibre))).item()) for fibre in FIBRES}
    return {**{f"tension_{fibre}": found[fibre] for fibre in FIBRES}, "ratio": found["fast"] / found["slow"]}


def bound_heads(ds: xr.Dataset) -> dict[str, float]:
    """Return the share of heads attached, by fibre type, in the second half of the record."""
    bound = steady_state(attached_fraction(ds), 0.5 * float(ds.time[-1]))["mean"]
    return {fibre: float(bound.where(ds.fibre == fibre).mean()) for fibre in FIBRES}


def read_heads(ds: xr.Dataset) -> Values:
    """Read attached share, and force of each attached head, pN."""
    heads, values = heads_per_filament(ds), Values()
    for fibre, bound in bound_heads(ds).items():
        force = float(late_force(of(ds, fibre=fibre)).item())
        values |= {f"bound_{fibre}": bound, f"per_head_{fibre}": force / (heads * bound)}
    return values


def lengths(effort: Effort) -> FibreScenario:
    """Describe isometric contractions from the ascending limb to the end of overlap, as in the shipped force-length."""
    full = [875, 900, 925, 950, 975, 1025, 1100, 1175, 1250, 1300, 1350, 1400, 1475, 1550, 1650, 1750, 1850]
    quick = [875, 900, 925, 950, 975, 1025, 1100, 1200, 1275, 1325, 1375, 1475, 1600, 1725, 1850]
    held = [float(nm) for nm in effort.pick(full, quick)]
    return scenario(
        effort._replace(n_thick=SMOOTH, replicates=effort.pick(4, 3)),
        "Force and length",
        _HELD_S,
        [{"key": "run.hs_length", "name": "held_length", "values": held}],
    )


def read_lengths(ds: xr.Dataset) -> Values:
    """Read the optimum (um) and slopes (F0/um) of the force-length curve."""
    curve = force_length(ds, 0.5 * _HELD_S, _HELD_S)
    names = {"optimum": "optimum", "up": "ascending", "down": "descending"}
    return {f"{line}_{fibre}": float(curve[name].sel(fibre=fibre)) for fibre in FIBRES for line, name in names.items()}


def temperatures(effort: Effort) -> FibreScenario:
    """Describe full calcium in the cold."""
    return scenario(
        effort,
        "Force and temperature",
        effort.pick(2.4, 1.8),
        [{"key": "chemistry.temperature_C", "values": [12.0, 16.0, 20.0]}],
        run={"hs_length": REFERENCE_NM},
    )


def read_temperatures(ds: xr.Dataset) -> Values:
    """Read ATPase at 20 C (mM/s) and its Q10."""
    values = Values()
    for fibre in FIBRES:
        one = of(ds, fibre=fibre)
        rate = HEADS_mM * late_atpase(one)
        values[f"{fibre}_20"] = float(rate[one.temperature_C.values == 20.0].item())
        values[f"q10_{fibre}"] = float(q10(rate, one.temperature_C, "condition").q10)
    return values


EXPERIMENTS: dict[str, Experiment] = {
    "equilibrium": equilibrium,
    "isometric": isometric,
    "lengths": lengths,
    "temperatures": temperatures,
}
ROWS = {
    1: Row(("equilibrium",), read_equilibrium),
    2: Row(("isometric",), read_tension),
    3: Row(("isometric",), read_heads),
    9: Row(("lengths",), read_lengths),
    10: Row(("temperatures",), read_temperatures),
}
