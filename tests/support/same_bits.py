"""Run six scenarios of both kinds on two source trees and compare every variable bit for bit.

    python tests/support/same_bits.py OLD NEW

Both trees run in this Python, from their sources. What differs is listed with its size; names that changed between the
trees are given in ``RENAMED``. Exit code 1 if anything differs.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

SMALL = {"lattice.n_thick": 1}
LOOP = {**SMALL, "muscle.explicit_units": 2, "run.duration_s": 1.0}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "tetanus": ("tetanus", {**SMALL, "run.duration_s": 0.2}),
    "force-velocity": ("force-velocity", SMALL),
    "voluntary contraction": ("voluntary-contraction", {**SMALL, "run.duration_s": 1.0}),
    "cramp": ("nocturnal-calf-cramp", {**LOOP, "run.duration_s": 3.0}),
    "stretch": ("stretch-gentle", LOOP),
    "no lattices": ("stim-above", {"muscle.explicit_units": 0, "run.duration_s": 3.0, "run.replicates": 2}),
}
RENAMED = {"muscle_length": "fascicle_length", "posture": "mtu_length", "emg": "fibre_ap_rate"}
PROGRAM = """
import pickle, sys
import sarcomere
name, settings, target = pickle.load(sys.stdin.buffer)
ds = sarcomere.run(sarcomere.read(name, settings))
found = {name: (v.dims, v.values) for name, v in ds.variables.items() if v.dtype.kind in "biuf"}
pickle.dump(found, open(target, "wb"))
"""


def run(tree: Path, name: str, settings: dict[str, Any], target: Path) -> dict[str, Any]:
    """Run a scenario from the sources of a tree."""
    path = os.pathsep.join((str(tree), str(tree / "kernels")))
    given = pickle.dumps((name, settings, str(target)))
    environment = {**os.environ, "PYTHONPATH": path}
    subprocess.run([sys.executable, "-c", PROGRAM], input=given, cwd=target.parent, env=environment, check=True)
    with open(target, "rb") as file:
        return dict(pickle.load(file))


def difference(old: tuple, new: tuple) -> str:
    """What differs between two variables, or an empty text; time zero, where only one has it, is left out."""
    (dims, a), (other, b) = old, new
    for axis, dim in enumerate(dims):
        if dims == other and dim == "time" and b.shape[axis] == a.shape[axis] + 1:
            b = np.take(b, range(1, b.shape[axis]), axis)
    if dims != other or a.shape != b.shape:
        return f"{dims} {a.shape}, now {other} {b.shape}"
    if np.array_equal(a, b, equal_nan=True):
        return ""
    apart = np.abs(b.astype(float) - a.astype(float))
    return f"{np.mean(apart > 0):.1%} of values, by up to {np.nanmax(apart):.3g} (largest {np.nanmax(np.abs(a)):.3g})"


def main() -> None:
    """Compare two trees and list what differs."""
    trees = [Path(text).resolve() for text in sys.argv[1:3]]
    differs = False
    with tempfile.TemporaryDirectory() as folder:
        for case, (name, settings) in CASES.items():
            old, new = (run(tree, name, settings, Path(folder) / f"{i}.pickle") for i, tree in enumerate(trees))
            old = {RENAMED.get(key, key): value for key, value in old.items()}
            lines = [f"  {key} is not in the {which} tree" for key, which in _missing(old, new)]
            same = 0
            for key in sorted(old.keys() & new.keys()):
                found = difference(old[key], new[key])
                same += not found
                lines += [f"  {key}: {found}"] if found else []
            print(f"{case}: {same} variables the same, {len(lines)} not", *lines, sep="\n", flush=True)
            differs |= bool(lines)
    sys.exit(int(differs))


def _missing(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, "new") for key in sorted(old.keys() - new.keys())] + [
        (key, "old") for key in sorted(new.keys() - old.keys())
    ]


if __name__ == "__main__":
    main()
