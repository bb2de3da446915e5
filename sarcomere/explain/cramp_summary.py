"""What a cramp run says when it ends: a table, and sentences for a clinician."""

from __future__ import annotations

import textwrap

import numpy as np
import xarray as xr
from rich.table import Table

from sarcomere.analysis import cramp_episode, cramp_statistics, interventions
from sarcomere.analysis.cramp.release import BY_ITSELF, STILL_ON
from sarcomere.errors import printable
from sarcomere.explain.printing import show
from sarcomere.parameters.citations import plain

WIDTH = 100
CONTRACTURE = 0.05  # of the highest force, that is still there 2 s after the last impulse
SLOW_S = 0.5  # half-time of force that no healthy human muscle has at 37 °C (choice)


def print_cramp_summary(ds: xr.Dataset) -> None:
    """Print the numbers in which cramps are reported, and what they mean in plain words.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.

    Raises
    ------
    InputError
        If the run lacks what is read.
    """
    episode = cramp_episode(ds)
    if bool(episode.cramp.any()):
        show(_table(ds, cramp_statistics(ds, episode)))
    for sentence in cramp_sentences(ds, episode):
        show(textwrap.fill(sentence, WIDTH, subsequent_indent="  "))


def _table(ds: xr.Dataset, found: xr.Dataset) -> Table:
    table = Table(
        title=printable(ds.attrs.get("title", "")),
        caption="SD: over units of all repetitions (rates, intervals), else over repetitions.\n"
        + plain("Measured: cramps of the abductor hallucis [@Minetto2009; @Minetto2011]. ")
        + f"Seed {ds.attrs.get('seed', '?')}.",
    )
    table.add_column("", no_wrap=True)
    for heading in ("mean", "SD", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("measured", min_width=12)
    table.add_column("nerve\nblocked", no_wrap=True)
    for i in range(found.sizes["quantity"]):
        row = found.isel(quantity=i)
        if int(row.n):
            text, units, intact, blocked = (str(row[name].values) for name in ("text", "units", "measured", "blocked"))
            mean, sd = _three_digits(float(row["mean"]), float(row.sd))
            table.add_row(text if units == "1" else f"{text}, {units}", mean, sd, str(int(row.n)), intact, blocked)
    return table


def _three_digits(mean: float, sd: float) -> tuple[str, str]:
    """Format a mean to three digits, at most three decimals, and its deviation to the same place."""
    places = min(3, max(0, 2 - int(np.floor(np.log10(abs(mean)))))) if abs(mean) > 1e-3 else 3
    return f"{mean:.{places}f}", f"{sd:.{places}f}" if np.isfinite(sd) else "–"


def cramp_sentences(ds: xr.Dataset, episode: xr.Dataset | None = None) -> list[str]:
    """Summarise a cramp run in plain sentences; of several repetitions the mean, with the range in brackets.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.
    episode : xarray.Dataset, optional
        What ``cramp_episode`` said of it, if that is at hand.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        If the run lacks what is read.
    """
    episode = cramp_episode(ds) if episode is None else episode
    cramped = episode.isel(replicate=np.flatnonzero(episode.cramp.values))
    told = [_whether(ds, episode, cramped)]
    if cramped.sizes["replicate"]:
        told += [_units(cramped), _rates(cramped), _force(cramped), _blood(cramped), _pain(cramped), _end(cramped)]
    return [*told, *_release(episode, cramped), *_contracture(episode), *_strain(ds)]


def spread(values: xr.DataArray, places: int = 1, factor: float = 1.0) -> str:
    """Mean, and from lowest to highest in brackets if they differ."""
    known = factor * values.values[np.isfinite(values.values)]
    if not known.size:
        return "an unknown number of"
    shown, low, high = (f"{x:.{places}f}" for x in (known.mean(), known.min(), known.max()))
    return shown if low == high else f"{shown} ({low} to {high})"


def _whether(ds: xr.Dataset, episode: xr.Dataset, cramped: xr.Dataset) -> str:
    n, k = episode.sizes["replicate"], cramped.sizes["replicate"]
    share = "" if n == 1 else f" ({k} of {n} repetitions)"
    ends = (cramped if k else episode).imposed_end
    before = [deed.name for deed in interventions(ds) if deed.imposes and deed.stop <= float(ends.max()) + 1e-3]
    if k:
        after = f", {spread(cramped.begin - ends, 2)} s after the end of the {before[-1]}" if before else ""
        return f"A cramp began at {spread(cramped.begin)} s{after}{share}: motor units fired by themselves."
    over = [deed.name for deed in interventions(ds) if deed.imposes and deed.stop > float(ds.time[-1])]
    if over:
        return f"No cramp could be seen: the record ends at {float(ds.time[-1]):.1f} s, before the {over[0]} does."
    last = episode.last_impulse - ends
    if not bool(last.notnull().any()):
        return "No cramp: no impulse reached the muscle."
    after = f" after the {before[-1]} that ended at {spread(ends)} s" if before else ""
    return (
        f"No cramp{after}{share}: the last impulse came {max(0.0, float(last.max())):.1f} s later, and too few units "
        f"fired for too short a time."
    )


def _units(found: xr.Dataset) -> str:
    return (
        f"At most {spread(found.units_peak, 0)} of {found.attrs['n_units']} motor units fired at once, and "
        f"{spread(found.units_total, 0)} took part in all."
    )


def _rates(found: xr.Dataset) -> str:
    text = f"They fired {spread(found.rate_mean)} times a second on average"
    if bool(found.rate_first.notnull().any()):
        text += f", {spread(found.rate_first)} at first and {spread(found.rate_last)} in the end"
    return f"{text}; their intervals varied by {spread(found.interval_cv, 0, 100)} % (measured in cramps: 45 %)."


def _force(found: xr.Dataset) -> str:
    return (
        f"In the cramp, from a second after anything imposed on, the muscle pulled with up to "
        f"{spread(found.force_peak, 0)} N; its activity alone made {spread(found.relative_force_peak, 1, 100)} % of "
        f"its maximum. Its fascicles shortened to {spread(found.length_least, 2)} of their optimal length."
    )


def _blood(found: xr.Dataset) -> str:
    return (
        f"Pressure in it rose to {spread(found.pressure_peak, 0)} mmHg and blood flow was "
        f"{spread(found.flow_least, 0, 100)} % of that at rest when lowest; around its fibres lactate reached "
        f"{spread(found.lactate_peak)} mmol/L and potassium {spread(found.k_peak)} mmol/L."
    )


def _pain(found: xr.Dataset) -> str:
    text = f"Pain reached {spread(found.pain_peak)} of 10"
    if bool(found.pain_half_time.notnull().any()):
        text += f", and had halved {spread(found.pain_half_time)} s after the end of the cramp"
    return f"{text}."


def _end(found: xr.Dataset) -> str:
    n = found.sizes["replicate"]
    parts = []
    for how in dict.fromkeys(str(name) for name in found.ended_by.values):
        those = found.isel(replicate=np.flatnonzero(found.ended_by.values == how))
        share = "" if those.sizes["replicate"] == n else f" ({those.sizes['replicate']} of {n} repetitions)"
        lasted = spread(those.duration)
        if how == STILL_ON:
            parts.append(f"was still on when it could be watched no longer, after {lasted} s{share}")
        elif how == BY_ITSELF:
            parts.append(f"ended by itself after {lasted} s{share}")
        else:
            since = spread(those.end - those.ended_by_at)
            parts.append(
                f"ended after {lasted} s, {since} s after the {how.replace('_', ' ')} began{share}; whether because of "
                f"it, a run without it tells"
            )
    return f"The cramp {', and '.join(parts)}."


def _release(episode: xr.Dataset, cramped: xr.Dataset) -> list[str]:
    """How fast it let go."""
    told = []
    if bool(cramped.force_fall.notnull().any()):
        told.append(
            f"Force took {spread(cramped.force_fall, 2)} s from half to a tenth of its peak, as units fell silent."
        )
    if bool(episode.force_half_time.notnull().any()):
        half = episode.force_half_time
        slow = ": slower than healthy muscle lets go" if float(half.mean()) > SLOW_S else ""
        told.append(f"After the last impulse force halved in {spread(half, 2)} s{slow}.")
    if bool(episode.ca_half_time.notnull().any()):
        told.append(f"Calcium halved {spread(episode.ca_half_time, 3)} s after a fibre's last impulse.")
    return told


def _contracture(episode: xr.Dataset) -> list[str]:
    force = episode.silent_force
    if not bool((force > CONTRACTURE).any()):
        return []
    return [
        f"More than 2 s after the last impulse the muscle still pulled with {spread(force, 0, 100)} % of its maximum: "
        f"this is no cramp, which needs impulses, but a contracture."
    ]


def _strain(ds: xr.Dataset) -> list[str]:
    """Report the strain of the half-sarcomeres with a lattice, imposed length included."""
    if "hs_length" not in ds:
        return []
    strain = 100 * (ds.hs_length / ds.hs_length.isel(time=0) - 1.0)
    return [
        f"Of the {ds.sizes['group']} half-sarcomeres that were followed head by head none was ever more than "
        f"{max(0.0, -float(strain.min())):.1f} % shorter or {max(0.0, float(strain.max())):.1f} % longer than at first."
    ]
