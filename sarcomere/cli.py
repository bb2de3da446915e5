"""The command line: ``sarcomere run | info | plot | explain | validate | scenarios | bench``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sarcomere.cramp.scenario import Episode
    from sarcomere.scenario import Scenario


_THREADS = click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    show_default="all cores",
    help="Half-sarcomeres, persons or runs advanced at once; changes no bit of the result.",
)


class _Commands(click.Group):
    """Turns every error a user can mend into one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        from sarcomere.errors import SarcomereError

        try:
            return super().invoke(ctx)
        except SarcomereError as error:
            for sentence in str(error).splitlines():
                click.echo(f"Error: {sentence}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sarcomere")
def main() -> None:
    """From the motor neuron to every myosin head: what a muscle cramp is made of.

    \b
    Start with
      sarcomere run nocturnal-calf-cramp      a cramp: nerve, muscle, blood and reflexes
      sarcomere run voluntary-contraction     measured discharges drive half-sarcomeres
      sarcomere scenarios                     what else there is
    """


@main.command()
@click.argument("scenario")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Result file; default NAME.h5 in this folder.")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Replace a value, e.g. --set lattice.n_thick=16."
)
@click.option("--seed", type=int, help="The whole seed of the run; same seed, same bits.")
@click.option("--replicates", type=int, help="Independent repetitions.")
@_THREADS
@click.option("--resume", is_flag=True, help="Go on with an interrupted run.")
@click.option("--overwrite", is_flag=True, help="Replace the result file if there is one.")
@click.option("--figure/--no-figure", default=True, help="Write the figure beside the result.")
def run(
    scenario: str,
    output: Path | None,
    settings: tuple[str, ...],
    seed: int | None,
    replicates: int | None,
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
    from rich.console import Console

    from sarcomere.progress import Bar, compile_kernels
    from sarcomere.scenario_file import parse_override, read

    overrides = dict(parse_override(text) for text in settings)
    overrides |= {f"run.{k}": v for k, v in (("seed", seed), ("replicates", replicates)) if v is not None}
    checked = read(scenario, overrides)
    path = output or Path(f"{Path(scenario).stem}.h5")
    console = Console(stderr=True, highlight=False)

    from sarcomere.cramp.scenario import Episode
    from sarcomere.errors import InputError
    from sarcomere.store import check_paths, part_path, record

    is_episode = isinstance(checked, Episode)

    check_paths(path, resume=resume, overwrite=overwrite)
    if figure and path == path.with_suffix(".png"):
        raise InputError(f"{path}: its figure would replace it; name the result .h5 with -o, or add --no-figure.")
    _check_drive(checked)
    try:
        compile_kernels(console, loop=is_episode)
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
    from sarcomere.report import print_summary, save_figure
    from sarcomere.results import open_run

    with open_run(path) as lazy:
        ds = lazy.load()
    print_summary(ds)
    click.echo(f"\nResult: {path}")
    if figure:
        click.echo(f"Figure: {save_figure(ds, path.with_suffix('.png'))}")


def _check_drive(checked: Scenario | Episode) -> None:
    """Show a fault in what drives the run before the wait for the compiler."""
    from sarcomere.cramp.scenario import Episode

    if isinstance(checked, Episode):
        from sarcomere.cramp.loop import check_parts

        check_parts(checked)
    else:
        from sarcomere.simulate import impulse_times

        impulse_times(checked)


def _interrupted(message: str) -> int:
    click.echo(f"\n{message}", err=True)
    return 130


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
def info(path: Path) -> None:
    """Say what is in a run file, and what made it."""
    import json

    from sarcomere.results import open_run

    with open_run(path) as ds:
        attrs, parameters = ds.attrs, json.loads(ds.attrs["parameters"])
        state = "unfinished" if path.name.endswith(".part") else "finished"
        sizes = ", ".join(f"{name} {size}" for name, size in ds.sizes.items())
        click.echo(f"{attrs['title']}\n  {state}: {float(ds.time[-1]):.3f} of {parameters['run']['duration_s']:g} s")
        click.echo(f"  made by {attrs['source']}, kernels {attrs['kernel_hash']}, seed {attrs['seed']}")
        click.echo(f"  python {attrs['python']} on {attrs['processor']}; {attrs['packages']}\n  dimensions: {sizes}")
        for name, variable in ds.data_vars.items():
            click.echo(f"  {name:<22} {variable.attrs['long_name']} ({variable.attrs['units']})")


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Figure file; default beside the run, as .png.")
def plot(path: Path, output: Path | None) -> None:
    """Draw the figure of a run: the kind that its scenario names, by default the overview."""
    from sarcomere.report import save_figure
    from sarcomere.results import open_run

    with open_run(path) as ds:
        click.echo(save_figure(ds.load(), output or path.with_suffix(".png")))


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--unit", type=int, help="Motor unit, or condition of a series; default the one of the largest force.")
@click.option(
    "--command-ends",
    type=click.FloatRange(min=0),
    metavar="S",
    help="When the voluntary command or the stimulation ended: impulses after it are involuntary.",
)
@click.option("--quick", is_flag=True, help="Two replicates and at most four thick filaments: larger errors.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all numbers and sentences here too.")
@_THREADS
def explain(
    path: Path, unit: int | None, command_ends: float | None, quick: bool, json_path: Path | None, threads: int
) -> None:
    """Say what held the muscle of a run and what let it go.

    \b
    Examples
      sarcomere explain rigor-contracture.h5
      sarcomere explain voluntary-contraction.h5 --unit 3 --quick
      sarcomere explain cramp.h5 --command-ends 2.0 --json why.json

    The run is replayed beside a matched control (same fibre, impulses, length and temperature; chemistry at rest).
    Where it holds more force than that, ablations say why.
    """
    from rich.console import Console

    from sarcomere.explain import explain as find_out
    from sarcomere.explain.told import print_explanation
    from sarcomere.progress import Share, compile_kernels
    from sarcomere.results import open_run
    from sarcomere.validate.report import check_writable, write

    if json_path is not None:
        check_writable(json_path)
    with open_run(path) as lazy:
        ds = lazy.load()
    console = Console(stderr=True, highlight=False)
    compile_kernels(console)
    with Share(console) as share:
        found = find_out(ds, unit=unit, command_end=command_ends, quick=quick, threads=threads, progress=share.update)
    print_explanation(found)
    if json_path is not None:
        write(json_path, found.to_json())
        click.echo(f"Written: {json_path}")


@main.command()
@click.argument("table", default="muscle", metavar="[TABLE]")
@click.option("--quick", is_flag=True, help="Fewer filaments, replicates, seeds and points: minutes, larger errors.")
@click.option("--rows", metavar="N,N,…", help="Only these rows of the table, e.g. 3,7,21.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The table as Markdown, as CSV beside it; default validation.md or cramp-validation.md.",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="The same for machines.")
@_THREADS
def validate(
    table: str, quick: bool, rows: str | None, output: Path | None, json_path: Path | None, threads: int
) -> None:
    """Compare the model with measurements: a table of targets, ours, inside or outside.

    TABLE is muscle, the default: isolated half-sarcomeres against measured muscle; or cramp: the closed loop against
    measured cramps, from many seeds.

    \b
    Examples
      sarcomere validate --quick
      sarcomere validate --rows 3,7,21 --json found.json
      sarcomere validate cramp --quick

    A row outside its band is no error.
    """
    from rich.console import Console

    from sarcomere.errors import InputError
    from sarcomere.progress import Share, compile_kernels
    from sarcomere.validate import read_targets
    from sarcomere.validate import validate as measure_muscle
    from sarcomere.validate.cramp import validate_cramp
    from sarcomere.validate.report import check_writable, write
    from sarcomere.validate.targets import parse_rows

    chosen = parse_rows(rows) if rows is not None else None
    read_targets(chosen, table)
    is_cramp = table == "cramp"
    output = output or Path("cramp-validation.md" if is_cramp else "validation.md")
    files = [output, output.with_suffix(".csv"), *([json_path] if json_path else [])]
    if len(set(files)) < len(files):
        raise InputError(f"{output}: would be written twice; give the table, its .csv and --json names of their own.")
    for path in files:
        check_writable(path)
    console = Console(stderr=True, highlight=False)
    compile_kernels(console, loop=is_cramp)
    measure = validate_cramp if is_cramp else measure_muscle
    with Share(console) as share:
        report = measure(chosen, quick=quick, threads=threads, progress=share.update)
    Console(highlight=False).print(report.table())
    options = [
        *(["cramp"] if is_cramp else []),
        *(["--quick"] if quick else []),
        *([f"--rows {rows}"] if rows is not None else []),
    ]
    texts = [report.markdown(" ".join(["sarcomere validate", *options])), report.csv(), report.json()]
    for path, text in zip(files, texts, strict=False):
        write(path, text)
        click.echo(f"Written: {path}")


@main.command()
def scenarios() -> None:
    """List the scenarios that come with the package."""
    from sarcomere.cramp.scenario import Episode
    from sarcomere.scenario_file import read, shipped_scenarios

    found = {name: read(name) for name in shipped_scenarios()}
    for heading, is_episode in (("Nerve, muscle and blood in one loop", True), ("Half-sarcomeres", False)):
        click.echo(f"{heading}:")
        for name, scenario in found.items():
            if isinstance(scenario, Episode) == is_episode:
                click.echo(f"  {name:<22} {scenario.description}")


@main.command()
@click.option("--json", "path", type=click.Path(path_type=Path), help="Write the figures to this file too.")
def bench(path: Path | None) -> None:
    """Measure how fast this machine is, in less than a minute."""
    from rich.console import Console

    from sarcomere.bench import check_json, measure, save_json, table
    from sarcomere.progress import compile_kernels

    if path:
        check_json(path)
    console = Console(stderr=True, highlight=False)
    compile_kernels(console)
    with console.status("Measuring …") as status:

        def tell(done: int, total: int, what: str) -> None:
            line = f"Measuring {done + 1} of {total}: {what} …"
            status.update(line) if console.is_terminal else console.print(line)

        figures = measure(progress=tell)
    Console(highlight=False).print(table(figures))
    if path:
        save_json(figures, path)
        click.echo(f"Figures: {path}")
