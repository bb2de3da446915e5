"""Observables against step length, and docs/figures/step-size.png: python docs/scripts/step_size.py (8 minutes)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from sarcomere.parameters import load_fibre

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.support.bench import steady_states

N_SEEDS = 8
STEPS = (0.0125, 0.05, 0.1, 0.2, 0.4)
CASES = (("fast", 4.5), ("fast", 5.80), ("slow", 4.5), ("slow", 5.93))
NAMES = ("force (pN per thick filament)", "heads attached", "units open", "ATP per head and s")


def observables(fibre: str, pca: float, step: float, duration_ms: float) -> np.ndarray:
    """Mean and standard error of each observable, (observable, 2), over independent half-sarcomeres."""
    first = round(step * 1e5)
    rows = steady_states(load_fibre(fibre), pca, step, duration_ms, range(first, first + N_SEEDS))
    return np.stack([rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(N_SEEDS)], axis=1)


def main(duration_ms: float) -> None:
    """Measure, print a Markdown table, draw."""
    figure = Figure(figsize=(11, 9), layout="constrained")
    axes = figure.subplots(len(NAMES), len(CASES), sharex=True)
    print("| fibre, pCa | step (ms) | " + " | ".join(NAMES) + " |\n|---|---|" + "---|" * len(NAMES))
    for number, (fibre, pca) in enumerate(CASES):
        column = axes[:, number]
        found = np.array([observables(fibre, pca, step, duration_ms) for step in STEPS])
        for step, row in zip(STEPS, found, strict=True):
            cells = " | ".join(f"{mean:.4g} ± {sem:.1g}" for mean, sem in row)
            print(f"| {fibre}, {pca} | {step} | {cells} |", flush=True)
        for i, (name, ax) in enumerate(zip(NAMES, column, strict=True)):
            mean, sem = found[:, i].T
            ax.axhspan(mean[0] - 2 * sem[0], mean[0] + 2 * sem[0], color="0.9")
            ax.errorbar(STEPS, mean, 2 * sem, fmt="o-", markersize=3, color="#0072B2", capsize=2)
            ax.axvline(0.1, color="0.6", linestyle=":")
            ax.set_xscale("log")
            ax.set_xticks(STEPS, [f"{step:g}" for step in STEPS], rotation=45, fontsize="x-small")
            ax.minorticks_off()
            if number == 0:
                ax.set_ylabel(name.replace(" (", "\n("), fontsize="small")
        column[0].set_title(f"{fibre}, pCa {pca}")
        column[-1].set_xlabel("step (ms)")
    figure.suptitle("Steady state against step length, ± 2 s.e.m.; grey: the finest step; dotted: the default")
    figure.savefig(Path(__file__).parents[1] / "figures" / "step-size.png", dpi=110)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1500.0)
