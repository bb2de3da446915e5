"""Geometry of the half-sarcomere lattice."""

from __future__ import annotations

import math

from sarcomere.parameters.base import Parameters, quantity


class LatticeParameters(Parameters):
    """Where filaments, crowns, heads and sites sit."""

    n_thick: int = quantity(
        "1",
        "thick filaments in the periodic cell; with one, force ripples by half with length, with 2 by 4 %, 4 by 2 %",
        "choice: enough for smooth force",
        16,
        ge=1,
        le=4096,
    )
    n_crown: int = quantity(
        "1",
        "crowns per half thick filament",
        "49: 294 heads per half filament [@Linari2007]",
        49,
        ge=1,
        le=200,
    )
    n_dimer: int = quantity(
        "1", "myosin molecules per crown", "3: 294 heads per half filament [@Linari2007]", 3, ge=1, le=6
    )
    n_head: int = quantity("1", "heads per myosin molecule", "choice: two, as myosin II has", 2, ge=1, le=2)
    crown_spacing: float = quantity(
        "nm", "axial distance between crowns", "14.3 nm [@Huxley-Brown1967]", 14.3, gt=0, le=200
    )
    crown_rotation: float = quantity(
        "degree", "azimuthal turn from crown to crown", "40 [@Kosta2022]", 40.0, ge=0, lt=360
    )
    crown_phase: float = quantity(
        "degree",
        "azimuth of the first dimer past a face",
        "choice: every face gets equally many heads",
        10.0,
        ge=0,
        lt=360,
    )
    head_splay: float = quantity(
        "degree",
        "azimuth of each head of a dimer to either side",
        "choice: every face gets equally many heads",
        15.0,
        ge=0,
        le=60,
    )
    bare_half_zone: float = quantity(
        "nm", "M-line to first crown", "58 [@Tanner2007] to 80 [@Kosta2022] in other models", 80.0, gt=0, le=500
    )
    thick_half_length: float = quantity(
        "nm",
        "M-line to tip of the thick filament",
        "1.66 um in human fibres [@Lieber1994]; choice: 1.6, as of other vertebrates",
        800.0,
        gt=0,
        le=2000,
    )
    actin_rise: float = quantity("nm", "axial rise per actin monomer", "2.75 [@Holmes1990]", 2.75, gt=0, le=10)
    helix_monomers: int = quantity("1", "monomers in one helix repeat", "13/6 helix [@Holmes1990]", 13, ge=3, le=100)
    helix_turns: int = quantity("1", "turns in one helix repeat", "13/6 helix [@Holmes1990]", 6, ge=1, le=100)
    thin_rotation: float = quantity(
        "degree",
        "azimuth from one thin filament's helix to the next one's",
        "choice: helices are spread along the filament instead (thin_stagger)",
        0.0,
        ge=0,
        lt=360,
    )
    thin_stagger: float = quantity(
        "nm",
        "range of axial offsets of thin filaments, spread evenly over them",
        "choice: the common measure of 42.9 nm (3 crowns) and 35.75 nm (13 actins), the period in which force would "
        "ripple with length; real filaments are not in register",
        7.15,
        ge=0,
        le=40,
    )
    zone_half_angle: float = quantity(
        "degree",
        "actins whose azimuth is within this of a neighbour can bind its heads",
        "choice: target zone of 3 sites 5.5 nm apart [@Mansson2019]",
        41.53,
        gt=0,
        le=60,
    )
    n_ru: int = quantity(
        "1",
        "regulatory units per strand, of 7 actins each",
        "33 periods of 38.5 nm, human [@Walker-Schrodt1974]",
        33,
        ge=2,  # each end of a strand has a neighbour
        le=100,
    )
    z_half_width: float = quantity(
        "nm",
        "Z-line to the first actin: half the Z-disc",
        "Z-disc of 100 nm, human [@Walker-Schrodt1974]: 66 periods of 38.5 nm and the "
        "Z-disc make the I segment of 2.64 um",
        50.0,
        ge=0,
        le=200,
    )
    double_overlap: float = quantity(
        "1",
        "factor on attachment of heads that thin filaments of the other half have reached",
        "choice: two thin filaments share a trigonal point, and the other half's, of wrong polarity, hides the "
        "head's own from half of them; with the lattice's widening it gives the shallow limb measured [@Gordon1966]",
        0.5,
        gt=0,
        le=1,
    )
    d10: float = quantity(
        "nm",
        "lattice plane spacing at spacing_length",
        "unsourced: 37.5 nm at sarcomeres of 2.5 um; no value for human calf is known",
        37.5,
        gt=5,
        le=100,
    )
    spacing_length: float = quantity(
        "nm",
        "half-sarcomere length at which d10 holds; d10^2 * length is constant",
        "choice: length at which d10 is given",
        1250.0,
        gt=100,
        le=3000,
    )
    stiffness_radial: float = quantity(
        "pN/nm",
        "stiffness against bridging a gap other than gap_unstrained",
        "choice: ascending limb and pCa50 against length (rows 9 and 6); isometric force of frog fibres hardly "
        "depends on the lattice's width [@Edman1999; @Gulati-Babu1982]",
        0.09,
        ge=0,
        le=100,
    )
    gap_unstrained: float = quantity(
        "nm",
        "thick-thin centre distance that a head bridges at no cost",
        "choice: the distance at sarcomere length 3.3 um, so that longer sarcomeres are the more sensitive (row 6)",
        21.76,
        ge=0,
        le=100,
    )
    myofibril_fraction: float = quantity(
        "1",
        "share of the fibre's cross-section that is lattice",
        "unsourced: 0.8 is usual for skinned fibres",
        0.8,
        gt=0,
        le=1,
    )


ACTINS_PER_RU = 7


def thin_reach(p: LatticeParameters) -> float:
    """Z-line to tip of a thin filament, nm: half the Z-disc and its regulatory units, of 7 actins on two strands."""
    return p.z_half_width + p.n_ru * 2 * ACTINS_PER_RU * p.actin_rise


def shortest_length(p: LatticeParameters) -> float:
    """Length of the half-sarcomere at which the Z-disc meets the first crown and no head has a site, nm."""
    return p.bare_half_zone + p.z_half_width


def longest_length(p: LatticeParameters) -> float:
    """Length of the half-sarcomere at which overlap ends, nm."""
    return p.thick_half_length + thin_reach(p)


def spacing(p: LatticeParameters, hs_length: float) -> float:
    """Distance between the centres of neighbouring thick and thin filaments at constant volume, nm."""
    return 2.0 / 3.0 * p.d10 * math.sqrt(p.spacing_length / hs_length)


def area_per_thick(p: LatticeParameters, hs_length: float) -> float:
    """Cross-section of the lattice per thick filament, nm^2."""
    d10 = p.d10 * math.sqrt(p.spacing_length / hs_length)
    return 2.0 * d10**2 / math.sqrt(3.0)
