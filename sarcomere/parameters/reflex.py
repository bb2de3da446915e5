"""Reflexes: receptors of the muscle, their pathways to the motoneurons, gains and delays."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

SPINDLE = "lumped spindle [@Prochazka-Gorassini1998] as in the public code of ReMoto [@Cisi-Kohn2008]"
ORGAN = "(1.7 s^2 + 2.58 s + 0.4)/(s^2 + 2.2 s + 0.4) [@Crago1982; @Cisi-Kohn2008], in partial fractions"
FLOOR = "choice: lowered as gain_ib rose, so that inhibition stays (docs/cramp/fit.md)"
GATE = "choice: inhibition fails in a short muscle [@Khan-Burne2007]"
SHOCK = "in gastrocnemius [@Khan-Burne2007]"
FILTER = "choice: 10-20 ms, a few postsynaptic potentials"


class SpindleParameters(Parameters):
    """Rates of group Ia and II afferents of the spindles; never below 0."""

    velocity_gain: float = quantity("Hz/(L0/s)^a", "Ia rate by velocity to the power a", SPINDLE, 80.0, ge=0, le=1000)
    velocity_exponent: float = quantity("1", "that power a", SPINDLE, 0.6, gt=0, le=2)
    velocity_tau_ms: float = quantity(
        "ms",
        "time constant of the length whose slope is the velocity",
        "choice: shorter than a stretch",
        5.0,
        gt=0,
        le=100,
    )
    ia_length: float = quantity("Hz/L0", "Ia rate by length", SPINDLE, 250.0, ge=0, le=5000)
    ia_rest: float = quantity("Hz", "Ia rate at rest and optimal length", SPINDLE, 15.0, ge=0, le=200)
    ii_length: float = quantity("Hz/L0", "group II rate by length", SPINDLE, 250.0, ge=0, le=5000)
    ii_rest: float = quantity("Hz", "group II rate at optimal length", SPINDLE, 8.0, ge=0, le=200)
    fusimotor: float = quantity(
        "Hz", "added to the Ia rate by full gamma drive", "choice: on the scale of the rate at rest", 20.0, ge=0, le=500
    )


class TendonOrganParameters(Parameters):
    """Rate of group Ib afferents, ln(1 + scale F) with adaptation, and the length that lets them inhibit."""

    rate_Hz: float = quantity(
        "Hz", "rate per e-fold of 1 + scale F", "public code of ReMoto [@Cisi-Kohn2008]", 60.0, gt=0, le=1000
    )
    force_scale: float = quantity("1/F0", "scale of force", "choice: 195 Hz at F0", 25.0, ge=1e-6, le=1000)
    passive_threshold: float = quantity(
        "F0",
        "passive force that they do not feel; to active force they have no threshold",
        "choice: that at L0; one active unit excites them [@Houk-Henneman1967], stretch at rest hardly [@Jami1992]",
        0.025,
        ge=0,
        le=10,
    )
    adaptation_fast: float = quantity(
        "1", "overshoot after a step of force that goes fast, of the rate in the end", ORGAN, 17 / 30, ge=0, le=20
    )
    tau_fast_s: float = quantity("s", "its time constant", ORGAN, 0.5, gt=0, le=100)
    adaptation_slow: float = quantity("1", "overshoot that goes slowly", ORGAN, 2 / 15, ge=0, le=20)
    tau_slow_s: float = quantity("s", "its time constant", ORGAN, 5.0, gt=0, le=1000)
    gate_floor: float = quantity("1", "share of the inhibition left in a short muscle", FLOOR, 0.036, ge=0, le=1)
    gate_half: float = quantity("L0", "length in the middle of the gate", GATE, 0.95, gt=0, le=3)
    gate_slope: float = quantity("L0", "slope of the gate", GATE, 0.05, gt=0, le=1)


class TendonStimulusParameters(Parameters):
    """Inhibition after an electrical shock to the tendon: two phases, gated by length as that of tendon organs."""

    gain: float = quantity(
        "rheobase",
        "inhibition by the strongest shock in a long muscle",
        "choice: deep, not complete",
        0.25,
        ge=0,
        le=10,
    )
    onset_ms: float = quantity("ms", "first phase begins in the EMG", f"47-49 {SHOCK}", 48.0, gt=0, le=1000)
    duration_ms: float = quantity("ms", "its length", f"67 {SHOCK}", 67.0, ge=1, le=1000)
    second_onset_ms: float = quantity("ms", "second phase begins in the EMG", f"187-193 {SHOCK}", 190.0, gt=0, le=2000)
    second_duration_ms: float = quantity("ms", "its length", "unsourced: under 40", 40.0, ge=1, le=1000)
    second_share: float = quantity(
        "1", "second phase relative to the first", "choice: weaker than the first", 0.5, ge=0, le=1
    )
    efferent_ms: float = quantity(
        "ms",
        "from the motoneuron to the EMG, taken off both onsets",
        "choice: 0.8 m at 50 m/s and 1 ms at the junction",
        17.0,
        ge=0,
        le=200,
    )


class ReflexParameters(Parameters):
    """Gains, filters and delays of every pathway; a gain of 0 switches it off."""

    gain_ia: float = quantity(
        "rheobase/Hz",
        "input by the Ia rate above rest; negative below it",
        "choice: 0.05 rheobases per 50 Hz",
        0.001,
        ge=0,
        le=1,
    )
    gain_ii: float = quantity(
        "rheobase/Hz", "input by the group II rate above rest", "choice: off, no weight is known", 0.0, ge=0, le=1
    )
    gain_ib: float = quantity(
        "rheobase",
        "inhibition by tendon organs at steady F0 in a long muscle",
        "choice: the burst that cramps a short muscle does not cramp one at L0 (docs/cramp/fit.md)",
        1.0,
        ge=0,
        le=10,
    )
    gain_nociceptive: float = quantity(
        "rheobase",
        "input by full nociception; negative where it inhibits, as in elbow extensors [@Martin2006]",
        "choice: by the threshold frequency under hypertonic saline, 31.2 to 25.7 Hz [@Serrao2007]",
        0.03,
        ge=-1,
        le=1,
    )
    gain_reciprocal: float = quantity(
        "rheobase/Hz", "inhibition by the antagonist's Ia rate", "choice: 0.15 rheobases per 100 Hz", 0.0015, ge=0, le=1
    )
    mechanical_weight: float = quantity(
        "1",
        "weight of mechanical against chemical nociception; the larger counts",
        "choice: force and metabolites hurt alike",
        1.0,
        ge=0,
        le=1,
    )
    fatigue_ia: float = quantity(
        "1",
        "Ia rate gains this share in full fatigue",
        "choice: off, as fatigue raised the threshold [@Stone2010]; 0.3 when wanted",
        0.0,
        ge=0,
        le=10,
    )
    fatigue_ib: float = quantity(
        "1",
        "tendon organs' inhibition loses this share in full fatigue",
        "choice: off, as fatigue raised the threshold [@Stone2010]; 0.5 when wanted",
        0.0,
        ge=0,
        le=1,
    )
    tau_ia_ms: float = quantity("ms", "filter of the Ia input", FILTER, 10.0, gt=0, le=1e5)
    tau_ii_ms: float = quantity("ms", "filter of the group II input", FILTER, 20.0, gt=0, le=1e5)
    tau_ib_ms: float = quantity("ms", "filter of tendon organs' inhibition", FILTER, 20.0, gt=0, le=1e5)
    tau_reciprocal_ms: float = quantity("ms", "filter of reciprocal inhibition", FILTER, 10.0, gt=0, le=1e5)
    tau_nociceptive_s: float = quantity(
        "s", "filter of the nociceptive input", "choice: slow beside the others", 2.0, gt=0, le=1000
    )
    path_m: float = quantity(
        "m",
        "nerve from the muscle to the spinal cord",
        "0.8 in the public code of ReMoto [@Cisi-Kohn2008]",
        0.8,
        gt=0,
        le=3,
    )
    velocity_ia: float = quantity(
        "m/s", "conduction in group Ia, of the antagonist too", "unsourced: 55-66", 60.0, gt=0, le=150
    )
    velocity_ib: float = quantity("m/s", "conduction in group Ib", "choice: as Ia", 60.0, gt=0, le=150)
    velocity_ii: float = quantity("m/s", "conduction in group II", "unsourced: about 30", 30.0, gt=0, le=150)
    velocity_nociceptive: float = quantity(
        "m/s", "conduction in groups III and IV", "unsourced: 1-10", 2.0, gt=0, le=50
    )
    synapse_ms: float = quantity(
        "ms", "a synapse", "choice: a central synapse takes about half a millisecond", 0.5, ge=0, le=50
    )
    interneuron_ms: float = quantity(
        "ms",
        "an interneuron more, on every pathway but Ia",
        "choice: an interneuron takes about a millisecond",
        1.0,
        ge=0,
        le=50,
    )
    spindle: SpindleParameters = SpindleParameters()
    tendon_organ: TendonOrganParameters = TendonOrganParameters()
    tendon_stimulus: TendonStimulusParameters = TendonStimulusParameters()
