"""What a sweep's folder holds: the manifest, finished shards, shards being written, shards that failed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
from pydantic import Field, ValidationError

from sarcomere.ensemble.shards.shard import Shard
from sarcomere.errors import InputError, StoreError
from sarcomere.parameters.base import Parameters
from sarcomere.recording.atomic import aside
from sarcomere.recording.seal import SEAL_ATTRIBUTE

FORMAT = "sarcomere sweep 1"
MANIFEST = "sweep.json"
SHARDS = "shards"
FAILED = "failed"
SHARD_ATTRIBUTE = "shard"
MANIFEST_DIGEST = "sha256"
_NAME = re.compile(r"[0-9a-f]{16}")


class Dim(Parameters):
    """A varied key: the dimension of a grid, or the coordinate of the points of another design."""

    key: str
    name: str
    values: list[Any] | None = Field(None, description="labels of a grid's dimension")


class ShardEntry(Parameters):
    """One shard as the manifest keeps it."""

    name: str = Field(pattern=r"^[0-9a-f]{16}$")
    point: int = Field(ge=0)
    first: int = Field(ge=0)
    count: int = Field(ge=1)


class Manifest(Parameters):
    """What a folder holds or is going to hold."""

    format: str
    scenario: str
    settings: dict[str, Any]
    design: str
    dims: list[Dim]
    points: list[dict[str, Any]]
    replicates: int = Field(ge=1)
    seed: int
    kernel_hash: str
    sarcomere_version: str
    entries: list[ShardEntry] = Field(alias="shards")

    @property
    def shards(self) -> list[Shard]:
        """All shards, in order of points and replicates."""
        return [Shard(e.name, e.point, e.first, e.count) for e in self.entries]

    @property
    def runs(self) -> int:
        """Runs in all shards together."""
        return sum(entry.count for entry in self.entries)


def shard_path(folder: str | Path, name: str) -> Path:
    """Where a finished shard lies."""
    return Path(folder) / SHARDS / f"{name}.h5"


def process_part(path: Path, pid: int | None = None) -> Path:
    """Where this process, or another of this machine, writes a file until it is whole."""
    return Path(f"{path}.part-{pid or os.getpid()}-{socket.gethostname()}")


def failure_path(folder: str | Path, name: str) -> Path:
    """Where is kept why a shard failed."""
    return Path(folder) / FAILED / f"{name}.json"


def parts(folder: str | Path) -> Iterator[Path]:
    """Shards being written, or left by a process that was killed."""
    return Path(folder, SHARDS).glob("*.h5.part-*")


def sweep_parts(folder: str | Path, names: set[str]) -> None:
    """Remove what killed processes left of these shards; the caller holds their lock."""
    for path in (*parts(folder), *Path(folder, FAILED).glob("*.aside")):
        if path.name.partition(".")[0] in names:
            path.unlink(missing_ok=True)


def remove_dead_parts(path: Path) -> None:
    """Remove what processes of this machine that were killed left of a file."""
    begin, end = f"{path.name}.part-", f"-{socket.gethostname()}"
    for part in path.parent.iterdir():
        pid = part.name.removeprefix(begin).removesuffix(end)
        if part.name == f"{begin}{pid}{end}" and pid.isdecimal() and not _lives(int(pid)):
            part.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def is_done(folder: str | Path, name: str) -> bool:
    """Whether a shard lies there whole: HDF5 refuses a file that lacks its end."""
    try:
        with h5py.File(shard_path(folder, name), "r") as file:
            return file.attrs.get(SHARD_ATTRIBUTE) == name and SEAL_ATTRIBUTE in file.attrs
    except OSError:
        return False


def write_text(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    try:
        with aside(path, Path(f"{path}.{os.getpid()}.aside")) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: OSError) -> StoreError:
    """Return the error for a file that could not be written."""
    return StoreError(
        f"{path}: cannot be written ({error.strerror or error}); what is finished stays, so mend that and start the "
        f"same sweep again."
    )


def dumps(manifest: Manifest) -> str:
    """Serialise a manifest with its digest; equal manifests give equal text."""
    table = manifest.model_dump(by_alias=True)
    return _text({**table, MANIFEST_DIGEST: manifest_sha256(table)}) + "\n"


def manifest_sha256(table: dict[str, Any]) -> str:
    """Digest of a manifest's fields, without its own."""
    return hashlib.sha256(_text(table).encode()).hexdigest()


def _text(table: dict[str, Any]) -> str:
    return json.dumps(table, sort_keys=True, separators=(",", ":"))


def read_manifest(folder: str | Path) -> Manifest | None:
    """Manifest of a folder, or None if it has none.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    path = Path(folder) / MANIFEST
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(table, dict) or table.get("format") != FORMAT:
            raise ValueError(f"its format is not {FORMAT!r}")
        if table.pop(MANIFEST_DIGEST, None) != manifest_sha256(table):
            raise ValueError("it was altered since it was written: its digest differs")
        manifest = Manifest.model_validate(table)
        if any(entry.point >= len(manifest.points) for entry in manifest.entries):
            raise ValueError("a shard belongs to no point")
        return manifest
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:  # of JSON, of text, of pydantic
        lines = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise StoreError(
            f"{path}: is no manifest of a sweep ({lines}); put it back from a copy, or sweep into another folder."
        ) from None


def check_folder(path: Path) -> None:
    """Refuse what is no folder.

    Raises
    ------
    InputError
        If there is none, or a file.
    """
    if not os.path.isdir(path):
        what = "is a file" if os.path.exists(path) else "no such folder"
        raise InputError(f"{path}: {what}; give the folder that 'sarcomere sweep' wrote with -o.")


def need_manifest(folder: str | Path) -> Manifest:
    """Manifest of a folder that must have one.

    Raises
    ------
    InputError
        If there is no such folder, or a file.
    StoreError
        If it holds no manifest, or one that cannot be read.
    """
    check_folder(Path(folder))
    manifest = read_manifest(folder)
    if manifest is None:
        raise StoreError(f"{folder}: holds no sweep ({MANIFEST} is missing); give the folder of 'sarcomere sweep -o'.")
    return manifest
