"""Write the tables of docs/speed.md from docs/speed.json.

sarcomere bench --compile --json docs/speed.json && python docs/scripts/speed.py     (2 minutes)
"""

from __future__ import annotations

import re
from pathlib import Path

from sarcomere.bench import Figures

DOCS = Path(__file__).parents[1]
PAGE, FIGURES = DOCS / "speed.md", DOCS / "speed.json"
BETWEEN = re.compile(r"(<!-- from speed\.json -->\n).*(\n<!-- to here -->)", re.DOTALL)
SHOWN = 16  # thick filaments of the lattice whose phases are shown


def table(headings: list[str], rows: list[list[str]]) -> list[str]:
    """Markdown."""
    return ["", *(f"| {' | '.join(row)} |" for row in [headings, ["---"] * len(headings), *rows]), ""]


def machine(figures: Figures) -> list[str]:
    """Where and with what it was measured."""
    m = figures.machine
    load = "" if m.load is None else (
        f" Load, processes that wanted a core: {m.load[0]:.1f} before the first measurement, {m.load[1]:.1f} after the "
        f"last."
    )  # fmt: skip
    return [
        f"Measured on {m.cores} cores of a processor that calls itself {m.processor}, compiled by LLVM {m.llvm} for",
        f"`{m.compiled_for}`; {m.system}, Python {m.python}, numpy {m.numpy}, numba {m.numba}, sarcomere",
        f"{m.sarcomere}, kernels `{m.kernel_hash}`.{load}",
    ]


def speeds(figures: Figures) -> list[str]:
    """What a step costs on one core."""
    headings = ["fibre, pCa", "thick filaments", "heads", "step (ms)", "µs a step, least (median)"]
    headings += ["million head-steps per core-second", "head-seconds per core-second"]
    return table(
        headings,
        [
            [
                f"{case.fibre}, {case.pCa:g}",
                str(case.n_thick),
                str(case.heads),
                f"{case.step_ms:g}",
                f"{case.one_core.step_us:.0f} ({case.one_core.median_step_us:.0f})",
                f"{case.one_core.head_steps_per_core_second / 1e6:.0f}",
                f"{case.one_core.head_seconds_per_core_second:.0f}",
            ]
            for case in figures.cases
        ],
    )


def cores(figures: Figures) -> list[str]:
    """What all cores did together."""
    case = next(case for case in figures.cases if case.n_thick == SHOWN)
    one, every = case.one_core, case.all_cores
    return [
        f"{every.threads} half-sarcomeres, a thread each, together did "
        f"{every.head_seconds_per_second / one.head_seconds_per_second:.2f} times the work of one by the clock, with "
        f"{every.head_seconds_per_second / every.head_seconds_per_core_second:.2f} cores free for them, at "
        f"{one.head_seconds_per_core_second / every.head_seconds_per_core_second:.2f} times the CPU time a head "
        f"({case.fibre}, pCa {case.pCa:g}, {SHOWN} thick filaments, {case.step_ms:g} ms)."
    ]


def phases(figures: Figures) -> list[str]:
    """What the phases of a step cost, and how often the force balance iterates."""
    cases = [case for case in figures.cases if case.n_thick == SHOWN]
    last = len(cases[0].phases.iterations) - 1
    headings = ["fibre, pCa", "step (ms)", "regulatory units (µs)", "heads (µs)", "force balance (µs)"]
    headings += [f"{count} iterations (%)" if count < last else f"{last} or more (%)" for count in range(last + 1)]
    return table(
        headings,
        [
            [f"{case.fibre}, {case.pCa:g}", f"{case.step_ms:g}"]
            + [f"{spent:.1f}" for spent in (case.phases.thin_us, case.phases.heads_us, case.phases.balance_us)]
            + [f"{100 * share:.0f}" for share in case.phases.iterations]
            for case in cases
        ],
    )


def small_rows(figures: Figures) -> list[str]:
    """What half-sarcomeres of one thick filament cost."""
    return table(
        ["fibre, pCa", "step (ms)", "half-sarcomeres of one thick filament", "CPU time over that of one lattice"],
        [
            [
                f"{small.fibre}, {small.pCa:g}",
                f"{small.step_ms:g}",
                str(small.rows.half_sarcomeres),
                f"{small.cost_ratio:.2f}",
            ]
            for small in figures.small_rows
        ],
    )


def starting(figures: Figures) -> list[str]:
    """What comes before the first step."""
    compiled = figures.compile_cpu_s
    anew = "" if compiled is None else f", {compiled:.0f} where nothing was compiled yet"
    return [f"A new process takes {figures.start_up_cpu_s:.1f} CPU seconds to its first simulated millisecond{anew}."]


def page(text: str, figures: Figures) -> str:
    """Put what was measured between the marks of a page."""
    found = [
        *machine(figures),
        *speeds(figures),
        *cores(figures),
        "",
        f"Phases of a step of {SHOWN} thick filaments, and steps by iterations of the force balance:",
        *phases(figures),
        "Sweeps use small lattices, which pay for what every step costs whatever its size:",
        *small_rows(figures),
        *starting(figures),
    ]
    return BETWEEN.sub(lambda marks: marks[1] + "\n".join(found) + marks[2], text)


if __name__ == "__main__":
    measured = Figures.model_validate_json(FIGURES.read_text(encoding="utf-8"))
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")
