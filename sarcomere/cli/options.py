"""Options that several commands take."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from sarcomere.ensemble.workers.cores import cores

THREADS = click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=cores,
    show_default="all cores",
    help="Half-sarcomeres, persons or runs advanced at once; changes no bit of the result.",
)


def replacing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command --set, --seed and --replicates as ``overrides``: the value of every dotted key to replace."""

    @click.option(
        "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Replace a value, e.g. --set lattice.n_thick=16."
    )
    @click.option("--seed", type=int, help="The whole seed of the run; same seed, same bits.")
    @click.option("--replicates", type=int, help="Independent repetitions.")
    @functools.wraps(command)
    def call(settings: tuple[str, ...], seed: int | None, replicates: int | None, **others: Any) -> None:
        from sarcomere.scenario.reading import parse_override

        given = {"run.seed": seed, "run.replicates": replicates}
        overrides = dict(parse_override(text) for text in settings)
        overrides |= {key: value for key, value in given.items() if value is not None}
        command(overrides=overrides, **others)

    return call
