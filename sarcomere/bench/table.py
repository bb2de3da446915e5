"""The figures of ``sarcomere bench`` on a screen."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from sarcomere.bench.figures import Case, Figures

_CASE = ("fibre", "pCa", "thick", "step\nms")
_SPEEDS = ("µs a\nstep", "median", "M head-\nsteps\n/core-s", "head-s\n/core-s", "all,\nhead-s\n/s", "x", "got")


def tables(figures: Figures) -> Group:
    """Lay the figures out as tables to print.

    Parameters
    ----------
    figures : Figures
        From ``measure``.

    Returns
    -------
    rich.console.Group
        Speeds, phases of a step, and small rows where they were measured.
    """
    parts: list[RenderableType] = [_speeds(figures), "", _phases(figures)]
    if figures.small_rows:
        parts += ["", _small_rows(figures)]
    return Group(*parts)


def _table(title: str, headings: tuple[str, ...], caption: str) -> Table:
    """Make an empty table, narrow enough for any terminal, whose columns are of numbers but for the fibre."""
    shown = Table(title=title, caption=caption, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown.title_justify = "left"
    shown.caption_justify = "left"
    for heading in headings:
        shown.add_column(heading, justify="left" if heading == "fibre" else "right", no_wrap=True)
    return shown


def _label(case: Case) -> tuple[str, ...]:
    """Give the cells under ``_CASE``."""
    return case.fibre, f"{case.pCa:g}", str(case.n_thick), f"{case.step_ms:g}"


def _speeds(figures: Figures) -> Table:
    """Lay out a step on one core, and all cores together."""
    machine = figures.machine
    compiled = "" if figures.compile_cpu_s is None else f", {figures.compile_cpu_s:.0f} with nothing compiled"
    load = "" if machine.load is None else "Load {:.1f} at the start, {:.1f} at the end.\n".format(*machine.load)
    shown = _table(
        f"{machine.processor}, {machine.cores} core{'s' if machine.cores > 1 else ''}",
        _CASE + _SPEEDS,
        "Isometric, compliant filaments; one half-sarcomere a core.\n"
        "µs and core-s: CPU time, least of several rounds; median: of the same rounds.\n"
        "s: seconds on the clock, which other work lengthens.  x: all cores over one.\n"
        "got: cores that were free for all.\n"
        f"{load}Start-up of a new process: {figures.start_up_cpu_s:.1f} CPU s{compiled}.",
    )
    for case in figures.cases:
        one, every = case.one_core, case.all_cores
        shown.add_row(
            *_label(case),
            f"{one.step_us:.1f}",
            f"{one.median_step_us:.1f}",
            f"{one.head_steps_per_core_second / 1e6:.1f}",
            f"{one.head_seconds_per_core_second:.0f}",
            f"{every.head_seconds_per_second:.0f}",
            f"{every.head_seconds_per_second / one.head_seconds_per_second:.2f}",
            f"{every.head_seconds_per_second / every.head_seconds_per_core_second:.2f}",
        )
    return shown


def _phases(figures: Figures) -> Table:
    """Lay out the phases of a step, and how often the force balance iterates."""
    last = len(figures.cases[0].phases.iterations) - 1
    counts = (*map(str, range(last)), f"≥{last}")
    shown = _table(
        "Phases of a step on one core, µs; iterations of the balance, %",
        (*_CASE, "thin", "heads", "balance", *counts),
        "thin: regulatory units.  heads: exits from the OFF state, and the cycle.\n"
        f"0 to ≥{last}: % of steps whose balance took so many iterations.",
    )
    for case in figures.cases:
        phases = case.phases
        shown.add_row(
            *_label(case),
            *(f"{spent:.1f}" for spent in (phases.thin_us, phases.heads_us, phases.balance_us)),
            *(f"{100 * share:.0f}" for share in phases.iterations),
        )
    return shown


def _small_rows(figures: Figures) -> Table:
    """Lay out the cost of rows of one thick filament."""
    shown = _table(
        "Rows of one thick filament against one lattice",
        ("fibre", "pCa", "step\nms", "rows", "head-s\n/core-s", "one lattice\nhead-s\n/core-s", "cost\nratio"),
        "One core.  Cost ratio: CPU time of the rows over\nthat of one lattice with as many thick filaments.",
    )
    for small in figures.small_rows:
        shown.add_row(
            small.fibre,
            f"{small.pCa:g}",
            f"{small.step_ms:g}",
            str(small.rows.half_sarcomeres),
            f"{small.rows.head_seconds_per_core_second:.0f}",
            f"{small.lattice.head_seconds_per_core_second:.0f}",
            f"{small.cost_ratio:.2f}",
        )
    return shown
