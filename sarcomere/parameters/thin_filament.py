"""Regulatory units of the thin filament."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity
from sarcomere.parameters.calcium import FITTED

CALIBRATED = f"{FITTED}: pCa50 and the human twitch [@Sale1982]"
CHOICE = "choice: near the kinetics of troponin in mouse fibres [@Baylor-Hollingworth2007]"
COUPLING = f"{FITTED}: force against pCa"


class RegulationParameters(Parameters):
    """Calcium binds, tropomyosin moves, neighbours and heads hold it open."""

    n_calcium_sites: int = quantity(
        "1", "regulatory calcium sites per troponin", "fast troponin C 2, slow 1 [@Gordon2000]", ge=1, le=2
    )
    k_calcium_on: float = quantity("L/(mol s)", "calcium binding per free site", CHOICE, ge=0, le=1e10)
    k_off_closed_uM: float = quantity(
        "umol/L", "calcium dissociation constant, unit not open (K_OFF)", CHOICE, gt=0, le=1e4
    )
    k_off_open_uM: float = quantity(
        "umol/L", "calcium dissociation constant, unit open (K_ON)", CALIBRATED, gt=0, le=1e4
    )
    opening_equilibrium: float = quantity(
        "1", "open/not-open without calcium or neighbours (L)", CALIBRATED, gt=0, le=1e3
    )
    cooperativity: float = quantity("kT", "coupling to each neighbour (J)", COUPLING, ge=0, le=10)
    k_close: float = quantity("1/s", "closing rate at balance (k_c0)", CALIBRATED, gt=0, le=1e6)
    closed_attachment: float = quantity(
        "1",
        "share of the rate of binding that is left at a unit that is not open (chi_c); "
        "at chi heads and units are in detailed balance, below it closing costs energy",
        "choice: rigor without calcium within seconds (row 15), little force at rest",
        ge=0,
        le=1,
    )
    closed_haste: float = quantity(
        "1",
        "how many times faster A2, A3 and RIGOR interchange on a unit that is not open (g)",
        "choice: little force at rest, fast relaxation",
        ge=1,
        le=1e3,
    )
    crossbridge_cooperativity: float = quantity(
        "1",
        "closed/open falls by this factor per attached head (chi); 1 is none, 0 holds the unit open",
        f"{FITTED}; near 0 a unit with an attached head never closes",
        gt=0,
        le=1,
    )
