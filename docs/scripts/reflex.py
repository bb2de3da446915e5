"""Tables of docs/cramp/reflex.md: python docs/scripts/reflex.py (half a minute)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests hold what is measured

from sarcomere import MotoneuronPool, PoolInputs, load_pool
from tests.support.pool_bench import units_left
from tests.support.reflex_bench import stretch

GAINS = (0.0, 0.05)


def stretches() -> None:
    """Abrupt and slow stretches of a muscle at 0.3 F0."""
    for ms in (100, 500, 2000):
        cells = [f"{value:.3g}" for value in stretch(ms).values()]
        print("|", ms, "|", " | ".join(cells), "|")


def renshaw() -> None:
    """Rate at a drive of 1.4, and units left after 150 stimuli, with and without Renshaw cells; seeds 0-4."""
    for gain in GAINS:
        with_gain = {"recurrent.gain": gain}
        rates = []
        for seed in range(5):
            pool = MotoneuronPool(
                load_pool("open_loop_prone", with_gain), PoolInputs(x_base=[(0.0, 0.25), (2.0, 1.4)]), seed
            )
            pool.advance(3.0)
            rates.append(pool.advance(1.0)[0].size / pool.parameters.n_units)
        left = [
            np.mean([units_left("open_loop_prone", hz, seed, **with_gain).size for seed in range(5)])
            for hz in (14.0, 16.0, 20.0)
        ]
        print("|", gain, "|", f"{np.mean(rates):.1f}", "|", " | ".join(f"{n:.1f}" for n in left), "|")


if __name__ == "__main__":
    stretches()
    renshaw()
