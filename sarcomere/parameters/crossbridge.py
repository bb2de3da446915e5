"""Rates of the head cycle at 37 C, and how they cool."""

from __future__ import annotations

import math

from sarcomere.parameters.base import BOLTZMANN, GAS_CONSTANT, ZERO_CELSIUS, Parameters, quantity

FITTED = "fitted to human 37 C tension, ATPase and V0 with a rigid-filament master equation"
CALIBRATED = "fitted to the isometric tension in the 3-D lattice by data/calibration/fit_fibres.py"
BODY_TEMPERATURE = 37.0


class Bath(Parameters):
    """What fibres bathe in, whatever they do: temperature, and the free energy that ATP brings."""

    temperature_C: float = quantity("degree_Celsius", "muscle temperature", "core", BODY_TEMPERATURE, ge=0, le=45)
    delta_g0_kJ: float = quantity(
        "kJ/mol",
        "standard free energy of ATP hydrolysis at pH 7, 1 mM Mg",
        "-30.5 to -33 (from memory)",
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

    atp_mM: float = quantity("mmol/L", "MgATP", "8.2 +- 0.4 mM, resting human calf (Kemp 2007)", 8.0, gt=0, le=100)
    adp_uM: float = quantity(
        "umol/L", "free MgADP", "creatine kinase equilibrium at rest, 16-20 uM", 20.0, gt=0, le=10000
    )
    pi_mM: float = quantity(
        "mmol/L", "inorganic phosphate", "4.5 +- 0.2 mM, resting human calf (Kemp 2007)", 4.0, ge=1e-9, le=200
    )

    @property
    def delta_g(self) -> float:
        """Free energy of ATP hydrolysis in kT (negative when ATP can do work)."""
        rt = GAS_CONSTANT * self.absolute_temperature
        ratio = self.adp_uM * 1e-6 * self.pi_mM * 1e-3 / (self.atp_mM * 1e-3)
        return self.delta_g0_kJ * 1e3 / rt + math.log(ratio)


class CycleParameters(Parameters):
    """The 7-state cycle OFF - MT - MDP - A1 - A2 - A3 - RIGOR (PHYSIOLOGY A2, A3)."""

    stiffness_head: float = quantity(
        "pN/nm",
        "stiffness of an attached head (kappa)",
        "psoas 1.21 +- 0.18 (Linari 2007), 1.7 and soleus 0.56 (Percario 2018, from memory); slow: design",
        gt=0,
        le=20,
    )
    stroke_1: float = quantity("nm", "working stroke A1 -> A2 (h1)", FITTED, ge=0, le=30)
    stroke_2: float = quantity("nm", "working stroke A2 -> A3 (h2)", FITTED, ge=0, le=30)
    k_hydrolysis: float = quantity("1/s", "MT -> MDP (k_H)", "slower in beta than fast; value design", ge=0, le=1e5)
    hydrolysis_equilibrium: float = quantity("1", "MDP/MT in equilibrium (K_H)", "design", gt=0, le=1e4)
    k_attach: float = quantity("1/s", "MDP -> A1 per site at zero strain (k_a)", CALIBRATED, ge=0, le=1e5)
    attach_equilibrium: float = quantity("1", "A1/MDP per site at zero strain (K_a)", FITTED, gt=0, le=1e4)
    stroke_equilibrium_M: float = quantity(
        "mol/L",
        "K_P: A2/A1 is K_P/[Pi] at equal strain energy",
        "Pi step -8 to -14 kT (literature values of multifil_jax, secondary)",
        gt=0,
        le=1e9,
    )
    k_stroke: float = quantity("1/s", "A1 -> A2 before the cap (k_P)", "fit to T2; design", ge=0, le=1e7)
    stroke_cap: float = quantity("1/s", "fastest A1 -> A2 (C_P)", "design", gt=0, le=1e7)
    stroke_split: float = quantity("1", "share of the strain energy in the forward stroke (s_P)", "design", ge=0, le=1)
    k_isomerise: float = quantity("1/s", "A2 -> A3 at equal strain energy (k_2)", FITTED, ge=0, le=1e7)
    isomerise_cap: float = quantity("1/s", "fastest A2 -> A3 (C_2)", "design", gt=0, le=1e7)
    isomerise_equilibrium: float = quantity("1", "A3/A2 at equal strain energy (K_2)", FITTED, gt=0, le=1e9)
    k_adp_release: float = quantity(
        "1/s",
        "A3 -> RIGOR (k_D)",
        "fast >= 500 /s; limits V0 (Siemankowski 1985); fitted to V0 by data/calibration/fit_fibres.py",
        ge=0,
        le=1e6,
    )
    adp_dissociation_uM: float = quantity(
        "umol/L",
        "ADP affinity of A3/RIGOR (K_D)",
        "slow: order of magnitude (from memory); fast: fitted to V0 against ADP by data/calibration/fit_fibres.py",
        gt=0,
        le=1e5,
    )
    k_atp_bind: float = quantity("L/(mol s)", "RIGOR -> MT per ATP (k_T)", "2-4e6 at 20 C (from memory)", ge=0, le=1e9)
    x_critical: float = quantity(
        "nm", "strain beyond which A1 heads are torn off (x_c)", "lengthening force; design", gt=0, le=50
    )

    def at(self, temperature_C: float) -> CycleParameters:
        """Cool the 37 C rates (PHYSIOLOGY A3, "Cooling").

        Parameters
        ----------
        temperature_C : float
            Temperature in degrees Celsius.

        Returns
        -------
        CycleParameters
            The rates at that temperature; equilibrium constants but K_P are kept.
        """
        decades = (BODY_TEMPERATURE - temperature_C) / 10.0
        factors = {
            **dict.fromkeys(("k_hydrolysis", "k_attach"), 2.6),
            **dict.fromkeys(("k_stroke", "k_isomerise", "k_adp_release"), 2.2),
            **dict.fromkeys(("stroke_cap", "isomerise_cap"), 2.0),
            "k_atp_bind": 1.8,
            "stroke_equilibrium_M": math.exp(0.6),
        }
        return self.model_copy(update={k: getattr(self, k) * q**-decades for k, q in factors.items()})

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


class OffStateParameters(Parameters):
    """Structural OFF state of the thick filament; not biochemical SRX (PHYSIOLOGY A2)."""

    k_off_exit: float = quantity(
        "1/s", "OFF -> MDP without tension (k_0)", "5 /s; MUSICO 5-400 /s (Mijailovich 2021)", 5.0, ge=0, le=1e5
    )
    k_off_exit_force: float = quantity(
        "1/s",
        "OFF -> MDP added at isometric tension (k_F)",
        "design; tension control: Linari 2015, Fusi 2016",
        400.0,
        ge=0,
        le=1e5,
    )
    k_off_return: float = quantity(
        "1/s", "MDP -> OFF", "50-200 /s; design: more would leave too few heads on at full force", 50.0, ge=0, le=1e5
    )
    isometric_force: float = quantity(
        "pN",
        "mean backbone tension in an isometric contraction (F_0): half of the force at the M-line",
        "design: about half of the isometric force of the calibrated fibre",
        gt=0,
        le=1e4,
    )
    max_relative_force: float = quantity("1", "tension beyond which OFF is left no faster", "design", 2.0, gt=0, le=100)

    def at(self, temperature_C: float) -> OffStateParameters:
        """Cool the 37 C rates by 2.2 in 10 degrees, as the attached steps (design).

        Parameters
        ----------
        temperature_C : float
            Temperature in degrees Celsius.

        Returns
        -------
        OffStateParameters
            The rates at that temperature; how many heads are OFF at rest does not change.
        """
        factor = 2.2 ** ((temperature_C - BODY_TEMPERATURE) / 10.0)
        return self.model_copy(
            update={k: factor * getattr(self, k) for k in ("k_off_exit", "k_off_exit_force", "k_off_return")}
        )
