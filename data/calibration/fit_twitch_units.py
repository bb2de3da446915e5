"""Fit twitches of motor units without a lattice to force of the lattice; prints data/parameters/twitch_units.toml.

    python data/calibration/fit_twitch_units.py > data/parameters/twitch_units.toml

Half-sarcomeres of each fibre type get trains of 1 to 80 Hz for a second and three irregular trains; the twitch model,
run by the kernel that simulations use, is fitted to their mean force, each train weighted by the inverse of its peak so
that twitches count as well as tetani.  A fourth irregular train is kept apart to test the fit.  Then the ATP of heads
per activation, the calcium pumped after one impulse, and active force against length are measured.  Errors go to
stderr.  Seeds are fixed; about 3 minutes on two cores.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from scipy.optimize import least_squares

import sarcomere
from sarcomere.analysis import HEADS_mM
from sarcomere.organs.muscle import fresh_muscle, pack_muscle, trace_muscle
from sarcomere.parameters import FIBRE_TYPES, MechanicsParameters, load_fibre
from sarcomere.parameters.muscle import (
    OVERLAP_FIRST,
    OVERLAP_POINTS,
    OVERLAP_STEP,
    MuscleParameters,
    TwitchParameters,
    TwitchUnitParameters,
)
from sarcomere.scenario.checking import from_dict
from sarcomere_kernels import advance_muscle
from sarcomere_kernels.muscle import MuscleDrive

START, DURATION, REST = 0.05, 4.0, 45  # s, s, ms without an impulse
SHORT = 0.75  # L0, a calf with the foot pointed
FREQUENCIES = (1, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 60, 80)
IRREGULAR = ((14.5, 1), (8.0, 2), (22.0, 3), (18.0, 4))  # mean rate (Hz) and seed; the last is only tested
CV = 0.45  # of the intervals in cramps [@Minetto2009]
LATTICE = {"lattice": {"n_thick": 4}, "mechanics": {"series_compliance": 0.1}, "numerics": {"step_ms": 0.2}}
FREE = ("decay_ms", "saturation", "half", "exponent", "tau_open_ms", "tau_close_ms", "full_pN")
FIRST_GUESS = {
    "slow": (130.0, 2.4, 1.8, 2.5, 90.0, 80.0, 440.0),
    "fast": (42.0, 0.6, 0.88, 4.0, 80.0, 60.0, 420.0),
}
LEAST = {"exponent": 1.2}
MOST = {"tau_open_ms": 250.0, "tau_close_ms": 250.0, "full_pN": 1.4}  # full_pN: times the force at 80 Hz


class Answers(NamedTuple):
    """What half-sarcomeres did under each train: means over replicates, a row for each."""

    trains: list[np.ndarray]  # s
    force: np.ndarray  # (train, ms) active, pN per thick filament
    atp: np.ndarray  # (train, ms) used per head
    pumped: np.ndarray  # (train, ms) uM


def trains() -> list[np.ndarray]:
    """Times of impulses, s."""
    regular = [START + np.arange(frequency) / frequency for frequency in FREQUENCIES]
    irregular = []
    for mean, seed in IRREGULAR:
        intervals = np.random.default_rng(seed).gamma(CV**-2, CV**2 / mean, round(10 * mean))
        times = START + np.cumsum(intervals)
        irregular.append(times[times < DURATION - 0.4])
    return regular + irregular


def simulate(fibre: str, units: list[int], run: dict[str, Any], drive: dict[str, Any]) -> xr.Dataset:
    """Half-sarcomeres of one fibre type."""
    members = [{"id": unit, "fibre": fibre} for unit in units]
    table = {"title": "calibration", "run": run, "drive": drive, "motor_units": members, **LATTICE}
    return sarcomere.run(from_dict(table), threads=2)


def answers(fibre: str, given: list[np.ndarray], length: float = 1.0) -> Answers:
    """Force, ATP and calcium under trains at a length (L0)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trains.csv"
        rows = [f"{unit},{time:.6f}" for unit, times in enumerate(given) for time in times]
        path.write_text("\n".join(["motor_unit,time_s", *rows]))
        run = {"duration_s": DURATION, "replicates": 6, "seed": 11, "hs_length": 1300.0 * length}
        ds = simulate(fibre, list(range(len(given))), run, {"discharge_file": str(path)})
    mean = ds[["force", "titin_force", "atp_used", "ca_pumped"]].mean("replicate")
    return Answers(given, (mean.force - mean.titin_force).values, mean.atp_used.values, mean.ca_pumped.values)


class Followers(NamedTuple):
    """What the model did under each train."""

    force: np.ndarray  # (train, ms), from time zero on, pN per thick filament
    pumped: np.ndarray  # (train,) uM


def follow(fibre: str, values: TwitchParameters, given: list[np.ndarray], length: float = 1.0) -> Followers:
    """The model, one unit at a time, at a length (L0)."""
    p = MuscleParameters(
        slow_share=float(fibre == "slow"), explicit_units=0, twitch_units=TwitchUnitParameters(slow=values, fast=values)
    )
    muscle = pack_muscle(p, 1, {name: load_fibre(name) for name in FIBRE_TYPES}, MechanicsParameters())
    n_ms = round(DURATION * 1e3)
    none, trace = np.zeros((1, n_ms)), trace_muscle(muscle, n_ms)
    force, pumped = np.zeros((len(given), n_ms + 1)), np.zeros(len(given))
    for row, times in enumerate(given):
        at = np.floor(times * 1e3 + 1e-6).astype(np.int32)
        drive = MuscleDrive(np.zeros_like(at), at, none, none, np.full(n_ms, length), np.ones(1))
        advance_muscle(fresh_muscle(muscle), muscle, drive, trace, n_ms)
        force[row, 1:] = trace.force * muscle.isometric
        pumped[row] = trace.group_pumped[0] * 1e3
    return Followers(force, pumped)


def fit(fibre: str, measured: Answers, fixed: dict[str, Any]) -> TwitchParameters:
    """Twitch that follows all trains but the last."""
    force = measured.force[:-1, REST:]
    weight = 1.0 / np.sqrt(force.max(axis=1, keepdims=True) * force.max())

    def miss(logs: np.ndarray) -> np.ndarray:
        values = TwitchParameters(**dict(zip(FREE, np.exp(logs).tolist(), strict=True)), **fixed)
        model = follow(fibre, values, measured.trains[:-1]).force[:, REST:]
        return ((model - force) * weight)[:, ::5].ravel()

    most = [np.log(MOST.get(name, np.inf) * (fixed["isometric_pN"] if name == "full_pN" else 1.0)) for name in FREE]
    least = [np.log(LEAST.get(name, 1e-3)) for name in FREE]
    start = np.clip(np.log(FIRST_GUESS[fibre]), np.array(least) + 0.01, np.array(most) - 0.01)
    found = least_squares(miss, start, bounds=(least, most), diff_step=1e-3, xtol=1e-4, ftol=1e-4)
    rounded = [float(f"{value:.4g}") for value in np.exp(found.x)]
    return TwitchParameters(**dict(zip(FREE, rounded, strict=True)), **fixed)


def desensitised(fibre: str, values: TwitchParameters) -> float:
    """How much more calcium a short muscle needs: by the mean force of unfused trains at a short length."""
    frequencies = (8, 10, 12, 15, 20, 30)
    given = [START + np.arange(round(2.5 * frequency)) / frequency for frequency in frequencies]
    measured = answers(fibre, given, SHORT).force[:, REST:2500].mean(axis=1)

    def miss(more: np.ndarray) -> np.ndarray:
        tried = values.model_copy(update={"desensitised": float(more[0])})
        model = follow(fibre, tried, given, SHORT).force[:, REST:2500].mean(axis=1)
        told = ", ".join(
            f"{frequency} Hz {ratio:.2f}" for frequency, ratio in zip(frequencies, model / measured, strict=True)
        )
        print(
            f"{fibre} at {SHORT} L0, desensitised {more[0]:.3f}: mean force over the lattice's {told}", file=sys.stderr
        )
        return np.log(model / measured)

    return round(float(least_squares(miss, [1.0], bounds=(0.0, 20.0), diff_step=0.02, xtol=1e-3).x[0]), 3)


def above_rest(used: np.ndarray) -> np.ndarray:
    """How much each train used by its end beyond what rest, two seconds after a twitch, would have."""
    single = used[FREQUENCIES.index(1)]
    return used[:, -1] - (single[-1] - single[2000]) / (single.size - 2001) * (used.shape[1] - 1)


def overlap(fibre: str) -> list[float]:
    """Active force at saturating calcium against length, relative to that at L0."""
    forces = []
    for length in OVERLAP_FIRST + OVERLAP_STEP * np.arange(OVERLAP_POINTS):
        run = {"duration_s": 1.0, "replicates": 8, "seed": 12, "hs_length": float(1300.0 * length)}
        ds = simulate(fibre, [1], run, {"pCa": 4.5}).sel(time=slice(0.4, None))
        forces.append(float((ds.force - ds.titin_force).mean()))
    at_optimum = forces[round((1.0 - OVERLAP_FIRST) / OVERLAP_STEP)]
    return [round(force / at_optimum, 3) for force in forces]


def report(fibre: str, values: TwitchParameters, measured: Answers) -> None:
    """Errors, to stderr: of force, and how much ATP and calcium the model takes relative to the lattice."""
    model = follow(fibre, values, measured.trains)
    spent = above_rest(measured.atp) * HEADS_mM
    pumped = above_rest(measured.pumped)
    names = [f"{frequency} Hz" for frequency in FREQUENCIES]
    names += [f"irregular {mean:g} Hz" for mean, _ in IRREGULAR]
    smooth = np.apply_along_axis(np.convolve, 1, measured.force, np.ones(5) / 5, mode="same")
    for row, name in enumerate(names):
        rms = np.sqrt(np.mean((model.force[row] - measured.force[row]) ** 2)) / values.isometric_pN
        ratios = {
            "peak": model.force[row].max() / smooth[row].max(),
            "mean": model.force[row, REST:].mean() / measured.force[row, REST:].mean(),
            "ATP": values.atp_mM_s * model.force[row].sum() * 1e-3 / values.full_pN / spent[row],
            "calcium": model.pumped[row] / pumped[row],
        }
        told = ", ".join(f"{what} {ratio:.2f}" for what, ratio in ratios.items())
        print(f"{fibre} {name}: rms {100 * rms:.1f} % F0; {told}", file=sys.stderr)


def calibrate(fibre: str) -> TwitchParameters:
    """All values of one fibre type."""
    measured = answers(fibre, trains())
    isometric = measured.force[FREQUENCIES.index(80), 650:1030].mean()
    pumped = above_rest(measured.pumped)[FREQUENCIES.index(1)]
    fixed = {
        "isometric_pN": round(float(isometric), 1),
        "pumped_uM": round(float(pumped), 1),
        "atp_mM_s": 0.0,
        "desensitised": 0.0,
    }
    values = fit(fibre, measured, {**fixed, "overlap": overlap(fibre)})
    spent = above_rest(measured.atp) * HEADS_mM
    total = follow(fibre, values, measured.trains).force.sum(axis=1) * 1e-3 / values.full_pN
    values = values.model_copy(update={"atp_mM_s": round(float(total @ spent / (total @ total)), 3)})
    report(fibre, values, measured)
    return values.model_copy(update={"desensitised": desensitised(fibre, values)})


def main() -> None:
    """Print both fibre types."""
    print(
        "# Twitches of motor units without a lattice, by data/calibration/fit_twitch_units.py, which prints this file."
    )
    print("# Units, meanings, sources: docs/parameters.md.")
    for fibre in FIBRE_TYPES:
        print(f"\n[{fibre}]")
        for name, value in calibrate(fibre):
            print(f"{name} = {value}")


if __name__ == "__main__":
    main()
