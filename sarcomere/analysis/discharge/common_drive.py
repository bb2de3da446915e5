"""What the motor units' rates have in common."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sarcomere.analysis.discharge.discharge import trains
from sarcomere.analysis.select.points import pointwise

Values = NDArray[np.float64]

STEP_S = 0.05
SMOOTH_S = 0.4  # Hann window of the rates [@DeLuca1982]
SLOW_S = 1 / 0.75  # and of what is taken off them: fluctuations below 0.75 Hz
LEAST_S = 5.0  # that two units must fire together
SEGMENT_S = 4.0
HIGHEST_HZ = 5.0  # the smoothing passes nothing above


@pointwise
def common_drive(
    ds: xr.Dataset,
    source: str = "fibre_ap",
    start: float | Values | None = None,
    stop: float | Values | None = None,
) -> xr.Dataset:
    """Compute common fluctuation of the discharge rates.

    Rates are smoothed by a Hann window of 0.4 s and lose what a Hann window of 1.33 s keeps, each unit between its
    first and last impulse. The correlation is at lag 0, where that of independent units is 0 on average, as the
    highest over lags would not be. Both windows together pass 0.75 to 2.5 Hz best, so that common noise without any
    rhythm peaks at 1.25 to 1.75 Hz too.

    Parameters
    ----------
    ds : xarray.Dataset
        A cramp run.
    source : {"fibre_ap", "spike", "terminal"}
        Which impulses, as for ``trains``.
    start, stop : float or array by replicate, optional
        Window (s); by default the whole record.

    Returns
    -------
    xarray.Dataset
        By ``replicate``: ``correlation`` and ``correlation_sd`` (mean and standard deviation over pairs of units that
        fire together for 5 s at least), ``pairs``, and ``peak_frequency`` (Hz) of the mean cross-spectrum of all
        pairs in segments of 4 s, in steps of 0.25 Hz. NaN without such pairs or segments.

    Raises
    ------
    InputError
        If there is no such source or the run does not hold it.
    """
    n = int(float(ds.time[-1]) / STEP_S)
    rows = []
    for row in trains(ds, source, start, stop):
        rates, active = _fluctuations(row, n)
        pairs = _correlations(rates, active)
        mean, sd = (pairs.mean(), pairs.std()) if pairs.size else (np.nan, np.nan)
        rows.append((mean, sd, pairs.size, _peak_frequency(rates, active)))
    units = {
        "correlation": ("1", "correlation of the rates of two units"),
        "correlation_sd": ("1", "its standard deviation over pairs"),
        "pairs": ("1", "pairs of units that fire together"),
        "peak_frequency": ("Hz", "frequency of the strongest common fluctuation"),
    }
    columns = zip(*rows, strict=True)
    table = {
        name: ("replicate", np.array(column), {"units": unit, "long_name": text})
        for (name, (unit, text)), column in zip(units.items(), columns, strict=True)
    }
    return xr.Dataset(table, {"replicate": np.atleast_1d(ds.replicate.values)})


def _hann(width: float) -> Values:
    points = round(width / STEP_S) + 1
    window = np.hanning(points + 2)[1:-1]
    return np.asarray(window / window.sum())


def _fluctuations(row: list[Values], n: int) -> tuple[Values, NDArray[np.bool_]]:
    """Filter rates (unit, time), 0 where not active; also where both windows lie inside the discharge."""
    rates, active = np.zeros((len(row), n)), np.zeros((len(row), n), dtype=bool)
    fast, slow = _hann(SMOOTH_S), _hann(SLOW_S)
    if n < slow.size:
        return rates, active
    middle = (np.arange(n) + 0.5) * STEP_S
    for i, train in enumerate(row):
        if train.size < 2:
            continue
        counts = np.histogram(train, np.arange(n + 1) * STEP_S)[0] / STEP_S
        inside = (middle - SLOW_S / 2 >= train[0]) & (middle + SLOW_S / 2 <= train[-1])
        rates[i, inside] = (np.convolve(counts, fast, "same") - np.convolve(counts, slow, "same"))[inside]
        active[i] = inside
    return rates, active


def _correlations(rates: Values, active: NDArray[np.bool_]) -> Values:
    """Correlate every pair over the time in which both are active."""
    both = active.astype(np.float64)
    together = both @ both.T
    power = (rates**2) @ both.T  # of the first while the second is active
    scale = np.sqrt(power * power.T)
    first, second = np.triu_indices(len(rates), k=1)
    kept = (together[first, second] >= LEAST_S / STEP_S) & (scale[first, second] > 0)
    first, second = first[kept], second[kept]
    return np.asarray((rates @ rates.T)[first, second] / scale[first, second])


def _peak_frequency(rates: Values, active: NDArray[np.bool_]) -> float:
    width = round(SEGMENT_S / STEP_S)
    frequency = np.fft.rfftfreq(width, STEP_S)
    cross, found = np.zeros(frequency.size), False
    for begin in range(0, rates.shape[1] - width + 1, width // 2):
        piece = rates[active[:, begin : begin + width].all(axis=1), begin : begin + width]
        if len(piece) < 2:
            continue
        found = True
        spectra = np.fft.rfft((piece - piece.mean(axis=1, keepdims=True)) * np.hanning(width), axis=1)
        # the sum over all pairs is the power of the sum without the units' own
        cross += np.abs(spectra.sum(axis=0)) ** 2 - (np.abs(spectra) ** 2).sum(axis=0)
    inside = (frequency > 0) & (frequency <= HIGHEST_HZ)
    return float(frequency[inside][np.argmax(cross[inside])]) if found else float("nan")
