"""Rows of the table on what starts cramps and how units fire in them."""

from __future__ import annotations

import xarray as xr

from sarcomere.validate.cramp.arms import MANY, SOME, Arm, Row, Values, mean, mean_change

Results = dict[str, xr.Dataset]

TRAIN_S = 8.0  # of a core, for one threshold frequency
HEALTHY = {"pool.preset": "healthy"}
UPRIGHT = {"mtu_length": 1.0, "run.duration_s": 12.0}
CONTROL = Arm("contraction", "control-mvc", SOME, 2.0)
PRONE_THRESHOLD = Arm("threshold", "stim-at", MANY, TRAIN_S)
HEALTHY_THRESHOLD = Arm("threshold", "stim-at", MANY, TRAIN_S, HEALTHY)
BLOCKED_THRESHOLD = Arm("threshold", "stim-blocked", MANY, TRAIN_S)
BELOW = Arm("after train", "stim-below", MANY, 3.5)
AT = Arm("after train", "stim-at", MANY, 7.0)
ABOVE = Arm("after train", "stim-above", MANY, 9.0)
BLOCKED = Arm("after train", "stim-blocked", MANY, 2.0)
NIGHT = Arm("cramp", "nocturnal-calf-cramp", MANY, 9.0, {"muscle.explicit_units": 0, "run.duration_s": 150.0})
NIGHT_LONG = Arm("cramp", "nocturnal-calf-cramp", MANY, 2.0, {"muscle.explicit_units": 0, **UPRIGHT})
# Efforts that recruit nearly all units, both at optimal length, before a cramp and a minute after it; the cramp is
# stretched away after half a minute.
MVC = {"kind": "effort", "x": 2.0, "rise_s": 0.5, "hold_s": 2.0, "fall_s": 0.5}
AFTERWARDS = Arm(
    "efforts",
    "nocturnal-calf-cramp",
    SOME,
    17.0,
    {
        "muscle.explicit_units": 0,
        "run.duration_s": 105.0,
        "mtu_length": 1.0,
        "interventions": [
            {**MVC, "at_s": 1.0},
            {"kind": "stretch", "at_s": 5.0, "mtu_length": 0.75, "over_s": 1.0},
            {"kind": "effort", "at_s": 8.0, "x": 1.0, "hold_s": 1.8},
            {"kind": "stretch", "at_s": 38.0, "mtu_length": 1.05, "over_s": 2.0},
            {"kind": "stretch", "at_s": 60.0, "mtu_length": 1.0, "over_s": 2.0},
            {**MVC, "at_s": 100.0},
        ],
    },
)


def _control(r: Results) -> Values:
    names = ("size_order", "rate_low", "rate_high", "left", "emg_after", "delta_f")
    return {name: mean(r["control"][name]) for name in names}


def _thresholds(r: Results) -> Values:
    return {
        "healthy": mean(r["healthy"].threshold),
        "prone": mean(r["prone"].threshold),
        "below_off": mean(r["below"].emg_off),
        "more_units": mean_change(r["above"].units_left, r["at"].units_left),
    }


def _blocked(r: Results) -> Values:
    return {
        "threshold": mean_change(r["threshold"].threshold, r["intact"].threshold),
        "duration": mean(r["blocked"].lasts),
        "rate": mean(r["blocked"].rate),
    }


def _night(r: Results) -> Values:
    night = r["night"]
    names = ("duration", "rate_first", "rate_last", "interval_cv", "by_itself")
    return {
        "short": mean(night.cramp),
        "long": mean(r["long"].cramp),
        "long_units": mean(r["long"].units_left) / mean(night.units_left),
        **{name: mean(night[name]) for name in names},
    }


def _intact(r: Results) -> Values:
    above = r["above"]
    names = (
        "duration", "rate_mean", "rate_min", "rate_max", "rate_first", "rate_last", "active_time", "correlation",
        "units_total",
    )  # fmt: skip
    return {name: mean(above[name]) for name in names} | {
        "interval_cv": 100 * mean(above.interval_cv),
        "doublets": 100 * mean(above.doublets),
        "threshold": mean(r["threshold"].threshold),
    }


def _block_statistics(r: Results) -> Values:
    blocked, intact = r["blocked"], r["intact"]
    duration, emg = mean(blocked.lasts), mean(blocked.emg)
    return {
        "threshold": mean(r["threshold"].threshold),
        "duration": duration,
        "rate": mean(blocked.rate),
        "active_time": mean(blocked.time),
        "duration_share": duration / mean(intact.duration),
        "emg_share": emg / mean(intact.emg),
    }


def _afterwards(r: Results) -> Values:
    after, night = r["after"], r["night"]
    return {
        "mvc_change": 100 * mean(after.force_change),
        "pain": mean(night.pain_peak),
        "flow": mean(night.flow_least),
        "force": 100 * mean(night.relative_force_peak),
    }


ROWS: dict[int, Row] = {
    1: Row({"control": CONTROL}, _control),
    2: Row(
        {"healthy": HEALTHY_THRESHOLD, "prone": PRONE_THRESHOLD, "below": BELOW, "at": AT, "above": ABOVE},
        _thresholds,
    ),
    3: Row({"threshold": BLOCKED_THRESHOLD, "intact": PRONE_THRESHOLD, "blocked": BLOCKED}, _blocked),
    4: Row({"night": NIGHT, "long": NIGHT_LONG}, _night),
    15: Row({"above": ABOVE, "threshold": PRONE_THRESHOLD}, _intact),
    16: Row({"blocked": BLOCKED, "intact": ABOVE, "threshold": BLOCKED_THRESHOLD}, _block_statistics),
    17: Row({"after": AFTERWARDS, "night": NIGHT}, _afterwards),
}
