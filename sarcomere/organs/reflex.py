"""Reflexes: delays in whole milliseconds, gains and filters as the kernel takes them, and a muscle at rest."""

from __future__ import annotations

import math

import numpy as np

from sarcomere.errors import InputError
from sarcomere.parameters.reflex import ReflexParameters
from sarcomere_kernels import advance_reflex
from sarcomere_kernels.reflex import Pathway, Reflex, ReflexState, Signal, Spindle, TendonOrgan, TendonStimulus
from sarcomere_kernels.types import F8, I8, OK

PATHWAYS = ("Ia", "group II", "Ib", "nociceptive", "reciprocal", "tendon stimulus")


def _lags(p: ReflexParameters) -> I8:
    """Whole ms from receptor to motoneuron by pathway, in the order of ``PATHWAYS``."""
    velocity = (p.velocity_ia, p.velocity_ii, p.velocity_ib, p.velocity_nociceptive, p.velocity_ia)
    central = [p.synapse_ms] + [p.synapse_ms + p.interneuron_ms] * 4
    nerve = [1e3 * p.path_m / v for v in velocity]
    shock = p.tendon_stimulus.onset_ms - p.tendon_stimulus.efferent_ms
    lags = [a + b for a, b in zip(nerve, central, strict=True)]
    return np.round([*lags, shock]).astype(np.int64)


def _check_delays(p: ReflexParameters, lags: I8, window_ms: int) -> None:
    """Refuse a reflex that would be due within the window in which it arises."""
    fastest = int(np.argmin(lags))
    if lags[fastest] < 1:
        raise InputError(
            f"reflex: the {PATHWAYS[fastest]} pathway reaches the motoneurons after {lags[fastest]} ms; "
            f"slow it to 1 ms or more."
        )
    if not 1 <= window_ms <= lags[fastest]:
        raise InputError(
            f"numerics.exchange_ms = {window_ms!r} does not fit the {PATHWAYS[fastest]} pathway of the reflexes, which "
            f"takes {lags[fastest]} ms; use 1 to {lags[fastest]}."
        )
    stimulus = p.tendon_stimulus
    if stimulus.second_onset_ms < stimulus.onset_ms:
        raise InputError(
            f"reflex: tendon_stimulus.second_onset_ms = {stimulus.second_onset_ms:g} comes before onset_ms = "
            f"{stimulus.onset_ms:g}; swap them."
        )


def _pack_stimulus(p: ReflexParameters) -> TendonStimulus:
    stimulus = p.tendon_stimulus
    return TendonStimulus(
        first_lag=round(stimulus.onset_ms - stimulus.efferent_ms),
        first_length=round(stimulus.duration_ms),
        second_lag=round(stimulus.second_onset_ms - stimulus.efferent_ms),
        second_length=round(stimulus.second_duration_ms),
        second_share=stimulus.second_share,
    )


def pack_reflex(p: ReflexParameters, window_ms: int) -> Reflex:
    """Cast the parameters of the reflex to the tuple that the kernel takes.

    Parameters
    ----------
    p : ReflexParameters
        Receptors, gains, delays.
    window_ms : int
        Longest stretch of inputs to be written at once, ms.

    Returns
    -------
    sarcomere_kernels.reflex.Reflex

    Raises
    ------
    InputError
        If a reflex would be due within the window in which it arises, or phases are out of order.
    """
    lags = _lags(p)
    _check_delays(p, lags, window_ms)
    spindle, organ = p.spindle, p.tendon_organ
    full = organ.rate_Hz * math.log(1.0 + organ.force_scale)  # of tendon organs at F0
    tau = (p.tau_ia_ms, p.tau_ii_ms, p.tau_ib_ms, p.tau_nociceptive_s * 1e3, p.tau_reciprocal_ms)
    return Reflex(
        spindle=Spindle(
            velocity_gain=spindle.velocity_gain,
            velocity_exponent=spindle.velocity_exponent,
            velocity_decay=math.exp(-1.0 / spindle.velocity_tau_ms),
            ia_length=spindle.ia_length,
            ia_rest=spindle.ia_rest,
            ii_length=spindle.ii_length,
            ii_rest=spindle.ii_rest,
            fusimotor=spindle.fusimotor,
        ),
        organ=TendonOrgan(
            rate=organ.rate_Hz,
            force_scale=organ.force_scale,
            passive_threshold=organ.passive_threshold,
            fast=organ.adaptation_fast,
            slow=organ.adaptation_slow,
            fast_decay=math.exp(-1e-3 / organ.tau_fast_s),
            slow_decay=math.exp(-1e-3 / organ.tau_slow_s),
            gate_floor=organ.gate_floor,
            gate_half=organ.gate_half,
            gate_slope=organ.gate_slope,
        ),
        stimulus=_pack_stimulus(p),
        gain=np.array(
            [p.gain_ia, p.gain_ii, p.gain_ib / full, p.gain_nociceptive, p.gain_reciprocal, p.tendon_stimulus.gain]
        ),
        decay=np.array([math.exp(-1.0 / t) for t in tau] + [0.0]),
        lag=lags,
        mechanical=p.mechanical_weight,
        fatigue_ia=p.fatigue_ia,
        fatigue_ib=p.fatigue_ib,
    )


def resting_signals(n_ms: int) -> F8:
    """Signals of an undisturbed muscle: nothing on, the nerve open.

    Parameters
    ----------
    n_ms : int
        Milliseconds.

    Returns
    -------
    ndarray, shape (n_ms, N_SIGNALS)
        Columns as in ``sarcomere_kernels.reflex.Signal``.
    """
    signals = np.zeros((n_ms, len(Signal)))
    signals[:, Signal.AFFERENT_OPEN] = 1.0
    return signals


def fresh_reflex(reflex: Reflex, force: float, length: float, passive: float = 0.0) -> ReflexState:
    """Return the steady state of the reflex at constant force and length.

    Parameters
    ----------
    reflex : sarcomere_kernels.reflex.Reflex
        From `pack_reflex`.
    force, length : float
        Active force in F0, length in L0.
    passive : float
        Passive force, F0.

    Returns
    -------
    sarcomere_kernels.reflex.ReflexState

    Raises
    ------
    InputError
        If the force or the length is no finite number.
    """
    stimulus = reflex.stimulus
    room = 1 + max(
        int(reflex.lag.max()), stimulus.first_lag + stimulus.first_length, stimulus.second_lag + stimulus.second_length
    )
    state = ReflexState(
        memory=np.array([length, 0.0, 0.0]),
        level=np.zeros(len(Pathway)),
        line=np.zeros((len(Pathway), room)),
        counters=np.zeros(1, dtype=np.int64),
    )
    # without memory everything is where it would end; once round the ring fills it
    settled = reflex._replace(
        spindle=reflex.spindle._replace(velocity_decay=0.0),
        organ=reflex.organ._replace(fast_decay=0.0, slow_decay=0.0),
        decay=np.zeros(len(Pathway)),
    )
    n = room + 1  # the first millisecond still adapts
    nothing = np.zeros(0)
    signals = resting_signals(n)
    signals[:, Signal.PASSIVE] = passive
    status = advance_reflex(state, settled, np.full(n, force), np.full(n, length), signals, nothing, nothing)
    if status != OK:
        raise InputError(f"reflex: force = {force:g} F0 at length = {length:g} L0 is not finite; give finite numbers.")
    state.counters[0] = 0
    return state
