"""Rows of the table on muscle and blood: fatigue, ischaemia, contracture, slow relaxation, tendon afferents."""

from __future__ import annotations

import xarray as xr

from sarcomere.parameters import FIBRE_TYPES, load_fibre
from sarcomere.validate.cramp.arms import FEW, Arm, Row, Seeds, Values, mean, mean_change

Results = dict[str, xr.Dataset]

PAIR = Seeds(2, 2)
HEALTHY_PUMP = {f"fibres.{name}.calcium.v_pump_mM_s": load_fibre(name).calcium.v_pump_mM_s for name in FIBRE_TYPES}
# The exercise alone: what follows it in the scenario is replaced by the train.
EXERCISE = {
    "run.duration_s": 601.0,
    "interventions": [
        {"kind": "effort", "at_s": 0.0, "x": 0.9, "rise_s": 0.5, "hold_s": 5.0, "fall_s": 0.5, "count": 60},
        {"kind": "stretch", "at_s": 600.0, "mtu_length": 0.75, "over_s": 1.0},
    ],
}


def _fatigue(r: Results) -> Values:
    ds = r["exercise"]
    return {"on": mean_change(ds.on, ds.fresh), "off": mean_change(ds.off, ds.fresh)}


def _cuff(r: Results) -> Values:
    cuff = r["cuff"]
    names = ("lactate", "potassium", "pain", "cramp", "pcr_under_cuff", "pcr_released")
    return {name: mean(cuff[name]) for name in names} | {"force": 100 * mean(cuff.force_change)}


def _contracture(r: Results) -> Values:
    ds = r["rigor"]
    names = ("force", "muscle_force", "spikes", "stiffness", "bound_stretched", "force_back")
    return {name: mean(ds[name]) for name in names}


def _slow_pump(r: Results) -> Values:
    slow, normal = r["slow"], r["normal"]
    return {
        "half_time": mean(slow.force_half_time) / mean(normal.force_half_time),
        "outlasts": mean(slow.force_outlasts),
        "cramp": mean(slow.cramp),
    }


def _shocks(r: Results) -> Values:
    short, long = r["short"], r["long"]
    return {
        "onset": mean(long.onset),
        "length": mean(long.length),
        "deeper": mean_change(long.depth, short.depth),
    }


ROWS: dict[int, Row] = {
    5: Row({"exercise": Arm("threshold after exercise", "exercise-fatigue", FEW, 120.0, EXERCISE)}, _fatigue),
    11: Row({"cuff": Arm("exercise", "ischaemic-cuff", FEW, 22.0)}, _cuff),
    12: Row({"rigor": Arm("contracture", "rigor-mcardle", PAIR, 60.0)}, _contracture),
    13: Row(
        {
            "slow": Arm("relaxation", "sr-pump-slow", FEW, 3.0),
            "normal": Arm("relaxation", "sr-pump-slow", FEW, 3.0, HEALTHY_PUMP),
        },
        _slow_pump,
    ),
    14: Row(
        {
            "short": Arm("shocks", "tendon-stim", FEW, 5.0),
            "long": Arm("shocks", "tendon-stim", FEW, 5.0, {"mtu_length": 1.1}),
        },
        _shocks,
    ),
}
