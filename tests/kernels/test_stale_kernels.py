"""Editing one kernel file must change what its cached callers do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sarcomere_kernels

# switch_thin is cached from thin_filament.py; the edit is in rng.py, which it calls.
PROGRAM = """
import numpy as np
from sarcomere_kernels import types as k
from sarcomere_kernels.thin_filament import switch_thin
n = 40
zeros = lambda *s: np.zeros(s)
lattice = k.Lattice(1, 1, 1, n, 1.0, zeros(1), *[np.zeros(1, np.int32)] * 3, zeros(1), np.zeros(1, np.int32), zeros(1),
                    np.zeros(1, np.int32))
state = k.State(*[np.zeros(1, np.int8)], *[np.zeros(1, np.int32)] * 2, zeros(1), np.zeros(1, np.int8),
                *[np.zeros(2 * n, np.int8) for _ in range(3)], zeros(1), zeros(1), zeros(9), zeros(4),
                np.zeros(6, np.int64), np.zeros((2, 60), np.int64), np.arange(1, 5, dtype=np.uint64))
regulation = k.Regulation(1, 2, 0.2, 2.0, 0.1, np.full((3, 5), 0.5), np.full((3, 5, 8), 0.5))
floats = {name: zeros(1) for name in k.Scratch._fields}
floats |= {"ru_stay": zeros(3, 2, 5, 8), "ru_draw": zeros(2 * n)}
floats |= {name: np.zeros(1, np.int32) for name in ("bound_head", "bound_thick", "bound_thin")}
for _ in range(20):
    switch_thin(state, lattice, regulation, 1.0, 0.1, k.Scratch(**floats))
print(state.ru_open.sum(), state.ru_calcium.sum())
"""


def run_copy(copy: Path, cache: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(copy), "NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def edit(path: Path, old: str, new: str) -> None:
    """Change a source and keep its time stamp, as a wheel does."""
    stamp, text = path.stat(), path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


@pytest.mark.parametrize("hashed", [True, False])
def test_an_edited_kernel_is_never_stale(tmp_path: Path, hashed: bool) -> None:
    """Without the hash (negative control) numba serves the old code: the trap is real, and the hash closes it."""
    copy = tmp_path / "copy"
    shutil.copytree(
        Path(sarcomere_kernels.__file__).parent, copy / "sarcomere_kernels", ignore=lambda *_: ["__pycache__"]
    )
    package = copy / "sarcomere_kernels"
    if not hashed:
        edit(package / "__init__.py", "    return digest.hexdigest()[:16]", '    return "always-the-same"')
    before = run_copy(copy, tmp_path / "cache")
    assert run_copy(copy, tmp_path / "cache") == before
    edit(package / "rng.py", "* _TO_UNIT\n    stream[0]", "* _TO_UNIT * 0.5\n    stream[0]")
    assert (run_copy(copy, tmp_path / "cache") != before) is hashed
