"""Compiled kernels on disk: taken from a private folder only, made anew where they are damaged, never a failure."""

from __future__ import annotations

import io
import os
import shutil
import stat
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest
from rich.console import Console

from sarcomere.cli import progress
from sarcomere_kernels import KernelCacheWarning, cache, told_of_compiling
from sarcomere_kernels.compiled import kernel

compiled_only = pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="needs compiled kernels")
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs owners and modes of folders")
NAME = "kernels-0123"


def double(x: int) -> int:
    return 2 * x


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """A small kernel as a new process has it: nothing compiled, and what lies in a folder."""
    config: Any = numba.config
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    return lambda: kernel(double)


def call(compiled: Any) -> tuple[int, bool]:
    """What a kernel gives, and whether it was compiled for that."""
    told: list[bool] = []
    with told_of_compiling(lambda: told.append(True)):
        return compiled(21), bool(told)


def damaged(folder: Path, ending: str, harm: Callable[[Path], object]) -> Path:
    (path,) = folder.rglob(f"*{ending}")
    harm(path)
    return path


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def into_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


HARM: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "text": lambda path: path.write_text("written by another program"),
    "one bit": flip,
    "a folder": into_folder,
}


@compiled_only
@pytest.mark.parametrize("ending", [".nbi", ".nbc"])
@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_a_damaged_file_is_made_anew_with_a_note(
    harm: Callable[[Path], object], ending: str, new: Callable[[], Any], tmp_path: Path
) -> None:
    assert call(new()) == (42, True)
    assert call(new()) == (42, False)
    path = damaged(tmp_path, ending, harm)
    with pytest.warns(KernelCacheWarning, match=r"the kernel is compiled again") as told:
        assert call(new()) == (42, True)
    assert str(path) in str(told[0].message)
    if harm is not into_folder:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert call(new()) == (42, False)


@compiled_only
def test_a_file_that_is_gone_is_made_anew(new: Callable[[], Any], tmp_path: Path) -> None:
    for ending in (".nbi", ".nbc"):
        assert call(new())[0] == 42
        damaged(tmp_path, ending, Path.unlink)
        assert call(new()) == (42, True)
        assert call(new()) == (42, False)


@compiled_only
def test_code_of_another_processor_is_compiled_and_told(new: Callable[[], Any]) -> None:
    assert call(new()) == (42, True)
    compiled = new()
    ours = compiled._cache._index_key
    compiled._cache._index_key = lambda sig, codegen: (*ours(sig, codegen), "another processor")
    assert call(compiled) == (42, True)
    assert call(new()) == (42, False)


@compiled_only
def test_a_kernel_runs_where_it_cannot_be_kept(new: Callable[[], Any], tmp_path: Path) -> None:
    compiled = new()
    folder = Path(compiled._cache.cache_path)
    shutil.rmtree(folder)
    folder.write_text("in the way")
    with pytest.warns(KernelCacheWarning, match=r"cannot be kept \(File exists\) and are compiled each time"):
        assert compiled(21) == 42


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Folders in which compiled code may be kept, in that order, and where they are named."""
    found = {"chosen": tmp_path / "chosen", "home": tmp_path / "home/sarcomere", "temporary": tmp_path / "temporary"}
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(found["chosen"]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(found["temporary"]))
    return found


@posix_only
def test_a_folder_is_private(places: dict[str, Path]) -> None:
    old = places["chosen"] / NAME
    old.mkdir(mode=0o755, parents=True)
    for _ in range(2):
        assert cache.folder_for(NAME) == old
        assert stat.S_IMODE(old.stat().st_mode) == 0o700


def open_to_all(path: Path, _: pytest.MonkeyPatch) -> None:
    path.mkdir(parents=True)
    path.chmod(0o777)


def of_another(path: Path, patch: pytest.MonkeyPatch) -> None:
    path.mkdir(parents=True)
    patch.setattr(os, "lstat", owned_by_another(os.lstat, path))


def below_another(path: Path, patch: pytest.MonkeyPatch) -> None:
    path.mkdir(parents=True)
    patch.setattr(os, "stat", owned_by_another(os.stat, path.parent))


def owned_by_another(look: Callable[..., os.stat_result], whose: Path) -> Callable[..., os.stat_result]:
    def found(path: Any, *args: Any, **options: Any) -> os.stat_result:
        values = look(path, *args, **options)
        if path != whose:
            return values
        return os.stat_result([*values[:4], os.getuid() + 1, *values[5:]])

    return found


def link(path: Path, _: pytest.MonkeyPatch) -> None:
    elsewhere = path.parents[1] / "elsewhere"
    elsewhere.mkdir()
    path.parent.mkdir()
    path.symlink_to(elsewhere)


def no_folder(path: Path, _: pytest.MonkeyPatch) -> None:
    path.parent.write_text("in the way")


UNSAFE = {
    "open to all": (open_to_all, "can be written by other users"),
    "of another user": (of_another, "belongs to another user"),
    "below another user's": (below_another, "belongs to another user"),
    "a link": (link, "holds a link of that name"),
    "no folder": (no_folder, r"cannot be written \(File exists\)"),
}


@posix_only
@pytest.mark.parametrize("case", UNSAFE.values(), ids=UNSAFE)
def test_a_folder_that_others_write_is_not_used(
    case: tuple[Callable[..., None], str], places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    make, words = case
    make(places["chosen"] / NAME, monkeypatch)
    expected = rf"NUMBA_CACHE_DIR = {places['chosen']}: ({words}); compiled kernels are kept elsewhere: name a folder"
    with pytest.warns(KernelCacheWarning, match=expected):
        assert cache.folder_for(NAME) == places["home"] / NAME


@posix_only
def test_nothing_is_left_among_temporary_files(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    places["home"].parent.write_text("in the way")
    shared = places["temporary"] / f"sarcomere-{os.getuid()}" / NAME
    assert cache.folder_for(NAME) == shared
    shared.chmod(0o777)
    at_exit: list[tuple[Any, ...]] = []
    monkeypatch.setattr(cache.atexit, "register", lambda *call, **_: at_exit.append(call))
    last = cache.folder_for(NAME)
    assert (last.parent, stat.S_IMODE(last.stat().st_mode)) == (places["temporary"], 0o700)
    assert at_exit == [(shutil.rmtree, str(last))]


def test_compiling_is_announced_when_it_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    for happens in (False, True):
        monkeypatch.setattr(
            "sarcomere.simulation.warm_up.load_kernels", lambda kind, begin, happens=happens: begin() if happens else 0
        )
        said = io.StringIO()
        progress.compile_kernels(Console(file=said))
        assert ("Compiling the kernels" in said.getvalue()) is happens
