"""The neuromuscular junction: vesicles, quanta, and the ions that govern release."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

CHOICE = "choice: failures rise with rate as docs/cramp/junction.md tells"
HUMAN = "about 20 in man [@Wood-Slater2001]"
PLASMA = "choice: as in plasma [@Kratz2004]"


class JunctionParameters(Parameters):
    """Binomial release from a pool of vesicles that refills; the end-plate potential and its threshold."""

    vesicles: int = quantity(
        "1",
        "ready vesicles of a rested junction",
        "choice: fewer than the 1700 of the mouse [@Ruiz2011]",
        1200,
        ge=1,
        le=100_000,
    )
    release: float = quantity(
        "1",
        "chance that an impulse releases a ready vesicle, at the reference calcium and magnesium",
        f"choice: 30 quanta at first; {HUMAN}",
        0.025,
        ge=0,
        le=1,
    )
    tau_refill_s: float = quantity("s", "refilling of the ready vesicles", CHOICE, 0.5, gt=0, le=1000)
    quantum_mV: float = quantity("mV", "end-plate potential of one quantum", "unsourced: about 1 mV", 1.0, gt=0, le=20)
    saturation: float = quantity(
        "1", "quanta at which the end-plate potential is half of their sum", CHOICE, 100.0, gt=0, le=1e6
    )
    threshold_mV: float = quantity(
        "mV",
        "end-plate potential above which an action potential starts",
        "choice: safety factor about 2 in man [@Wood-Slater2001]",
        10.0,
        ge=0,
        le=100,
    )
    calcium_mM: float = quantity("mmol/L", "reference calcium, free, around the junction", PLASMA, 1.2, gt=0, le=50)
    magnesium_mM: float = quantity(
        "mmol/L", "reference magnesium, free, around the junction", "unsourced: 0.55, as in plasma", 0.55, ge=0, le=50
    )
    magnesium_weight: float = quantity(
        "1", "calcium that a unit of magnesium displaces where release is governed", CHOICE, 0.5, ge=0, le=10
    )
    calcium_power: float = quantity("1", "release grows with this power of calcium's share", CHOICE, 3.0, gt=0, le=10)
