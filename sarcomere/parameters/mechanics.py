"""Elastic elements of the half-sarcomere and its tendon."""

from __future__ import annotations

from pydantic import field_validator

from sarcomere.parameters.base import Parameters, quantity

LEAST_COMPLIANCE = 1e-6  # nm/pN: 0.3 pm at full force


class MechanicsParameters(Parameters):
    """Filament compliance, titin, tendon."""

    stiffness_thick: float = quantity(
        "pN/nm",
        "thick filament, per crown spacing",
        "choice: stiffness times length 78 nN, in proportion to 107 for 65 of thin filaments, so that both give psoas "
        "the 21 nm/MPa of filaments that its compliance in activity and rigor shows [@Linari2007]",
        5470.0,
        gt=0,
        le=1e9,
    )
    modulus_thin_nN: float = quantity(
        "nN",
        "thin filament, stiffness times length (EA)",
        "choice: 0.73 of 65 [@Mijailovich2021], like the thick filament's",
        47.4,
        gt=0,
        le=1e7,
    )
    titin_force: float = quantity(
        "pN",
        "titin of one thick filament: amplitude a of a (exp(b e) - 1)",
        "choice: 6 kPa at 2.7 um; six times the 43 pN of psoas [@Mijailovich2021] would equal the active force there",
        7.5,
        ge=0,
        le=1e4,
    )
    titin_exponent: float = quantity(
        "1/nm", "titin: b of a (exp(b e) - 1)", "0.004 for psoas [@Mijailovich2021]", 0.004, ge=0, le=1
    )
    slack_hs_length: float = quantity(
        "nm",
        "half-sarcomere length at which titin is slack",
        "sarcomeres of 2.22 +- 0.08 um in human fibres [@Gollapudi-Lin2009]",
        1110.0,
        gt=0,
        le=5000,
    )
    stiffness_contact: float = quantity(
        "pN/nm",
        "Z-disc against a thick filament that meets it, per filament",
        "fitted by data/calibration/fit_short_lengths.py: no force is left in frog fibres at 1.27 um [@Gordon1966]",
        0.85,
        ge=0,
        le=1e4,
    )
    series_compliance: float = quantity(
        "nm/pN",
        "tendon: lengthening per half-sarcomere per force of a thick filament; 0 is a fixed length",
        "choice: set by the experiment; 0.2 gives 66 to 82 nm (5 to 6 %) at full force",
        0.0,
        ge=0,
        le=100,
    )

    @field_validator("series_compliance", mode="after")
    @classmethod
    def _none_or_felt(cls, compliance: float) -> float:
        if 0 < compliance < LEAST_COMPLIANCE:
            raise ValueError(
                f"{compliance:g} nm/pN is no tendon that could be felt; use 0 for a fixed length, or at least "
                f"{LEAST_COMPLIANCE:g}"
            )
        return compliance
