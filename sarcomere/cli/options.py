"""Options that several commands take."""

from __future__ import annotations

import os

import click


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


THREADS = click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=cores,
    show_default="all cores",
    help="Half-sarcomeres, persons or runs advanced at once; changes no bit of the result.",
)
