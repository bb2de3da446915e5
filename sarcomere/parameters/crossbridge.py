"""Rates of the head cycle at 37 C, and how they cool."""

from __future__ import annotations

import math
from typing import Any

from sarcomere.parameters.base import BOLTZMANN, GAS_CONSTANT, ZERO_CELSIUS, Parameters, quantity

FITTED = "fitted jointly with the other constants of the cycle by data/calibration/fit_cycle.py"
BODY_TEMPERATURE = 37.0


class Bath(Parameters):
    """What fibres bathe in, whatever they do: temperature, and the free energy that ATP brings."""

    temperature_C: float = quantity(
        "degree_Celsius", "muscle temperature", "choice: core temperature", BODY_TEMPERATURE, ge=0, le=45
    )
    delta_g0_kJ: float = quantity(
        "kJ/mol",
        "standard free energy of ATP hydrolysis at pH 7, 1 mM Mg",
        "choice: middle of the values at 37 C, which rest on pH and Mg [@Golding1995]",
        -32.0,
        ge=-60,
        le=0,
    )

    @property
    def absolute_temperature(self) -> float:
        """Absolute temperature, K."""
        return self.temperature_C + ZERO_CELSIUS

    @property
    def thermal_energy(self) -> float:
        """kT in pN nm."""
        return BOLTZMANN * self.absolute_temperature


class Chemistry(Bath):
    """What the heads and the pump bathe in."""

    atp_mM: float = quantity("mmol/L", "MgATP", "8.2 +- 0.4 in resting human calf [@Kemp2007]", 8.0, gt=0, le=100)
    adp_uM: float = quantity(
        "umol/L", "free MgADP", "choice: near the creatine kinase equilibrium at rest, 16", 20.0, gt=0, le=10000
    )
    pi_mM: float = quantity(
        "mmol/L", "inorganic phosphate", "4.5 +- 0.2 in resting human calf [@Kemp2007]", 4.0, ge=1e-9, le=200
    )

    @property
    def delta_g(self) -> float:
        """Free energy of ATP hydrolysis in kT (negative when ATP can do work)."""
        rt = GAS_CONSTANT * self.absolute_temperature
        ratio = self.adp_uM * 1e-6 * self.pi_mM * 1e-3 / (self.atp_mM * 1e-3)
        return self.delta_g0_kJ * 1e3 / rt + math.log(ratio)


def q10(constant: str, source: str) -> Any:
    """Declare by what a rate is divided in 10 C of cooling."""
    return quantity("1", f"{constant} over the same 10 C colder (Q10)", source, gt=0, le=20)


def warmed(constant: str, source: str) -> Any:
    """Declare what 10 C of warming add to the logarithm of an equilibrium constant."""
    return quantity("1", f"ln {constant} less the same 10 C colder", source, ge=-5, le=5)


class CycleCooling(Parameters):
    """How the constants of the head cycle change with temperature; those not named here do not."""

    k_hydrolysis: float = q10("k_H", FITTED)
    k_attach: float = q10("k_a", FITTED)
    k_stroke: float = q10("k_P", FITTED)
    stroke_cap: float = q10("C_P", FITTED)
    k_isomerise: float = q10("k_2", FITTED)
    isomerise_cap: float = q10("C_2", FITTED)
    k_adp_release: float = q10("k_D", FITTED)
    k_atp_bind: float = q10("k_T", FITTED)
    ln_attach_equilibrium: float = warmed("K_a", FITTED)
    ln_stroke_equilibrium: float = warmed("K_P", FITTED)
    ln_isomerise_equilibrium: float = warmed("K_2", FITTED)

    def factors(self, decades: float) -> dict[str, float]:
        """Factor on every constant that changes.

        Parameters
        ----------
        decades : float
            Cooling in steps of 10 C.

        Returns
        -------
        dict
            By the name of the constant in `CycleParameters`.
        """
        q10s = self.model_dump()
        for equilibrium in ("attach_equilibrium", "stroke_equilibrium_M", "isomerise_equilibrium"):
            q10s[equilibrium] = math.exp(q10s.pop("ln_" + equilibrium.removesuffix("_M")))
        return {name: factor**-decades for name, factor in q10s.items()}


class CycleParameters(Parameters):
    """The 7-state cycle OFF - MT - MDP - A1 - A2 - A3 - RIGOR."""

    stiffness_head: float = quantity(
        "pN/nm",
        "stiffness of an attached head (kappa)",
        f"{FITTED}; rabbit psoas 1.21 +- 0.18 [@Linari2007], 1.7 and soleus 0.56 [@Percario2018]",
        gt=0,
        le=20,
    )
    stroke_1: float = quantity("nm", "working stroke A1 -> A2 (h1)", FITTED, ge=0, le=30)
    stroke_2: float = quantity("nm", "working stroke A2 -> A3 (h2)", FITTED, ge=0, le=30)
    k_hydrolysis: float = quantity("1/s", "MT -> MDP (k_H)", f"{FITTED}; slower in slow fibres [@He2000]", ge=0, le=1e5)
    hydrolysis_equilibrium: float = quantity("1", "MDP/MT in equilibrium (K_H)", FITTED, gt=0, le=1e4)
    k_attach: float = quantity("1/s", "MDP -> A1 per site at zero strain (k_a)", FITTED, ge=0, le=1e5)
    attach_equilibrium: float = quantity("1", "A1/MDP per site at zero strain (K_a)", FITTED, gt=0, le=1e4)
    stroke_equilibrium_M: float = quantity(
        "mol/L",
        "K_P: A2/A1 is K_P/[Pi] at equal strain energy",
        FITTED,
        gt=0,
        le=1e9,
    )
    k_stroke: float = quantity("1/s", "A1 -> A2 before the cap (k_P)", FITTED, ge=0, le=1e7)
    stroke_cap: float = quantity("1/s", "fastest A1 -> A2 (C_P)", FITTED, gt=0, le=1e7)
    stroke_split: float = quantity("1", "share of the strain energy in the forward stroke (s_P)", FITTED, ge=0, le=1)
    k_isomerise: float = quantity("1/s", "A2 -> A3 at equal strain energy (k_2)", FITTED, ge=0, le=1e7)
    isomerise_cap: float = quantity("1/s", "fastest A2 -> A3 (C_2)", FITTED, gt=0, le=1e7)
    isomerise_equilibrium: float = quantity("1", "A3/A2 at equal strain energy (K_2)", FITTED, gt=0, le=1e9)
    k_adp_release: float = quantity(
        "1/s",
        "A3 -> RIGOR (k_D)",
        f"{FITTED}; limits V0 [@Siemankowski1985]",
        ge=0,
        le=1e6,
    )
    adp_dissociation_uM: float = quantity(
        "umol/L",
        "ADP affinity of A3/RIGOR (K_D)",
        f"{FITTED}; fast: V0 against ADP [@Cooke-Pate1985]",
        gt=0,
        le=1e5,
    )
    k_atp_bind: float = quantity(
        "L/(mol s)",
        "RIGOR -> MT per ATP (k_T)",
        f"{FITTED}; 0.6e6 to 0.8e6 in rabbit psoas at 15 C [@Iorga2012]",
        ge=0,
        le=1e9,
    )
    x_critical: float = quantity("nm", "strain beyond which A1 heads are torn off (x_c)", FITTED, gt=0, le=50)
    cooling: CycleCooling

    def at(self, temperature_C: float) -> CycleParameters:
        """Bring the constants, which hold at 37 C, to a temperature.

        Parameters
        ----------
        temperature_C : float
            Temperature in degrees Celsius.

        Returns
        -------
        CycleParameters
            The constants at that temperature.
        """
        factors = self.cooling.factors((BODY_TEMPERATURE - temperature_C) / 10.0)
        return self.model_copy(update={name: getattr(self, name) * factor for name, factor in factors.items()})

    def atp_equilibrium(self, chemistry: Chemistry) -> float:
        """K_T0 (1/M) of RIGOR + ATP = MT, closed by the free energy of ATP so that detailed balance holds.

        Parameters
        ----------
        chemistry : Chemistry
            Gives the standard free energy and the temperature.

        Returns
        -------
        float
            e^(-dG0/RT) / (K_H K_a K_P K_2 K_D), in 1/M.
        """
        rt = GAS_CONSTANT * chemistry.absolute_temperature
        others = (
            self.hydrolysis_equilibrium
            * self.attach_equilibrium
            * self.stroke_equilibrium_M
            * self.isomerise_equilibrium
            * self.adp_dissociation_uM
            * 1e-6
        )
        return math.exp(-chemistry.delta_g0_kJ * 1e3 / rt) / others


class OffStateCooling(Parameters):
    """How the OFF state's rates change with temperature."""

    k_off_exit: float = q10("k_0", FITTED)
    k_off_exit_force: float = q10("k_F", FITTED)
    k_off_return: float = q10("rate of MDP -> OFF", FITTED)


class OffStateParameters(Parameters):
    """Structural OFF state of the thick filament; not biochemical SRX."""

    k_off_exit: float = quantity(
        "1/s",
        "OFF -> MDP without tension (k_0)",
        f"{FITTED}; 5-400 /s in another model [@Mijailovich2021]",
        ge=0,
        le=1e5,
    )
    k_off_exit_force: float = quantity(
        "1/s",
        "OFF -> MDP added at isometric tension (k_F)",
        f"{FITTED}; tension turns heads on [@Linari2015; @Fusi2016]",
        ge=0,
        le=1e5,
    )
    k_off_return: float = quantity("1/s", "MDP -> OFF", FITTED, ge=0, le=1e5)
    isometric_force: float = quantity(
        "pN",
        "mean backbone tension in an isometric contraction (F_0): half of the force at the M-line",
        "fitted: half of the isometric force of the fibre, by data/calibration/fit_cycle.py",
        gt=0,
        le=1e4,
    )
    max_relative_force: float = quantity(
        "1", "tension beyond which OFF is left no faster", "choice: a bound on the rate", 2.0, gt=0, le=100
    )

    cooling: OffStateCooling

    def at(self, temperature_C: float) -> OffStateParameters:
        """Bring the rates, which hold at 37 C, to a temperature.

        Parameters
        ----------
        temperature_C : float
            Temperature in degrees Celsius.

        Returns
        -------
        OffStateParameters
            The rates at that temperature.
        """
        decades = (BODY_TEMPERATURE - temperature_C) / 10.0
        q10s = self.cooling.model_dump()
        return self.model_copy(update={name: getattr(self, name) * q**-decades for name, q in q10s.items()})
