"""From the size of a motoneuron to its conductances: equivalent cylinders, interpolated between three cell types."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sarcomere.parameters.motoneuron import CellType, PoolParameters
from sarcomere.scenario import random_streams
from sarcomere_kernels import motoneuron_types as k

_CM2_PER_UM2 = 1e-8
_CM_PER_UM = 1e-4

Values = NDArray[np.float64]


def labels(p: PoolParameters) -> Values:
    """Size label of every unit, nA: geometric from the smallest to the largest."""
    u = positions(p.n_units)
    return np.asarray(p.smallest_label_nA * (p.largest_label_nA / p.smallest_label_nA) ** u)


def positions(n_units: int) -> Values:
    """Place of every unit in the pool, from 0 (smallest) to 1."""
    return (np.arange(n_units) + 0.5) / n_units


def _between(p: PoolParameters, name: str, label: Values) -> Values:
    """Interpolate a property linearly between the three types, extrapolated beyond them."""
    anchors: list[CellType] = [p.types.S, p.types.FR, p.types.FF]
    at = np.array([cell.label_nA for cell in anchors])
    value = np.array([getattr(cell, name) for cell in anchors])
    slope = np.diff(value) / np.diff(at)
    piece = (label > at[1]).astype(int)
    return np.asarray(value[1] + slope[piece] * (label - at[1]))


def cells_at(p: PoolParameters, label: Values, kappa: Values, antidromic: NDArray[np.int8]) -> k.Cells:
    """Constants of cells of the given size.

    Areas in um2, conductances in uS, capacitances in nF, currents in nA, voltages in mV.

    Parameters
    ----------
    p : PoolParameters
        Cell types, membrane, persistent current.
    label : ndarray, shape (unit,)
        Size labels, nA; the input weights refer to the first.
    kappa : ndarray, shape (unit,)
        Persistent current of each, in its rheobases.
    antidromic : ndarray of int8, shape (unit,)
        1 where stimulating the nerve sends a spike back into the cell.

    Returns
    -------
    sarcomere_kernels.motoneuron_types.Cells
    """
    size = {name: _between(p, name, label) for name in CellType.model_fields if name != "label_nA"}
    length, diameter, soma = size["dendrite_length_um"], size["dendrite_diameter_um"], size["soma_size_um"]
    cylinders = ((length, diameter), (soma, soma))
    area_dendrite, area_soma = (np.pi * wide * long * _CM2_PER_UM2 for long, wide in cylinders)  # cm2
    g_dendrite, g_soma = area_dendrite / size["r_dendrite"] * 1e3, area_soma / size["r_soma"] * 1e3
    # resistance from the middle of one cylinder to the middle of the other, Mohm
    halves = [(long / 2) / (np.pi * (wide / 2) ** 2) / _CM_PER_UM for long, wide in cylinders]
    axial = p.membrane.axial_resistivity * (halves[0] + halves[1]) * 1e-6
    full = 1.0 / axial
    threshold = label / (g_soma + g_dendrite * full / (g_dendrite + full))
    coupling = full * p.membrane.coupling
    dendrite_threshold = threshold * (coupling + g_soma) / coupling
    rheobase = g_dendrite * dendrite_threshold + coupling * (dendrite_threshold - threshold)
    per_area = area_soma * 1e3  # mS/cm2 -> uS
    return k.Cells(
        g_coupling=coupling,
        c_dendrite=p.membrane.capacitance * area_dendrite * 1e3,
        g_leak_dendrite=g_dendrite,
        c_soma=p.membrane.capacitance * area_soma * 1e3,
        g_leak_soma=g_soma,
        g_sodium=p.membrane.g_sodium * per_area,
        g_potassium=p.membrane.g_potassium * per_area,
        g_ahp=size["g_ahp"] * per_area,
        q_decay=np.exp(-size["ahp_decay"] * p.step_ms),
        threshold=threshold,
        pic_half=p.pic.half * dendrite_threshold,
        rheobase=rheobase,
        pic_gain=np.asarray(kappa, dtype=np.float64),
        weight=(rheobase[0] / rheobase) ** p.weight_exponent,
        antidromic=antidromic,
    )


def pool_cells(p: PoolParameters, seed: int) -> k.Cells:
    """Cells of a whole pool, the smallest first; the same for the same seed.

    Parameters
    ----------
    p : PoolParameters
        The pool.
    seed : int
        Fixes how kappa differs between cells, and which axons a stimulus excites.

    Returns
    -------
    sarcomere_kernels.motoneuron_types.Cells
    """
    rng = np.random.default_rng(random_streams.of_pool(seed, random_streams.Pool.CELLS))
    u = positions(p.n_units)
    spread = 1.0 + p.pic.spread * rng.standard_normal(p.n_units)
    kappa = p.kappa * (1.0 + p.pic.tilt * (0.5 - u)) * np.maximum(spread, 0.0)
    excited = rng.permutation(p.n_units) < round(p.synapses.antidromic_share * p.n_units)
    return cells_at(p, labels(p), kappa, excited.astype(np.int8))
