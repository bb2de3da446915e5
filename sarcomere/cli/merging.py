"""Command that joins the runs of a sweep: ``merge``."""

from __future__ import annotations

from pathlib import Path

import click

from sarcomere.cli.telling import beside_the_result, say


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
    import h5py

    from sarcomere.cli.progress import Share, progress_console
    from sarcomere.ensemble.reading.merge import merge as join

    console = progress_console()
    with Share(console) as share:

        def tell(done: int, total: int) -> None:
            share.update(f"{done} of {total} shards", done / total)

        join(folder, output, overwrite=overwrite, progress=tell if console.is_terminal else None)
    with h5py.File(output) as file:
        done = file["done"][()].astype(bool)
    missing = f", {(~done).sum()} are missing" if not done.all() else ""
    with beside_the_result(output):
        say(f"Merged: {output} ({done.sum()} runs{missing})")
