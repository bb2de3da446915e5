"""What the model says where muscle was measured: lines of the validation table that the cycle decides."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import curve_fit

from mean_field.shortening import LOADS, isotonic, slide, unloaded_velocity
from mean_field.steady import KPA, LENGTH, N_HEADS, Isometric
from mean_field.transients import COMPLIANCE, N_PHASES, at_once, recovered, redevelopment, relaxation
from sarcomere.analysis import HEADS_mM
from sarcomere.parameters import Chemistry, CycleParameters, FibreParameters
from sarcomere.validate.rigor import ADP_uM_PER_mM, RIGOR_mM, reachable

Line = tuple[int, str]  # row and line of the validation table, the fibre type left out
Readings = dict[Line, float]

STRETCH, COLD, RELAXATION = 0, 0, 0  # rows of lines that are not in the table
_COLD_C, _COOL_C, _COLD_REDEVELOPMENT_C = 12.0, 20.0, 15.0
_WINDOW_S = {"fast": (0.006, 0.016), "slow": (0.015, 0.045)}  # after a release, as in the table
_GUESS = {"fast": 8000.0, "slow": 2600.0}  # nm/s
STRETCHES = (0.05, 0.4, 1.5, 3.0)  # ML/s
_PHOSPHATE_mM = np.array([1.0, 3.0, 10.0, 30.0])
_RESTING_PI_mM = 4.0
_STEPS_NM = np.array([-3.0, -7.0, -12.0])


def read_rows(fibre: str, parameters: FibreParameters) -> Readings:
    """Read every line of one fibre type.

    Parameters
    ----------
    fibre : {"slow", "fast"}
        Fibre type: how it was measured.
    parameters : FibreParameters
        Its constants at 37 C.

    Returns
    -------
    dict
        Values by row and line.
    """

    def under(**bath: Any) -> Isometric:
        return Isometric(parameters.cycle, parameters.off_state, **bath)

    warm, cold = under(), under(temperature_C=_COLD_C)
    v0 = unloaded_velocity(warm, _GUESS[fibre])
    cold_v0 = unloaded_velocity(cold, v0 / 7.0)
    readings = _isometric(warm, cold, under(temperature_C=_COOL_C), parameters.cycle.stiffness_head)
    readings |= _rigor(under(atp_mM=RIGOR_mM, adp_uM=ADP_uM_PER_mM * RIGOR_mM).bound, cold.bound, parameters.cycle)
    readings |= _releases(warm, v0, _WINDOW_S[fibre])
    readings |= _stretches(warm)
    readings |= _nucleotides(under, v0)
    if fibre == "fast":
        readings |= _cold_nucleotides(under, cold_v0)
    readings |= _phosphate(under, warm, v0)
    readings |= _transients(parameters, warm, v0, cold_v0)
    return {**readings, (7, "slack"): v0 / LENGTH, (COLD, "v0_12"): cold_v0 / LENGTH}


def _isometric(warm: Isometric, cold: Isometric, cool: Isometric, stiffness: float) -> Readings:
    q10 = (cool.atpase / cold.atpase) ** (10.0 / (_COOL_C - _COLD_C))
    return {
        (2, "tension"): warm.force * KPA,
        (3, "bound"): warm.bound,
        (3, "per_head"): warm.force / warm.bound,
        (10, "20"): HEADS_mM * cool.atpase,
        (10, "q10"): q10,
        (18, "heads"): -cold.force / cold.bound / stiffness,
        (COLD, "tension_12"): cold.force * KPA,
    }


def _rigor(bound: float, cold_bound: float, cycle: CycleParameters) -> Readings:
    whole = reachable(round(cycle.stroke_1 + cycle.stroke_2, 1))
    active, rigor = (COMPLIANCE + 1.0 / (N_HEADS * share * cycle.stiffness_head) for share in (cold_bound, bound))
    return {(15, "bound"): bound / whole, (15, "heads"): bound / cold_bound, (15, "stiffness"): active / rigor}


def _releases(warm: Isometric, v0: float, window: tuple[float, float]) -> Readings:
    velocity, atpase, bound = isotonic(warm, v0, window).T
    (v_max, a, f0), _ = curve_fit(
        lambda f, v, a, f0: v * (1.0 - f / f0) / (1.0 + f / (f0 * a)), LOADS, velocity, (v0, 0.3, 1.0), maxfev=400
    )
    best = float(np.sqrt(a * (a + 1.0)) - a)
    order = np.argsort(velocity)
    bath = Chemistry()
    energy = -bath.delta_g * bath.thermal_energy
    return {
        (4, "bound"): bound[0],
        (7, "hill"): v_max / LENGTH,
        (8, "a"): a,
        (8, "v"): best,
        (8, "f"): best * f0,
        (11, "fenn"): np.interp(0.3 * v_max, velocity[order], atpase[order]) / warm.atpase,
        (12, "efficiency"): _peak(LOADS * warm.force * velocity / (atpase * energy)),
    }


def _peak(values: np.ndarray) -> float:
    """Return the top of a parabola through the highest point and its neighbours, were they one apart."""
    i = int(np.clip(np.argmax(values), 1, values.size - 2))
    below, top, above = values[i - 1 : i + 2]
    bend = below - 2.0 * top + above
    return float(top - (above - below) ** 2 / (8.0 * bend)) if bend < 0 else float(top)


def _stretches(warm: Isometric) -> Readings:
    found = {speed: slide(warm.head, -speed * LENGTH, warm.n_on, warm.leave_off) for speed in STRETCHES}
    force = {(STRETCH, f"{speed:g} ML/s"): means.force / warm.cycling.force for speed, means in found.items()}
    return {**force, (11, "stretch"): found[STRETCHES[0]].flux * warm.n_on / warm.atpase}


def _nucleotides(under: Any, v0: float) -> Readings:
    force = {atp: under(atp_mM=atp).force for atp in (5.0, 0.1, 0.05, 0.02, 0.005)}
    highest = max(force[atp] for atp in (0.1, 0.05, 0.02))
    velocities = _velocities([under(atp_mM=atp) for atp in (8.0, 1.0, 0.3, 0.1)], v0)
    return {
        (13, "km_37"): 1e3 * _michaelis_menten(np.array([8.0, 1.0, 0.3, 0.1]), velocities),
        (14, "rise"): highest / force[5.0],
        (14, "level"): force[0.005] / highest,
    }


def _cold_nucleotides(under: Any, v0: float) -> Readings:
    atp = np.array([5.0, 0.5, 0.15, 0.05])
    km = _michaelis_menten(atp, _velocities([under(temperature_C=_COLD_C, atp_mM=x) for x in atp], v0))
    adp = np.array([0.02, 1.5, 5.0])
    inhibited = [under(temperature_C=_COLD_C, atp_mM=1.0, adp_uM=1e3 * x) for x in adp]
    (_, ki), _ = curve_fit(
        lambda x, v, ki: v / (1.0 + km * (1.0 + x / abs(ki))), adp, _velocities(inhibited, v0), (v0, 0.25), maxfev=400
    )
    return {
        (13, "km_12"): 1e3 * km,
        (17, "ki"): abs(ki),
        (17, "force"): inhibited[1].force / inhibited[0].force,
    }


def _velocities(states: list[Isometric], v0: float) -> np.ndarray:
    """Unloaded velocity of each, sought from that of the one before."""
    found: list[float] = []
    for state in states:
        found.append(unloaded_velocity(state, 0.8 * found[-1] if found else v0))
    return np.array(found)


def _michaelis_menten(atp: np.ndarray, velocity: np.ndarray) -> float:
    """Km of a velocity, in the unit of ``atp``."""
    (_, km), _ = curve_fit(lambda x, v, km: v * x / (abs(km) + x), atp, velocity, (velocity.max(), 0.2), maxfev=400)
    return float(abs(km))


def _phosphate(under: Any, warm: Isometric, v0: float) -> Readings:
    states = [under(pi_mM=pi) for pi in _PHOSPHATE_mM]
    slope = _per_decade([state.force for state in states])
    return {
        (16, "cold"): _per_decade([under(temperature_C=_COLD_C, pi_mM=pi).force for pi in _PHOSPHATE_mM]),
        (16, "warm"): slope,
        (16, "atpase"): _per_decade([state.atpase for state in states]) / slope,
        (16, "velocity"): unloaded_velocity(states[-1], v0) / v0,
    }


def _per_decade(values: list[float]) -> float:
    """Slope against log10 of phosphate, over the value at rest."""
    slope, at_rest = np.polyfit(np.log10(_PHOSPHATE_mM / _RESTING_PI_mM), values, 1)
    return float(slope / at_rest)


def _transients(parameters: FibreParameters, warm: Isometric, v0: float, cold_v0: float) -> Readings:
    cycle, off_state = parameters.cycle, parameters.off_state
    cool = Isometric(cycle, off_state, temperature_C=_COLD_REDEVELOPMENT_C)
    held = Isometric(cycle, off_state, n_phases=N_PHASES, temperature_C=_COLD_C)
    warm_held = Isometric(cycle, off_state, n_phases=N_PHASES)
    t2 = recovered(held, _STEPS_NM)
    deepest = np.polyfit(_STEPS_NM[-2:], t2[-2:], 1)
    return {
        (18, "y0"): at_once(held),
        (18, "t2"): t2[0],
        (18, "zero"): -deepest[1] / deepest[0],
        (RELAXATION, "quarter"): 1e3 * relaxation(warm_held),
        (20, "k_37"): redevelopment(warm, v0, 0.03),
        (20, "k_15"): redevelopment(cool, 1.25 * cold_v0, 0.1),
    }
