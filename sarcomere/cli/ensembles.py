"""Commands for many runs: ``sweep``, ``status``, ``verify``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sarcomere.cli.telling import beside_the_result, say

if TYPE_CHECKING:
    from sarcomere.ensemble.design.sweep import Sweep
    from sarcomere.ensemble.workers.driver import Failure, Report

_SHOWN = 20  # failures


@dataclass(frozen=True)
class _Options:
    """What ``sarcomere sweep`` is given."""

    scenario: str
    folder: Path
    vary: tuple[str, ...]
    points: str | None
    sobol: int | None
    settings: tuple[str, ...]
    replicates: int | None
    seed: int | None
    workers: int | None
    address: str | None
    patience: float | None
    part: str | None
    jobs: int | None
    retry_failed: bool
    overwrite: bool

    def check(self) -> None:
        """Refuse options that exclude each other."""
        from sarcomere.errors import InputError

        if self.jobs is not None and (self.part is not None or self.overwrite or self.address is not None):
            raise InputError(
                "--slurm-array: each job does a part by itself; leave out --shard, --overwrite and --dask."
            )
        if self.patience is not None and self.address is None:
            raise InputError("--patience: only a Dask cluster is waited for; leave this out, or add --dask.")
        if self.workers is not None and self.address is not None:
            raise InputError(f"--workers {self.workers}: a Dask cluster has workers of its own; leave this out.")

    def sweep(self) -> Sweep:
        """Check and return what is to be run."""
        from sarcomere.ensemble.api import asked
        from sarcomere.ensemble.design.sweep_file import read_points
        from sarcomere.scenario.reading import parse_override

        return asked(
            self.scenario,
            self.vary,
            points=read_points(self.points) if self.points is not None else (),
            sobol=self.sobol,
            settings=dict(parse_override(text) for text in self.settings),
            replicates=self.replicates,
            seed=self.seed,
        )

    def again(self) -> list[str]:
        """Return the arguments of a command that makes the same runs."""
        arguments = [self.scenario, "-o", str(self.folder)]
        for name, texts in (("--vary", self.vary), ("--set", self.settings)):
            arguments += [word for text in texts for word in (name, text)]
        for name in ("points", "sobol", "replicates", "seed"):
            if (value := getattr(self, name)) is not None:
                arguments += [f"--{name}", str(value)]
        return arguments + (["--retry-failed"] if self.retry_failed else [])


@click.command()
@click.argument("scenario")
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), required=True, help="Folder of the runs.")
@click.option(
    "--vary",
    multiple=True,
    metavar="KEY=VALUES",
    help="Values a,b,c or a range low:high:number, with log behind the number for equal ratios; "
    "low:high with --sobol.  Several make a full grid, the first changing slowest.",
)
@click.option("--points", metavar="FILE", help="Points one by one: CSV with dotted keys as header, or TOML.")
@click.option("--sobol", type=int, metavar="N", help="N points that fill the ranges; more later keep those done.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Replace a value at every point.")
@click.option("--replicates", type=int, help="Independent repetitions of every point.")
@click.option("--seed", type=int, help="The whole seed, which all points share.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; default all cores, 4 for --slurm-array.")
@click.option("--dask", "address", metavar="ADDRESS", help="Run on the workers of this Dask scheduler instead.")
@click.option(
    "--patience", type=click.FloatRange(min=0), metavar="SECONDS", help="Longest wait for a worker of --dask; no end."
)
@click.option("--shard", "part", metavar="I/N", help="Only the I-th of N parts, from 1; several may go at once.")
@click.option("--slurm-array", "jobs", type=click.IntRange(min=1), metavar="N", help="Print a script of N jobs.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed before.")
@click.option("--overwrite", is_flag=True, help="Remove the sweep that the folder holds.")
def sweep(**given: Any) -> None:
    """Run SCENARIO, or what a sweep file says, at many points into a folder.

    \b
    Examples
      sarcomere sweep force-pca --vary chemistry.atp_mM=0.1:8:5log --replicates 4 -o atp
      sarcomere sweep nocturnal-calf-cramp --vary pool.preset=prone,healthy --replicates 20 -o cramps
      sarcomere sweep mine.toml --sobol 64 --vary chemistry.pi_mM=1:30 --vary chemistry.adp_uM=5:100 -o filled
      sarcomere sweep study.toml -o study

    The same command again does only what is missing; more values, points or replicates keep what is there.
    """
    from sarcomere.cli.progress import Runs, compile_kernels, progress_console
    from sarcomere.ensemble.api import executor
    from sarcomere.ensemble.workers.cluster import connect, on_cluster
    from sarcomere.ensemble.workers.driver import carry_out, planned
    from sarcomere.ensemble.workers.lock import parse_part
    from sarcomere.ensemble.workers.slurm import job_array
    from sarcomere.simulation.api import tell_notes

    options = _Options(**given)
    chosen = parse_part(options.part) if options.part is not None else None
    options.check()
    wanted, folder = options.sweep(), options.folder
    plan = planned(wanted, folder, overwrite=options.overwrite)
    tell_notes(plan.notes)
    if options.jobs is not None:
        click.echo(job_array(options.again(), options.jobs, options.workers), nl=False)
        return
    console = progress_console()
    client = connect(options.address) if options.address is not None else None
    try:
        if client is None:
            compile_kernels(console, plan.kind)
        with Runs(console) as bar:
            report = carry_out(
                plan,
                lambda: planned(wanted, folder),
                folder,
                executor(options.workers) if client is None else on_cluster(client, options.patience),
                part=chosen,
                overwrite=options.overwrite,
                retry_failed=options.retry_failed,
                watcher=bar,
            )
    except KeyboardInterrupt:
        say(f"\nInterrupted: finished runs lie in {folder}; go on with the same command.", err=True)
        raise click.exceptions.Exit(130) from None
    finally:
        if client is not None:
            client.close()
    _tell(report)


def _tell(report: Report) -> None:
    """Say how a sweep ended; exit code 1 if something failed."""
    _list(report.failures)
    failed = sum(failure.shard.size for failure in report.failures)
    bad = f"; {failed} failed" if failed else ""
    with beside_the_result(report.folder):
        say(f"Runs: {report.runs} in {report.folder}, {report.made} of them new{bad}")
    if failed:
        say("Mend what failed and add --retry-failed.", err=True)
        raise click.exceptions.Exit(1)


def _list(failures: list[Failure]) -> None:
    for failure in failures[:_SHOWN]:
        point = ", ".join(f"{key} = {value}" for key, value in failure.point.items()) or "the scenario as it is"
        first, last = failure.shard.first, failure.shard.first + failure.shard.size - 1
        say(f"Failed: {point}, replicates {first} to {last}: {failure.error}", err=True)
    if len(failures) > _SHOWN:
        say(f"Failed: {len(failures) - _SHOWN} more", err=True)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def status(folder: Path) -> None:
    """Say how far the sweep in FOLDER is, while it runs or after."""
    from sarcomere.ensemble.workers.status import status as look

    found = look(folder)
    manifest = found.manifest
    dims = " × ".join(dim.name for dim in manifest.dims) or "replicates alone"
    say(
        f"{manifest.scenario}, {manifest.design} of {dims}: {len(manifest.points)} points × "
        f"{manifest.replicates} replicates"
    )
    say(
        f"  runs: {found.runs_done} done, {found.runs_failed} failed, {found.runs_missing} missing\n"
        f"  shards: {found.shards_done} of {len(manifest.shards)} done, {found.shards_running} running, "
        f"{len(found.failures)} failed"
    )
    if found.at_work:
        remaining = f"; about {_time(found.runs_missing / found.rate)} remain" if found.rate else ""
        say(f"  at work: {found.at_work}\n  rate: {found.rate:.2g} runs/s{remaining}")
    elif found.runs_missing:
        say("  nobody is at work: go on with the same 'sarcomere sweep'")
    _list(found.failures)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def verify(path: Path) -> None:
    """Find truncated or altered runs in the folder of a sweep, or say whether a run or a merged file is as written."""
    from sarcomere.cli.progress import Share, progress_console
    from sarcomere.ensemble.shards.verify import verify as read_all
    from sarcomere.ensemble.shards.verify import verify_file

    if os.path.isfile(path):
        kind, fault = verify_file(path)
        _end([fault] if fault else [], f"{kind}: {'bad' if fault else 'sound'}")
        return
    with Share(progress_console()) as share:
        found = read_all(path, share.update)
    for stranger in found.strangers:
        say(f"Not of this sweep: {stranger}", err=True)
    _end(found.faults, f"Shards: {found.sound} sound, {len(found.faults)} bad, {found.missing} missing")


def _end(faults: list[str], summary: str) -> None:
    """Say what was found; exit code 1 if something is bad."""
    for sentence in faults:
        say(f"Error: {sentence}", err=True)
    say(summary)
    if faults:
        raise click.exceptions.Exit(1)
