"""Command that joins the runs of a sweep: ``merge``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write.")
@click.option("--overwrite", is_flag=True, help="Replace the file if there is one.")
def merge(folder: Path, output: Path, overwrite: bool) -> None:
    """Copy all runs of a sweep's FOLDER into one file, without compressing them again.

    \b
    Example
      sarcomere merge fatigue/ -o fatigue.h5

    The file opens with xarray.open_dataset.  A sweep that is not finished can be merged too: its coordinate done says
    which runs are there.
    """
    from rich.console import Console

    from sarcomere.ensemble.merge import merge as join
    from sarcomere.ensemble.opening import open_ensemble
    from sarcomere.progress import Share

    with Share(Console(stderr=True, highlight=False)) as share:
        join(
            folder,
            output,
            overwrite=overwrite,
            progress=lambda done, total: share.update(f"Copying {total} shards", done / total),
        )
    with open_ensemble(output, warn=False) as ds:
        runs = int(ds.done.sum())
        missing = f"; {ds.done.size - runs} more are missing" if runs < ds.done.size else ""
        click.echo(f"Merged: {output} ({runs} runs{missing})")
