"""Whole muscle: who follows whose lattice, and the constants of every motor unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import InputError
from sarcomere.parameters import FIBRE_TYPES, FibreParameters, LatticeParameters, MechanicsParameters, load_fibre
from sarcomere.parameters.lattice import area_per_thick
from sarcomere.parameters.muscle import OVERLAP_FIRST, OVERLAP_STEP, MuscleParameters
from sarcomere_kernels import advance_muscle
from sarcomere_kernels.muscle import Muscle as Muscle
from sarcomere_kernels.muscle import MuscleDrive, MuscleState, MuscleTrace, Twitch

SLOW, FAST = range(2)  # as in FIBRE_TYPES
_PER_MS = 1e-3
_MM_PER_UM = 1e-3
_NM2_PER_CM2 = 1e14
_N_PER_PN = 1e-12
_GROUPS_WITHOUT_LATTICE = 8
_NOTHING = 1e-6  # instead of no release or no pump, where ratios are taken


class Groups(NamedTuple):
    """Which motor units have a lattice, and which follow it."""

    fibre: NDArray[np.int32]  # (unit,) SLOW or FAST
    group: NDArray[np.int32]  # (unit,)
    representative: NDArray[np.int32]  # (group,) a unit of the group, in its middle
    explicit: bool  # whether the representatives have lattices


def groups(p: MuscleParameters, n_units: int) -> Groups:
    """Share the motor units out among representatives, each type's spread evenly over its units.

    Parameters
    ----------
    p : MuscleParameters
        The muscle.
    n_units : int
        Motor units, the smallest first.

    Returns
    -------
    Groups

    Raises
    ------
    InputError
        If there are more lattices than motor units, or one alone for two fibre types.
    """
    if n_units < 1:
        raise InputError(f"n_units = {n_units} makes no muscle; give at least 1.")
    if p.explicit_units > n_units:
        raise InputError(
            f"muscle.explicit_units = {p.explicit_units} is more than the {n_units} motor units of the pool; "
            f"use at most {n_units}."
        )
    n = p.explicit_units or min(_GROUPS_WITHOUT_LATTICE, n_units)
    fibre = ((np.arange(n_units) + 0.5) / n_units >= p.slow_share).astype(np.int32)
    sizes = np.bincount(fibre, minlength=2)
    types = np.flatnonzero(sizes)
    if n < types.size:
        raise InputError(
            f"muscle.explicit_units = {n} leaves the fast motor units without a lattice to follow; "
            f"use 0, or 2 and more, or slow_share = 0 or 1."
        )
    count = np.clip(np.round(n * sizes / n_units).astype(int), sizes > 0, n - (sizes[::-1] > 0))
    count[SLOW] = n - count[FAST]
    group = np.empty(n_units, dtype=np.int32)
    representatives: list[int] = []
    for kind in types:
        units = np.flatnonzero(fibre == kind)
        chosen = units[((np.arange(count[kind]) + 0.5) * units.size / count[kind]).astype(int)]
        nearest = np.abs(units[:, None] - chosen[None, :]).argmin(axis=1)
        group[units] = len(representatives) + nearest
        representatives += chosen.tolist()
    return Groups(fibre, group, np.array(representatives, dtype=np.int32), p.explicit_units > 0)


def _twitches(p: MuscleParameters, fibres: Mapping[str, FibreParameters]) -> Twitch:
    kinds = [getattr(p.twitch_units, name) for name in FIBRE_TYPES]
    calcium = [fibres[name].calcium for name in FIBRE_TYPES]
    fitted = [load_fibre(name).calcium for name in FIBRE_TYPES]

    def each(values: Any) -> NDArray[np.float64]:
        return np.array(list(values), dtype=np.float64)

    pump = each(max(c.v_pump_mM_s, _NOTHING) / f.v_pump_mM_s for c, f in zip(calcium, fitted, strict=True))
    emptying = each(max(c.release_uM, _NOTHING) * _MM_PER_UM / (c.sr_rest_mM * c.sr_volume) for c in calcium)
    return Twitch(
        inactivation=each(c.inactivation for c in calcium),
        recovery_decay=np.exp(-1.0 / each(c.tau_recovery_ms for c in calcium)),
        decay=each(t.decay_ms for t in kinds) / pump,
        saturation=each(t.saturation for t in kinds),
        exponent=each(t.exponent for t in kinds),
        half_power=each(t.half**t.exponent for t in kinds),
        desensitised=each(t.desensitised for t in kinds),
        opening=1.0 / each(t.tau_open_ms for t in kinds),
        closing=1.0 / each(t.tau_close_ms for t in kinds),
        full_force=each(t.full_pN for t in kinds),
        atp=each(t.atp_mM_s for t in kinds) * _PER_MS,
        pumped=each(t.pumped_uM for t in kinds) * _MM_PER_UM / -np.expm1(-emptying),
        emptying=emptying,
        overlap=each(t.overlap for t in kinds),
    )


def pack_muscle(
    p: MuscleParameters, n_units: int, fibres: Mapping[str, FibreParameters], mechanics: MechanicsParameters
) -> Muscle:
    """All that is constant in a run of one muscle.

    Parameters
    ----------
    p : MuscleParameters
        The muscle.
    n_units : int
        Motor units of its pool, the smallest first.
    fibres : mapping of str to FibreParameters
        Both fibre types, ``slow`` and ``fast``; gives inactivation and recovery of calcium release, and how fast the
        pump is relative to the shipped one, to which the twitches are fitted.
    mechanics : MechanicsParameters
        Gives the titin of units whose group has no lattice.

    Returns
    -------
    sarcomere_kernels.muscle.Muscle

    Raises
    ------
    InputError
        If the units cannot be shared out.
    """
    place = groups(p, n_units)
    capacity = p.twitch_range ** ((np.arange(n_units) + 0.5) / n_units)
    capacity /= capacity.sum()
    in_group = np.bincount(place.group, capacity)
    isometric = np.array([getattr(p.twitch_units, name).isometric_pN for name in FIBRE_TYPES])
    decay = float(np.exp(-_PER_MS / p.memory_s))
    return Muscle(
        fibre=place.fibre,
        group=place.group,
        capacity=capacity,
        share=capacity / in_group[place.group],
        representative=place.representative if place.explicit else np.full_like(place.representative, -1),
        group_fibre=place.fibre[place.representative],
        twitch=_twitches(p, fibres),
        overlap_first=OVERLAP_FIRST,
        overlap_step=OVERLAP_STEP,
        isometric=float(capacity @ isometric[place.fibre]),
        learned_decay=decay,
        prior=p.prior_activation**2 / (1.0 - decay),
        titin_amplitude=float(mechanics.titin_force),
        titin_exponent=mechanics.titin_exponent * p.optimal_hs_length,
        titin_slack=mechanics.slack_hs_length / p.optimal_hs_length,
        tendon_decay=float(np.exp(-1.0 / p.tendon.tau_ms)),
        territory=float(p.territory),
    )


def fresh_muscle(muscle: Muscle) -> MuscleState:
    """Return the state of a rested, relaxed muscle."""
    n_units, n_groups = muscle.group.size, muscle.representative.size
    return MuscleState(
        available=np.ones(n_units),
        calcium=np.zeros(n_units),
        activation=np.zeros(n_units),
        force=np.zeros(n_units),
        learned=np.zeros((n_groups, 2)),
        held=np.zeros(n_groups),
        tendon=np.zeros(2),
    )


def trace_muscle(muscle: Muscle, n_ms: int) -> MuscleTrace:
    """Room for what one window of n_ms milliseconds gives."""
    n_groups = muscle.representative.size
    return MuscleTrace(
        **{name: np.zeros(n_ms) for name in ("force", "passive", "territory_force")},
        **{name: np.zeros(n_groups) for name in ("group_active", "group_used", "group_pumped")},
    )


def resting_force(muscle: Muscle, length: float) -> float:
    """Force of the muscle without impulses, as if no unit had a lattice.

    Parameters
    ----------
    muscle : sarcomere_kernels.muscle.Muscle
        The muscle.
    length : float
        L0.

    Returns
    -------
    float
        F0.
    """
    bare = muscle._replace(representative=np.full_like(muscle.representative, -1))
    trace, nothing = trace_muscle(bare, 1), np.zeros((muscle.representative.size, 1))
    nobody = np.zeros(0, dtype=np.int32)
    drive = MuscleDrive(
        unit=nobody, ms=nobody, active=nothing, passive=nothing, length=np.array([length]), factor=np.ones(nothing.size)
    )
    advance_muscle(fresh_muscle(bare), bare, drive, trace, 1)
    return float(trace.passive[0])


def tendon_strain(state: MuscleState, stretch: float, n: int) -> NDArray[np.float64]:
    """Return the tendon's extension in the next window, which follows force one window late.

    Parameters
    ----------
    state : sarcomere_kernels.muscle.MuscleState
        After the last window; the tendon's stretch in it is passed through once more, so that length never jumps.
    stretch : float
        Of the tendon at F0, L0.
    n : int
        Equal parts of the window.

    Returns
    -------
    ndarray, shape (n + 1,)
        L0, at the beginning and at the end of each part.
    """
    before, now = state.tendon
    return np.asarray(stretch * (before + (now - before) * np.arange(n + 1) / n))


def full_force_N(p: MuscleParameters, muscle: Muscle, lattice: LatticeParameters) -> float:
    """F0 of the whole muscle, N.

    Parameters
    ----------
    p : MuscleParameters
        Gives the cross-section.
    muscle : sarcomere_kernels.muscle.Muscle
        Gives F0 per thick filament.
    lattice : LatticeParameters
        Gives thick filaments per cross-section.

    Returns
    -------
    float
    """
    per_filament = area_per_thick(lattice, p.optimal_hs_length) / lattice.myofibril_fraction
    return p.pcsa_cm2 * _NM2_PER_CM2 / per_filament * muscle.isometric * _N_PER_PN
