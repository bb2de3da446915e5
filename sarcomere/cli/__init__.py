"""The command line: ``sarcomere run``, ``sarcomere sweep`` and all the others."""

from __future__ import annotations

from typing import Any

import click

from sarcomere.cli.ensembles import status, sweep, verify
from sarcomere.cli.judging import bench, explain, validate
from sarcomere.cli.looking import animate
from sarcomere.cli.merging import merge
from sarcomere.cli.running import info, plot, run, scenarios
from sarcomere.cli.telling import bear_any_character, exit_code, say, tell
from sarcomere.errors import SarcomereError


class _Commands(click.Group):
    """Turns every error a user can mend into one sentence and exit code 2, and Ctrl-C into one and 130."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        bear_any_character()
        try:
            return super().invoke(ctx)
        except SarcomereError as error:
            tell(error)
            ctx.exit(2)
        except KeyboardInterrupt:
            say("\nInterrupted: no file is left half-written.", err=True)
            ctx.exit(130)
        except (MemoryError, RuntimeError, EOFError, OSError) as error:  # RecursionError is a RuntimeError
            code = exit_code(error)
            if code is None:
                raise
            ctx.exit(code)


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
