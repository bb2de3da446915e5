"""Whether the finished shards of a sweep hold what was written into them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import h5py

from sarcomere.ensemble.shards.folder import SHARD_ATTRIBUTE, SHARDS, need_manifest, shard_path
from sarcomere.ensemble.shards.structure import told
from sarcomere.errors import InputError, StoreError
from sarcomere.recording import seal
from sarcomere.recording.netcdf import DAMAGED
from sarcomere.recording.opening import unreadable


class Verdict(NamedTuple):
    """What was found in a folder."""

    sound: int
    missing: int
    faults: list[str]  # a sentence for each bad file
    strangers: list[Path]  # shards that the manifest does not name


def verify(folder: str | Path, progress: Callable[[str, float], None] | None = None) -> Verdict:
    """Read every finished shard and compare it with its digest.

    Parameters
    ----------
    folder : str or pathlib.Path
        Of a sweep.
    progress : callable, optional
        Told what is done and which share of it.

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        If there is no such folder, or a file.
    StoreError
        If the folder holds no sweep.
    """
    shards = need_manifest(folder).shards
    sound, missing, faults = 0, 0, []
    for i, shard in enumerate(shards):
        path = shard_path(folder, shard.name)
        if progress:
            progress("Reading shards", i / len(shards))
        if not path.exists():
            missing += 1
            continue
        fault = fault_of(path, shard.name)
        if fault:
            faults.append(f"{path}: {fault}; remove it and start the same sweep again.")
        sound += not fault
    names = {shard.name for shard in shards}
    strangers = sorted(path for path in Path(folder, SHARDS).glob("*.h5") if path.stem not in names)
    return Verdict(sound, missing, faults, strangers)


class FileVerdict(NamedTuple):
    """What was found in one file."""

    kind: str
    fault: str  # a sentence, empty if nothing is wrong


def verify_file(path: Path) -> FileVerdict:
    """Compare the file of a run or of a merged sweep with its digest.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    FileVerdict

    Raises
    ------
    InputError
        If it is one shard of a sweep.
    StoreError
        If it is neither.
    """
    try:
        with h5py.File(path, "r") as file:
            if SHARD_ATTRIBUTE in file.attrs:
                raise InputError(f"{path}: is a shard of a sweep; give the folder of the sweep.")
            merged = "sweep" in file.attrs
    except DAMAGED as error:
        raise unreadable(path, error) from None
    fault = _broken_seal(path)
    if fault and not merged and seal.is_saved_anew(path):
        raise StoreError(
            f"{path}: was saved by another program, so there is no digest to compare with; verify the original."
        )
    remedy = "merge the sweep again" if merged else "run the scenario again"
    return FileVerdict("Merged file" if merged else "Run", f"{path}: {fault}; {remedy}." if fault else "")


def fault_of(path: Path, name: str) -> str:
    """Find what is wrong with a shard's file; empty if nothing is."""
    if fault := _broken_seal(path):
        return fault
    with h5py.File(path, "r") as file:
        named = file.attrs.get(SHARD_ATTRIBUTE) == name
    return "" if named else "is not the shard that its name says"


def _broken_seal(path: Path) -> str:
    """Find what is wrong with the bytes of a file; HDF5 only looks at those that are not as written."""
    try:
        seal.check(path)
    except seal.BrokenSealError as broken:
        try:
            h5py.File(path, "r").close()
        except DAMAGED as error:
            return f"is truncated or damaged ({told(error)})"
        return str(broken)
    except OSError as error:
        return f"is truncated or damaged ({told(error)})"
    return ""
