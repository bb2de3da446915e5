"""Options that several commands take."""

from __future__ import annotations

import os

import click

THREADS = click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    show_default="all cores",
    help="Half-sarcomeres, persons or runs advanced at once; changes no bit of the result.",
)
