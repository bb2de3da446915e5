"""The tables of docs/motoneurons.md, measured on pools: python docs/scripts/motoneurons.py [seeds]."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.support import pool_bench as bench

PRESETS = {
    "`open_loop_healthy`, κ 0.8": ("open_loop_healthy", {"kappa": 0.8}),
    "`open_loop_healthy`": ("open_loop_healthy", {}),
    "`open_loop_prone`": ("open_loop_prone", {}),
}
PROTOTYPE = {
    0.0: ("1.00", "1.01–1.04", "0"),
    0.5: (".66–.70", ".58–.61", "0"),
    0.8: (".59–.66", ".33–.36", "0"),
    1.0: (".56–.65", ".15–.21", "14–21"),
    1.2: (".54–.63", "−.03–.04", "18–25"),
}
OFF = {(0.1, 1.0): 8, (0.1, 3.0): 6, (0.2, 0.3): 9, (0.2, 1.0): 0, (0.3, 0.3): 1, (0.5, 0.3): 0, (1.0, 0.1): 0}
# Share left by the prototype from 20 seeds, each of another pool and other noise.
OFF_REFERENCE = {
    (0.1, 1.0): 0.63, (0.1, 3.0): 0.37, (0.2, 0.3): 0.45, (0.2, 1.0): 0.09, (0.3, 0.3): 0.10, (0.5, 0.3): 0.0,
    (1.0, 0.1): 0.02,
}  # fmt: skip
POTASSIUM = {3.5: "0 at 24 Hz", 4.0: "7 at 24 Hz", 4.5: "14 at 12 Hz", 5.0: "7 fire at rest"}


def table(title: str, *head: str) -> None:
    """Head of a Markdown table."""
    print(f"\n**{title}**\n\n| " + " | ".join(head) + " |\n|" + "---|" * len(head), flush=True)


def row(*cells: object) -> None:
    """A line of it."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def span(values: Sequence[float] | np.ndarray, form: str = ".2f") -> str:
    """Smallest to largest."""
    return f"{min(values):{form}} to {max(values):{form}}"


def spread(values: Sequence[float], form: str = ".1f") -> str:
    """Mean and standard deviation."""
    return f"{np.mean(values):{form}} ± {np.std(values, ddof=1):{form}}"


def bistability() -> None:
    """Thresholds of single cells."""
    table(
        "Single cells (range over five sizes)",
        "κ", "I_on, prototype", "I_on", "I_off, prototype", "I_off", "Hz at 0.3, prototype", "Hz at 0.3",
    )  # fmt: skip
    for kappa, (on, off, rate) in PROTOTYPE.items():
        found_on, found_off = bench.ramp_thresholds(kappa)
        row(kappa, on, span(found_on), off, span(found_off), rate, span(bench.rate_after_burst(kappa, 0.3), ".0f"))
    row("0.8, x 0.4", "", "", "", "", "10–17", span(bench.rate_after_burst(0.8, 0.4), ".0f"))
    row("1.2, x 0", "", "", "", "", "3–13", span(bench.rate_after_burst(1.2, 0.0), ".0f"))


def thresholds(seeds: int) -> None:
    """Threshold frequency of a cramp."""
    table("Threshold frequency, Hz", "preset", "prototype", "mean ± SD of pools that cramped", "by seed")
    for preset, first, least, most in (("open_loop_prone", 6.0, 12, 16), ("open_loop_healthy", 10.0, 22, 28)):
        found = [bench.threshold_frequency(preset, seed, first) for seed in range(seeds)]
        cramped = [f for f in found if not np.isnan(f)]
        verdict = "inside" if least <= np.mean(cramped) <= most else "outside"
        shown = " ".join("none" if np.isnan(f) else f"{f:.0f}" for f in found)
        row(f"`{preset}`", f"{least}–{most}", f"{spread(cramped)} ({verdict})", shown)


def sizes(seeds: int) -> None:
    """Units in the cramp against frequency."""
    table("Units in the cramp, prone", "Hz", "prototype", "mean ± SD")
    for frequency, expected in ((14.0, 9), (20.0, 37), (30.0, 63)):
        row(
            f"{frequency:.0f}",
            expected,
            spread([bench.units_left("open_loop_prone", frequency, s).size for s in range(seeds)]),
        )


def off_switch(seeds: int) -> None:
    """What inhibition leaves."""
    table(
        "Off switch (κ 1, x_b .30, η .5)",
        "x_inh, for s", "prototype: left of 22, one seed", "share", "share, prototype, 20 seeds", "ours", "share",
    )  # fmt: skip
    for (inhibition, duration), expected in OFF.items():
        found = np.array([bench.survivors(inhibition, duration, seed) for seed in range(seeds)])
        before, left = found.mean(axis=0)
        row(
            f"{inhibition}, {duration}",
            expected,
            f"{expected / 22:.2f}",
            f"{OFF_REFERENCE[inhibition, duration]:.2f}",
            f"{left:.1f} of {before:.1f}",
            f"{left / before:.2f}",
        )


def free(seeds: int) -> None:
    """The cramp left to itself."""
    expected = {
        "units": "22", "unit activity (s)": "23.2 ± 11.1", "cramp (s)": "42", "first rate (Hz)": "14",
        "last rate (Hz)": "9", "mean rate (Hz)": "10.2", "slowest unit (Hz)": "6.0", "interval CV": "0.46",
    }  # fmt: skip
    found = [bench.free_cramp(seed) for seed in range(seeds)]
    table("Cramp left to itself (κ 1, x_b .30, η .5, 20 Hz)", "", "prototype", "mean ± SD over seeds")
    for name, value in expected.items():
        row(name, value, spread([run[name] for run in found], ".2f" if name == "interval CV" else ".1f"))


def voluntary(seeds: int) -> None:
    """Voluntary contraction, then rest."""
    expected = dict(zip(PRESETS, ("0", "2–7", "51–62"), strict=True))
    table(
        "Voluntary triangle to 1.4 (prototype: all recruited, order ≥ .95, 29–31 Hz with unweighted drive)",
        "preset", "recruited", "order (Spearman)", "peak Hz", "left after 2–5 s, prototype", "left",
    )  # fmt: skip
    for name, (preset, overrides) in PRESETS.items():
        found = [bench.voluntary_triangle(preset, seed, **overrides) for seed in range(seeds)]
        column = {key: [run[key] for run in found] for key in found[0]}
        left = span(column["left"], ".0f")
        measured = (
            span(column["recruited"], ".0f"),
            span(column["order"], ".3f"),
            span(column["peak rate (Hz)"], ".1f"),
        )
        row(name, *measured, expected[name], left)


def potassium(seeds: int) -> None:
    """Potassium around the cells."""
    table(
        "Potassium (κ .9, x_b .25, η .5): units firing", "mmol/L", "prototype", "at rest", "after 12 Hz", "after 24 Hz"
    )
    for level, expected in POTASSIUM.items():
        changed = {"kappa": 0.9, "x_base": 0.25, "weight_exponent": 0.5, "potassium_mM": level}
        rest = [bench.units_at_rest("open_loop_prone", seed, **changed) for seed in range(seeds)]
        after = [
            spread([bench.units_left("open_loop_prone", f, s, **changed).size for s in range(seeds)])
            for f in (12.0, 24.0)
        ]
        row(level, expected, spread(rest), *after)


def main(seeds: int) -> None:
    """Measure and print all."""
    few = min(seeds, 3)
    parts: list[Callable[[], None]] = [
        bistability, lambda: thresholds(seeds), lambda: sizes(few), lambda: off_switch(seeds), lambda: free(few),
        lambda: voluntary(few), lambda: potassium(few),
    ]  # fmt: skip
    for part in parts:
        part()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
