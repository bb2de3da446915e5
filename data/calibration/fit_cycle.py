"""Fit every constant of the head cycle and the OFF state of a fibre type at once, with how each changes in the cold.

    python data/calibration/fit_cycle.py fast                    the committed set, from the committed start
    python data/calibration/fit_cycle.py fast --write            and put it into data/parameters
    python data/calibration/fit_cycle.py fast --scatter 1        from another start
    python data/calibration/fit_cycle.py fast --hold-out         rows 4, 11, 12, 13, 18 predicted, not fitted
    python data/calibration/fit_cycle.py --measure-lattice       the lattice over the mean field, with the shipped sets

An evolution strategy, then least squares, in a mean-field model (mean_field) whose readings are multiplied by what the
3-D lattice gives over them (lattice_ratios.toml).  Limits, start: cycle_start.toml.  Needs
``pip install sarcomere[calibration]``.  One core, below 20 minutes; seeds and numbers of evaluations are fixed.
docs/calibration.md tells more.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np
from joint_fit.constants import TENSION, TIED, read_constants
from joint_fit.lattice import write_ratios
from joint_fit.search import Problem, evolve, refine
from joint_fit.targets import HELD_OUT, ROWS, bands, read_ratios
from mean_field import Isometric
from mean_field.rows import Line
from mean_field.steady import N_HEADS

from sarcomere.parameters import FIBRE_TYPES
from sarcomere.validate import validate

EVALUATIONS = 3000
_SCATTER = 0.15  # of the distance between limits
_AT_LIMIT = 0.02
PARAMETERS = Path(__file__).parents[1] / "parameters"


def fit(fibre: str, without: tuple[int, ...] = (), scatter: int | None = None) -> tuple[Problem, np.ndarray]:
    """Fit a fibre type.

    Parameters
    ----------
    fibre : {"slow", "fast"}
        Fibre type.
    without : tuple of int
        Rows to leave out.
    scatter : int, optional
        Seed of a start that lies elsewhere.

    Returns
    -------
    Problem, numpy.ndarray
        What was minimised, and where.
    """
    constants = read_constants(fibre)
    problem = Problem(fibre, constants, bands(fibre, without), read_ratios(fibre))
    start = constants.encode(constants.start)
    if scatter is not None:
        start = np.clip(start + _SCATTER * np.random.default_rng(scatter).standard_normal(start.size), 0.02, 0.98)
    return problem, refine(problem, evolve(problem, start, EVALUATIONS, 1 + (scatter or 0)))


def report(problem: Problem, point: np.ndarray, without: tuple[int, ...]) -> None:
    """Print cost, every line with its band, and every constant with its start; marks what lies at an edge."""
    readings, fitted = problem.readings(point), set(problem.bands)
    print(f"{problem.fibre}: cost {problem.cost(point):.4f}")
    for line, band in bands(problem.fibre).items():
        value = readings[line]
        marks = "" if band.low <= value <= band.high else "outside "
        marks += "predicted" if line not in fitted else f"missed {band.miss(value):+.2f}" if band.miss(value) else ""
        print(f"  {line[0]:3d} {line[1]:12s} {band.low:8.3g} to {band.high:<8.3g} {value:10.4g}  {marks}")
    print(f"constants ({'all rows' if not without else f'without rows {without}'}):")
    c = problem.constants
    for name, start, value, place in zip(c.names, c.start, c.decode(point), point, strict=True):
        edge = "at its lower limit" if place < _AT_LIMIT else "at its upper limit" if place > 1 - _AT_LIMIT else ""
        print(f"  {name:40s} {start:10.4g} -> {value:10.4g}  {edge}")


def with_own_force(problem: Problem, point: np.ndarray) -> dict[str, float]:
    """Return the set with F_0 half of the isometric force, and the rate that goes with force scaled as F_0."""
    parameters = problem.parameters(point)
    tension: Line = (2, "tension")
    half = 0.5 * Isometric(parameters.cycle, parameters.off_state).force * N_HEADS * problem.ratios[tension]
    values = dict(zip(problem.constants.names, map(float, problem.constants.decode(point)), strict=True))
    values["off_state.k_off_exit_force"] *= half / TENSION
    return {**values, "off_state.isometric_force": half, **{key: values[leader] for key, leader in TIED.items()}}


def write(fibre: str, values: dict[str, float]) -> None:
    """Put values into data/parameters, to four digits, each on the line of its name."""
    path = PARAMETERS / f"{fibre}.toml"
    lines, table = path.read_text(encoding="utf-8").splitlines(), ""
    for i, line in enumerate(lines):
        if heading := re.fullmatch(r"\[(.+)\]", line):
            table = heading[1]
        name = line.partition(" = ")[0]
        if (key := f"{table}.{name}") in values:
            lines[i] = f"{name} = {float(f'{values[key]:.4g}')!r}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fibre", nargs="?", choices=FIBRE_TYPES)
    parser.add_argument("--write", action="store_true", help="put the set into data/parameters")
    parser.add_argument("--scatter", type=int, metavar="SEED", help="start elsewhere")
    parser.add_argument("--hold-out", action="store_true", help=f"predict rows {HELD_OUT}")
    parser.add_argument(
        "--measure-lattice", action="store_true", help="write lattice_ratios.toml (half an hour on one core)"
    )
    parser.add_argument("--found", type=Path, metavar="JSON", help="with --measure-lattice: a validation that was run")
    asked = parser.parse_args(arguments)
    if asked.measure_lattice:
        text = asked.found.read_text(encoding="utf-8") if asked.found else validate(list(ROWS), quick=True).json()
        write_ratios(json.loads(text))
        return
    if asked.fibre is None:
        parser.error("name a fibre type, slow or fast, or give --measure-lattice")
    without = HELD_OUT if asked.hold_out else ()
    problem, point = fit(asked.fibre, without, asked.scatter)
    report(problem, point, without)
    if asked.write:
        write(asked.fibre, with_own_force(problem, point))


if __name__ == "__main__":
    main(sys.argv[1:])
