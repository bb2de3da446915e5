"""Options that several commands take."""

from __future__ import annotations

import click

from sarcomere.ensemble.workers.cores import cores

THREADS = click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=cores,
    show_default="all cores",
    help="Half-sarcomeres, persons or runs advanced at once; changes no bit of the result.",
)
