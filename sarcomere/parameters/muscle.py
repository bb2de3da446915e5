"""The whole muscle: sizes of its motor units, twitches of those without a lattice, tendon."""

from __future__ import annotations

import tomllib
from functools import cache

from pydantic import Field, model_validator

from sarcomere.parameters.base import Parameters, quantity
from sarcomere.parameters.shipped import data_path

FITTED = "fitted to the lattice's force by data/calibration/fit_twitch_units.py"
MEASURED = "fitted, as read off the lattice, by data/calibration/fit_twitch_units.py"
# Lengths, L0, at which ``overlap`` of twitch units is given.
OVERLAP_FIRST, OVERLAP_STEP, OVERLAP_POINTS = 0.70, 0.05, 18
MAX_OVERLAP = 10.0  # choice: far beyond any muscle's


class TwitchParameters(Parameters):
    """How a motor unit without a lattice answers impulses, for one fibre type.

    Each impulse releases calcium, in units of a rested fibre's first release, with the inactivation and recovery of
    the fibre's own release; a saturable pump removes it, and a Hill function of it opens the thin filament.
    """

    decay_ms: float = quantity("ms", "time constant of calcium's decay at low concentration", FITTED, gt=0, le=1e4)
    saturation: float = quantity("1", "calcium at which its removal is half saturated", FITTED, gt=0, le=1e4)
    half: float = quantity("1", "calcium at which half of the thin filament opens", FITTED, gt=0, le=1e4)
    desensitised: float = quantity(
        "1/L0",
        "share by which that calcium grows per L0 of shortening below the optimum",
        "fitted to the lattice's unfused force at 0.75 L0 by data/calibration/fit_twitch_units.py",
        ge=0,
        le=20,
    )
    exponent: float = quantity("1", "Hill exponent of that opening", FITTED, ge=0.5, le=20)
    tau_open_ms: float = quantity("ms", "activation at saturating calcium", FITTED, gt=0, le=1e4)
    tau_close_ms: float = quantity("ms", "relaxation without calcium", FITTED, gt=0, le=1e4)
    full_pN: float = quantity("pN", "active force per thick filament at activation 1", FITTED, gt=0, le=1e4)
    isometric_pN: float = quantity(
        "pN", "active force per thick filament in a tetanus of 80 Hz at the optimal length", MEASURED, gt=0, le=1e4
    )
    atp_mM_s: float = quantity(
        "mmol/(L s)", "ATP used by heads at activation 1, above rest; 185 umol/L heads", MEASURED, ge=0, le=100
    )
    pumped_uM: float = quantity(
        "umol/L", "calcium pumped after the first impulse of a rested fibre", MEASURED, ge=0, le=1e5
    )
    overlap: list[float] = Field(
        description="active force at lengths 0.70, 0.75, ... 1.55 L0, relative to that at L0",
        json_schema_extra={"unit": "1", "source": f"at pCa 4.5; {MEASURED}"},
        min_length=OVERLAP_POINTS,
        max_length=OVERLAP_POINTS,
    )

    @model_validator(mode="after")
    def _forces(self) -> TwitchParameters:
        for force in self.overlap:
            if not 0 <= force <= MAX_OVERLAP:
                raise ValueError(f"overlap holds {force:g}; active force is from 0 to {MAX_OVERLAP:g}")
        return self


class TwitchUnitParameters(Parameters):
    """Twitches of units without a lattice, by fibre type."""

    slow: TwitchParameters
    fast: TwitchParameters


class TendonParameters(Parameters):
    """The tendon that all motor units pull on."""

    stretch: float = quantity(
        "L0",
        "lengthening of the tendon at F0, per optimal fascicle length",
        "choice: a human Achilles tendon, much longer than its fascicles, gives more (about 5 % of itself)",
        0.04,
        ge=0,
        le=0.5,
    )
    tau_ms: float = quantity("ms", "how fast it follows the force", "choice: creep and inertia", 20.0, gt=0, le=1e4)


@cache
def shipped_twitch_units() -> TwitchUnitParameters:
    """Twitches as shipped, ``data/parameters/twitch_units.toml``."""
    text = data_path("parameters/twitch_units.toml").read_text(encoding="utf-8")
    return TwitchUnitParameters.model_validate(tomllib.loads(text))


class MuscleParameters(Parameters):
    """One muscle made of the motor units of a pool."""

    slow_share: float = quantity(
        "1", "share of motor units, the smallest, that are slow", "choice: half of the force", 0.8, ge=0, le=1
    )
    twitch_range: float = quantity(
        "1",
        "cross-section of the largest motor unit relative to the smallest",
        "choice: 30; a model of a hand muscle has 100 [@Fuglevand1993]",
        30.0,
        ge=1,
        le=1e4,
    )
    explicit_units: int = quantity(
        "1",
        "motor units with a lattice, each of which stands for a group; 0: 8 groups without",
        "choice: lattices are most of the cost of a run",
        8,
        ge=0,
        le=10_000,
    )
    pcsa_cm2: float = quantity(
        "cm^2",
        "physiological cross-section of all fibres",
        "21 in human medial gastrocnemius [@Ward2009]",
        21.0,
        gt=0,
        le=1e4,
    )
    optimal_hs_length: float = quantity(
        "nm",
        "half-sarcomere length at the optimal fascicle length L0",
        "choice: sarcomeres of 2.6 um, near the optimum of human fibres [@Gollapudi-Lin2009]",
        1300.0,
        ge=900,
        le=1600,
    )
    territory: float = quantity(
        "1",
        "part of the cross-section in which the fibres of active motor units lie",
        "choice: cramps take one head or a part of it [@Ross-Thomas1995]",
        0.3,
        gt=0,
        le=1,
    )
    memory_s: float = quantity(
        "s", "how long a group remembers what its lattice did", "choice: slower than a twitch", 2.0, gt=0, le=1e4
    )
    prior_activation: float = quantity(
        "1",
        "activation of the lattice at which it weighs as much as the calibration",
        "choice: below that of fast twitches at 10 Hz",
        0.03,
        gt=0,
        le=1,
    )
    twitch_units: TwitchUnitParameters = Field(default_factory=shipped_twitch_units)
    tendon: TendonParameters = TendonParameters()
