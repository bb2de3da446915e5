"""What is read from one run of an arm: numbers by name, NaN where there is nothing to read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from sarcomere.analysis import common_drive, cramp_episode, discharge_statistics, trains
from sarcomere.analysis.cramp.activity import emg_envelope
from sarcomere.analysis.discharge.delta_f import delta_f
from sarcomere.parameters.intervention import Stretch, Walking
from sarcomere.scenario.loop import LoopScenario
from sarcomere.simulation.api import run
from sarcomere.validate.cramp.arms import Values
from sarcomere.validate.cramp.fibres import contracture, relaxation
from sarcomere.validate.cramp.running import imposed_end, run_until_quiet
from sarcomere.validate.cramp.shocks import shocks
from sarcomere.validate.cramp.threshold import threshold, threshold_after_exercise

NAN = float("nan")
OFF = 0.1  # of the electromyogram's level before
SETTLED_S = 0.1  # after a train or an effort: action potentials on their way
_EPISODE = (
    "begin", "end", "duration", "units_left", "units_peak", "units_total", "rate_mean", "rate_first", "rate_last",
    "interval_cv", "force_peak", "relative_force_peak", "pain_peak", "k_peak", "flow_least",
)  # fmt: skip
_OF_UNITS = ("rate_min", "rate_max", "active_time", "doublets")


def cramp(scenario: LoopScenario) -> Values:
    """Return the cramp after all that is imposed: whether there is one, its time, units, rates, force and pain."""
    return read_cramp(run_until_quiet(scenario))


def read_cramp(ds: xr.Dataset) -> Values:
    """Read the same of a record."""
    found = cramp_episode(ds).isel(replicate=0)
    values = {name: float(found[name]) for name in _EPISODE}
    values["cramp"] = float(found.cramp)
    values["by_itself"] = float(str(found.ended_by.values) == "by itself") if found.cramp else NAN
    begin, end = values["begin"], values["end"]
    units = discharge_statistics(ds, "fibre_ap", begin, end).isel(replicate=0)
    values |= {name: float(units[name].mean()) for name in _OF_UNITS}
    values["correlation"] = float(common_drive(ds, "fibre_ap", begin, end).correlation[0])
    return values


def contraction(scenario: LoopScenario) -> Values:
    """Measure an effort: order of recruitment, rates while it holds, silence after it, hysteresis, force."""
    ds = run(scenario)
    effort = next(e for e in scenario.interventions if e.kind == "effort")
    held, end = effort.at_s + effort.rise_s, effort.ends_s
    rates = discharge_statistics(ds, "fibre_ap", held, held + effort.hold_s).rate_mean
    late = trains(ds, "fibre_ap", end + 2.0)[0]
    return {
        "size_order": float(discharge_statistics(ds, "fibre_ap", 0.0, held).size_order[0]),
        "rate_low": float(rates.min()),
        "rate_high": float(rates.max()),
        "left": float(sum(train.size > 0 for train in late)),
        "emg_after": float(ds.fibre_ap_rate.sel(time=slice(end + 2.0, None)).max()),
        "delta_f": delta_f(trains(ds, "fibre_ap")[0], effort.at_s, end + 2.0),
        "force": float(ds.relative_force.max()),
    }


def after_train(scenario: LoopScenario) -> Values:
    """Measure what follows a train: the cramp, how long it lasts, how fast units fire, impulses of terminals."""
    ds = run_until_quiet(scenario)
    end = imposed_end(scenario)
    begin = end + SETTLED_S
    aps = np.concatenate(trains(ds, "fibre_ap", begin)[0])
    envelope = emg_envelope(ds).isel(replicate=0)
    during = float(envelope.sel(time=slice(end - 2.0, end - 0.5)).mean())
    on = envelope.time.values[envelope.values >= OFF * during]
    units = discharge_statistics(ds, "fibre_ap", begin).isel(replicate=0)
    return read_cramp(ds) | {
        "emg_off": max(float(on.max()) - end, 0.0),
        "lasts": float(aps.max()) - end if aps.size else 0.0,
        "rate": float(units.rate_mean.mean()),
        "time": float(units.active_time.where(units.impulses > 0).mean()),
        "emg": float(ds.fibre_ap_rate.sel(time=slice(begin, begin + 1.0)).mean()),
        "terminal_impulses": float(ds.sizes["terminal"]),
    }


def efforts(scenario: LoopScenario) -> Values:
    """Return the highest force of the last effort against that of the first."""
    ds = run(scenario)
    entries = [e for e in scenario.interventions if e.kind == "effort"]
    force = ds.relative_force.isel(replicate=0)
    first, *_, last = (float(force.sel(time=slice(e.at_s, e.ends_s)).max()) for e in entries)
    return {"force_change": last / first - 1.0}


def stretched(scenario: LoopScenario) -> Values:
    """Return a stretch during a cramp: when the electromyogram goes, how much it rises first, what is left of it."""
    ds = run(scenario)
    at = next(e.at_s for e in scenario.interventions if isinstance(e, Stretch | Walking))
    emg = ds.fibre_ap_rate.isel(replicate=0)
    before = float(emg.sel(time=slice(at - 1.0, at)).mean())
    if before == 0 or not bool(cramp_episode(ds).cramp[0]):
        return dict.fromkeys(("off", "rise", "kept"), NAN)
    late = emg.sel(time=slice(at, None))
    envelope = late.rolling(time=25, min_periods=1).mean()  # the quarter of a second before
    on = envelope.time.values[envelope.values >= OFF * before]
    soon = late.sel(time=slice(at, at + 0.5)).rolling(time=10, min_periods=10).mean()
    return {
        "off": float(on.max()) - at if on.size else 0.0,
        "rise": float(soon.max()) / before,
        "kept": float(late.sel(time=slice(at + 3.0, at + 5.0)).mean()) / before,
    }


def recovery(scenario: LoopScenario) -> Values:
    """Measure a cramp and the half-times of lactate and pain over the minute after their peak, as the person moves."""
    ds = run(scenario)
    at = next(e.at_s for e in scenario.interventions if isinstance(e, Stretch | Walking))
    end = float(cramp_episode(ds).end[0])
    fading = {f"{name}_half_time": _half_time(ds[name].isel(replicate=0), at) for name in ("lactate", "pain")}
    return fading | {"off": end - at if end >= at else NAN}


def _half_time(course: xr.DataArray, since: float, over_s: float = 60.0) -> float:
    """Return the half-time of the excess over the first sample, from its peak on; NaN if there is none to speak of."""
    excess = course.sel(time=slice(since, None)) - float(course[0])
    peak = int(excess.values.argmax())
    later = excess.isel(time=slice(peak, None)).sel(time=slice(None, float(excess.time[peak]) + over_s))
    first, last = float(later[0]), float(later[-1])
    span = float(later.time[-1] - later.time[0])
    if first < 1e-2 or not 0 < last < first:
        return NAN
    return float(span * np.log(2.0) / np.log(first / last))


def exercise(scenario: LoopScenario) -> Values:
    """Measure efforts under a cuff: what gathers, force, whether a cramp comes, how phosphocreatine recovers."""
    ds = run(scenario).isel(replicate=0)
    cuff = next(e for e in scenario.interventions if e.kind == "cuff")
    effort = next(e for e in scenario.interventions if e.kind == "effort")
    end = effort.ends_s
    holds = [effort.at_s + i * effort.every_s + effort.rise_s for i in (0, effort.count - 1)]
    first, last = (float(ds.relative_force.sel(time=slice(t, t + effort.hold_s)).mean()) for t in holds)
    pcr = (ds.pcr_mM * ds.group_weight).sum("group") / ds.group_weight.sum()

    def at(course: xr.DataArray, time: float) -> float:
        return float(course.sel(time=time, method="nearest"))

    rest, spent, held, freed = (at(pcr, t) for t in (0.0, end, cuff.until_s - 0.1, float(ds.time[-1])))
    late = cramp_episode(ds.expand_dims("replicate"), after=end).cramp
    return {
        "lactate": at(ds.lactate, end) - at(ds.lactate, 0.0),
        "potassium": at(ds.k_interstitial, end) - at(ds.k_interstitial, 0.0),
        "pain": at(ds.pain, cuff.until_s - 0.1),
        "force_change": last / first - 1.0,
        "cramp": float(late[0]),
        "pcr_under_cuff": (held - spent) / (rest - spent),
        "pcr_released": (freed - held) / (rest - held),
    }


MEASURES: dict[str, Callable[[LoopScenario], Values]] = {
    "contraction": contraction,
    "cramp": cramp,
    "after train": after_train,
    "efforts": efforts,
    "stretched": stretched,
    "recovery": recovery,
    "exercise": exercise,
    "threshold": threshold,
    "threshold after exercise": threshold_after_exercise,
    "contracture": contracture,
    "relaxation": relaxation,
    "shocks": shocks,
}
