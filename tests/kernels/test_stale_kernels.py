"""Editing one kernel file must change what its cached callers do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sarcomere_kernels

ROOT = Path(__file__).parents[2]

# The program is cached beside the kernels' callers; the edit is in rng.py, which a callee of a callee calls.
PROGRAM = """
import numpy as np
from sarcomere.parameters import LatticeParameters, load_fibre
from tests.support.bench import bench
from tests.support.organs import switch_thin
b = bench(load_fibre("fast"), lattice=LatticeParameters(n_thick=1), pca=6.0)
switch_thin(b.state, b.model, b.scratch, 1.0, 50)
print(b.state.ru_open.sum(), b.state.ru_calcium.sum())
"""


def run_copy(copy: Path, cache: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}", "NUMBA_CACHE_DIR": str(cache)}
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
    edit(package / "rng.py", "+ 0.5) * (1.0 / _WORDS)", "+ 0.5) * (0.5 / _WORDS)")
    assert (run_copy(copy, tmp_path / "cache") != before) is hashed
