"""Fit regulation and calcium handling of a fibre type to what human muscle does; prints the values for data/parameters.

    python data/calibration/fit_fibres.py slow
    python data/calibration/fit_fibres.py fast

Stages, each with the ones before it: opening_equilibrium to pCa50, and calcium handling with k_close to
the twitch, its ratio to the tetanus, and the force-frequency relation.  Seeds are fixed, so the fit can be run again.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import xarray as xr
from scipy.optimize import brentq, minimize

import sarcomere
from sarcomere.parameters import fibre_table
from sarcomere.scenario.checking import from_dict

# Targets.  pCa50: slow more sensitive than fast, within 5.7-6.1 and 5.6-6.0.  Twitch: human triceps surae contracts in
# 112 +- 11 ms and half-relaxes in 100 +- 14 ms [@Sale1982], fast motor units of the gastrocnemius in 40-80 ms;
# twitch:tetanus 0.10-0.25; half of the tetanic force near 10 Hz (slow) and 20 Hz (fast).  All but triceps surae:
# unsourced (docs/unsourced.md).
TARGETS: dict[str, dict[str, float]] = {
    "slow": {
        "pCa50": 5.93,
        "contraction": 105.0,
        "half_relaxation": 100.0,
        "ratio": 0.2,
        "half_Hz": 10.0,
    },
    "fast": {
        "pCa50": 5.80,
        "contraction": 60.0,
        "half_relaxation": 60.0,
        "ratio": 0.2,
        "half_Hz": 20.0,
    },
}
TENDON = 0.2  # nm/pN; human twitches are measured through one
# Ranges aimed at, widened downward for both pumps and the slow release; outside them the fit pays.
BOUNDS: dict[str, dict[str, tuple[float, float]]] = {
    "slow": {
        "release_uM": (80, 110),
        "inactivation": (0.3, 0.95),
        "v_pump_mM_s": (0.6, 1.0),
        "k_off_open_uM": (0.015, 0.1),
        "k_close": (200, 1500),
    },
    "fast": {
        "release_uM": (150, 200),
        "inactivation": (0.3, 0.95),
        "v_pump_mM_s": (1.4, 2.2),
        "k_off_open_uM": (0.05, 0.5),
        "k_close": (300, 3000),
    },
}


def run(fibre: str, values: dict[str, Any], drive: dict[str, Any], duration: float, **other: Any) -> xr.Dataset:
    """A small ensemble of one fibre type."""
    table = {
        "title": "calibration",
        "run": {"duration_s": duration, "replicates": 6, "seed": 11, **other.get("run", {})},
        "drive": drive,
        "motor_units": [{"id": 1, "fibre": fibre}],
        "lattice": {"n_thick": 8},
        "mechanics": {"series_compliance": other.get("tendon", 0.0)},
        "fibres": {fibre: values},
    }
    return sarcomere.run(from_dict(table), threads=2)


def active(ds: xr.Dataset) -> xr.DataArray:
    """Mean force per thick filament beyond what titin carries."""
    return (ds.force - ds.titin_force).mean(("replicate", "motor_unit"))


def steady(fibre: str, values: dict[str, Any], pca: float) -> float:
    """Isometric force at constant calcium, pN per thick filament."""
    ds = run(fibre, values, {"pCa": pca}, 0.7)
    return float(active(ds).sel(time=slice(0.4, None)).mean())


def fit_opening(fibre: str, values: dict[str, Any]) -> float:
    """opening_equilibrium that puts half of the full force at pCa50."""
    full = steady(fibre, values, 4.5)

    def miss(log_l: float) -> float:
        trial = merged(values, {"regulation": {"opening_equilibrium": float(np.exp(log_l))}})
        return steady(fibre, trial, TARGETS[fibre]["pCa50"]) / full - 0.5

    return float(f"{np.exp(brentq(miss, np.log(0.002), np.log(0.5), xtol=0.02)):.3g}")


def twitch(fibre: str, values: dict[str, Any]) -> tuple[float, float, float]:
    """Peak force, contraction time (ms), half-relaxation time (ms)."""
    ds = run(fibre, values, {"train": {"frequency_Hz": 1.0, "count": 1, "start_s": 0.05}}, 0.7, tendon=TENDON)
    window = np.hanning(31)
    force = np.convolve(active(ds).values, window / window.sum(), "same")
    peak = int(force[:400].argmax())
    below = np.flatnonzero(force[peak:] < force[peak] / 2)
    half = float(below[0]) if below.size else 600.0
    return float(force[peak]), peak - 50.0, half


def train_force(fibre: str, values: dict[str, Any], frequency: float) -> float:
    """Mean force over the last 0.3 s of a 0.8 s train."""
    train = {"frequency_Hz": frequency, "count": int(0.8 * frequency), "start_s": 0.05}
    return float(active(run(fibre, values, {"train": train}, 0.85, tendon=TENDON)).sel(time=slice(0.55, None)).mean())


def measure(fibre: str, values: dict[str, Any]) -> dict[str, float]:
    """Twitch and force-frequency measures of a fibre."""
    peak, contraction, half = twitch(fibre, values)
    tetanus = train_force(fibre, values, 100.0)
    at_half = train_force(fibre, values, TARGETS[fibre]["half_Hz"]) / tetanus
    at_60 = train_force(fibre, values, 60.0) / tetanus
    return {
        "contraction": contraction,
        "half_relaxation": half,
        "ratio": peak / tetanus,
        "at_half_Hz": at_half,
        "at_60_Hz": at_60,
        "tetanus": tetanus,
    }


def fit_calcium(fibre: str, values: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Calcium handling, k_off_open and k_close that give the twitch; Nelder-Mead on the logarithms, within bounds.

    It starts from the shipped values.

    What calcium does to a unit goes as opening_equilibrium/k_off_open^sites, which is kept, so that pCa50 hardly moves.
    """
    table = fibre_table(fibre)["regulation"]
    kept = values["regulation"]["opening_equilibrium"] / table["k_off_open_uM"] ** table["n_calcium_sites"]
    names = list(BOUNDS[fibre])
    shipped = {**fibre_table(fibre)["calcium"], **table}
    start = np.log([shipped[n] for n in names])
    low, high = (np.log([BOUNDS[fibre][n][i] for n in names]) for i in (0, 1))

    def split(x: np.ndarray) -> dict[str, dict[str, float]]:
        found = {n: float(f"{v:.3g}") for n, v in zip(names, np.exp(x), strict=True)}
        k_open = found.pop("k_off_open_uM")
        opening = float(f"{kept * k_open ** table['n_calcium_sites']:.3g}")
        regulation = {"k_close": found.pop("k_close"), "k_off_open_uM": k_open, "opening_equilibrium": opening}
        return {"regulation": regulation, "calcium": found}

    def cost(x: np.ndarray) -> float:
        m, t = measure(fibre, merged(values, split(np.clip(x, low, high)))), TARGETS[fibre]
        full = full_force(fibre, values)
        misses = [np.log(max(m[k], 1e-3) / t[k]) for k in ("contraction", "half_relaxation", "ratio")]
        misses += [m["at_half_Hz"] - 0.5, 2 * min(m["at_60_Hz"] - 0.95, 0.0), 2 * min(m["tetanus"] / full - 0.9, 0.0)]
        total = float(np.sum(np.square(misses)) + 10 * np.sum((x - np.clip(x, low, high)) ** 2))
        print(f"  {total:.4f}", split(np.clip(x, low, high)), {k: round(v, 2) for k, v in m.items()}, flush=True)
        return total

    first = np.clip(start, low + 0.02, high - 0.02)
    corners = np.vstack([first, first + 0.15 * np.diag(np.where(first - low > high - first, -1.0, 1.0))])
    best = minimize(
        cost, first, method="Nelder-Mead", options={"maxfev": 45, "fatol": 1e-3, "initial_simplex": corners}
    )
    return split(np.clip(best.x, low, high))


_full: dict[str, float] = {}


def full_force(fibre: str, values: dict[str, Any]) -> float:
    """Force at saturating calcium, computed once."""
    if fibre not in _full:
        _full[fibre] = steady(fibre, values, 4.5)
    return _full[fibre]


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Tables of ``base`` with entries of ``over`` laid on top."""
    return {key: {**base.get(key, {}), **over.get(key, {})} for key in {*base, *over}}


def main(fibre: str) -> None:
    """Run the stages and print what they found."""
    values: dict[str, Any] = {"regulation": {"opening_equilibrium": fit_opening(fibre, {})}}
    print(fibre, values, flush=True)
    values = merged(values, fit_calcium(fibre, values))
    print(fibre, values, measure(fibre, values), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
