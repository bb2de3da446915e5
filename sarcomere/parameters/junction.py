"""The neuromuscular junction: vesicles, quanta, and the ions that govern release."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

DESIGN = "design (CRAMP D)"
HUMAN = "human quantal content about 20-30 (Wood & Slater 2001, from memory)"
PLASMA = "free in plasma (from memory); taken for the junction by design"


class JunctionParameters(Parameters):
    """Binomial release from a pool of vesicles that refills; the end-plate potential and its threshold."""

    vesicles: int = quantity(
        "1",
        "ready vesicles of a rested junction",
        f"{DESIGN}; mouse 1700-1730 (J Neurosci 31:2000, 2011)",
        1200,
        ge=1,
        le=100_000,
    )
    release: float = quantity(
        "1",
        "chance that an impulse releases a ready vesicle, at the reference calcium and magnesium",
        f"{DESIGN}: 30 quanta at first; {HUMAN}",
        0.025,
        ge=0,
        le=1,
    )
    tau_refill_s: float = quantity("s", "refilling of the ready vesicles", DESIGN, 0.5, gt=0, le=1000)
    quantum_mV: float = quantity(
        "mV", "end-plate potential of one quantum", "about 1 mV (from memory)", 1.0, gt=0, le=20
    )
    saturation: float = quantity(
        "1", "quanta at which the end-plate potential is half of their sum", DESIGN, 100.0, gt=0, le=1e6
    )
    threshold_mV: float = quantity(
        "mV",
        "end-plate potential above which an action potential starts",
        f"{DESIGN}: safety factor about 2 (Wood & Slater 2001, from memory)",
        10.0,
        ge=0,
        le=100,
    )
    calcium_mM: float = quantity("mmol/L", "reference calcium, free, around the junction", PLASMA, 1.2, gt=0, le=50)
    magnesium_mM: float = quantity(
        "mmol/L", "reference magnesium, free, around the junction", PLASMA, 0.55, ge=0, le=50
    )
    magnesium_weight: float = quantity(
        "1", "calcium that a unit of magnesium displaces where release is governed", DESIGN, 0.5, ge=0, le=10
    )
    calcium_power: float = quantity("1", "release grows with this power of calcium's share", DESIGN, 3.0, gt=0, le=10)
