"""Calcium release, buffering and uptake of one fibre type."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity


class CalciumParameters(Parameters):
    """Excitation-contraction coupling of a human fibre (PHYSIOLOGY D); no parvalbumin."""

    ca_rest_uM: float = quantity("umol/L", "free calcium at rest", "50-100 nM (from memory)", gt=0, le=10)
    release_uM: float = quantity(
        "umol/L",
        "calcium released by the first impulse, per myoplasm",
        "150-200 fast, 90-110 slow (design); fitted within by data/calibration/fit_fibres.py",
        ge=0,
        le=1e4,
    )
    tau_release_ms: float = quantity(
        "ms",
        "release follows t exp(-t/tau)",
        "FDHM 1.6 ms at 16 C fast (Baylor & Hollingworth 2007); design",
        gt=0,
        le=100,
    )
    inactivation: float = quantity(
        "1",
        "share of release that an impulse inactivates",
        "0.75 in mouse fast fibres at 16 C (Baylor & Hollingworth 2007); fitted by data/calibration/fit_fibres.py",
        ge=0,
        le=1,
    )
    tau_recovery_ms: float = quantity(
        "ms", "recovery from inactivation", "7 /s (Baylor & Hollingworth 2007)", gt=0, le=1e5
    )
    v_pump_mM_s: float = quantity(
        "mmol/(L s)",
        "SERCA, fastest uptake at saturating ATP",
        "0.8-1.0 slow, 1.8-2.2 fast from ATP cost (Barclay 2007); fitted by data/calibration/fit_fibres.py, fast below "
        "that",
        ge=0,
        le=100,
    )
    k_pump_uM: float = quantity(
        "umol/L", "SERCA, calcium at half speed; Hill coefficient 2", "0.4-0.5; design", gt=0, le=100
    )
    k_pump_atp_mM: float = quantity("mmol/L", "SERCA, ATP at half speed", "0.1-1 mM (from memory)", 0.3, ge=0, le=100)
    atp_calcium_mM: float = quantity(
        "mmol/L",
        "effective dissociation constant of Ca-ATP at 1 mM Mg",
        "2.2 mM (from Shorten 2007 rates)",
        2.2,
        gt=0,
        le=100,
    )
    sr_rest_mM: float = quantity("mmol/L", "free calcium in the SR at rest", "1.5 mM (Shorten 2007)", 1.5, gt=0, le=100)
    sr_volume: float = quantity(
        "1", "SR volume per myoplasm", "0.06: 1.1 mM total SR calcium per fibre; design", 0.06, gt=0, le=1
    )
    csq_mM: float = quantity(
        "mmol/L", "calsequestrin sites, per SR volume", "31 mM (Shorten 2007)", 31.0, ge=0, le=1000
    )
    csq_on: float = quantity("L/(mol s)", "calcium binding to calsequestrin", "4e3 (Shorten 2007)", 4e3, ge=0, le=1e9)
    csq_off: float = quantity("1/s", "calcium leaving calsequestrin", "5 /s (Shorten 2007)", 5.0, ge=0, le=1e6)
