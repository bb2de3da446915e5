"""Effects of pH on attachment, SERCA and troponin, and the chemistry of rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sarcomere.parameters import FibreParameters
from sarcomere.parameters.metabolism import EnergyParameters


class AcidFactors(NamedTuple):
    """Factors on rates and affinity, 1 at the pH of rest."""

    attach: NDArray[np.float64]
    pump: NDArray[np.float64]
    affinity: NDArray[np.float64]


def acid_factors(energy: EnergyParameters, ph: ArrayLike) -> AcidFactors:
    """Return the effects of pH on attachment, SERCA and the calcium affinity of troponin: exponential in its fall.

    Parameters
    ----------
    energy : EnergyParameters
        The factors at ``acid_ph``.
    ph : array_like
        pH of the fibres.

    Returns
    -------
    AcidFactors
        Arrays of the shape of ``ph``.
    """
    fall = (energy.ph_rest - np.asarray(ph, dtype=np.float64)) / (energy.ph_rest - energy.acid_ph)
    return AcidFactors(
        attach=np.asarray(energy.acid_attach**fall),
        pump=np.asarray(energy.acid_pump**fall),
        affinity=np.asarray(energy.acid_affinity**fall),
    )


def acidified(fibre: FibreParameters, energy: EnergyParameters, ph: float) -> FibreParameters:
    """Scale attachment, SERCA and the calcium affinity of troponin of a fibre to a pH."""
    attach, pump, affinity = acid_factors(energy, ph)
    regulation = fibre.regulation
    off = {name: getattr(regulation, name) / affinity for name in ("k_off_closed_uM", "k_off_open_uM")}
    changes = {
        "cycle": fibre.cycle.model_copy(update={"k_attach": fibre.cycle.k_attach * attach}),
        "calcium": fibre.calcium.model_copy(update={"v_pump_mM_s": fibre.calcium.v_pump_mM_s * pump}),
        "regulation": regulation.model_copy(update=off),
    }
    return fibre.model_copy(update=changes)


Mixture = tuple[float, float, float, float]  # ATP (mM), ADP (uM), Pi (mM), pH


def at_rest(energy: EnergyParameters) -> Mixture:
    """Return the chemistry of rested fibres."""
    return energy.atp_mM, adp_rest(energy) * 1e3, energy.pi_mM, energy.ph_rest


def adp_rest(p: EnergyParameters) -> float:
    """Return ADP (mM) in equilibrium with creatine kinase at rest.

    Parameters
    ----------
    p : EnergyParameters
        Chemistry of rest.

    Returns
    -------
    float
    """
    return float(p.atp_mM * (p.creatine_mM - p.pcr_mM) / (p.pcr_mM * p.k_creatine_kinase * 10.0**-p.ph_rest))
