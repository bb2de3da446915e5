"""Rows of the table on what ends or shifts cramps: stretch, walking, drinks, salts, a taste."""

from __future__ import annotations

from typing import Any

import xarray as xr

from sarcomere.validate.cramp.arms import SOME, Arm, Row, Values, mean, mean_change
from sarcomere.validate.cramp.nerve_rows import HEALTHY, HEALTHY_THRESHOLD, MVC, NIGHT, TRAIN_S

Results = dict[str, xr.Dataset]

TRAIN = {"kind": "stimulation", "at_s": 0.5, "frequency_Hz": 14.0, "count": 150}
BURST = {"kind": "effort", "at_s": 2.0, "x": 1.0, "hold_s": 1.8}
REST = {"kind": "stretch", "at_s": 12.0, "mtu_length": 1.0, "over_s": 1.0}
NO_BRAKE = {"reflex.gain_ib": 0.0, "terminals.half_length": 3.0}
SALTS = {
    "potassium_low": {"potassium_mM": 2.5},
    "potassium_high": {"potassium_mM": 6.5},
    "sodium": {"sodium_mM": 125.0},
    "calcium": {"calcium_mM": 0.96},
    "magnesium": {"magnesium_mM": 0.385},
}
NORMAL = {"potassium_mM": 4.2}
DRIED_OUT = {"sodium_mM": 144.0, "potassium_mM": 4.3}  # plasma at 3 % of body mass lost; choice
MINUTE_S = 60.0
TASTE_AT_S = 39.0  # from when the pool is inhibited
SETTLED_S = 40.0  # after a change of plasma: potassium between the fibres follows in 6 s
AS_NIGHT = {"numerics.exchange_ms": 10}  # so that the same seed is the same cramp until something is done to it


def _drink(fluid: str) -> Arm:
    """Return the threshold frequency of healthy persons, as they were measured, once a drink is absorbed."""
    drink = {"kind": "drink", "at_s": 0.0, "fluid": fluid, "absorption_s": 0.01}
    return HEALTHY_THRESHOLD._replace(changes={**HEALTHY, "interventions": [drink, TRAIN]})


def _salt(changed: dict[str, float], more: dict[str, Any] | None = None) -> Arm:
    """Return the threshold frequency under other plasma."""
    plasma = {f"interventions.0.{name}": value for name, value in (NORMAL | changed).items()}
    return Arm("threshold", "electrolyte", SOME, 2.5 * TRAIN_S, {**plasma, **(more or {})})


def _calcium_arm(changed: dict[str, float]) -> Arm:
    salts = {"kind": "electrolytes", "at_s": 0.0, **NORMAL, **changed}
    block = {"kind": "nerve_block", "at_s": 0.0}
    train = {**TRAIN, "at_s": SETTLED_S, "frequency_Hz": 20.0}
    changes = {"interventions": [block, salts, train], "run.duration_s": SETTLED_S + 16.0}
    return Arm("after train", "stim-blocked", SOME, 5.0, changes)


def _force_arm(changed: dict[str, float]) -> Arm:
    """Return force of an effort that recruits all units at their highest rates."""
    salts = {"kind": "electrolytes", "at_s": 0.0, **NORMAL, **changed}
    effort = {**MVC, "at_s": SETTLED_S, "rise_s": 1.0, "x": 5.0}
    changes = {"interventions": [effort, salts], "run.duration_s": SETTLED_S + 7.0}
    return Arm("contraction", "control-mvc", SOME, 6.0, changes)


def _stretch(r: Results) -> Values:
    return {
        "gentle_off": mean(r["gentle"].off),
        "abrupt_rise": mean(r["abrupt"].rise),
        "abrupt_off": mean(r["abrupt"].off),
        "no_brake": mean(r["no_brake"].kept),
    }


def _walking(r: Results) -> Values:
    walk, rest, free = r["walk"], r["rest"], r["free"]
    free_off = free.end - REST["at_s"]
    return {
        "sooner": mean_change(free_off, walk.off),
        "lactate": mean(rest.lactate_half_time) / mean(walk.lactate_half_time),
        "pain": mean(rest.pain_half_time) / mean(walk.pain_half_time),
    }


def _hydration(r: Results) -> Values:
    values = {name: mean_change(r[name].threshold, r["plain"].threshold) for name in ("water", "salted")}
    values["dried_out"] = mean_change(r["dried_out"].threshold, r["plain_later"].threshold)
    free = mean(_stopped(r["free"]))
    return values | {f"{name}_stops": mean(_stopped(r[f"{name}_cramp"])) - free for name in ("water", "salted")}


def _stopped(ds: xr.Dataset) -> xr.DataArray:
    """Mark with 1 where a cramp ended within a minute after the drink at 5 s, else 0; NaN without a cramp."""
    found: xr.DataArray = xr.where(ds.cramp > 0, (ds.end < 5.0 + MINUTE_S) * 1.0, float("nan"))
    return found


def _electrolytes(r: Results) -> Values:
    plain = r["plain"].threshold
    values = {name: mean_change(r[name].threshold, plain) for name in SALTS}
    return values | {
        "potassium_high_cramps": values["potassium_high"],
        "force": 100 * (mean(r["weak"].force) / mean(r["strong"].force) - 1.0),
        "terminals": mean(r["tetany"].terminal_impulses) / mean(r["calm"].terminal_impulses),
    }


def _taste(r: Results) -> Values:
    taste, free = r["taste"], r["free"]
    both = (taste.cramp > 0) & (free.cramp > 0)
    reached = free.end >= TASTE_AT_S
    return {
        "duration": mean(taste.duration.where(both)) / mean(free.duration.where(both)),
        "reached": mean(taste.duration.where(both & reached)) / mean(free.duration.where(both & reached)),
        "potassium": mean_change(taste.k_peak, free.k_peak),
    }


_WALK = Arm("recovery", "walking", SOME, 10.0, AS_NIGHT)
ROWS: dict[int, Row] = {
    6: Row(
        {
            "gentle": Arm("stretched", "stretch-gentle", SOME, 3.0),
            "abrupt": Arm("stretched", "stretch-abrupt", SOME, 3.0),
            "no_brake": Arm("stretched", "stretch-gentle", SOME, 3.0, NO_BRAKE),
        },
        _stretch,
    ),
    7: Row(
        {"walk": _WALK, "rest": _WALK._replace(changes={**AS_NIGHT, "interventions": [BURST, REST]}), "free": NIGHT},
        _walking,
    ),
    8: Row(
        {
            "plain": HEALTHY_THRESHOLD,
            "water": _drink("water"),
            "salted": _drink("electrolytes"),
            "plain_later": _salt({}, HEALTHY),
            "dried_out": _salt(DRIED_OUT, HEALTHY),
            "free": NIGHT,
            "water_cramp": Arm("cramp", "hydration", SOME, 6.0, AS_NIGHT),
            "salted_cramp": Arm("cramp", "hydration", SOME, 6.0, {**AS_NIGHT, "interventions.1.fluid": "electrolytes"}),
        },
        _hydration,
    ),
    9: Row(
        {
            "plain": _salt({}),
            **{name: _salt(changed) for name, changed in SALTS.items()},
            "weak": _force_arm(SALTS["potassium_high"]),
            "strong": _force_arm({}),
            "tetany": _calcium_arm(SALTS["calcium"]),
            "calm": _calcium_arm({}),
        },
        _electrolytes,
    ),
    10: Row({"taste": Arm("cramp", "oropharyngeal", SOME, 6.0, AS_NIGHT), "free": NIGHT}, _taste),
}
