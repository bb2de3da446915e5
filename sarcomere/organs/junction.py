"""Junctions, fibre action potentials and interstitial potassium: from parameters to what their kernels take."""

from __future__ import annotations

import math

import numpy as np

from sarcomere.errors import InputError
from sarcomere.parameters.fibre_wave import FibreApParameters, PotassiumParameters
from sarcomere.parameters.junction import JunctionParameters
from sarcomere.scenario import random_streams
from sarcomere_kernels.fibre_wave import Junctions, JunctionState, Potassium
from sarcomere_kernels.junction import JunctionCount

_NEVER = -(10**15)  # step of the last action potential of a fibre that had none


def pack_junctions(junction: JunctionParameters, fibre_ap: FibreApParameters, step_ms: float) -> Junctions:
    """Constants of junctions and fibre action potentials.

    Parameters
    ----------
    junction : JunctionParameters
        The junction.
    fibre_ap : FibreApParameters
        The fibre behind it.
    step_ms : float
        Step in which impulses are counted, ms.

    Returns
    -------
    sarcomere_kernels.fibre_wave.Junctions

    Raises
    ------
    InputError
        If the refractory period is no whole number of steps.
    """
    refractory = fibre_ap.refractory_ms / step_ms
    if abs(refractory - round(refractory)) > 1e-6:
        raise InputError(
            f"fibre_ap.refractory_ms = {fibre_ap.refractory_ms:g} is no whole number of steps of {step_ms:g} ms; "
            f"change one of them."
        )
    return Junctions(
        step=float(step_ms),
        vesicles=float(junction.vesicles),
        release=junction.release,
        tau_refill=junction.tau_refill_s * 1e3,
        quantum=junction.quantum_mV,
        saturation=junction.saturation,
        threshold=junction.threshold_mV,
        refractory=round(refractory),
        k_tubule_impulse=fibre_ap.k_tubule_impulse_mM,
        tau_tubule=fibre_ap.tau_tubule_s * 1e3,
        k_half=fibre_ap.k_half_mM,
        k_slope=fibre_ap.k_slope_mM,
    )


def fresh_junctions(
    junctions: Junctions, n_units: int, k_interstitial: float, seed: np.random.SeedSequence
) -> JunctionState:
    """Rested junctions and fibres at step 0.

    Parameters
    ----------
    junctions : sarcomere_kernels.fibre_wave.Junctions
        Constants.
    n_units : int
        Motor units.
    k_interstitial : float
        Potassium between the fibres, mM.
    seed : numpy.random.SeedSequence
        Its first ``n_units`` new children give the streams, one a unit.

    Returns
    -------
    sarcomere_kernels.fibre_wave.JunctionState
    """
    streams = [random_streams.words(child) for child in seed.spawn(n_units)]
    return JunctionState(
        ready=np.full(n_units, junctions.vesicles),
        last_event=np.zeros(n_units, dtype=np.int64),
        last_ap=np.full(n_units, _NEVER, dtype=np.int64),
        k_tubule=np.full(n_units, float(k_interstitial)),
        tubule_step=np.zeros(n_units, dtype=np.int64),
        counts=np.zeros((n_units, len(JunctionCount)), dtype=np.int64),
        stream=np.asarray(streams, dtype=np.uint64),
    )


def release_factor(junction: JunctionParameters, calcium_mM: float, magnesium_mM: float) -> float:
    """Factor on the chance of release at other ions than the reference ones.

    Parameters
    ----------
    junction : JunctionParameters
        Reference ions, power, weight of magnesium.
    calcium_mM, magnesium_mM : float
        Free, around the junction, mM.

    Returns
    -------
    float
        1 at the reference.

    Raises
    ------
    InputError
        If a concentration cannot be used.
    """
    for name, value, above in (("calcium_mM", calcium_mM, True), ("magnesium_mM", magnesium_mM, False)):
        if not (math.isfinite(value) and (value > 0 if above else value >= 0)):
            remedy = "above 0" if above else "of at least 0"
            raise InputError(f"{name} = {value:g} around the junction cannot be used; give a finite number {remedy}.")

    def share(calcium: float, magnesium: float) -> float:
        return calcium / (calcium + junction.magnesium_weight * magnesium)

    relative = share(calcium_mM, magnesium_mM) / share(junction.calcium_mM, junction.magnesium_mM)
    return float(relative**junction.calcium_power)


def pack_potassium(potassium: PotassiumParameters) -> Potassium:
    """Constants of the potassium between the fibres."""
    return Potassium(
        per_ap=potassium.per_ap_mM,
        tau_uptake=potassium.tau_uptake_s * 1e3,
        tau_washout=potassium.tau_washout_s * 1e3,
    )
