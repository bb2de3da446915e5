"""What is fitted, within which limits and from which start, and how a point of the search becomes a fibre type."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sarcomere.parameters import FibreParameters, load_fibre

CYCLE, CALCIUM = (Path(__file__).parents[1] / f"{name}_start.toml" for name in ("cycle", "calcium"))
TIED = {"off_state.cooling.k_off_exit_force": "off_state.cooling.k_off_exit"}  # these cool as those
TENSION = 200.0  # pN, of the backbone, at which k_off_exit_force is fitted; only their ratio matters


class Constants(NamedTuple):
    """Constants of a fibre type that are fitted, by dotted key."""

    names: list[str]
    low: np.ndarray
    high: np.ndarray
    start: np.ndarray

    @property
    def logarithmic(self) -> np.ndarray:
        """Which are sought on a logarithmic scale: those that are above zero."""
        return self.low > 0

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Place values between their limits: 0 at the lower, 1 at the upper."""
        low, high, x = (self._scaled(v) for v in (self.low, self.high, values))
        return (x - low) / (high - low)

    def decode(self, point: np.ndarray) -> np.ndarray:
        """Undo `encode`."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        x = low + np.clip(point, 0.0, 1.0) * (high - low)
        return np.where(self.logarithmic, np.exp(x), x)

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        return np.where(self.logarithmic, np.log(np.where(self.logarithmic, values, 1.0)), values)


def read_constants(fibre: str, path: Path = CYCLE) -> Constants:
    """Read limits and start of a fibre type.

    Parameters
    ----------
    fibre : {"slow", "fast"}
        Fibre type.
    path : Path
        File of the fit, `CYCLE` or `CALCIUM`.

    Returns
    -------
    Constants
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))[fibre]
    low, high, start = np.array(list(table.values()), dtype=float).T
    return Constants(list(table), low, high, start)


def fibre_with(fibre: str, values: dict[str, float]) -> FibreParameters:
    """Put values in place of the shipped ones.

    Parameters
    ----------
    fibre : {"slow", "fast"}
        Fibre type.
    values : dict
        By dotted key, such as ``cycle.cooling.k_attach``; ``off_state.isometric_force`` is `TENSION` if not given.

    Returns
    -------
    FibreParameters
    """
    every = {
        "off_state.isometric_force": TENSION,
        **values,
        **{key: values[leader] for key, leader in TIED.items() if leader in values},
    }
    shipped = load_fibre(fibre)
    groups = {}
    for group in ("cycle", "off_state"):
        mine = {key.removeprefix(f"{group}."): value for key, value in every.items() if key.startswith(f"{group}.")}
        cooling = {key.removeprefix("cooling."): mine.pop(key) for key in list(mine) if key.startswith("cooling.")}
        model = getattr(shipped, group)
        groups[group] = model.model_copy(update={**mine, "cooling": model.cooling.model_copy(update=cooling)})
    return shipped.model_copy(update=groups)
