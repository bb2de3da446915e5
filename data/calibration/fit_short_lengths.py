"""Fit the Z-disc's push to the lengths at which frog fibres lose their force; prints it beside what it predicts.

    python data/calibration/fit_short_lengths.py

With the filaments of frog fibres (I segment of 2.05 um with a Z-disc of 50 nm), d10 of 37 nm at 2.2 um (unsourced)
and the heads of ours, active force at a sarcomere length of 1.27 um shall be zero, as was found [@Gordon1966]:
mechanics.stiffness_contact is what heads pull there over what the filament is pressed.
Shares of the plateau on the way, which nothing is fitted to, stand beside theirs.  Seeds are fixed.
"""

from __future__ import annotations

from typing import Any

import sarcomere
from sarcomere.scenario.checking import from_dict

FROG = {"n_ru": 26, "z_half_width": 25.0, "d10": 37.0, "spacing_length": 1100.0, "n_thick": 8}
ENDS_nm, MEETS_nm = 635.0, 825.0  # half of 1.27 um; half thick filament and half Z-disc
PLATEAU_um = 2.1
THEIRS = {1.67: 0.84, 1.85: 0.93, 2.0: 1.0}


def force(fibre: str, sarcomere_um: float, contact: float) -> float:
    """Steady active force at full calcium, pN per thick filament."""
    table: dict[str, Any] = {
        "title": "short lengths",
        "run": {"duration_s": 0.5, "replicates": 3, "seed": 11, "hs_length": 500.0 * sarcomere_um},
        "drive": {"pCa": 4.5},
        "motor_units": [{"id": 1, "fibre": fibre}],
        "lattice": FROG,
        "mechanics": {"stiffness_contact": contact},
    }
    ds = sarcomere.run(from_dict(table), threads=2)
    return float((ds.force - ds.titin_force).sel(time=slice(0.2, None)).mean())


def main() -> None:
    """Print the stiffness for each fibre type, and the shallow limb."""
    for fibre in ("slow", "fast"):
        plateau = force(fibre, PLATEAU_um, 0.0)
        print(f"{fibre}: stiffness_contact {force(fibre, 2e-3 * ENDS_nm, 0.0) / (MEETS_nm - ENDS_nm):.2f} pN/nm")
        for length, theirs in THEIRS.items():
            print(f"  {length} um: {force(fibre, length, 0.0) / plateau:.2f} of the plateau, theirs {theirs}")


if __name__ == "__main__":
    main()
