"""A cramp run in the numbers in which cramps are reported, beside what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.analysis.cramp.activity import LEAST_SHARE
from sarcomere.analysis.cramp.episode import cramp_episode
from sarcomere.analysis.cramp.interventions import interventions
from sarcomere.analysis.discharge.common_drive import common_drive
from sarcomere.analysis.discharge.discharge import discharge_statistics
from sarcomere.analysis.select.points import each_point, point_dims, pointwise
from sarcomere.errors import InputError


class _Row(NamedTuple):
    """A quantity: which variable it is, its name, factor to its unit, and what was measured."""

    variable: str
    text: str
    units: str
    measured: str = ""
    blocked: str = ""
    factor: float = 1.0


# Electrically started cramps of the abductor hallucis, mean ± SD: [@Minetto2009] (48 units) and, after a semicolon and
# of cramps with the nerve blocked, [@Minetto2011]. Force after a cramp: [@Miller-Knight2012].
_OF_UNITS = (
    _Row("rate_mean", "rate", "1/s", "14.5 ± 5.1; 20.0 ± 5.9", "25.7 ± 11.6"),
    _Row("rate_min", "lowest rate", "1/s", "6.0 ± 0.8"),
    _Row("rate_max", "highest rate", "1/s", "25.0 ± 8.0"),
    _Row("rate_first", "rate, first 15", "1/s"),
    _Row("rate_last", "rate, last 15", "1/s"),
    _Row("active_time", "time in discharge", "s", "23.6 ± 16.2; 29.5 ± 21.8", "1.1 ± 1.0"),
    _Row("interval_cv", "interval variation", "%", "44.6 ± 9.7", "", 100.0),
    _Row("doublets", "doublets", "%", "4.1 ± 4.7", "", 100.0),
)
_OF_DRIVE = (
    _Row("correlation", "correlation of rates", "1", "0.52 ± 0.11"),
    _Row("peak_frequency", "common drive, peak", "Hz", "1.4"),
)
_OF_EPISODES = (
    _Row("duration", "duration", "s", "55.6 ± 19.2", "2.6 ± 1.3"),
    _Row("emg_on", "EMG on", "s"),
    _Row("units_peak", "units at once", "1"),
    _Row("units_total", "units in all", "1"),
    _Row("units_left", "units after 2.5–4.5 s", "1"),
    _Row("force_peak", "force, peak", "N"),
    _Row("relative_force_peak", "force, of maximum", "%", "", "", 100.0),
    _Row("length_least", "length, shortest", "L0"),
    _Row("pressure_peak", "pressure, peak", "mmHg"),
    _Row("flow_least", "flow, lowest", "% of rest", "", "", 100.0),
    _Row("lactate_peak", "lactate, peak", "mmol/L"),
    _Row("k_peak", "potassium, peak", "mmol/L"),
    _Row("pain_peak", "pain, worst", "of 10"),
    _Row("force_half_time", "force, half-time", "s"),
    _Row("ca_half_time", "calcium, half-time", "s"),
    _Row("force_fall", "force, half to a tenth", "s"),
    _Row("lactate_half_time", "lactate, half-time", "s"),
    _Row("pain_half_time", "pain, half-time", "s"),
    _Row("mvc_change", "voluntary force after", "%", "-12 at 1 min", "", 100.0),
)


@pointwise
def cramp_statistics(ds: xr.Dataset, episode: xr.Dataset | None = None) -> xr.Dataset:
    """Find what is reported of cramps, mean and standard deviation, beside what was measured.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.
    episode : xarray.Dataset, optional
        What ``cramp_episode`` said of it, if that is at hand.

    Returns
    -------
    xarray.Dataset
        By ``quantity``: ``mean``, ``sd`` (n - 1; NaN of fewer than two), ``n``, and as text ``text``, ``units``,
        ``over`` (units of all replicates that cramped, or those replicates), ``measured`` and ``blocked`` (measured,
        nerve intact and blocked). A cramp still on counts with the time it has lasted.

    Raises
    ------
    InputError
        If the run lacks what is read.
    """
    episode = cramp_episode(ds) if episode is None else episode
    window = (episode.begin.values, episode.end.values)
    sources = (
        (_OF_UNITS, discharge_statistics(ds, "fibre_ap", *window), "units"),
        (_OF_DRIVE, common_drive(ds, "fibre_ap", *window), "repetitions"),
        (_OF_EPISODES, episode.where(episode.cramp), "repetitions"),
    )
    columns: dict[str, list[object]] = {name: [] for name in ("quantity", "mean", "sd", "n", *_TEXT)}
    for rows, found, over in sources:
        for row in rows:
            values = row.factor * found[row.variable].values
            mean, sd, n = _moments(values[np.isfinite(values)])
            cells = (row.variable, mean, sd, n, row.text, row.units, over, row.measured, row.blocked)
            for column, cell in zip(columns.values(), cells, strict=True):
                column.append(cell)
    names = columns.pop("quantity")
    return xr.Dataset({name: ("quantity", column) for name, column in columns.items()}, {"quantity": names})


_TEXT = ("text", "units", "over", "measured", "blocked")


def _moments(values: NDArray[np.float64]) -> tuple[float, float, int]:
    n = values.size
    return (
        float(values.mean()) if n else float("nan"),
        float(values.std(ddof=1)) if n > 1 else float("nan"),
        n,
    )


def threshold_frequency(runs: Sequence[xr.Dataset]) -> xr.DataArray:
    """Compute cramp threshold frequency: the lowest at which 5 % of the units fire 2.5 to 4.5 s after the train.

    Parameters
    ----------
    runs : sequence of xarray.Dataset
        Cramp runs of the same replicates, each with one ``stimulation`` of another ``frequency_Hz``; or ensembles of
        the same points.

    Returns
    -------
    xarray.DataArray
        Hz, by ``replicate``; NaN where no run did.

    Raises
    ------
    InputError
        If a run tells no frequency of its stimulation.
    """
    if runs and point_dims(runs[0]):
        return cast(xr.DataArray, each_point(lambda *one: threshold_frequency(one), runs[0], *runs[1:]))
    found = []
    for ds in runs:
        frequencies = [deed.frequency for deed in interventions(ds) if deed.kind == "stimulation"]
        if len(frequencies) != 1 or not frequencies[0]:
            raise InputError(f"The run {ds.attrs.get('title', '')!r} holds no single train of known frequency_Hz.")
        left = cramp_episode(ds).units_left
        found.append(xr.where(left >= LEAST_SHARE * ds.sizes["motor_unit"], frequencies[0], np.nan))
    lowest: xr.DataArray = xr.concat(found, "run").min("run")
    return lowest.assign_attrs(units="Hz", long_name="cramp threshold frequency")
