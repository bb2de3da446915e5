"""Print the tables of docs/cramp/junction.md: python docs/scripts/junction.py."""

from __future__ import annotations

import numpy as np

from sarcomere.organs.junction import fresh_junctions, pack_junctions, pack_potassium, release_factor
from sarcomere.parameters.electrolytes import ElectrolyteParameters
from sarcomere.parameters.fibre_wave import FibreApParameters, PotassiumParameters
from sarcomere.parameters.junction import JunctionParameters
from sarcomere_kernels import advance_potassium, carry_impulses, relax_tubules
from sarcomere_kernels.junction import JunctionCount

STEP_MS, SECOND, WINDOW = 0.1, 10_000, 50  # ms; steps
PLASMA = ElectrolyteParameters().potassium_mM
JUNCTIONS = pack_junctions(JunctionParameters(), FibreApParameters(), STEP_MS)
POTASSIUM = pack_potassium(PotassiumParameters())


def transmission(frequency: int, factor: float = 1.0, n_units: int = 2000) -> tuple[float, float]:
    """Share of failures in 30 s of regular impulses without potassium's effect, and the mean potential, mV."""
    constants = JUNCTIONS._replace(k_half=1e3)
    state = fresh_junctions(constants, n_units, PLASMA, np.random.SeedSequence(1))
    step = np.arange(30 * frequency, dtype=np.int64) * (SECOND // frequency)
    unit = np.repeat(np.arange(n_units, dtype=np.int32), step.size)
    carry_impulses(state, constants, unit, np.tile(step, n_units), factor, PLASMA, np.zeros(unit.size, dtype=np.int8))
    arrived, transmitted, _, released = state.counts.sum(axis=0)
    quanta = released / arrived
    return 1.0 - transmitted / arrived, quanta * constants.quantum / (1.0 + quanta / constants.saturation)


def activity(frequency: float, flow: float, seconds: int = 60, n_units: int = 200) -> list[tuple[float, float, float]]:
    """All units at one mean rate, out of phase: interstitial and mean tubular potassium, action potentials per impulse.

    At 5, 15, 30 and 60 s; the share is that of the last 5 s.
    """
    state = fresh_junctions(JUNCTIONS, n_units, PLASMA, np.random.SeedSequence(2))
    interval = SECOND / frequency
    next_step = np.random.default_rng(3).uniform(0, interval, n_units)
    outside, rows, before = PLASMA, [], np.zeros(len(JunctionCount))
    for end in range(WINDOW, seconds * SECOND + 1, WINDOW):
        unit = np.flatnonzero(next_step < end).astype(np.int32)
        step = next_step[unit].astype(np.int64)
        aps = carry_impulses(state, JUNCTIONS, unit, step, 1.0, outside, np.zeros(unit.size, dtype=np.int8))
        next_step[unit] += interval
        relax_tubules(state, JUNCTIONS, end, outside)
        duration = WINDOW * STEP_MS
        outside = advance_potassium(outside, POTASSIUM, PLASMA, aps / (n_units * duration), flow, duration)
        if end % (5 * SECOND) == 0:
            done = state.counts.sum(axis=0) - before
            before = state.counts.sum(axis=0)
            if end // SECOND in (5, 15, 30, 60):
                rows.append(
                    (
                        outside,
                        float(state.k_tubule.mean()),
                        float(done[JunctionCount.PROPAGATED] / done[JunctionCount.ARRIVED]),
                    )
                )
    return rows


def main() -> None:
    """Print the tables."""
    print("| Hz | failures, prototype | failures | mV |\n|---|---|---|---|")
    for frequency, expected in {5: "0", 10: "0.04", 20: "0.17", 25: "0.35", 50: "3.8"}.items():
        failure, potential = transmission(frequency)
        print(f"| {frequency} | {expected} % | {100 * failure:.3f} % | {potential:.1f} |")
    print("\n| Ca, Mg (mM) | factor | failures at 20 Hz | mV |\n|---|---|---|---|")
    for calcium, magnesium in ((1.2, 0.55), (0.96, 0.55), (1.2, 0.385), (1.2, 1.1), (1.2, 2.0)):
        factor = release_factor(JunctionParameters(), calcium, magnesium)
        failure, potential = transmission(20, factor)
        print(f"| {calcium:g}, {magnesium:g} | {factor:.2f} | {100 * failure:.2f} % | {potential:.1f} |")
    print("\n| Hz, flow | 5 s | 15 s | 30 s | 60 s |\n|---|---|---|---|---|")
    for frequency, flow in ((10.0, 1.0), (15.0, 0.0), (20.0, 0.0), (30.0, 0.0), (30.0, 1.0)):
        cells = [f"{out:.1f}, {tubule:.1f}; {100 * share:.0f} %" for out, tubule, share in activity(frequency, flow)]
        print(f"| {frequency:g}, {flow:g} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
