"""The model as a function of a few numbers, for programs that fit or sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sarcomere.errors import InputError, nearest
from sarcomere.parameters.base import Parameters
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.reading import read
from sarcomere.simulation.api import run

Outcome = Callable[[xr.Dataset], ArrayLike]


@dataclass(frozen=True)
class Simulator:
    """What ``simulator`` makes: ``simulate(theta, seed)``."""

    scenario: str
    keys: tuple[str, ...]
    outcome: Outcome
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, theta: ArrayLike, seed: int = 1) -> NDArray[np.float64]:
        """Run the scenario with these values.

        Parameters
        ----------
        theta : array_like, shape (key,)
            A value for each key, in its own unit.
        seed : int
            Of all random numbers; the same seed gives the same result for the same values.

        Returns
        -------
        ndarray, shape (outcome,)

        Raises
        ------
        InputError
            If there is not one finite number for each key, or a value is outside its range.
        """
        values = np.atleast_1d(np.asarray(theta, dtype=np.float64))
        if values.shape != (len(self.keys),):
            raise InputError(
                f"simulate: theta of shape {values.shape} has not one value for each of the {len(self.keys)} keys "
                f"{', '.join(self.keys)}; give a list of {len(self.keys)}."
            )
        given = dict(zip(self.keys, values.tolist(), strict=True))
        scenario = read(self.scenario, {**self.settings, **given, "run.seed": int(seed)})
        return np.atleast_1d(np.asarray(self.outcome(run(scenario)), dtype=np.float64)).ravel()


def simulator(
    scenario: str, keys: Sequence[str], outcome: Outcome, *, settings: Mapping[str, Any] | None = None
) -> Simulator:
    """Make the model a function ``simulate(theta, seed)`` for emcee, sbi, pymc, scipy and the like.

    It runs in memory on one thread, so that the sampler decides what runs side by side; it can be pickled, and so sent
    to other processes, if ``outcome`` is a function of a module. A value outside its range raises ``InputError``: give
    the sampler a prior that stays inside.

    Parameters
    ----------
    scenario : str
        Path of a TOML file, or the name of a shipped scenario.
    keys : sequence of str
        Dotted keys that ``theta`` sets, in its order.
    outcome : callable
        Takes the run (as ``sarcomere.open_run`` gives it) and returns what is compared with data: a number, an array
        or a DataArray.
    settings : mapping of str to value, optional
        Other dotted keys to replace, such as ``{"lattice.n_thick": 2}``.

    Returns
    -------
    Simulator
        ``simulate(theta, seed)`` gives an array with one dimension.

    Raises
    ------
    InputError
        If the scenario or a key does not exist, a key is given twice, or ``outcome`` cannot be called.
    """
    if isinstance(keys, str) or not len(keys):
        raise InputError(
            f"simulator: keys = {keys!r} is not a list of dotted keys; write ['lattice.d10'] and the like."
        )
    if not callable(outcome):
        raise InputError(f"simulator: outcome = {outcome!r} cannot be called; give a function that takes a run.")
    fixed = dict(settings or {})
    if "run.seed" in (*keys, *fixed):
        raise InputError("simulator: run.seed is set twice, also by each call; leave it out of keys and settings.")
    base = read(scenario, fixed)
    for i, key in enumerate(keys):
        if key in list(keys[:i]) or key in fixed:
            raise InputError(f"simulator: {key} is set twice; name it once, in keys or in settings.")
        _find(base, key)
    return Simulator(scenario, tuple(map(str, keys)), outcome, fixed)


def _find(scenario: Scenario, key: str) -> None:
    """Refuse a key that the scenario does not have."""
    at: Any = scenario
    for word in key.split("."):
        if isinstance(at, Parameters):
            choices: Mapping[str, Any] = {name: getattr(at, name) for name in type(at).model_fields}
        elif isinstance(at, Mapping):
            choices = at
        elif isinstance(at, list | tuple):
            choices = {str(i): entry for i, entry in enumerate(at)}
        else:
            return  # a table that is not there yet, or a value: what is set below it is checked when it is run
        if word not in choices:
            raise InputError(f"simulator: unknown key {key}; {nearest(word, choices)}")
        at = choices[word]
