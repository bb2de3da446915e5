"""The machine, and what compiled the kernels."""

from __future__ import annotations

import contextlib
import os
import platform
from pathlib import Path

from llvmlite import binding

from sarcomere.bench.figures import Machine
from sarcomere.ensemble.workers.cores import cores
from sarcomere.recording.provenance import KERNEL_HASH, cpu, version


def load() -> float | None:
    """Return how many processes wanted a core, mean of the last minute; None where the system does not tell."""
    with contextlib.suppress(AttributeError, OSError):
        return os.getloadavg()[0]
    return None


def this_machine(load_before: float | None) -> Machine:
    """Describe this machine.

    Parameters
    ----------
    load_before : float or None
        From ``load`` before anything was measured.

    Returns
    -------
    Machine
    """
    after = load()
    return Machine(
        processor=_processor(),
        compiled_for=cpu(),
        cores=cores(),
        system=f"{platform.system()} {platform.machine()}",
        sarcomere=version(),
        kernel_hash=KERNEL_HASH,
        python=platform.python_version(),
        numpy=version("numpy"),
        numba=version("numba"),
        llvmlite=version("llvmlite"),
        llvm=".".join(map(str, binding.llvm_version_info)),
        load=None if load_before is None or after is None else (load_before, after),
    )


def _processor() -> str:
    """Name of the processor: as the system gives it, else the kind that kernels are compiled for."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return cpu()
