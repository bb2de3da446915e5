"""Energy of fibres and blood of the muscle around them."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

KEMP = "resting human calf (Kemp 2007)"
MEMORY = "from memory"
ACID = "design; no 37 C data to stand behind"
FALL_OF_FLOW = "linear in torque, peaks 181 +- 69 mmHg walking (Ballard 1998); design"


class EnergyParameters(Parameters):
    """Phosphagens, oxidation, glycolysis and acid of a human calf fibre (PHYSIOLOGY E); mM of fibre water."""

    atp_mM: float = quantity("mmol/L", "ATP at rest", f"8.2 +- 0.4, {KEMP}", 8.2, gt=0, le=100)
    pcr_mM: float = quantity("mmol/L", "phosphocreatine at rest", f"33 +- 2, {KEMP}", 33.0, ge=1e-6, le=200)
    pi_mM: float = quantity("mmol/L", "inorganic phosphate at rest", f"4.5 +- 0.2, {KEMP}", 4.5, ge=0, le=100)
    creatine_mM: float = quantity("mmol/L", "creatine, free and phosphorylated", f"42 ({MEMORY})", 42.0, gt=0, le=300)
    ph_rest: float = quantity("1", "pH at rest", f"7.05 ({MEMORY})", 7.05, ge=6, le=8)
    k_creatine_kinase: float = quantity(
        "L/mol",
        "[ATP][Cr]/([ADP][PCr][H+])",
        f"1.66e9 (Lawson & Veech 1979, {MEMORY})",
        1.66e9,
        ge=1e8,
        le=1e11,
    )
    k_adenylate_kinase: float = quantity("1", "[ATP][AMP]/[ADP]^2", f"about 1 ({MEMORY})", 1.0, ge=0.01, le=100)
    deamination_s: float = quantity("1/s", "AMP to IMP, beyond the AMP of rest", "design", 0.01, ge=0, le=10)
    basal_mM_s: float = quantity(
        "mmol/(L s)", "ATP used at rest, and made with blood enough", "design", 0.01, ge=0, le=1
    )
    calcium_per_atp: float = quantity("1", "calcium taken up by SERCA per ATP", "2 (PHYSIOLOGY E)", 2.0, gt=0, le=10)
    potassium_per_atp: float = quantity("1", "potassium pumped back per ATP", "3 Na : 2 K per ATP", 2.0, gt=0, le=10)
    oxidation: float = quantity("1", "share of oxidation that works", "healthy", 1.0, ge=0, le=1)
    tau_oxidation_s: float = quantity(
        "s", "time constant of PCr recovery", "34.7 calf (PMC2933934), 39 quadriceps", 37.0, ge=1, le=1000
    )
    glycolysis: float = quantity(
        "1", "share of glycolysis that works", "healthy; 0 in McArdle's disease", 1.0, ge=0, le=1
    )
    v_glycolysis_mM_s: float = quantity(
        "mmol/(L s)",
        "ATP from glycolysis, fully active, PCr used up",
        "design: the 30-50 mM that glycolysis can give (Barclay 2007) in half a minute",
        1.5,
        ge=0,
        le=20,
    )
    atp_per_lactate: float = quantity("1", "ATP per lactate", "glycogen: 3 per 2 lactate", 1.5, gt=0, le=3)
    glycolysis_half_Hz: float = quantity(
        "Hz",
        "impulses that activate half of glycolysis, Hill coefficient 2",
        "calcium opens it, phosphate feeds it (Kemp 2001, from memory); value design",
        2.0,
        gt=0,
        le=100,
    )
    glycolysis_tau_s: float = quantity(
        "s", "activation follows impulses", "ends within seconds of contraction; design", 2.0, ge=0.1, le=100
    )
    glycolysis_half_ph: float = quantity("1", "pH that stops half of glycolysis", "design", 6.4, ge=5, le=7.5)
    glycolysis_ph_slope: float = quantity("1", "Hill coefficient of that", "design", 3.0, gt=0, le=10)
    buffering_mM: float = quantity(
        "mmol/L",
        "protons per pH unit",
        "20 at rest, rising as pH falls (Kemp 2001, from memory); design",
        35.0,
        ge=5,
        le=200,
    )
    pcr_protons: float = quantity(
        "1", "protons taken up per PCr split", "phosphate of pK 6.75 at pH 7.05; design", 0.33, ge=0, le=1
    )
    tau_efflux_s: float = quantity("s", "lactate leaves the fibre, with its proton", "design", 30.0, ge=2, le=1e4)
    force_per_decade_pi: float = quantity(
        "1",
        "force lost per tenfold phosphate by units without a lattice",
        "0.32 and 0.34 of both fibre types' lattices (docs/validation.md, row 16)",
        0.33,
        ge=0,
        le=1,
    )
    acid_ph: float = quantity("1", "pH of the three factors below", "fatigue (from memory)", 6.5, ge=5, le=7)
    acid_attach: float = quantity("1", "factor of acid on attachment", ACID, 0.8, gt=0, le=2)
    acid_pump: float = quantity("1", "factor of acid on the speed of SERCA", ACID, 0.6, gt=0, le=2)
    acid_affinity: float = quantity("1", "factor of acid on the calcium affinity of troponin", ACID, 0.7, gt=0, le=2)
    step_ms: float = quantity("ms", "longest step", "design; error in docs/cramp/metabolism.md", 5.0, ge=1e-3, le=20)


class BloodParameters(Parameters):
    """Pressure, flow, lactate and pain of the muscle (CRAMP E); flow 1 at rest."""

    pressure_rest_mmHg: float = quantity(
        "mmHg", "pressure in the resting muscle", "14 (2-31) in man; design", 10.0, ge=0, le=60
    )
    pressure_gain_mmHg: float = quantity("mmHg", "pressure added by F0", FALL_OF_FLOW, 150.0, ge=0, le=1000)
    pressure_stop_mmHg: float = quantity(
        "mmHg", "pressure that stops flow", "flow stops at 50-64 % MVC; design: at 0.57 F0", 95.0, ge=70, le=300
    )
    dilation: float = quantity("1", "vascular conductance added by full nociception", "design", 6.0, ge=0, le=100)
    tau_dilation_s: float = quantity("s", "vessels open and close", "design", 15.0, ge=0.1, le=1000)
    tau_oxygen_s: float = quantity(
        "s",
        "oxygen in the muscle follows flow",
        "myoglobin, 0.3-0.5 mM O2 (from memory), at full oxidation",
        3.0,
        gt=0,
        le=60,
    )
    lactate_mM: float = quantity("mmol/L", "lactate of arterial blood", "1 at rest (Pollak 2014)", 1.0, ge=0, le=50)
    interstitium: float = quantity("1", "interstitial water per fibre water", "design", 0.15, ge=0.05, le=1)
    tau_wash_s: float = quantity(
        "s", "flow 1 washes lactate out of fibres and interstitium as a whole", "design", 150.0, ge=10, le=1e4
    )
    lactate_half_mM: float = quantity(
        "mmol/L", "lactate of half the metabolic nociception", "fitted to Pollak 2014; design", 12.0, ge=1e-6, le=100
    )
    lactate_hill: float = quantity("1", "Hill coefficient of that", "fitted to Pollak 2014; design", 3.0, ge=1, le=10)
    force_half: float = quantity(
        "1", "local force (in F0) of half the mechanical nociception", "design", 0.4, gt=0, le=10
    )
    force_hill: float = quantity("1", "Hill coefficient of that", "design", 4.0, ge=1, le=10)
