"""Where compiled kernels are kept: a folder of this user alone, whose damaged files are made anew.

What lies there is executed.  So it is taken from folders only that nobody else can write to, and each file ends in the
digest of its bytes: what a power cut, a full disk or a cleaner left is compiled again.
"""

import atexit
import contextlib
import functools
import hashlib
import io
import os
import shutil
import stat
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from numba.core import caching

_DIGEST = hashlib.sha256().digest_size
_PRIVATE = 0o700
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class KernelCacheWarning(UserWarning):
    """Compiled kernels cannot be taken from where they are kept, or not be kept there."""


def folder_for(name: str) -> Path:
    """Find or make a folder of this user for compiled code.

    Parameters
    ----------
    name : str
        Its own name; differs wherever compiled code would.

    Returns
    -------
    pathlib.Path
        In ``NUMBA_CACHE_DIR``, else in the user's folder for caches, else among temporary files; where none of them is
        safe, a new folder that goes with the process.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    user = f"sarcomere-{os.getuid()}" if hasattr(os, "getuid") else "sarcomere"
    bases = ([chosen] if chosen else []) + [os.path.join(home, "sarcomere"), os.path.join(tempfile.gettempdir(), user)]
    for base in bases:
        fault = _fault_of(Path(base), Path(base) / name)
        if not fault:
            return Path(base) / name
        if base == chosen:
            warnings.warn(
                f"NUMBA_CACHE_DIR = {chosen}: {fault}; compiled kernels are kept elsewhere: name a folder of your own.",
                KernelCacheWarning,
                stacklevel=2,
            )
    folder = tempfile.mkdtemp(prefix="sarcomere-kernels-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _fault_of(base: Path, folder: Path) -> str:
    """Say why compiled code cannot be kept in a folder, which is made if it is missing; empty if it can."""
    try:
        base.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        folder.mkdir(mode=_PRIVATE, exist_ok=True)
        if not hasattr(os, "getuid"):  # Windows, whose folders of users are private
            return ""
        above, found = os.stat(base), os.lstat(folder)
        if not stat.S_ISDIR(found.st_mode):
            return "holds a link of that name"
        if found.st_uid != os.getuid() or above.st_uid not in (os.getuid(), 0):
            return "belongs to another user"
        if found.st_mode & _OTHERS_WRITE:
            return "can be written by other users"
        folder.chmod(_PRIVATE)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return f"cannot be written ({error.strerror})"
    return ""


_watchers: list[Callable[[], None]] = []


@contextlib.contextmanager
def told_of_compiling(begin: Callable[[], None]) -> Iterator[None]:
    """Have a function called once when a kernel is about to be compiled.

    Parameters
    ----------
    begin : callable
        Takes nothing.
    """
    _watchers.append(begin)
    try:
        yield
    finally:
        if begin in _watchers:
            _watchers.remove(begin)


class KernelCache(caching.FunctionCache):
    """Compiled code of one kernel on disk.

    Parameters
    ----------
    function : callable
        The kernel, not compiled.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        files = self._cache_file
        self._cache_file = _Files(files._cache_path, self._impl.filename_base, files._source_stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load what is on disk for these types and this processor; None if nothing usable is."""
        found = super().load_overload(sig, target_context)
        if found is None:
            while _watchers:
                _watchers.pop()()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled; where it cannot be kept it is compiled again in the next process."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _warn(f"{self.cache_path}: compiled kernels cannot be kept ({error.strerror}) and are compiled each time")


class _Files(caching.IndexDataCacheFile):
    """Index and code of a kernel, each with a digest at its end, which unpickling leaves unread."""

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        with super()._open_for_write(filepath) as file:
            content = io.BytesIO()
            yield content
            file.write(content.getvalue() + hashlib.sha256(content.getvalue()).digest())

    def _load_index(self) -> Any:
        return super()._load_index() if _is_sound(self._index_path) else {}

    def _load_data(self, name: str) -> Any:
        if not _is_sound(self._data_path(name)):
            raise FileNotFoundError(name)  # numba compiles what its index knows and the disk has not
        return super()._load_data(name)


def _is_sound(path: str) -> bool:
    """Whether a file is as it was written; tell of one that is not."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return False
    except OSError as error:
        _warn(f"{path}: cannot be read ({error.strerror}), so the kernel is compiled again")
        return False
    if hashlib.sha256(content[:-_DIGEST]).digest() == content[-_DIGEST:]:
        return True
    _warn(f"{path}: is damaged, so the kernel is compiled again")
    return False


@functools.cache
def _warn(text: str) -> None:
    """Warn, of each file once."""
    warnings.warn(f"{text}.", KernelCacheWarning, stacklevel=2)
