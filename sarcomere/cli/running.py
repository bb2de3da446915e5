"""Commands that run a scenario and look at the result: ``run``, ``info``, ``plot``, ``scenarios``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sarcomere.cli.options import THREADS, replacing
from sarcomere.cli.telling import beside_the_result, say


@click.command()
@click.argument("scenario")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Result file; default NAME.h5 in this folder.")
@replacing
@THREADS
@click.option("--resume", is_flag=True, help="Go on with an interrupted run of the same scenario and versions.")
@click.option("--overwrite", is_flag=True, help="Replace the result file if there is one.")
@click.option("--figure/--no-figure", default=True, help="Write the figure beside the result.")
def run(
    scenario: str,
    output: Path | None,
    overrides: dict[str, Any],
    threads: int,
    resume: bool,
    overwrite: bool,
    figure: bool,
) -> None:
    """Run SCENARIO, a .toml file or a shipped name, into one HDF5 file.

    \b
    Examples
      sarcomere run nocturnal-calf-cramp
      sarcomere run voluntary-contraction
      sarcomere run nocturnal-calf-cramp --set pool.preset=healthy --replicates 20 --set muscle.explicit_units=0
      sarcomere run voluntary-contraction --set chemistry.atp_mM=0.1 -o low-atp.h5
      sarcomere run mine.toml --replicates 10 --seed 7 --set drive.discharge_file='"mine.csv"'

    The file opens with xarray.open_dataset.  Ctrl-C keeps what is done; --resume goes on with it.
    """
    from sarcomere.cli.progress import Bar, compile_kernels, progress_console
    from sarcomere.scenario.reading import read

    checked = read(scenario, overrides)
    path = output or Path(f"{Path(scenario).stem}.h5")
    console = progress_console()

    from sarcomere.errors import InputError
    from sarcomere.recording.atomic import target_of
    from sarcomere.recording.output import beside, check_output
    from sarcomere.recording.run_file import check_paths, part_path
    from sarcomere.simulation.api import record, tell_notes
    from sarcomere.simulation.size import check_size

    picture = beside(path, ".png")
    check_paths(path, resume=resume, overwrite=overwrite)
    if figure and path == picture:
        raise InputError(f"{path}: its figure would replace it; name the result .h5 with -o, or add --no-figure.")
    if figure:
        check_output(picture, "run.png")
    check_size(checked, target_of(path).parent)
    checked.check_parts()  # a fault in what drives the run, before the wait for the compiler
    tell_notes(checked.notes())
    try:
        compile_kernels(console, checked.kind)
        with Bar(console, checked.run.duration_s) as bar:
            record(checked, path, threads=threads, resume=resume, overwrite=overwrite, progress=bar.update)
    except KeyboardInterrupt:
        part = part_path(path)
        kept = (
            f"{part} holds what is done and opens with xarray; go on by adding --resume"
            if part.exists()
            else ("nothing was written yet; run it again")
        )
        raise click.exceptions.Exit(_interrupted(f"Interrupted: {kept}.")) from None
    _show(path, picture if figure else None)


def _show(path: Path, picture: Path | None) -> None:
    """Print the summary of a finished run and draw its figure."""
    from sarcomere.explain.summary import print_summary
    from sarcomere.recording.opening import load_run

    drawn = None
    with beside_the_result(path, "its summary and figure", f"see 'sarcomere info {path}'"):
        ds = load_run(path)
        with beside_the_result(path, "its summary", f"see 'sarcomere info {path}'"):
            print_summary(ds)
        if picture is not None:
            with beside_the_result(path, "its figure", f"try again with 'sarcomere plot {path}'"):
                from sarcomere.plot.figure import save_figure  # loads matplotlib, which may not be in order

                drawn = save_figure(ds, picture)
    with beside_the_result(path):
        say(f"\nResult: {path}" + (f"\nFigure: {drawn}" if drawn else ""))


def _interrupted(message: str) -> int:
    say(f"\n{message}", err=True)
    return 130


_MADE_BY = ("source", "python", "processor", "packages")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def info(path: Path) -> None:
    """Say what is in a run file, and what made it."""
    import json

    from sarcomere.recording.opening import as_saved, is_as_written, open_run

    with as_saved(path), open_run(path) as ds:
        parameters = json.loads(ds.attrs["parameters"])
        attrs = {name: ds.attrs.get(name, "?") for name in _MADE_BY}
        state = "unfinished" if path.name.endswith(".part") else "finished"
        if not is_as_written(path):
            state = "saved by another program or version, perhaps in part or joined"
        first, last = float(ds.time[0]), float(ds.time[-1])
        sizes = ", ".join(f"{name} {size}" for name, size in ds.sizes.items())
        span = f"{last:.3f}" if first == 0 else f"{first:.3f} to {last:.3f}"
        say(f"{ds.attrs['title']}\n  {state}: {span} of {parameters['run']['duration_s']:g} s")
        say(f"  made by {attrs['source']}, kernels {ds.attrs['kernel_hash']}, seed {ds.attrs['seed']}")
        say(f"  python {attrs['python']} on {attrs['processor']}; {attrs['packages']}\n  dimensions: {sizes}")
        for name, variable in ds.data_vars.items():
            known = variable.attrs
            say(f"  {name:<22} {known.get('long_name', '?')} ({known.get('units', '?')})")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Figure file; default beside the run, as .png.")
def plot(path: Path, output: Path | None) -> None:
    """Draw the figure of a run: the kind that its scenario names, by default the overview."""
    from sarcomere.plot.figure import save_figure
    from sarcomere.recording.opening import as_saved, load_run
    from sarcomere.recording.output import check_not_read

    picture = output or path.with_suffix(".png")
    check_not_read(picture, path)
    with as_saved(path):
        drawn = save_figure(load_run(path), picture)
    with beside_the_result(drawn):
        say(drawn)


@click.command()
def scenarios() -> None:
    """List the scenarios that come with the package."""
    from sarcomere.scenario.kinds import KINDS
    from sarcomere.scenario.reading import read, shipped_scenarios

    found = {name: read(name) for name in shipped_scenarios()}
    for key, kind in KINDS.items():
        say(f"{kind.heading}:")
        for name, scenario in found.items():
            if scenario.kind == key:
                say(f"  {name:<22} {scenario.description}")
