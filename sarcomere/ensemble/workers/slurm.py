"""A script that runs the parts of a sweep as a job array."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

_SCRIPT = """\
#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --array=1-{parts}
#SBATCH --cpus-per-task={workers}
#SBATCH --time=04:00:00
#SBATCH --mem-per-cpu=2G

# Submit with sbatch as often as you like: each part does what is missing of it.
# Kernels are compiled once on each node; many nodes would spoil one cache between them.
export NUMBA_CACHE_DIR="${{SLURM_TMPDIR:-/tmp}}/sarcomere-$USER"

{command} --workers {workers} --shard "$SLURM_ARRAY_TASK_ID/{parts}"
"""


def job_array(arguments: Sequence[str], parts: int, workers: int | None = None) -> str:
    """Return the text of a batch script for Slurm.

    Parameters
    ----------
    arguments : sequence of str
        Of ``sarcomere sweep``, without workers and part.
    parts : int
        Jobs of the array.
    workers : int, optional
        Processes, and cores, of each; 4 unless given.

    Returns
    -------
    str
    """
    command = shlex.join(["sarcomere", "sweep", *arguments])
    return _SCRIPT.format(name="sarcomere", parts=parts, workers=workers or 4, command=command)
