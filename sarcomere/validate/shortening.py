"""Shortening and stretch: force-velocity, Fenn effect, efficiency, slack test; rows 4, 7, 8, 11, 12, 19."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from sarcomere.analysis import (
    atpase,
    duty_ratio,
    heads_per_filament,
    hill_velocity,
    ramp_force,
    slack_test,
    steady_state,
)
from sarcomere.parameters import Chemistry
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.validate.experiment import (
    FIBRES,
    REFERENCE_NM,
    Effort,
    Experiment,
    Row,
    Values,
    active,
    late_atpase,
    of,
    scenario,
    velocity,
)

_START_NM = 1350.0  # shortening crosses the plateau of force against length
_RELEASE_S = 0.4
BEFORE_S = 0.05  # of the isometric record, for what releases are compared with
# Read after the elastic recoil and before the plateau is left; s after the release.
WINDOW_S = {"fast": (0.006, 0.016), "slow": (0.015, 0.045)}
COLD_WINDOW_S = {"fast": (0.04, 0.1), "slow": (0.08, 0.2)}
RAMPS_ML_S = (0.05, 0.4, 1.5, 3.0)
_RAMP_NM = 40.0


def releases(
    effort: Effort,
    title: str,
    release_s: float,
    windows: dict[str, tuple[float, float]],
    vary: Sequence[Mapping[str, Any]],
    chemistry: dict[str, float] | None = None,
) -> FibreScenario:
    """Describe isotonic releases from the isometric plateau to a share of its force (by default to nothing).

    Parameters
    ----------
    effort : Effort
        Size.
    title : str
        What it is called.
    release_s : float
        When the load falls, s.
    windows : dict
        By fibre type, when shortening is read (s after the release); the load ends with it.
    vary : sequence of mapping
        What varies beside the fibre type.
    chemistry : dict, optional
        Table ``chemistry``.

    Returns
    -------
    FibreScenario
    """
    ends = {fibre: release_s + window[1] + 0.002 for fibre, window in windows.items()}
    return scenario(
        effort,
        title,
        max(ends.values()),
        [
            {
                "key": ["motor_units.0.fibre", "protocol.load.time_s.1"],
                "name": ["fibre", "load_ends_s"],
                "values": [list(pair) for pair in ends.items()],
            },
            *vary,
        ],
        run={"hs_length": _START_NM},
        chemistry=chemistry or {},
        protocol={
            "load": {"time_s": [release_s, release_s + 0.1], "value": 0.0, "relative": True, "reference_ms": 20.0}
        },
    )


def isotonic(effort: Effort) -> FibreScenario:
    """Describe loads from none to 0.9 of the isometric force, 37 C."""
    full = [0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9]
    loads = effort.pick(full, [0.0, 0.08, 0.18, 0.3, 0.45, 0.65, 0.9])
    vary = [{"key": "protocol.load.value", "name": "relative_load", "values": loads}]
    return releases(effort, "Force and velocity", _RELEASE_S, WINDOW_S, vary)


def cold_isotonic(effort: Effort) -> FibreScenario:
    """Describe releases to zero load at 12 C."""
    vary = [{"key": "chemistry.temperature_C", "values": [12.0]}]
    return releases(effort, "Unloaded at 12 C", 1.2, COLD_WINDOW_S, vary)


def loaded(ds: xr.Dataset, fibre: str) -> xr.Dataset:
    """Find what the isotonic releases of one fibre type did.

    Parameters
    ----------
    ds : xarray.Dataset
        From ``isotonic``.
    fibre : str
        Fibre type.

    Returns
    -------
    xarray.Dataset
        By ``condition``: ``force`` (active, relative to the isometric), ``velocity`` (ML/s), ``atpase`` (per head and
        s), ``cycling_bound`` (attached share of heads that are not OFF); and ``isometric`` (pN), ``rested`` (ATPase
        before the release).
    """
    one = of(ds, fibre=fibre)
    start, stop = (_RELEASE_S + after for after in WINDOW_S[fibre])
    isometric = steady_state(active(one), _RELEASE_S - BEFORE_S, _RELEASE_S)["mean"].mean()
    return xr.Dataset(
        {
            "force": steady_state(active(one), start, stop)["mean"] / isometric,
            "velocity": velocity(one, start, stop),
            "atpase": atpase(one, start, stop).per_head,
            "cycling_bound": steady_state(duty_ratio(one), start, stop)["mean"],
            "isometric": isometric,
            "rested": atpase(one, _RELEASE_S - 4 * BEFORE_S, _RELEASE_S).per_head.mean(),
        }
    )


def hill(ds: xr.Dataset, fibre: str) -> xr.Dataset:
    """Return Hill's curve through the releases of one fibre type, every load with the same weight."""
    found = loaded(ds, fibre)
    return hill_velocity(found.velocity, found.force, "condition")


def read_unloaded_heads(ds: xr.Dataset) -> Values:
    """Read attached share of heads that are not OFF, at zero load."""
    return {
        f"bound_{fibre}": float(loaded(ds, fibre).cycling_bound[of(ds, fibre=fibre).relative_load.values == 0].item())
        for fibre in FIBRES
    }


def slack(effort: Effort) -> FibreScenario:
    """Describe releases that leave the fibre slack, 37 C, as in the shipped slack-test."""
    return scenario(
        effort,
        "Slack test",
        0.6,
        [
            {
                "key": "protocol.length.value.2",
                "name": "release",
                "values": [-60.0, -85.0, -110.0, -135.0, -160.0],
            }
        ],
        run={"hs_length": _START_NM},
        protocol={
            "length": {
                "time_s": [0.0, _RELEASE_S, _RELEASE_S],
                "value": [0.0, 0.0, -60.0],
                "relative": True,
                "slack": True,
            }
        },
        record={"sample_interval_ms": 0.2},
    )


def slack_velocity(found: xr.Dataset, fibre: str) -> float:
    """Return V0 of ``slack_test``, with ML = 1300 nm."""
    return float(found.v0.sel(fibre=fibre)) * _START_NM / REFERENCE_NM


def read_velocity(isotonic_ds: xr.Dataset, slack_ds: xr.Dataset, cold_ds: xr.Dataset) -> Values:
    """Read V0 by both methods, and fast over slow in the cold."""
    slack_found, values = slack_test(slack_ds), Values()
    for fibre in FIBRES:
        values[f"slack_{fibre}"] = slack_velocity(slack_found, fibre)
        values[f"hill_{fibre}"] = float(hill(isotonic_ds, fibre).v_max)
    cold = {
        fibre: float(velocity(of(cold_ds, fibre=fibre), *(1.2 + after for after in COLD_WINDOW_S[fibre])).item())
        for fibre in FIBRES
    }
    return {**values, "ratio_12": cold["fast"] / cold["slow"]}


def read_hill(ds: xr.Dataset) -> Values:
    """Read the curvature, and force and velocity at peak power."""
    values = Values()
    for fibre in FIBRES:
        curve = hill(ds, fibre)
        best = float(curve.peak_power_at)
        values |= {f"a_{fibre}": float(curve.a_over_f0), f"v_{fibre}": best, f"f_{fibre}": best * float(curve.f0)}
    return values


def stretch(effort: Effort) -> FibreScenario:
    """Describe ramps by 40 nm, from slow stretch to forcible detachment."""
    ends = [_RELEASE_S + _RAMP_NM / (speed * REFERENCE_NM) for speed in RAMPS_ML_S]
    return scenario(
        effort,
        "Stretch",
        max(ends),
        [
            {"key": "protocol.length.time_s.2", "name": "ramp_ends_s", "values": ends},
        ],
        protocol={"length": {"time_s": [0.0, _RELEASE_S, max(ends)], "value": [0.0, 0.0, _RAMP_NM], "relative": True}},
        record={"sample_interval_ms": 0.2},
    )


def stretched_force(ds: xr.Dataset) -> dict[str, list[float]]:
    """Return force late in the ramps over isometric, by fibre type, in the order of speeds."""
    force = ramp_force(ds).force
    return {fibre: [float(x) for x in force[ds.fibre.values == fibre]] for fibre in FIBRES}


def read_fenn(isotonic_ds: xr.Dataset, stretch_ds: xr.Dataset) -> Values:
    """Read ATPase at 0.3 Vmax and in the slowest stretch, over isometric."""
    values = Values()
    for fibre in FIBRES:
        found = loaded(isotonic_ds, fibre).sortby("velocity")
        at = 0.3 * float(hill(isotonic_ds, fibre).v_max)
        values[f"fenn_{fibre}"] = float(np.interp(at, found.velocity, found.atpase) / found.rested)
        slow = of(stretch_ds, fibre=fibre).isel(condition=[0])
        before = atpase(slow, 0.2, _RELEASE_S).per_head
        end = float(slow.ramp_ends_s.item())
        during = late_atpase(slow.sel(time=slice(None, end)), 0.5 * (end - _RELEASE_S) / end)
        values[f"stretch_{fibre}"] = float((during / before).item())
    return values


def read_efficiency(ds: xr.Dataset) -> Values:
    """Read the highest of work per time over free energy of the ATP used."""
    bath = Chemistry()
    energy = -bath.delta_g * bath.thermal_energy * heads_per_filament(ds)  # pN nm per ATP of every head
    values = Values()
    for fibre in FIBRES:
        found = loaded(ds, fibre)
        power = found.force * found.isometric * found.velocity * REFERENCE_NM  # pN nm/s
        values[f"efficiency_{fibre}"] = float((power / (found.atpase * energy)).max())
    return values


def read_slack(slack_ds: xr.Dataset, isotonic_ds: xr.Dataset) -> Values:
    """Read straightness of the slack test, and its V0 over Hill's Vmax; slow fibres."""
    found = slack_test(slack_ds)
    points = found.sel(fibre="slow").dropna("measurement")
    r = np.corrcoef(points.slack_time, points.slack_length)[0, 1]
    return {"line": float(r**2), "agree": slack_velocity(found, "slow") / float(hill(isotonic_ds, "slow").v_max)}


EXPERIMENTS: dict[str, Experiment] = {
    "isotonic": isotonic,
    "cold_isotonic": cold_isotonic,
    "slack": slack,
    "stretch": stretch,
}
ROWS = {
    4: Row(("isotonic",), read_unloaded_heads),
    7: Row(("isotonic", "slack", "cold_isotonic"), read_velocity),
    8: Row(("isotonic",), read_hill),
    11: Row(("isotonic", "stretch"), read_fenn),
    12: Row(("isotonic",), read_efficiency),
    19: Row(("slack", "isotonic"), read_slack),
}
