"""How ions in the muscle make axon terminals more or less excitable."""

from __future__ import annotations

import math

from sarcomere.errors import InputError
from sarcomere.parameters.motoneuron import IonParameters
from sarcomere.parameters.terminal import TerminalParameters


def terminal_excitability(
    p: TerminalParameters, ions: IonParameters, calcium_mM: float, magnesium_mM: float, potassium_mM: float
) -> float:
    """Factor by which terminals burst at lower frequencies and for longer.

    Calcium and magnesium screen surface charge, which keeps the threshold away; potassium depolarises.

    Parameters
    ----------
    p : TerminalParameters
        Concentrations at which the factor is 1, and how it grows.
    ions : IonParameters
        Screening and RT/F, as at the motoneurons.
    calcium_mM, magnesium_mM, potassium_mM : float
        Free concentrations between the fibres, mmol/L.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If a concentration cannot be used.
    """
    for name, value, least in (
        ("calcium_mM", calcium_mM, 0.01),
        ("magnesium_mM", magnesium_mM, 0.0),
        ("potassium_mM", potassium_mM, 0.5),
    ):
        if not least <= value <= 50.0:
            raise InputError(f"terminals: {name} = {value:g} is out of range; use {least:g} to 50.")
    screening = calcium_mM + ions.magnesium_weight * magnesium_mM
    reference = p.calcium_mM + ions.magnesium_weight * p.magnesium_mM
    threshold = ions.screening_mV * math.log10(screening / reference)
    depolarised = p.potassium_share * ions.nernst_mV * math.log(potassium_mM / p.potassium_mM)
    return math.exp((depolarised - threshold) / p.excitability_mV)
