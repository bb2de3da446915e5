"""Rates of the head cycle at 37 C, and how they cool."""

from __future__ import annotations

import math
from typing import Any

from sarcomere.parameters.base import BOLTZMANN, GAS_CONSTANT, ZERO_CELSIUS, Parameters, quantity

FITTED = "unsourced: fitted once to human tension, ATPase and V0 in a model with rigid filaments"
CALIBRATED = "fitted to the isometric tension in the lattice by data/calibration/fit_fibres.py"
COOLING = "unsourced: how rates of single steps cool; ATPase has 2.60 +- 0.06 [@Stienen1996]"
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

    k_hydrolysis: float = q10("k_H", COOLING)
    k_attach: float = q10("k_a", COOLING)
    k_stroke: float = q10("k_P", COOLING)
    stroke_cap: float = q10("C_P", COOLING)
    k_isomerise: float = q10("k_2", COOLING)
    isomerise_cap: float = q10("C_2", COOLING)
    k_adp_release: float = q10("k_D", COOLING)
    k_atp_bind: float = q10("k_T", COOLING)
    ln_attach_equilibrium: float = warmed("K_a", COOLING)
    ln_stroke_equilibrium: float = warmed("K_P", COOLING)
    ln_isomerise_equilibrium: float = warmed("K_2", COOLING)

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
        "rabbit psoas 1.21 +- 0.18 [@Linari2007], 1.7 and soleus 0.56 [@Percario2018]; slow: choice between",
        gt=0,
        le=20,
    )
    stroke_1: float = quantity("nm", "working stroke A1 -> A2 (h1)", FITTED, ge=0, le=30)
    stroke_2: float = quantity("nm", "working stroke A2 -> A3 (h2)", FITTED, ge=0, le=30)
    k_hydrolysis: float = quantity(
        "1/s", "MT -> MDP (k_H)", "choice: slower in slow fibres, as explains their ATPase [@He2000]", ge=0, le=1e5
    )
    hydrolysis_equilibrium: float = quantity(
        "1", "MDP/MT in equilibrium (K_H)", "choice: most free heads have hydrolysed ATP", gt=0, le=1e4
    )
    k_attach: float = quantity("1/s", "MDP -> A1 per site at zero strain (k_a)", CALIBRATED, ge=0, le=1e5)
    attach_equilibrium: float = quantity("1", "A1/MDP per site at zero strain (K_a)", FITTED, gt=0, le=1e4)
    stroke_equilibrium_M: float = quantity(
        "mol/L",
        "K_P: A2/A1 is K_P/[Pi] at equal strain energy",
        "unsourced: free energy of the phosphate step, -9 to -10 kT at 4 mmol/L",
        gt=0,
        le=1e9,
    )
    k_stroke: float = quantity(
        "1/s", "A1 -> A2 before the cap (k_P)", "choice: quick recovery of force within 2 ms", ge=0, le=1e7
    )
    stroke_cap: float = quantity("1/s", "fastest A1 -> A2 (C_P)", "choice: steps of 0.1 ms stay accurate", gt=0, le=1e7)
    stroke_split: float = quantity(
        "1", "share of the strain energy in the forward stroke (s_P)", "choice: quick recovery of force", ge=0, le=1
    )
    k_isomerise: float = quantity("1/s", "A2 -> A3 at equal strain energy (k_2)", FITTED, ge=0, le=1e7)
    isomerise_cap: float = quantity(
        "1/s", "fastest A2 -> A3 (C_2)", "choice: steps of 0.1 ms stay accurate", gt=0, le=1e7
    )
    isomerise_equilibrium: float = quantity("1", "A3/A2 at equal strain energy (K_2)", FITTED, gt=0, le=1e9)
    k_adp_release: float = quantity(
        "1/s",
        "A3 -> RIGOR (k_D)",
        "fitted to V0, which it limits [@Siemankowski1985], by data/calibration/fit_fibres.py",
        ge=0,
        le=1e6,
    )
    adp_dissociation_uM: float = quantity(
        "umol/L",
        "ADP affinity of A3/RIGOR (K_D)",
        "fast: fitted to V0 against ADP [@Cooke-Pate1985] by data/calibration/fit_fibres.py; slow: unsourced, order of "
        "magnitude",
        gt=0,
        le=1e5,
    )
    k_atp_bind: float = quantity(
        "L/(mol s)",
        "RIGOR -> MT per ATP (k_T)",
        "choice: above 0.6e6 (fibres) to 0.8e6 (myofibrils) in rabbit psoas at 15 C [@Iorga2012]",
        ge=0,
        le=1e9,
    )
    x_critical: float = quantity(
        "nm", "strain beyond which A1 heads are torn off (x_c)", "choice: by the force of slow stretch", gt=0, le=50
    )
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

    k_off_exit: float = q10("k_0", COOLING)
    k_off_exit_force: float = q10("k_F", COOLING)
    k_off_return: float = q10("rate of MDP -> OFF", COOLING)


class OffStateParameters(Parameters):
    """Structural OFF state of the thick filament; not biochemical SRX."""

    k_off_exit: float = quantity(
        "1/s", "OFF -> MDP without tension (k_0)", "5-400 /s in another model [@Mijailovich2021]", 5.0, ge=0, le=1e5
    )
    k_off_exit_force: float = quantity(
        "1/s",
        "OFF -> MDP added at isometric tension (k_F)",
        "choice: tension turns heads on [@Linari2015; @Fusi2016]; 5-400 /s in another model [@Mijailovich2021]",
        400.0,
        ge=0,
        le=1e5,
    )
    k_off_return: float = quantity(
        "1/s", "MDP -> OFF", "choice: more would leave too few heads on at full force", 50.0, ge=0, le=1e5
    )
    isometric_force: float = quantity(
        "pN",
        "mean backbone tension in an isometric contraction (F_0): half of the force at the M-line",
        "choice: about half of the isometric force of the calibrated fibre",
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
