"""Energy of fibres and blood of the muscle around them."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

KEMP = "in resting human calf [@Kemp2007]"
ACID = "unsourced: no measurement at 37 C is known"
FALL_OF_FLOW = "choice: peaks of soleus are 181 +- 69 mmHg in walking, linear in torque [@Ballard1998]"


class EnergyParameters(Parameters):
    """Phosphagens, oxidation, glycolysis and acid of a human calf fibre; mM of fibre water."""

    atp_mM: float = quantity("mmol/L", "ATP at rest", f"8.2 +- 0.4 {KEMP}", 8.2, gt=0, le=100)
    pcr_mM: float = quantity("mmol/L", "phosphocreatine at rest", f"33 +- 2 {KEMP}", 33.0, ge=1e-6, le=200)
    pi_mM: float = quantity("mmol/L", "inorganic phosphate at rest", f"4.5 +- 0.2 {KEMP}", 4.5, ge=0, le=100)
    creatine_mM: float = quantity(
        "mmol/L",
        "creatine, free and phosphorylated",
        "124 mmol per kg dry muscle [@Harris1974], 42 per litre of its water",
        42.0,
        gt=0,
        le=300,
    )
    ph_rest: float = quantity("1", "pH at rest", "unsourced: 7.0-7.1 is usual", 7.05, ge=6, le=8)
    k_creatine_kinase: float = quantity(
        "L/mol",
        "[ATP][Cr]/([ADP][PCr][H+])",
        "1.66e9 [@Lawson-Veech1979]",
        1.66e9,
        ge=1e8,
        le=1e11,
    )
    k_adenylate_kinase: float = quantity("1", "[ATP][AMP]/[ADP]^2", "about 1 [@Golding1995]", 1.0, ge=0.01, le=100)
    deamination_s: float = quantity(
        "1/s", "AMP to IMP, beyond the AMP of rest", "choice: adenylates fall only when ATP does", 0.01, ge=0, le=10
    )
    basal_mM_s: float = quantity(
        "mmol/(L s)",
        "ATP used at rest, and made with blood enough",
        "choice: a hundredth of that in a contraction",
        0.01,
        ge=0,
        le=1,
    )
    calcium_per_atp: float = quantity("1", "calcium taken up by SERCA per ATP", "2 [@Barclay2007]", 2.0, gt=0, le=10)
    potassium_per_atp: float = quantity(
        "1", "potassium pumped back per ATP", "3 Na and 2 K per ATP [@Clausen2003]", 2.0, gt=0, le=10
    )
    oxidation: float = quantity("1", "share of oxidation that works", "choice: healthy", 1.0, ge=0, le=1)
    tau_oxidation_s: float = quantity(
        "s", "time constant of PCr recovery", "34.7 in calf [@Isbell2006]; choice: a little slower", 37.0, ge=1, le=1000
    )
    glycolysis: float = quantity(
        "1", "share of glycolysis that works", "choice: healthy; 0 in McArdle's disease", 1.0, ge=0, le=1
    )
    v_glycolysis_mM_s: float = quantity(
        "mmol/(L s)",
        "ATP from glycolysis, fully active, PCr used up",
        "choice: the 30-50 mM that glycolysis can give [@Barclay2017] in half a minute",
        1.5,
        ge=0,
        le=20,
    )
    atp_per_lactate: float = quantity("1", "ATP per lactate", "choice: from glycogen, 3 per 2 lactate", 1.5, gt=0, le=3)
    glycolysis_half_Hz: float = quantity(
        "Hz",
        "impulses that activate half of glycolysis, Hill coefficient 2",
        "choice: it works only in contraction [@Kemp2001]",
        2.0,
        gt=0,
        le=100,
    )
    glycolysis_tau_s: float = quantity(
        "s", "activation follows impulses", "choice: it ends within seconds of contraction", 2.0, ge=0.1, le=100
    )
    glycolysis_half_ph: float = quantity(
        "1", "pH that stops half of glycolysis", "choice: pH seldom falls lower", 6.4, ge=5, le=7.5
    )
    glycolysis_ph_slope: float = quantity("1", "Hill coefficient of that", "choice: a smooth limit", 3.0, gt=0, le=10)
    buffering_mM: float = quantity(
        "mmol/L",
        "protons per pH unit",
        "choice: above 20 at rest, as it rises when pH falls [@Kemp2001]",
        35.0,
        ge=5,
        le=200,
    )
    pcr_protons: float = quantity(
        "1", "protons taken up per PCr split", "choice: phosphate of pK 6.75 at pH 7.05", 0.33, ge=0, le=1
    )
    tau_efflux_s: float = quantity(
        "s", "lactate leaves the fibre, with its proton", "choice: pain begins within a cramp", 30.0, ge=2, le=1e4
    )
    force_per_decade_pi: float = quantity(
        "1",
        "force lost per tenfold phosphate by units without a lattice",
        "choice: as both fibre types' lattices (docs/validation.md, row 16)",
        0.33,
        ge=0,
        le=1,
    )
    acid_ph: float = quantity("1", "pH of the three factors below", "choice: a tired muscle", 6.5, ge=5, le=7)
    acid_attach: float = quantity("1", "factor of acid on attachment", ACID, 0.8, gt=0, le=2)
    acid_pump: float = quantity("1", "factor of acid on the speed of SERCA", ACID, 0.6, gt=0, le=2)
    acid_affinity: float = quantity("1", "factor of acid on the calcium affinity of troponin", ACID, 0.7, gt=0, le=2)
    step_ms: float = quantity("ms", "longest step", "choice: error in docs/cramp/metabolism.md", 5.0, ge=1e-3, le=20)


class BloodParameters(Parameters):
    """Pressure, flow, lactate and pain of the muscle; flow 1 at rest."""

    pressure_rest_mmHg: float = quantity(
        "mmHg", "pressure in the resting muscle", "choice: low beside the pressure of arteries", 10.0, ge=0, le=60
    )
    pressure_gain_mmHg: float = quantity("mmHg", "pressure added by F0", FALL_OF_FLOW, 150.0, ge=0, le=1000)
    pressure_stop_mmHg: float = quantity(
        "mmHg",
        "pressure that stops flow",
        "choice: flow stops at 0.57 F0, in man at 50-64 % of maximum [@Sadamoto1983]",
        95.0,
        ge=70,
        le=300,
    )
    dilation: float = quantity(
        "1",
        "vascular conductance added by full nociception",
        "choice: flow after a cramp is several times that of rest",
        6.0,
        ge=0,
        le=100,
    )
    tau_dilation_s: float = quantity(
        "s", "vessels open and close", "choice: flow rises within seconds", 15.0, ge=0.1, le=1000
    )
    tau_oxygen_s: float = quantity(
        "s",
        "oxygen in the muscle follows flow",
        "unsourced: myoglobin, 0.3-0.5 mM O2, at full oxidation",
        3.0,
        gt=0,
        le=60,
    )
    lactate_mM: float = quantity("mmol/L", "lactate of arterial blood", "1 at rest [@Pollak2014]", 1.0, ge=0, le=50)
    interstitium: float = quantity(
        "1", "interstitial water per fibre water", "choice: interstitium is a small part of muscle", 0.15, ge=0.05, le=1
    )
    tau_wash_s: float = quantity(
        "s",
        "flow 1 washes lactate out of fibres and interstitium as a whole",
        "choice: lactate leaves a resting muscle within minutes",
        150.0,
        ge=10,
        le=1e4,
    )
    lactate_half_mM: float = quantity(
        "mmol/L",
        "lactate of half the metabolic nociception",
        "choice: 5 mmol/L is felt, 10 aches in part, more aches more [@Pollak2014]",
        12.0,
        ge=1e-6,
        le=100,
    )
    lactate_hill: float = quantity(
        "1",
        "Hill coefficient of that",
        "choice: 5 mmol/L is felt, 10 aches in part, more aches more [@Pollak2014]",
        3.0,
        ge=1,
        le=10,
    )
    force_half: float = quantity(
        "1", "local force (in F0) of half the mechanical nociception", "choice: a cramp hurts at once", 0.4, gt=0, le=10
    )
    force_hill: float = quantity("1", "Hill coefficient of that", "choice: a smooth limit", 4.0, ge=1, le=10)
