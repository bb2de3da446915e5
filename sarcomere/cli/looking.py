"""The command that shows a run at work: ``animate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sarcomere.cli.telling import beside_the_result, say


@click.command()
@click.argument("path", metavar="RUN.h5", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Ends in .gif, .html, or .png for the last moment alone; default a GIF beside the run.",
)
@click.option("--unit", type=int, help="Motor unit, or condition of a series; default the one of the largest force.")
@click.option("--replicate", type=int, help="Which repetition, by its number; default the first.")
@click.option("--from", "start", type=float, metavar="S", help="Where it begins, s; default the start of the run.")
@click.option("--to", "stop", type=float, metavar="S", help="Where it ends, s; default the end of the run.")
@click.option("--every", "every_ms", type=float, metavar="MS", help="Simulated ms between frames; default ~100 frames.")
@click.option("--fps", type=int, default=12, show_default=True, help="Frames per second when played.")
@click.option(
    "--pair", metavar="THICK,FACE", help="Thick filament and its face, 0 to 5; the opposite face is drawn below it."
)
@click.option("--3d", "in_space", is_flag=True, help="All filaments in space, part of the overlap; extra viz3d.")
def animate(path: Path, output: Path | None, **view: Any) -> None:
    """Show the heads and regulatory units of a run at work.

    \b
    Examples
      sarcomere animate twitch.h5
      sarcomere animate voluntary-contraction.h5 --unit 3 --from 2.0 --to 2.2 --every 2 -o unit3.html
      sarcomere animate twitch.h5 --to 0.08 -o peak.png --3d

    The run is replayed from its file: half-sarcomeres bit for bit, a motor unit of the whole loop with the impulses,
    length and chemistry that it met.
    """
    from sarcomere.cli.progress import Share, compile_kernels, progress_console
    from sarcomere.plot.animation.animating import View, carry_out, plan

    planned = plan(path, output, View(**view))
    console = progress_console()
    compile_kernels(console)
    with Share(console) as share:
        done = carry_out(planned, share.update)
    with beside_the_result(done):
        say(f"Animation: {done}")
