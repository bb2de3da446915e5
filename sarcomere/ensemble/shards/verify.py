"""Whether the finished shards of a sweep hold what was written into them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import h5py

from sarcomere.ensemble.reading.opening import check_merged
from sarcomere.ensemble.shards.folder import SHARD_ATTRIBUTE, SHARDS, need_manifest, shard_path
from sarcomere.ensemble.shards.seal import SEAL_ATTRIBUTE, is_intact
from sarcomere.ensemble.shards.structure import DAMAGED, told


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


def fault_of_merged(path: Path) -> str:
    """Find what is wrong with a file that ``merge`` made; empty if nothing is.

    Raises
    ------
    InputError
        If it is another HDF5 file.
    StoreError
        If it is none.
    """
    check_merged(path)
    fault = _broken_seal(path)
    return f"{path}: {fault}; merge the sweep again." if fault else ""


def fault_of(path: Path, name: str) -> str:
    """Find what is wrong with a shard's file; empty if nothing is."""
    return _broken_seal(path, name)


def _broken_seal(path: Path, shard: str | None = None) -> str:
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get(SHARD_ATTRIBUTE) != shard:
                return "is not the shard that its name says"
            if SEAL_ATTRIBUTE not in file.attrs:
                return "carries no digest: another version wrote it, or another program saved it anew"
            digest = str(file.attrs[SEAL_ATTRIBUTE])
        if not is_intact(path, digest):
            return "was altered since it was written (its digest differs)"
    except DAMAGED as error:
        return f"is truncated or damaged ({told(error)})"
    return ""
