"""What the duration of a cramp depends on: three properties of the motoneurons, by random walks and by variances.

python docs/scripts/sensitivity_cramp.py [walks [base points]]     (6 and 8: 64 runs, 5 minutes of one core)

One person, the same for all points (common random numbers), without lattices, whose pool is smaller and whose currents
inactivate faster than usual, so that cramps are over after seconds. The folders are kept in ./sensitivity-cramp:
the same command does only what is missing, and more base points keep those that are there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import xarray as xr

import sarcomere
from sarcomere import analysis
from sarcomere.analysis.statistics.sensitivity import Design, indices, morris_design, sobol_design

RANGES = {
    "pool.kappa": (1.05, 1.35),  # strength of the persistent inward current
    "pool.x_base": (0.18, 0.24),  # input at rest, as a share of rheobase
    "pool.pic.tau_inactivation_s": (8.0, 25.0),  # how slowly that current inactivates
}
SETTINGS = {
    "run.duration_s": 18.0,
    "numerics.exchange_ms": 10,
    "pool.n_units": 60,
    "interventions.0.count": 40,
}


def durations(design: Design, folder: Path) -> xr.DataArray:
    """Duration of the cramp at each point, s; 0 without one, and of one still on the time it has lasted."""
    report = sarcomere.sweep("stim-above", folder=folder, points=design.points, settings=SETTINGS, replicates=1, seed=1)
    for failure in report.failures:
        print(f"failed: {failure.point}: {failure.error}")
    episode = analysis.cramp_episode(sarcomere.open_ensemble(folder))
    still = int((episode.ended_by == "still on").sum())
    print(f"{report.runs} runs ({report.made} made now), {int(episode.cramp.sum())} cramps, {still} of them still on")
    return episode.duration.where(episode.cramp | ~episode.done, 0.0).mean("replicate")


def main(walks: int, base_points: int, folder: Path = Path("sensitivity-cramp")) -> tuple[xr.Dataset, xr.Dataset]:
    """Run both designs, print and give their indices."""
    folder.mkdir(exist_ok=True)
    designs = {"morris": morris_design(RANGES, walks), "sobol": sobol_design(RANGES, base_points)}
    effects, shares = (indices(durations(design, folder / kind), design) for kind, design in designs.items())
    for name, found in (("mu_star", effects), ("first", shares), ("total", shares)):
        print(f"\n{found[name].attrs['long_name']} ({found[name].attrs['units']})")
        for key in found.key.values:
            low, high = found[f"{name}_ci"].sel(key=key).values
            print(f"  {key:30} {float(found[name].sel(key=key)):6.2f}   ({low:.2f} to {high:.2f})")
    return effects, shares


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or (6, 8)))
