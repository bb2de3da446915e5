"""Fit two constants of the thin filament to the force-pCa curve of the human slow fibre.

python docs/scripts/fit_force_pca.py     (a minute of one core)

The measured curve is Hill's, with the middle of the ranges of pCa50 and nH that are reported for skinned slow fibres of
humans (rows pCa50_slow and nH_slow of data/measurements/validation_targets.csv; values unsourced). Least squares over
the same random numbers at every step, so that the model is a function of its parameters alone; errors are those of the
linearised fit and hold the scatter of the small lattice. From cooperativity 1.4 it finds the same within them.
"""

from __future__ import annotations

import csv
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.stats import t as student

from sarcomere import analysis, simulator
from sarcomere.parameters.shipped import data_path

PCA = [6.6, 6.2, 6.0, 5.9, 5.8, 5.6, 5.2, 4.5]
SETTINGS = {
    "series.vary.0.values": ["slow"],
    "series.vary.1.values": PCA,
    "lattice.n_thick": 4,
    "run.duration_s": 0.8,
    "run.replicates": 2,
}
KEYS = ["fibres.slow.regulation.k_off_open_uM", "fibres.slow.regulation.cooperativity"]
START = np.array([0.06, 0.9])
STEP = 0.25  # relative, of the derivatives: shorter ones see the noise of single heads


class Fit(NamedTuple):
    """Fitted values, half-widths of their 95 % intervals, and how far the curve is from the measured one."""

    values: NDArray[np.float64]
    half_widths: NDArray[np.float64]
    rms: float


def measured() -> NDArray[np.float64]:
    """Relative force at each pCa."""
    with open(data_path("measurements/validation_targets.csv"), encoding="utf-8") as file:
        rows = {
            row["line"]: 0.5 * (float(row["low"]) + float(row["high"]))
            for row in csv.DictReader(file)
            if row["line"] in ("pCa50_slow", "nH_slow")
        }
    return 1 / (1 + 10 ** (rows["nH_slow"] * (np.array(PCA) - rows["pCa50_slow"])))


def relative_force(ds: xr.Dataset) -> xr.DataArray:
    """Steady active force at each pCa over that at the last, saturating one."""
    force = analysis.steady_state(ds.force - ds.titin_force, 0.4)["mean"]
    return force / force.isel(condition=-1)


def fit(seed: int = 1) -> Fit:
    """Fit the constants on a logarithmic scale, as both are positive."""
    simulate, target = simulator("force-pca", KEYS, relative_force, settings=SETTINGS), measured()
    found = least_squares(
        lambda x: simulate(START * np.exp(x - 1), seed) - target,
        np.ones(len(KEYS)),  # 1 at the start, so that relative steps of x are those of the constants
        diff_step=STEP,
        xtol=0.01,
        ftol=0.01,
        max_nfev=12,
    )
    freedom = len(PCA) - len(KEYS)
    covariance = np.linalg.inv(found.jac.T @ found.jac) * (2 * found.cost / freedom)
    values = START * np.exp(found.x - 1)
    half_widths = values * np.sqrt(np.diag(covariance)) * student.ppf(0.975, freedom)
    return Fit(values, half_widths, float(np.sqrt(2 * found.cost / len(PCA))))


if __name__ == "__main__":
    result = fit()
    for key, value, half in zip(KEYS, result.values, result.half_widths, strict=True):
        print(f"{key:40} {value:.4g} ± {half:.2g}")
    print(f"root mean square distance of relative force: {result.rms:.3f}")
