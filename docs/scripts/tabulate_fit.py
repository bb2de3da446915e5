"""Write the tables of docs/calibration.md from the shipped sets: python docs/scripts/tabulate_fit.py."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "data" / "calibration"))

from joint_fit.constants import TENSION, Constants, read_constants  # noqa: E402
from joint_fit.targets import Band, as_lattice, bands, line_of, read_ratios  # noqa: E402
from mean_field import read_rows  # noqa: E402
from mean_field.rows import Line  # noqa: E402

from sarcomere.parameters import FibreParameters, load_fibre  # noqa: E402
from sarcomere.validate.targets import read_targets  # noqa: E402

PAGE = ROOT / "docs" / "calibration.md"
FIBRES = ("fast", "slow")
AT_LIMIT = 0.05  # of the distance between limits, on the scale of the search
BESIDE = {
    (0, "v0_12"): "V0 at 12 °C, ML/s",
    (0, "tension_12"): "tension at 12 °C, kPa",
    (0, "quarter"): "time to a quarter of the force once no head attaches, ms",
}  # lines that the table does not list


def shipped(parameters: FibreParameters) -> dict[str, float]:
    """Return every constant of the cycle and the OFF state, by dotted key; k_off_exit_force for 200 pN."""
    found: dict[str, float] = {}
    for name in ("cycle", "off_state"):
        group = getattr(parameters, name).model_dump()
        cooling = group.pop("cooling")
        found |= {f"{name}.{key}": value for key, value in group.items()}
        found |= {f"{name}.cooling.{key}": value for key, value in cooling.items()}
    found["off_state.k_off_exit_force"] *= TENSION / found["off_state.isometric_force"]
    return found


def marked(constants: Constants, values: dict[str, float]) -> list[tuple[str, str]]:
    """Return value and limits of each constant; a value near a limit is bold."""
    numbers = np.array([values[name] for name in constants.names])
    places = constants.encode(numbers)
    cells = []
    for value, place, low, high in zip(numbers, places, constants.low, constants.high, strict=True):
        text = f"{value:.4g}"
        near = place < AT_LIMIT or place > 1 - AT_LIMIT
        cells.append((f"**{text}**" if near else text, f"{low:g} to {high:g}"))
    return cells


def sets() -> Iterator[str]:
    """Table of the constants."""
    yield "| constant | fast | limits | slow | limits |"
    yield "|---|---|---|---|---|"
    columns = [marked(read_constants(fibre), shipped(load_fibre(fibre))) for fibre in FIBRES]
    for name, fast, slow in zip(read_constants("fast").names, *columns, strict=True):
        yield f"| `{name}` | " + " | ".join([*fast, *slow]) + " |"


def title(line: Line) -> str:
    """Return what a line of the table is, without its fibre type."""
    row, name = line
    if row == 0:
        return BESIDE.get(line, f"force in stretch at {name}, over isometric")
    target = next(t for t in read_targets([row]) if line in [line_of(fibre, row, t.line) for fibre in FIBRES])
    words = [word for word in target.quantity.split(", ") if word not in {"fast", "slow", "I", "IIA"}]
    return ": ".join([target.title.split(",")[0], *([", ".join(words)] if words else [])])


def number(value: float) -> str:
    """Return three digits."""
    return f"{value:.3g}"


def span(band: Band) -> str:
    """Return a band in words."""
    if math.isinf(band.low):
        return f"≤ {band.high:g}"
    return f"≥ {band.low:g}" if math.isinf(band.high) else f"{band.low:g} to {band.high:g}"


def readings() -> Iterator[str]:
    """Table of what the sets give in the mean field, times the ratios."""
    yield "| row | line | fast | band | slow | band |"
    yield "|---|---|---|---|---|---|"
    wanted = {fibre: bands(fibre) for fibre in FIBRES}
    found = {fibre: as_lattice(read_rows(fibre, load_fibre(fibre)), read_ratios(fibre)) for fibre in FIBRES}
    for line in dict.fromkeys([*wanted["fast"], *wanted["slow"]]):
        cells = []
        for fibre in FIBRES:
            band = wanted[fibre].get(line)
            cells += ["–", "–"] if band is None else [number(found[fibre][line]), span(band)]
        yield f"| {line[0] or '–'} | {title(line)} | " + " | ".join(cells) + " |"


def main() -> None:
    """Put both tables between their marks."""
    text = PAGE.read_text(encoding="utf-8")
    for name, lines in (("sets", sets()), ("readings", readings())):
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = before + begin + "\n" + "\n".join(lines) + "\n\n" + end + after
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
