"""The smallest series or run of each kind that is drawn and analysed."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tests.support.synthetic import both, series
from tests.support.synthetic_cramp import TRAIN, cramp, cramp_run

TIME = np.round(np.arange(0, 0.4, 0.001), 6)
RISE = 1 - np.exp(-40 * np.clip(TIME - 0.12, 0, None))


def released(t: np.ndarray, condition: dict[str, object]) -> np.ndarray:
    return np.where(t <= 0.1, 1300.0, 1300.0 - float(str(condition.get("by", 0.0))))


def dataset(kind: str) -> xr.Dataset:
    """The smallest series or run that has what the figure shows."""
    if kind == "cramp":
        return cramp_run(cramp(stop=4.0), 6.0, [TRAIN])
    keys = {
        "force-pca": {"pCa": [9.0, 6.2, 6.0, 5.8, 5.6, 4.5]},
        "atp-series": {"atp_mM": [0.1, 1.0, 8.0]},
        "adp-series": {"adp_uM": [0.0, 20.0, 200.0]},
        "phosphate-series": {"pi_mM": [1.0, 4.0, 30.0]},
        "temperature-series": {"temperature_C": [12.0, 20.0, 37.0]},
        "tetanus": {"frequency_Hz": [1.0, 20.0, 50.0]},
        "fatigue-corner": {"pi_mM": [4.0, 30.0]},
        "ktr": {"pCa": [4.5, 6.0], "by": [200.0]},
        "rigor": {"by": [1.0]},
    }.get(kind, {"by": [2.0, 60.0, 80.0, 120.0]})

    def active(t: np.ndarray, condition: dict[str, object]) -> np.ndarray:
        top = 400.0 / (1 + 10 ** (3 * (float(str(condition.get("pCa", 4.0))) - 5.9)))
        return top * np.where(t <= 0.1, 1.0, RISE)

    if kind in ("twitch", "tetanus", "relaxation", "fatigue-corner"):
        return series(
            both(**keys),
            TIME,
            force=lambda t, c: 400 * np.clip(t / 0.05, 0, 1) * np.exp(-20 * np.clip(t - 0.2, 0, None)),
            ca=lambda t, c: np.where(t < 0.15, 2.0, 0.1),
            impulses=lambda c: np.arange(0.0, 0.15, 1 / float(str(c.get("frequency_Hz", 50.0)))).tolist(),
            figure=kind,
        )
    return series(both(**keys), TIME, force=active, length=released, figure=kind)
