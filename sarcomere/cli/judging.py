"""Commands that judge: ``explain`` a run, ``validate`` the model, ``bench`` the machine."""

from __future__ import annotations

from pathlib import Path

import click

from sarcomere.cli.options import THREADS
from sarcomere.cli.telling import beside_the_result, say


@click.command()
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
@THREADS
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
    from sarcomere.cli.progress import Share, compile_kernels, progress_console
    from sarcomere.explain import explain as find_out
    from sarcomere.explain.printing import print_explanation
    from sarcomere.recording.opening import as_saved, load_run
    from sarcomere.recording.output import check_not_read, check_output, write_text

    if json_path is not None:
        check_not_read(json_path, path, "--json")
        check_output(json_path, "why.json", option="--json")
    with as_saved(path):
        ds = load_run(path)
    console = progress_console()
    compile_kernels(console)
    with Share(console) as share, as_saved(path):
        found = find_out(ds, unit=unit, command_end=command_ends, quick=quick, threads=threads, progress=share.update)
    if json_path is None:
        print_explanation(found)
        return
    write_text(json_path, found.to_json(), option="--json")
    with beside_the_result(json_path, "its table"):
        print_explanation(found)
        say(f"Written: {json_path}")


@click.command()
@click.argument("table", required=False, metavar="[TABLE]")
@click.option("--quick", is_flag=True, help="Fewer filaments, replicates, seeds and points: minutes, larger errors.")
@click.option("--rows", metavar="N,N,…", help="Only these rows of the table, e.g. 3,7,21.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The table as Markdown, as CSV beside it; default validation.md or cramp-validation.md.",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="The same for machines.")
@click.option("--update-docs", is_flag=True, help="Write the whole table, or both, into docs of the source tree.")
@THREADS
def validate(
    table: str | None,
    quick: bool,
    rows: str | None,
    output: Path | None,
    json_path: Path | None,
    update_docs: bool,
    threads: int,
) -> None:
    """Compare the model with measurements: a table of targets, ours, inside or outside.

    TABLE is muscle, the default: isolated half-sarcomeres against measured muscle; or cramp: the closed loop against
    measured cramps, from many seeds.

    \b
    Examples
      sarcomere validate --quick
      sarcomere validate --rows 3,7,21 --json found.json
      sarcomere validate cramp --quick
      sarcomere validate --update-docs

    A row outside its band is no error.
    """
    from sarcomere.errors import InputError
    from sarcomere.validate.targets import parse_rows, read_targets
    from sarcomere.validate.tree import PAGES, documented

    if update_docs and (quick or rows is not None or output or json_path):
        raise InputError("--update-docs: writes whole tables to docs; leave out --quick, --rows, -o and --json.")
    tables = list(PAGES) if update_docs and table is None else [table or "muscle"]
    chosen = parse_rows(rows) if rows is not None else None
    for name in tables:
        read_targets(chosen, name)
    pages = {name: documented(name) if update_docs else output or Path(PAGES[name]) for name in tables}
    for name, page in pages.items():
        _validate_table(name, chosen, page, json_path, quick=quick, threads=threads)


def _validate_table(
    table: str, rows: list[int] | None, output: Path, json_path: Path | None, *, quick: bool, threads: int
) -> None:
    """Measure the rows of a table, show it and write it."""
    from sarcomere.cli.progress import Share, compile_kernels, progress_console
    from sarcomere.errors import InputError
    from sarcomere.explain.printing import show
    from sarcomere.recording.output import beside, check_output, write_text
    from sarcomere.validate import validate as measure_muscle
    from sarcomere.validate.cramp import validate_cramp

    files = {output: "-o", beside(output, ".csv", "found.md"): "-o"}
    if len(files) < 2 or json_path in files:
        raise InputError(f"{output}: would be written twice; give the table, its .csv and --json names of their own.")
    if json_path is not None:
        files[json_path] = "--json"
    for path, option in files.items():
        check_output(path, "found.md", option=option)
    is_cramp = table == "cramp"
    console = progress_console()
    compile_kernels(console, "loop" if is_cramp else "fibre")
    measure = validate_cramp if is_cramp else measure_muscle
    with Share(console) as share:
        report = measure(rows, quick=quick, threads=threads, progress=share.update)
    options = [
        *(["cramp"] if is_cramp else []),
        *(["--quick"] if quick else []),
        *([f"--rows {','.join(map(str, rows))}"] if rows is not None else []),
    ]
    texts = [report.markdown(" ".join(["sarcomere validate", *options])), report.csv(), report.json()]
    for (path, option), text in zip(files.items(), texts, strict=False):
        write_text(path, text, option=option)
    with beside_the_result(output, "its table"):
        show(report.table(), markup=True)
        say("\n".join(f"Written: {path}" for path in files))


@click.command()
@click.option("--quick", is_flag=True, help="4 and 16 thick filaments and fewer rounds: 20 s, larger errors.")
@click.option(
    "--longer-step",
    type=float,
    metavar="MS",
    default=0.4,
    show_default=True,
    help="Measured besides 0.1 ms: the longest that your results bear, ms.",
)
@click.option(
    "--compile", "compile_anew", is_flag=True, help="Compile the kernels of half-sarcomeres anew too: a minute more."
)
@click.option("--json", "path", type=click.Path(path_type=Path), help="Write the figures to this file too.")
def bench(quick: bool, longer_step: float, compile_anew: bool, path: Path | None) -> None:
    """Measure how fast this machine is, in one to two minutes.

    \b
    Examples
      sarcomere bench --quick
      sarcomere bench --longer-step 0.2 --json figures.json
      sarcomere bench --compile

    \b
    Measured are
      fibres at work (fast, slow) and at rest (pCa 9), of 4, 16 and 64 thick filaments, at two steps, on one core and
      on all; what regulatory units, heads and force balance take of a step; how often the balance iterates; 32
      half-sarcomeres of one thick filament against one of 32; the start of a new process.

    Heads times simulated seconds, divided by head-s/core-s, are the CPU seconds that your experiment takes. CPU time is
    the least of several rounds: other work only adds to it. Where the median is much more, the machine was busy.
    """
    from sarcomere.bench import FULL, QUICK, measure, tables
    from sarcomere.cli.progress import Share, compile_kernels, progress_console
    from sarcomere.errors import InputError
    from sarcomere.explain.printing import show
    from sarcomere.parameters.experiment import MAX_STEP_MS, MIN_STEP_MS
    from sarcomere.recording.output import check_output, write_text

    if not MIN_STEP_MS <= longer_step <= MAX_STEP_MS:
        raise InputError(f"--longer-step {longer_step:g}: a step has {MIN_STEP_MS:g} to {MAX_STEP_MS:g} ms; give one.")
    if path is not None:
        check_output(path, "figures.json", option="--json")
    plan = QUICK if quick else FULL
    steps_ms = tuple(dict.fromkeys((*FULL.steps_ms[:1], longer_step)))
    console = progress_console()
    compile_kernels(console)
    with Share(console) as share:
        figures = measure(plan._replace(steps_ms=steps_ms, compile_anew=compile_anew), share.update)
    if path is None:
        show(tables(figures), markup=True)
        return
    write_text(path, figures.model_dump_json(indent=2) + "\n", option="--json")
    with beside_the_result(path):
        show(tables(figures), markup=True)
        say(f"Figures: {path}")
