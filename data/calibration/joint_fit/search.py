"""The search: an evolution strategy finds the basin, least squares its bottom."""

from __future__ import annotations

import math
from typing import NamedTuple

import cma
import numpy as np
from mean_field import read_rows
from mean_field.rows import Readings
from scipy.optimize import least_squares

from joint_fit.constants import Constants, fibre_with
from joint_fit.targets import Band, Line, as_lattice
from sarcomere.parameters import FibreParameters

PULL = 0.7  # cost of a constant's distance from its start, in roots of cost per distance between its limits
_HOPELESS = 30.0  # tolerances, for every line of a set that cannot be read
_POPULATION, _SPREAD = 16, 0.05
_REFINEMENTS = 8
_GAIN = 0.02  # of the cost, below which no more is sought
_DIFFERENCE = 1e-2  # of the distance between limits, for slopes


class Problem(NamedTuple):
    """What is minimised: constants, bands, and how the lattice differs."""

    fibre: str
    constants: Constants
    bands: dict[Line, Band]
    ratios: dict[Line, float]

    def parameters(self, point: np.ndarray) -> FibreParameters:
        """Return the fibre type at a point of the search."""
        values = self.constants.decode(point)
        return fibre_with(self.fibre, dict(zip(self.constants.names, map(float, values), strict=True)))

    def readings(self, point: np.ndarray) -> Readings:
        """Return what the lattice should give at a point."""
        return as_lattice(read_rows(self.fibre, self.parameters(point)), self.ratios)

    def misses(self, point: np.ndarray) -> np.ndarray:
        """Return how far lines lie outside their bands, in tolerances, and how far constants are from their start."""
        try:
            readings = self.readings(point)
            lines = np.array([band.miss(readings[line]) for line, band in self.bands.items()])
        except (ArithmeticError, RuntimeError, ValueError):
            lines = np.full(len(self.bands), _HOPELESS)
        lines = np.nan_to_num(np.clip(lines, -_HOPELESS, _HOPELESS), nan=_HOPELESS)
        return np.append(lines, PULL * (point - self.constants.encode(self.constants.start)))

    def cost(self, point: np.ndarray) -> float:
        """Return the sum over all misses, soft beyond one, and a fence about the limits."""
        outside = point - np.clip(point, 0.0, 1.0)
        return float(2.0 * np.sum(np.sqrt(1.0 + self.misses(point) ** 2) - 1.0) + 20.0 * outside @ outside)


def evolve(problem: Problem, start: np.ndarray, evaluations: int, seed: int) -> np.ndarray:
    """Seek the basin with CMA-ES.

    Parameters
    ----------
    problem : Problem
        What is minimised.
    start : numpy.ndarray
        First point.
    evaluations : int
        How many sets are tried.
    seed : int
        Of the strategy.

    Returns
    -------
    numpy.ndarray
        Best point.
    """
    options = {"popsize": _POPULATION, "seed": seed, "verbose": -9, "maxfevals": evaluations}
    strategy = cma.CMAEvolutionStrategy(start, _SPREAD, options)
    while not strategy.stop():
        points = strategy.ask()
        strategy.tell(points, [problem.cost(point) for point in points])
    return np.clip(strategy.result.xbest, 0.0, 1.0)


def refine(problem: Problem, start: np.ndarray) -> np.ndarray:
    """Go to the bottom of the basin by least squares.

    Parameters
    ----------
    problem : Problem
        What is minimised.
    start : numpy.ndarray
        First point.

    Returns
    -------
    numpy.ndarray
    """
    point, cost, before = start, problem.cost(start), math.inf
    while before - cost > _GAIN * cost:
        # Readings are a little rough, so that slopes mislead in time: begin anew.
        found = least_squares(
            problem.misses,
            np.clip(point, 1e-6, 1.0 - 1e-6),
            bounds=(0.0, 1.0),
            loss="soft_l1",
            diff_step=_DIFFERENCE,
            max_nfev=_REFINEMENTS,
        )
        if (reached := problem.cost(found.x)) >= cost:
            break
        point, cost, before = found.x, reached, cost
    return np.asarray(point)
