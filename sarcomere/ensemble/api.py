"""``sarcomere.sweep``: many runs from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from sarcomere.ensemble.design.sweep import Sweep, sweep_of
from sarcomere.ensemble.design.sweep_file import is_sweep_file, read_sweep_file
from sarcomere.ensemble.design.vary import parse_vary
from sarcomere.ensemble.workers.cluster import on_cluster
from sarcomere.ensemble.workers.cores import cores
from sarcomere.ensemble.workers.driver import Executor, Report, Watcher, carry_out, planned
from sarcomere.ensemble.workers.local import locally
from sarcomere.ensemble.workers.lock import part_of
from sarcomere.errors import InputError
from sarcomere.simulation.api import tell_notes
from sarcomere.simulation.warm_up import load_kernels

if TYPE_CHECKING:
    from distributed import Client


class Design(TypedDict, total=False):
    """What ``sweep`` takes besides the keys that vary; see there."""

    points: Sequence[Mapping[str, Any]]
    sobol: int | None
    settings: Mapping[str, Any] | None
    replicates: int | None
    seed: int | None


def executor(workers: int | Client | Executor | None) -> Executor:
    """Return what makes the shards: a Dask cluster, or processes of this machine, by default one for each core."""
    if workers is None or isinstance(workers, int):
        return locally(workers or cores())
    return workers if callable(workers) else on_cluster(workers)


def asked(
    scenario: str | Path,
    vary: Mapping[str, Any] | Sequence[str] = (),
    *,
    points: Sequence[Mapping[str, Any]] = (),
    sobol: int | None = None,
    settings: Mapping[str, Any] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Sweep:
    """Check a sweep given by the arguments of ``sweep``; they take the place of what a sweep file says.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        One sentence per fault.
    """
    name = str(scenario)
    fields: dict[str, Any] = read_sweep_file(name) if is_sweep_file(name) else {"scenario": name}
    varied = _varied(vary)
    keys = {entry["key"] for entries in varied.values() for entry in entries}
    _check_design(fields, name, keys, points, sobol)
    fields |= {kind: _on_top(fields.get(kind, []), entries, keys) for kind, entries in varied.items()}
    if points:
        fields["points"] = [dict(point) for point in points]
    fields["settings"] = {**fields.get("settings", {}), **(settings or {})}
    given = {"sobol": sobol, "replicates": replicates, "seed": seed}
    return sweep_of(fields | {key: value for key, value in given.items() if value is not None}, name)


def _check_design(
    fields: Mapping[str, Any], name: str, keys: set[str], points: Sequence[Mapping[str, Any]], sobol: int | None
) -> None:
    """Refuse another kind of design than that of the sweep file."""
    own = [entry["key"] for entry in fields.get("grid", [])]
    if fields.get("points") and (keys or points or sobol is not None):
        given = "--vary" if keys else "--points" if points else "--sobol"
        raise InputError(f"{name}: has [[points]] of its own; leave out {given}, or take them out of the file.")
    if points and (own or fields.get("ranges")):
        raise InputError(f"{name}: has [[vary]] of its own; leave out --points, or take these tables out of the file.")
    if sobol is not None and (left := [key for key in own if key not in keys]):
        raise InputError(
            f"{name}: has values of {left[0]} in [[vary]], and --sobol covers ranges; leave out --sobol, or add --vary "
            f"{left[0]}=low:high."
        )


def _on_top(own: list[dict[str, Any]], given: list[dict[str, Any]], keys: set[str]) -> list[dict[str, Any]]:
    """Return entries of a sweep file and what is given, which stands in the place of an entry of the same key."""
    there = {entry["key"] for entry in own}
    merged: list[dict[str, Any]] = []
    for old in own:
        merged += [new for new in given if new["key"] == old["key"]] if old["key"] in keys else [old]
    return merged + [new for new in given if new["key"] not in there]


def _varied(vary: Mapping[str, Any] | Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(vary, Mapping):
        return parse_vary(vary)
    found: dict[str, list[dict[str, Any]]] = {"grid": [], "ranges": []}
    for key, values in vary.items():
        if isinstance(values, str):
            parsed = parse_vary([f"{key}={values}"])
            found = {kind: found[kind] + parsed[kind] for kind in found}
        else:
            found["grid"].append({"key": key, "values": _listed(key, values)})
    return found


def _listed(key: str, values: Any) -> list[Any]:
    try:
        return list(values)
    except TypeError:
        raise InputError(
            f"vary: {key} = {values!r} is not a list; give a list of values, or put the value into settings."
        ) from None


def sweep(
    scenario: Sweep | str | Path,
    vary: Mapping[str, Any] | Sequence[str] = (),
    *,
    folder: str | Path,
    workers: int | Client | Executor | None = None,
    part: tuple[int, int] | None = None,
    overwrite: bool = False,
    retry_failed: bool = False,
    watcher: Watcher | None = None,
    **design: Unpack[Design],
) -> Report:
    """Run a scenario at many points, many times each, into a folder; what is there already is not run again.

    Parameters
    ----------
    scenario : Sweep, str or pathlib.Path
        A whole sweep; or a .toml file, the name of a shipped scenario, or a sweep file.
    vary : mapping or sequence of str
        Values by dotted key, every combination of which is a point; a text such as ``"4.5:7:11"`` gives 11 values of
        a range, and with ``sobol`` a text such as ``"4.5:7"`` the range to cover.  Or texts as ``--vary`` takes them.
    folder : str or pathlib.Path
        Where the runs go; its parent must exist.
    workers : int, distributed.Client or callable, optional
        Processes on this machine, by default one for each core; a Dask cluster whose machines share the folder; or
        what ``sarcomere.ensemble.workers.cluster.on_cluster`` makes of one, which can be told how long to wait for it.
    part : tuple of int, optional
        ``(i, n)``: only the i-th of n parts, from 1; several may go at once.
    overwrite : bool
        Remove the sweep that the folder holds; not for a part.
    retry_failed : bool
        Try again what failed before.
    watcher : Watcher, optional
        Is told of progress.
    points : sequence of mapping
        Points one by one instead of ``vary``: value by dotted key.
    sobol : int, optional
        Number of points of a space-filling design.
    settings : mapping
        Values by dotted key that hold at every point.
    replicates : int, optional
        Repetitions of every point; by default what the scenario says.
    seed : int, optional
        The whole seed; all points share it.

    Returns
    -------
    Report
        Number of runs in the folder, of those made now, and what failed.

    Raises
    ------
    InputError
        If a point cannot run, the folder holds or is at work on another sweep, a part is to overwrite, or a whole
        sweep is to be changed; nothing is written.
    StoreError
        If the folder cannot be written; what is finished stays.
    """
    wanted = _whole(scenario, vary, design) if isinstance(scenario, Sweep) else asked(scenario, vary, **design)
    chosen = part_of(*part) if part else None
    plan = planned(wanted, folder, overwrite=overwrite)
    tell_notes(plan.notes)
    if workers is None or isinstance(workers, int):
        load_kernels(plan.kind)  # once, before many processes would all do it
    return carry_out(
        plan,
        lambda: planned(wanted, folder),
        folder,
        executor(workers),
        part=chosen,
        overwrite=overwrite,
        retry_failed=retry_failed,
        watcher=watcher,
    )


def _whole(sweep: Sweep, vary: object, design: Mapping[str, Any]) -> Sweep:
    """Refuse what would change a whole sweep."""
    given = [*(["vary"] if vary else []), *design]
    if given:
        raise InputError(f"{given[0]}: the Sweep says it already; leave {given[0]} out, or give its scenario by name.")
    return sweep
