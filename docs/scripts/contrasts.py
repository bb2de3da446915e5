"""Figure docs/figures/contrasts.png: four contractions side by side: python docs/scripts/contrasts.py (5 minutes)."""

from __future__ import annotations

from pathlib import Path

import sarcomere
from sarcomere.plot import contrast_figure

FIGURE = Path(__file__).parents[1] / "figures" / "contrasts.png"
# Name in the figure: scenario, and what is changed so that each has lattices and what happens is seen.
RUNS = {
    "voluntary": ("control-mvc", {"muscle.explicit_units": 4, "lattice.n_thick": 2}),
    "cramp": ("nocturnal-calf-cramp", {"lattice.n_thick": 2}),
    "no ATP": ("rigor-mcardle", {}),
    "slow calcium pump": ("sr-pump-slow", {}),
}

if __name__ == "__main__":
    runs = {name: sarcomere.run(sarcomere.read(*scenario), threads=2) for name, scenario in RUNS.items()}
    contrast_figure(runs, "What holds a muscle").savefig(FIGURE, dpi=130)
    print(FIGURE)
