"""From the parameters of a pool to what its kernel takes, and cells at rest."""

from __future__ import annotations

import math

import numpy as np

from sarcomere.parameters.motoneuron import PoolParameters
from sarcomere_kernels import motoneuron_types as k
from sarcomere_kernels.types import U8


def pack_kinetics(p: PoolParameters) -> k.Kinetics:
    """Gates of the spike and the persistent current, per step."""
    dt, pulse, pic = p.step_ms, p.pulse, p.pic
    gates = ("m_rise", "m_fall", "h_fall", "h_rise", "n_rise", "n_fall", "q_rise")
    return k.Kinetics(
        step=dt,
        pulse=round(pulse.duration_ms / dt),
        refractory=round(pulse.refractory_ms / dt),
        pic_decay=math.exp(-dt / pic.tau_ms),
        pic_slope=pic.slope_mV,
        pic_reversal=pic.reversal_mV,
        inactivation=pic.inactivation,
        inactivation_decay=math.exp(-dt * 1e-3 / pic.tau_inactivation_s),
        **{name: math.exp(-getattr(pulse, name) * dt) for name in gates},
    )


def pack_noise(p: PoolParameters) -> k.Noise:
    """Noise over one interval, and volleys."""
    s = p.synapses
    private, common = (math.exp(-s.noise_interval_ms / tau) for tau in (s.private_tau_ms, s.common_tau_ms))
    return k.Noise(
        every=round(s.noise_interval_ms / p.step_ms),
        private_decay=private,
        private_increment=s.private_sd * math.sqrt(1.0 - private * private),
        common_decay=common,
        common_increment=s.common_sd * math.sqrt(1.0 - common * common),
        volley=s.volley,
        volley_decay=math.exp(-p.step_ms / s.volley_tau_ms),
    )


def pack_recurrent(p: PoolParameters) -> k.Recurrent:
    """Renshaw cells over one step."""
    r, dt = p.recurrent, p.step_ms
    rise, decay = math.exp(-dt / r.rise_ms), math.exp(-dt / r.decay_ms)
    apart = 1.0 / r.rise_ms - 1.0 / r.decay_ms
    # the integral of both exponentials over a step, which at equal constants is dt times either
    both = dt * decay if apart == 0.0 else decay * -math.expm1(-dt * apart) / apart
    return k.Recurrent(
        increment=r.gain * 1e3 / (r.rate_Hz * r.rise_ms * p.n_units),
        drive_decay=rise,
        inhibition_decay=decay,
        transfer=both / r.decay_ms,
    )


def fresh_pool_state(n_units: int, refractory: int, stream: U8) -> k.PoolState:
    """Cells at rest, without noise yet."""
    zeros = ("v_soma", "v_dendrite", "m", "n", "q", "pic", "inactivated", "private_noise")
    return k.PoolState(
        h=np.ones(n_units),
        last_spike=np.full(n_units, -refractory, dtype=np.int64),
        shared=np.zeros(len(k.Shared)),
        counters=np.zeros(len(k.Counter), dtype=np.int64),
        stream=stream,
        **{name: np.zeros(n_units) for name in zeros},
    )
