"""Axon terminals that fire by themselves after fast stimulation: the peripheral cramp."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

MINETTO = "with the nerve blocked [@Minetto2011]"
CHOICE = "choice: stretch stops cramps after nerve block too [@Bertolasi1993]"


class TerminalParameters(Parameters):
    """What stimulation sets off at the terminals, and how the muscle's length gates it."""

    threshold_Hz: float = quantity(
        "Hz",
        "stimulation that sets a terminal off, mean",
        f"choice: a train's potassium and the first few units bring the muscle's to 18 +- 3 {MINETTO}",
        48.0,
        ge=1e-6,
        le=200,
    )
    threshold_sd_Hz: float = quantity(
        "Hz",
        "its SD between axons, log-normal",
        f"choice: towards EMG of 13.9 against 47.5 uV {MINETTO}, not reached (docs/cramp/fit.md)",
        35.0,
        ge=0,
        le=200,
    )
    rate_Hz: float = quantity("Hz", "rate of a burst, mean", f"25.7 +- 11.6 {MINETTO}", 25.7, gt=0, le=300)
    rate_sd_Hz: float = quantity("Hz", "its SD between bursts", f"25.7 +- 11.6 {MINETTO}", 11.6, ge=0, le=100)
    rate_least_Hz: float = quantity(
        "Hz", "lowest rate of a burst", "6, the lowest in cramps [@Minetto2009]", 6.0, gt=0, le=100
    )
    burst_s: float = quantity("s", "length of a burst, mean; exponential", f"1.1 +- 1.0 {MINETTO}", 1.1, gt=0, le=100)
    envelope_s: float = quantity(
        "s", "no burst lasts longer after a stimulus; mean", f"2.6 +- 1.3 {MINETTO}", 2.6, gt=0, le=100
    )
    envelope_shape: int = quantity("1", "shape of its gamma distribution", f"(2.6/1.3)^2 {MINETTO}", 4, ge=1, le=1000)
    half_length: float = quantity(
        "1", "length (optimum 1) at which half of the terminals may fire", CHOICE, 0.95, gt=0, le=3
    )
    length_slope: float = quantity("1", "slope of that gate", CHOICE, 0.05, gt=0, le=1)
    excitability_mV: float = quantity(
        "mV",
        "nearer to threshold by this much, excitability grows e-fold",
        "choice: 20 % less calcium lowers the threshold by a quarter",
        5.0,
        gt=0,
        le=100,
    )
    potassium_share: float = quantity(
        "1",
        "depolarisation of terminals per shift of the potassium equilibrium",
        "choice: 6.5 mmol/L lowers the threshold by a quarter; GHK would give 0.38",
        0.1,
        ge=0,
        le=1,
    )
    calcium_mM: float = quantity(
        "mmol/L",
        "free calcium around terminals at excitability 1",
        "choice: as in plasma [@Kratz2004]",
        1.2,
        gt=0,
        le=50,
    )
    magnesium_mM: float = quantity("mmol/L", "free magnesium at excitability 1", "unsourced: 0.6", 0.6, ge=0, le=50)
    potassium_mM: float = quantity(
        "mmol/L", "potassium at excitability 1", "choice: as in plasma [@Kratz2004]", 4.0, gt=0, le=50
    )
