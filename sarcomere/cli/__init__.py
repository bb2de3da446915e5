"""The command line: ``sarcomere run``, ``sarcomere sweep`` and all the others."""

from __future__ import annotations

from typing import Any

import click

from sarcomere.cli.ensembles import status, sweep, verify
from sarcomere.cli.judging import bench, explain, validate
from sarcomere.cli.looking import animate
from sarcomere.cli.merging import merge
from sarcomere.cli.running import info, plot, run, scenarios
from sarcomere.cli.telling import (
    bear_any_character,
    ending,
    forget_the_notebook,
    noting,
    quiet_where_unread,
)


class _Commands(click.Group):
    """Ends every command with one sentence where a user can mend what failed, and quietly where nobody reads on."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line."""
        bear_any_character()
        forget_the_notebook()
        with quiet_where_unread(), noting():
            return super().main(*args, **extra)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read what was asked for."""
        with ending():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        with ending():
            return super().invoke(ctx)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sarcomere")
def main() -> None:
    """From the motor neuron to every myosin head: what a muscle cramp is made of.

    \b
    Start with
      sarcomere run nocturnal-calf-cramp      a cramp: nerve, muscle, blood and reflexes
      sarcomere run voluntary-contraction     measured discharges drive half-sarcomeres
      sarcomere sweep tetanus --vary chemistry.atp_mM=8,2 --replicates 4 -o tetani     many runs, opened as one
      sarcomere scenarios                     what else there is
    """


for command in (run, sweep, status, verify, merge, info, plot, animate, explain, validate, scenarios, bench):
    main.add_command(command)
