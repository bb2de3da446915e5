"""Energy and blood: from parameters to kernel tuples, a rested muscle, and what acid does."""

from __future__ import annotations

import math

import numpy as np

from sarcomere.errors import InputError
from sarcomere.half_sarcomere.acidosis import adp_rest
from sarcomere.parameters.fibre_wave import PotassiumParameters
from sarcomere.parameters.metabolism import BloodParameters, EnergyParameters
from sarcomere_kernels.blood import Blood, Circulation
from sarcomere_kernels.metabolism import Energetics, MetabolismState
from sarcomere_kernels.phosphagens import Phosphagens

_MS = 1e3  # in one s


def pack_metabolism(
    energy: EnergyParameters, blood: BloodParameters, potassium: PotassiumParameters
) -> tuple[Energetics, Circulation]:
    """Constants of the kernel (mM, ms).

    Parameters
    ----------
    energy : EnergyParameters
        Of the fibres.
    blood : BloodParameters
        Of the muscle.
    potassium : PotassiumParameters
        What an action potential brings out of the fibre, which is to be pumped back.

    Returns
    -------
    tuple of sarcomere_kernels.metabolism.Energetics and Circulation

    Raises
    ------
    InputError
        If no creatine would be free at rest.
    """
    if energy.creatine_mM <= energy.pcr_mM:
        raise InputError(
            f"energy.creatine_mM = {energy.creatine_mM:g} leaves none free beside energy.pcr_mM = {energy.pcr_mM:g}; "
            f"give more creatine than phosphocreatine."
        )
    adp = adp_rest(energy)
    phosphagens = Phosphagens(
        creatine=energy.creatine_mM,
        log_ck=math.log(energy.k_creatine_kinase) - math.log(10.0) * energy.ph_rest,
        k_ak=energy.k_adenylate_kinase,
        pcr_rest=energy.pcr_mM,
        lactate_rest=blood.lactate_mM,
        ph_rest=energy.ph_rest,
        protons=energy.pcr_protons,
        buffering=energy.buffering_mM,
        phosphate=energy.pi_mM + energy.pcr_mM + 2.0 * energy.atp_mM + adp,
    )
    energetics = Energetics(
        phosphagens=phosphagens,
        step=energy.step_ms,
        basal=energy.basal_mM_s / _MS,
        calcium_per_atp=energy.calcium_per_atp,
        atp_per_ap=potassium.per_ap_mM * blood.interstitium / energy.potassium_per_atp,
        oxidation=energy.oxidation,
        tau_oxidation=energy.tau_oxidation_s * _MS,
        glycolysis=energy.glycolysis * energy.v_glycolysis_mM_s / _MS,
        atp_per_lactate=energy.atp_per_lactate,
        rate_half=energy.glycolysis_half_Hz / _MS,
        tau_rate=energy.glycolysis_tau_s * _MS,
        ph_half=energy.glycolysis_half_ph,
        ph_slope=energy.glycolysis_ph_slope,
        deamination=energy.deamination_s / _MS,
        amp_rest=energy.k_adenylate_kinase * adp**2 / energy.atp_mM,
        tau_efflux=energy.tau_efflux_s * _MS,
    )
    circulation = Circulation(
        pressure_rest=blood.pressure_rest_mmHg,
        pressure_gain=blood.pressure_gain_mmHg,
        pressure_stop=blood.pressure_stop_mmHg,
        dilation=blood.dilation,
        tau_dilation=blood.tau_dilation_s * _MS,
        tau_oxygen=blood.tau_oxygen_s * _MS,
        lactate_arterial=blood.lactate_mM,
        interstitium=blood.interstitium,
        # what flow takes from the interstitium was in 1 + 1/interstitium times its water
        tau_wash=blood.tau_wash_s * _MS * blood.interstitium / (1.0 + blood.interstitium),
        lactate_half=blood.lactate_half_mM,
        lactate_hill=blood.lactate_hill,
        force_half=blood.force_half,
        force_hill=blood.force_hill,
    )
    return energetics, circulation


def fresh_metabolism(energy: EnergyParameters, blood: BloodParameters, n_groups: int) -> MetabolismState:
    """Return the state of a rested muscle: every group at basal ATP use.

    Parameters
    ----------
    energy, blood : EnergyParameters, BloodParameters
        As packed.
    n_groups : int
        Groups of fibres.

    Returns
    -------
    sarcomere_kernels.metabolism.MetabolismState
        Arrays of shape (n_groups,), mM, and the blood.
    """
    adp = adp_rest(energy)
    amp = energy.k_adenylate_kinase * adp**2 / energy.atp_mM
    rest = {
        "energy": energy.pcr_mM + 2.0 * energy.atp_mM + adp,
        "adenylate": energy.atp_mM + adp + amp,
        "lactate": blood.lactate_mM,
        "atp": energy.atp_mM,
        "adp": adp,
        "amp": amp,
        "pcr": energy.pcr_mM,
        "pi": energy.pi_mM,
        "ph": energy.ph_rest,
    }
    raised = (blood.lactate_mM / blood.lactate_half_mM) ** blood.lactate_hill
    nociception = raised / (1.0 + raised)
    vessels = np.zeros(len(Blood))
    vessels[[Blood.CONDUCTANCE, Blood.FLOW, Blood.OXYGEN]] = 1.0 + blood.dilation * nociception
    vessels[Blood.PRESSURE] = blood.pressure_rest_mmHg
    vessels[Blood.LACTATE] = blood.lactate_mM
    vessels[Blood.METABOLIC_NOCICEPTION] = nociception
    vessels[Blood.PAIN] = 10.0 * nociception
    return MetabolismState(
        **{name: np.full(n_groups, value) for name, value in rest.items()},
        **{name: np.zeros(n_groups) for name in ("impulse_rate", "made", "used", "shortfall")},
        blood=vessels,
    )
