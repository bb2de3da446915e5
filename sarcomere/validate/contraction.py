"""Twitch, tetanus and relaxation, rested and fatigued: rows 21 to 24."""

from __future__ import annotations

import xarray as xr

from sarcomere.analysis import (
    active_force,
    contraction_time,
    half_relaxation_time,
    last_impulse,
    peak_force,
    ripple,
    two_phase_relaxation,
)
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.validate.experiment import FIBRES, TENDON, Effort, Experiment, Row, Values, of, scenario

_IMPULSE_S = 0.05
_RATE_HZ, _COUNT = 60.0, 60
_RESTED_PI_mM = 4.0
# ATP (mM), ADP (uM), phosphate (mM): at rest, and in fatigue (choice).
_BATHS = ([8.0, 20.0, _RESTED_PI_mM], [5.0, 200.0, 30.0])
# Share of slow fibres: choice, near 0.5 and 0.87 in gastrocnemius and soleus [@Johnson1973]; the triceps surae as half
# soleus by area.
SLOW_SHARE = {"triceps": 0.65, "mg": 0.5, "lg": 0.5, "soleus": 0.8}


def twitch(effort: Effort) -> FibreScenario:
    """Describe one impulse, as in the shipped twitch."""
    return scenario(
        effort,
        "Twitch",
        0.6,
        drive={"train": {"frequency_Hz": 1.0, "start_s": _IMPULSE_S, "count": 1}},
        run={"replicates": effort.pick(10, 6) * effort.replicates},
        mechanics={"series_compliance": TENDON},
    )


def read_twitch(ds: xr.Dataset) -> Values:
    """Read contraction and half-relaxation time of muscles mixed from both fibre types, ms."""
    force = active_force(ds)
    slow, fast = (force[ds.fibre.values == fibre].squeeze("condition", drop=True) for fibre in ("slow", "fast"))
    values, impulse = Values(), xr.DataArray(_IMPULSE_S)
    for muscle, share in SLOW_SHARE.items():
        whole = share * slow + (1 - share) * fast
        values[f"{muscle}_ct"] = 1e3 * float(contraction_time(whole, impulse))
        if muscle == "triceps":
            values["triceps_hrt"] = 1e3 * float(half_relaxation_time(whole, impulse))
    return values


def tetanus(effort: Effort) -> FibreScenario:
    """Describe a second at 60 Hz and the relaxation after it, rested and fatigued."""
    return scenario(
        effort,
        "Tetanus",
        1.9,
        [{"key": ["chemistry.atp_mM", "chemistry.adp_uM", "chemistry.pi_mM"], "values": [list(b) for b in _BATHS]}],
        drive={"train": {"frequency_Hz": _RATE_HZ, "start_s": _IMPULSE_S, "count": _COUNT}},
        mechanics={"series_compliance": TENDON},
    )


def read_fusion(ds: xr.Dataset, twitch_ds: xr.Dataset) -> Values:
    """Read fusion index at 60 Hz, and twitch over tetanus."""
    values = Values()
    for fibre in FIBRES:
        one = of(ds, fibre=fibre, pi_mM=_RESTED_PI_mM)
        fused = ripple(active_force(one), one.impulse_time)
        single = peak_force(active_force(of(twitch_ds, fibre=fibre)))
        values |= {
            f"fusion_{fibre}": float(fused.fusion.item()),
            f"ratio_{fibre}": float(single.item()) / float(peak_force(active_force(one)).item()),
        }
    return values


def read_relaxation(ds: xr.Dataset) -> Values:
    """Read exponential over linear rate of relaxation."""
    rested = of(ds, pi_mM=_RESTED_PI_mM)
    found = two_phase_relaxation(active_force(rested), last_impulse(rested))
    return {f"ratio_{fibre}": float(found.rate_ratio.where(found.fibre == fibre).mean()) for fibre in FIBRES}


def read_slowing(ds: xr.Dataset) -> Values:
    """Read half-relaxation time in fatigue over that at rest."""
    half, values = half_relaxation_time(active_force(ds), last_impulse(ds)), Values()
    for fibre in FIBRES:
        mine, rested = half.fibre.values == fibre, half.pi_mM.values == _RESTED_PI_mM
        values[f"slowing_{fibre}"] = float(half[mine & ~rested].item() / half[mine & rested].item())
    return values


EXPERIMENTS: dict[str, Experiment] = {"twitch": twitch, "tetanus": tetanus}
ROWS = {
    21: Row(("twitch",), read_twitch),
    22: Row(("tetanus", "twitch"), read_fusion),
    23: Row(("tetanus",), read_relaxation),
    24: Row(("tetanus",), read_slowing),
}
