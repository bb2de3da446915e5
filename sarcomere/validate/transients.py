"""Length steps and force redevelopment: rows 18 and 20."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sarcomere.analysis import attached_fraction, heads_per_filament, k_tr, quick_release, t1_curve
from sarcomere.parameters import load_fibre
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.validate.experiment import BODY_C, COLD_C, FIBRES, Effort, Experiment, Row, Values, active, of, scenario

_LOW_PCA = {"fast": 6.0, "slow": 6.1}
STEP_S = 1.0  # of a length step: slow fibres take long to their plateau in the cold
_UNLOADED_S, _COLD_UNLOADED_S = 0.03, 0.1  # in the cold heads take longer to let go


def steps(effort: Effort) -> FibreScenario:
    """Describe length steps from the isometric plateau at 12 C, as in the shipped quick-release, which is warm."""
    sizes = effort.pick([1.5, -1.5, -3.0, -6.0, -9.0, -12.0], [1.5, -1.5, -3.0, -7.0, -12.0])
    return scenario(
        effort,
        "Quick releases",
        STEP_S + 0.02,
        [{"key": "protocol.length.value.2", "name": "length_step", "values": sizes}],
        chemistry={"temperature_C": COLD_C},
        protocol={"length": {"time_s": [0.0, STEP_S, STEP_S], "value": [0.0, 0.0, -3.0], "relative": True}},
        numerics={"step_ms": 0.05, "fine_step_ms": 0.0125},
        record={"sample_interval_ms": 0.05},
    )


def plateau(ds: xr.Dataset) -> xr.Dataset:
    """Return what is recorded of the plateau before a length step."""
    return ds.sel(time=slice(STEP_S - 0.2, STEP_S))


def read_steps(ds: xr.Dataset) -> Values:
    """Find where T1 and T2 reach zero, T2 at -3 nm, and how far heads are strained."""
    found = quick_release(ds)
    before = plateau(ds)
    bound = attached_fraction(before).mean(("replicate", "time"))
    per_head = active(before).mean(("replicate", "time")) / (heads_per_filament(ds) * bound)
    line, values = t1_curve(found), Values()
    for fibre in FIBRES:
        mine = found.where(found.fibre == fibre, drop=True).sortby("step")
        at = int(np.abs(mine.step.values + 3.0).argmin())
        values |= {
            f"heads_{fibre}": -float(per_head[ds.fibre.values == fibre].mean())
            / load_fibre(fibre).cycle.stiffness_head,
            f"y0_{fibre}": float(line.y0.sel(fibre=fibre)),
            f"t2_{fibre}": float(mine.t2[at]),
            f"zero_{fibre}": _zero(mine.step.values, mine.t2.values),
        }
    return values


def _zero(step: np.ndarray, t2: np.ndarray) -> float:
    """Return step of zero T2, on the line through the two deepest releases whose T2 is above zero or brackets it."""
    below = np.flatnonzero(t2 <= 0)
    i = int(below.max()) if below.size else 0
    slope = (t2[i + 1] - t2[i]) / (step[i + 1] - step[i])
    return float(step[i] - t2[i] / slope)


def _redevelopment(
    effort: Effort,
    title: str,
    temperature_C: float,
    release_s: float,
    unloaded_s: float,
    after_s: float,
    baths: list[list[object]],
) -> FibreScenario:
    restretch = release_s + unloaded_s
    return scenario(
        effort,
        title,
        restretch + after_s,
        [{"key": ["motor_units.0.fibre", "drive.pCa"], "values": baths}],
        chemistry={"temperature_C": temperature_C},
        protocol={
            "length": {
                "time_s": [0.0, release_s, release_s, restretch, restretch + 0.001],
                "value": [0.0, 0.0, -200.0, -200.0, 0.0],
                "relative": True,
                "slack": True,
            }
        },
    )


def redevelopment(effort: Effort) -> FibreScenario:
    """Release and restretch at full and at low calcium, 37 C, as in the shipped ktr."""
    baths = [[fibre, pca] for fibre in FIBRES for pca in (4.5, _LOW_PCA[fibre])]
    return _redevelopment(effort, "Force redevelopment", BODY_C, 0.7, _UNLOADED_S, effort.pick(0.8, 0.6), baths)


def cold_redevelopment(effort: Effort) -> FibreScenario:
    """Describe the same at full calcium, 15 C."""
    baths = [[fibre, 4.5] for fibre in FIBRES]
    return _redevelopment(
        effort, "Force redevelopment, 15 C", 15.0, 1.0, _COLD_UNLOADED_S, effort.pick(2.0, 1.5), baths
    )


def full_rates(ds: xr.Dataset) -> dict[str, float]:
    """Return the rate of redevelopment at full calcium, 1/s."""
    return {fibre: float(k_tr(of(ds, fibre=fibre, pCa=4.5)).k_tr.item()) for fibre in FIBRES}


def read_redevelopment(warm_ds: xr.Dataset, cold_ds: xr.Dataset) -> Values:
    """Read rates of redevelopment, and how many times calcium speeds it."""
    warm, cold, values = full_rates(warm_ds), full_rates(cold_ds), Values()
    for fibre in FIBRES:
        low = float(k_tr(of(warm_ds, fibre=fibre, pCa=_LOW_PCA[fibre])).k_tr.item())
        values |= {f"k_{fibre}_15": cold[fibre], f"k_{fibre}_37": warm[fibre], f"low_{fibre}": warm[fibre] / low}
    return values


EXPERIMENTS: dict[str, Experiment] = {
    "steps": steps,
    "redevelopment": redevelopment,
    "cold_redevelopment": cold_redevelopment,
}
ROWS = {
    18: Row(("steps",), read_steps),
    20: Row(("redevelopment", "cold_redevelopment"), read_redevelopment),
}
