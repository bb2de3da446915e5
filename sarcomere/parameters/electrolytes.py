"""Ions in plasma, and how far nerve, cord and muscle follow them."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

NORMAL = "middle of the reference range [@Kratz2004]"


class ElectrolyteParameters(Parameters):
    """Normal plasma, and what share of a relative change reaches the motoneurons."""

    potassium_mM: float = quantity("mmol/L", "normal plasma potassium", NORMAL, 4.2, gt=0, le=15)
    sodium_mM: float = quantity("mmol/L", "normal plasma sodium", NORMAL, 140.0, gt=0, le=200)
    calcium_mM: float = quantity("mmol/L", "normal free plasma calcium", NORMAL, 1.2, gt=0, le=5)
    magnesium_mM: float = quantity("mmol/L", "normal free plasma magnesium", "unsourced: 0.55", 0.55, gt=0, le=10)
    cord_coupling: float = quantity(
        "1",
        "relative change around the motoneurons per relative change in plasma",
        "choice: cerebrospinal fluid is buffered",
        0.1,
        ge=0,
        le=1,
    )
