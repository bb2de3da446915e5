"""Calcium release, buffering and uptake of one fibre type."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

FITTED = "choice: among and near what data/calibration/fit_fibres.py tried"


class CalciumParameters(Parameters):
    """Excitation-contraction coupling of a human fibre ; no parvalbumin."""

    ca_rest_uM: float = quantity(
        "umol/L", "free calcium at rest", "0.05 in mouse fast fibres [@Baylor-Hollingworth2007]", gt=0, le=10
    )
    release_uM: float = quantity(
        "umol/L",
        "calcium released by the first impulse, per myoplasm",
        f"{FITTED}; fast mouse fibres release three to four times as much as slow ones [@Baylor-Hollingworth2012]",
        ge=0,
        le=1e4,
    )
    tau_release_ms: float = quantity(
        "ms",
        "release follows t exp(-t/tau)",
        "choice: shorter than the 1.6 ms (half width) of mouse fast fibres at 16 C [@Baylor-Hollingworth2007]",
        gt=0,
        le=100,
    )
    inactivation: float = quantity(
        "1",
        "share of release that an impulse inactivates",
        f"{FITTED}; 0.75 in mouse fast fibres at 16 C [@Baylor-Hollingworth2007]",
        ge=0,
        le=1,
    )
    tau_recovery_ms: float = quantity(
        "ms",
        "recovery from inactivation",
        f"{FITTED}; 7 /s in mouse fibres at 16 C [@Baylor-Hollingworth2007]",
        gt=0,
        le=1e5,
    )
    v_pump_mM_s: float = quantity(
        "mmol/(L s)",
        "SERCA, fastest uptake at saturating ATP",
        f"{FITTED}; pumps take 30-40 % of the ATP of a contraction [@Barclay2015], about 1 (slow) and 2 (fast)",
        ge=0,
        le=100,
    )
    k_pump_uM: float = quantity(
        "umol/L",
        "SERCA, calcium at half speed; Hill coefficient 2",
        FITTED,
        gt=0,
        le=100,
    )
    k_pump_atp_mM: float = quantity(
        "mmol/L", "SERCA, ATP at half speed", "unsourced: order of magnitude", 0.3, ge=0, le=100
    )
    k_pump_adp_uM: float = quantity(
        "umol/L",
        "SERCA, dissociation constant of ADP, which competes with ATP",
        "uptake falls by 30 % from 10 uM to 1.04 mM ADP at 8 mM ATP [@Macdonald-Stephenson2001]",
        88.0,
        gt=0,
        le=1e5,
    )
    atp_calcium_mM: float = quantity(
        "mmol/L",
        "effective dissociation constant of Ca-ATP at 1 mM Mg",
        "2.2, from the rates of [@Shorten2007]",
        2.2,
        gt=0,
        le=100,
    )
    sr_rest_mM: float = quantity("mmol/L", "free calcium in the SR at rest", "1.5 [@Shorten2007]", 1.5, gt=0, le=100)
    sr_volume: float = quantity(
        "1",
        "SR volume per myoplasm",
        "choice: with calsequestrin 1.1 mmol SR calcium per litre of fibre",
        0.06,
        gt=0,
        le=1,
    )
    csq_mM: float = quantity("mmol/L", "calsequestrin sites, per SR volume", "31 [@Shorten2007]", 31.0, ge=0, le=1000)
    csq_on: float = quantity("L/(mol s)", "calcium binding to calsequestrin", "4e3 [@Shorten2007]", 4e3, ge=0, le=1e9)
    csq_off: float = quantity("1/s", "calcium leaving calsequestrin", "5 [@Shorten2007]", 5.0, ge=0, le=1e6)
