"""ATP, ADP and phosphate against force, velocity and ATP use: rows 13, 14, 16, 17."""

from __future__ import annotations

import xarray as xr

from sarcomere.analysis import competitive_inhibition, michaelis_menten, slope_per_decade, steady_state
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.validate.experiment import (
    COLD_C,
    FIBRES,
    Effort,
    Experiment,
    Row,
    Values,
    active,
    late_atpase,
    late_force,
    of,
    scenario,
    velocity,
)
from sarcomere.validate.shortening import BEFORE_S, COLD_WINDOW_S, WINDOW_S, releases

_WARM_S, _COLD_S = 0.4, 0.8  # when fibres are released
_COLD_FAST_S = {"fast": COLD_WINDOW_S["fast"]}
_ADP_ATP_mM = 1.0  # little enough that ADP competes
_RESTING_PI_mM, _FATIGUED_PI_mM = 4.0, 30.0
_PHOSPHATE_mM = [1.0, 3.0, 10.0, 30.0]


def warm_atp_velocity(effort: Effort) -> FibreScenario:
    """Describe zero load at falling ATP, 37 C."""
    atp = effort.pick([0.1, 0.2, 0.5, 1.0, 2.0, 8.0], [0.1, 0.3, 1.0, 8.0])
    return releases(effort, "V0 and ATP", _WARM_S, WINDOW_S, [{"key": "chemistry.atp_mM", "values": atp}])


def cold_atp_velocity(effort: Effort) -> FibreScenario:
    """Describe zero load at falling ATP, fast fibres at 12 C."""
    atp = effort.pick([0.05, 0.1, 0.2, 0.5, 1.0, 5.0], [0.05, 0.15, 0.5, 5.0])
    vary = [{"key": "chemistry.atp_mM", "values": atp}]
    return releases(effort, "V0 and ATP, 12 C", _COLD_S, _COLD_FAST_S, vary, {"temperature_C": COLD_C})


def cold_adp_velocity(effort: Effort) -> FibreScenario:
    """Describe zero load at rising ADP, fast fibres at 12 C and 1 mM ATP."""
    adp = effort.pick([20.0, 500.0, 1500.0, 3000.0, 5000.0], [20.0, 1500.0, 5000.0])
    chemistry = {"temperature_C": COLD_C, "atp_mM": _ADP_ATP_mM}
    vary = [{"key": "chemistry.adp_uM", "values": adp}]
    return releases(effort, "V0 and ADP, 12 C", _COLD_S, _COLD_FAST_S, vary, chemistry)


def phosphate_velocity(effort: Effort) -> FibreScenario:
    """Describe zero load at resting and fatigued phosphate, 37 C."""
    vary = [{"key": "chemistry.pi_mM", "values": [_RESTING_PI_mM, _FATIGUED_PI_mM]}]
    return releases(effort, "V0 and phosphate", _WARM_S, WINDOW_S, vary)


def atp_force(effort: Effort) -> FibreScenario:
    """Describe isometric force against ATP, as in the shipped atp-series."""
    atp = effort.pick([0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 5.0], [0.001, 0.005, 0.02, 0.05, 0.1, 5.0])
    return scenario(effort, "Force and ATP", 1.0, [{"key": "chemistry.atp_mM", "values": atp}])


def phosphate_force(effort: Effort) -> FibreScenario:
    """Describe isometric force against phosphate, 37 C, as in the shipped phosphate-series."""
    vary = [{"key": "chemistry.pi_mM", "values": _PHOSPHATE_mM}]
    return scenario(effort, "Force and phosphate", effort.pick(1.0, 0.7), vary)


def cold_phosphate_force(effort: Effort) -> FibreScenario:
    """Describe the same at 12 C."""
    vary = [{"key": "chemistry.pi_mM", "values": effort.pick(_PHOSPHATE_mM, [1.0, 5.0, 30.0])}]
    return scenario(
        effort, "Force and phosphate, 12 C", effort.pick(2.0, 1.6), vary, chemistry={"temperature_C": COLD_C}
    )


def unloaded(ds: xr.Dataset, release_s: float, window: tuple[float, float]) -> xr.DataArray:
    """Return the velocity at zero load by condition, ML/s."""
    return velocity(ds, release_s + window[0], release_s + window[1])


def cold_km(ds: xr.Dataset) -> float:
    """Return Km of V0 for ATP of fast fibres at 12 C, mM."""
    return float(michaelis_menten(unloaded(ds, _COLD_S, _COLD_FAST_S["fast"]), ds.atp_mM, "condition").km)


def read_km(cold_ds: xr.Dataset, warm_ds: xr.Dataset) -> Values:
    """Read Km of V0 for ATP, uM."""
    values = {"km_12_fast": 1e3 * cold_km(cold_ds)}
    for fibre in FIBRES:
        one = of(warm_ds, fibre=fibre)
        found = michaelis_menten(unloaded(one, _WARM_S, WINDOW_S[fibre]), one.atp_mM, "condition")
        values[f"km_37_{fibre}"] = 1e3 * float(found.km)
    return values


def relative_to_plenty(ds: xr.Dataset, fibre: str) -> xr.DataArray:
    """Return isometric force by ATP (mM) over that at 5 mM."""
    one = of(ds, fibre=fibre)
    force = late_force(one).assign_coords(atp_mM=one.atp_mM).swap_dims(condition="atp_mM")
    return force / force.sel(atp_mM=5.0)


def read_atp_force(ds: xr.Dataset) -> Values:
    """Read rise of force as ATP falls, and whether it levels off."""
    values = Values()
    for fibre in FIBRES:
        force = relative_to_plenty(ds, fibre)
        highest = float(force.sel(atp_mM=slice(0.02, 0.1)).max())
        values |= {f"rise_{fibre}": highest, f"level_{fibre}": float(force.sel(atp_mM=0.005)) / highest}
    return values


def read_phosphate(cold_ds: xr.Dataset, warm_ds: xr.Dataset, velocity_ds: xr.Dataset) -> Values:
    """Read slopes per decade of phosphate, and unloaded velocity."""
    values = Values()
    for fibre in FIBRES:
        slopes = {}
        for name, ds, read in (
            ("cold", cold_ds, late_force),
            ("warm", warm_ds, late_force),
            ("atpase", warm_ds, late_atpase),
        ):
            one = of(ds, fibre=fibre)
            found = slope_per_decade(read(one), one.pi_mM, "condition", reference=_RESTING_PI_mM)
            slopes[name] = float(found.relative_slope)
        speeds = unloaded(of(velocity_ds, fibre=fibre), _WARM_S, WINDOW_S[fibre])
        values |= {
            f"cold_{fibre}": slopes["cold"],
            f"warm_{fibre}": slopes["warm"],
            f"atpase_{fibre}": slopes["atpase"] / slopes["warm"],
            f"velocity_{fibre}": float(speeds[1] / speeds[0]),
        }
    return values


def read_adp(adp_ds: xr.Dataset, atp_ds: xr.Dataset) -> Values:
    """Read Ki of V0 for ADP (mM), and force at 1.5 mM ADP over that at rest."""
    speeds = unloaded(adp_ds, _COLD_S, _COLD_FAST_S["fast"])
    found = competitive_inhibition(speeds, 1e-3 * adp_ds.adp_uM, "condition", substrate=_ADP_ATP_mM, km=cold_km(atp_ds))
    force = steady_state(active(adp_ds), _COLD_S - 4 * BEFORE_S, _COLD_S)["mean"]
    adp = adp_ds.adp_uM.values
    return {"ki": float(found.ki), "force": float(force[adp == 1500.0].item() / force[adp == 20.0].item())}


EXPERIMENTS: dict[str, Experiment] = {
    "warm_atp_velocity": warm_atp_velocity,
    "cold_atp_velocity": cold_atp_velocity,
    "cold_adp_velocity": cold_adp_velocity,
    "phosphate_velocity": phosphate_velocity,
    "atp_force": atp_force,
    "phosphate_force": phosphate_force,
    "cold_phosphate_force": cold_phosphate_force,
}
ROWS = {
    13: Row(("cold_atp_velocity", "warm_atp_velocity"), read_km),
    14: Row(("atp_force",), read_atp_force),
    16: Row(("cold_phosphate_force", "phosphate_force", "phosphate_velocity"), read_phosphate),
    17: Row(("cold_adp_velocity", "cold_atp_velocity"), read_adp),
}
