"""Geometry of the half-sarcomere lattice."""

from __future__ import annotations

import math

from sarcomere.parameters.base import Parameters, quantity


class LatticeParameters(Parameters):
    """Where filaments, crowns, heads and sites sit."""

    n_thick: int = quantity(
        "1", "thick filaments in the periodic cell", "design: enough for smooth force", 16, ge=1, le=4096
    )
    n_crown: int = quantity(
        "1",
        "crowns per half thick filament",
        "294 heads per half filament (from memory)",
        49,
        ge=1,
        le=200,
    )
    n_dimer: int = quantity("1", "myosin molecules per crown", "vertebrate thick filament (from memory)", 3, ge=1, le=6)
    n_head: int = quantity("1", "heads per myosin molecule", "myosin II", 2, ge=1, le=2)
    crown_spacing: float = quantity(
        "nm", "axial distance between crowns", "14.3 nm X-ray meridional repeat (from memory)", 14.3, gt=0, le=200
    )
    crown_rotation: float = quantity(
        "degree", "azimuthal turn from crown to crown", "40 degrees; FiberSim (Kosta 2021)", 40.0, ge=0, lt=360
    )
    crown_phase: float = quantity(
        "degree",
        "azimuth of the first dimer past a face",
        "design: every face gets equally many heads",
        10.0,
        ge=0,
        lt=360,
    )
    head_splay: float = quantity(
        "degree",
        "azimuth of each head of a dimer to either side",
        "design: every face gets equally many heads",
        15.0,
        ge=0,
        le=60,
    )
    bare_half_zone: float = quantity(
        "nm", "M-line to first crown", "58-80 nm in multifil and FiberSim", 80.0, gt=0, le=500
    )
    thick_half_length: float = quantity(
        "nm", "M-line to tip of the thick filament", "1.6 um human thick filament (from memory)", 800.0, gt=0, le=2000
    )
    actin_rise: float = quantity("nm", "axial rise per actin monomer", "13/6 actin helix: 2.75 nm", 2.75, gt=0, le=10)
    helix_monomers: int = quantity("1", "monomers in one helix repeat", "13/6 actin helix", 13, ge=3, le=100)
    helix_turns: int = quantity("1", "turns in one helix repeat", "13/6 actin helix", 6, ge=1, le=100)
    thin_rotation: float = quantity(
        "degree",
        "azimuth from one thin filament's helix to the next one's",
        "design: the golden angle; with helices in register force ripples with length (docs/accuracy.md)",
        137.508,
        ge=0,
        lt=360,
    )
    zone_half_angle: float = quantity(
        "degree",
        "actins whose azimuth is within this of a neighbour can bind its heads",
        "target zone of 3 sites 5.5 nm apart (Mansson 2019; design)",
        41.53,
        gt=0,
        le=60,
    )
    n_ru: int = quantity(
        "1",
        "regulatory units per strand, of 7 actins each",
        "1.27 um human thin filament (Walker & Schrodt 1974, from memory) / 38.5 nm",
        33,
        ge=2,  # each end of a strand has a neighbour
        le=100,
    )
    d10: float = quantity(
        "nm",
        "lattice plane spacing at spacing_length",
        "37.5 nm at sarcomere length 2.5 um (from memory)",
        37.5,
        gt=5,
        le=100,
    )
    spacing_length: float = quantity(
        "nm", "half-sarcomere length at which d10 holds; d10^2 * length is constant", "see d10", 1250.0, gt=100, le=3000
    )
    stiffness_radial: float = quantity(
        "pN/nm",
        "stiffness against bridging a gap other than gap_unstrained",
        "design: attachment falls as the lattice widens",
        0.5,
        ge=0,
        le=100,
    )
    gap_unstrained: float = quantity(
        "nm",
        "thick-thin centre distance that a head bridges at no cost",
        "design: the distance at sarcomere length 2.7 um",
        24.06,
        ge=0,
        le=100,
    )
    myofibril_fraction: float = quantity(
        "1", "share of the fibre's cross-section that is lattice", "0.8 (PHYSIOLOGY A5: F to kPa)", 0.8, gt=0, le=1
    )


ACTINS_PER_RU = 7


def thin_filament_length(p: LatticeParameters) -> float:
    """Z-line to tip of a thin filament, nm: its regulatory units, of 7 actins on each of two strands."""
    return p.n_ru * 2 * ACTINS_PER_RU * p.actin_rise


def spacing(p: LatticeParameters, hs_length: float) -> float:
    """Distance between the centres of neighbouring thick and thin filaments at constant volume, nm."""
    return 2.0 / 3.0 * p.d10 * math.sqrt(p.spacing_length / hs_length)


def area_per_thick(p: LatticeParameters, hs_length: float) -> float:
    """Cross-section of the lattice per thick filament, nm^2."""
    d10 = p.d10 * math.sqrt(p.spacing_length / hs_length)
    return 2.0 * d10**2 / math.sqrt(3.0)
