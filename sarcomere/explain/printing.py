"""An explanation on the screen: a table and sentences."""

from __future__ import annotations

import textwrap

from rich.console import Console, RenderableType
from rich.table import Table

from sarcomere.errors import printable
from sarcomere.explain.explanation import Explanation

WIDTH = 100
_ROWS = {
    "force": ("force while driven, pN per thick filament", "{:.0f}", 1.0),
    "held": ("force after the drive, pN per thick filament", "{:.0f}", 1.0),
    "attached": ("heads attached, %", "{:.1f}", 100.0),
    "rigor_am": ("of these without nucleotide (rigor_am), %", "{:.1f}", 100.0),
    "adp_retained": ("of these keeping ADP (adp_retained), %", "{:.1f}", 100.0),
    "prolonged": ("attachments prolonged, %", "{:.1f}", 100.0),
    "attached_beyond": ("attached heads older than that, %", "{:.1f}", 100.0),
    "mean_attachment_ms": ("mean attachment, ms", "{:.0f}", 1.0),
    "cost": ("ATP per pN s", "{:.2g}", 1.0),
    "stiffness_to_force": ("stiffness over force, 1/nm", "{:.3f}", 1.0),
    "ca_unexplained": ("force that calcium does not explain, pN", "{:.0f}", 1.0),
    "from_impulse": ("half-time of force from the last impulse, s", "{:.2f}", 1.0),
    "from_calcium": ("half-time of force from calcium < 0.5 µM, s", "{:.2f}", 1.0),
    "calcium_below": ("calcium < 0.5 µM after the last impulse, s", "{:.2f}", 1.0),
    "residual_50ms": ("heads left 50 ms after calcium fell, %", "{:.0f}", 100.0),
    "residual_100ms": ("heads left 100 ms after calcium fell, %", "{:.0f}", 100.0),
    "residual_200ms": ("heads left 200 ms after calcium fell, %", "{:.0f}", 100.0),
}


def show(what: RenderableType, *, markup: bool = False) -> None:
    """Print a table or a text on the standard output, as wide as the screen.

    It is laid out first and written at once, so that what a stream cannot take is an error of the stream alone.

    Parameters
    ----------
    what : renderable of rich
        A text keeps its lines, its control characters escaped.
    markup : bool
        Take ``[bold]`` and the like as marks; never in what a file or scenario says.
    """
    if isinstance(what, str):
        print("\n".join(printable(line) for line in what.split("\n")), flush=True)
        return
    console = Console(highlight=False, markup=markup, emoji=False)
    with console.capture() as laid_out:
        console.print(what)
    print(laid_out.get(), end="", flush=True)


def print_explanation(found: Explanation) -> None:
    """Print the table of numbers, then the sentences.

    Parameters
    ----------
    found : Explanation
        What was found.
    """
    control = "control" if found.drive.impulses else "normal\ncontraction"
    table = Table(title=printable(found.title), caption="nan: it does not happen within the record, or does not apply")
    table.add_column("")
    table.add_column(f"unit {found.unit}\n({found.fibre})", justify="right")
    table.add_column(control, justify="right")
    for name, (text, form, scale) in _ROWS.items():
        ours, theirs = getattr(found.observed, name), getattr(found.reference, name)
        table.add_row(text, form.format(scale * ours), form.format(scale * theirs))
    show(table)
    for sentence in found.sentences:
        show(textwrap.fill(sentence, WIDTH, initial_indent="\n", break_on_hyphens=False))
    show(f"\nIn short: {found.contrast}.")
