"""How the lattice differs from the mean field: a validation over what the mean field reads of the same sets."""

from __future__ import annotations

from typing import Any

from mean_field import read_rows
from mean_field.rows import STRETCH, Line

from joint_fit.targets import RATIOS, line_of
from sarcomere.parameters import FIBRE_TYPES, load_fibre

_HEADER = """\
# The 3-D lattice over the mean field, by row and line of the validation table, for the shipped sets of constants:
# multiplies what the mean field reads.  Measured by  python data/calibration/fit_cycle.py --measure-lattice
# (sarcomere validate --quick on the rows that the cycle decides), kernels {kernels}.
"""
_STRETCHES = "force falls in fast stretch"


def measured(fibre: str, report: dict[str, Any]) -> dict[Line, float]:
    """Return the values of a validation by row and line.

    Parameters
    ----------
    fibre : {"slow", "fast"}
        Fibre type.
    report : dict
        As ``sarcomere validate --json`` writes it.

    Returns
    -------
    dict
    """
    lines = {line_of(fibre, entry["row"], entry["line"]): entry["value"] for entry in report["lines"]}
    found: dict[Line, float] = {line: value for line, value in lines.items() if line is not None}
    for deficit in report["deficits"]:
        if deficit["name"] == _STRETCHES and deficit["fibre"] == fibre:
            found |= {(STRETCH, speed): value for speed, value, _ in deficit["values"]}
    return found


def write_ratios(report: dict[str, Any]) -> None:
    """Write the table of ratios for both fibre types as they are shipped.

    Parameters
    ----------
    report : dict
        As ``sarcomere validate --json`` writes it.
    """
    text = _HEADER.format(kernels=report["kernel_hash"])
    for fibre in FIBRE_TYPES:
        lattice, mean_field = measured(fibre, report), read_rows(fibre, load_fibre(fibre))
        text += f"\n[{fibre}]\n"
        for line in sorted(lattice.keys() & mean_field.keys()):
            ratio = lattice[line] / mean_field[line]
            text += f'"{line[0]}.{line[1]}" = {ratio if ratio > 0 else 1.0:.3f}\n'  # none where a slope is near zero
    RATIOS.write_text(text, encoding="utf-8")
