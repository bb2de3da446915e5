"""How much memory and disk is free."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil

try:
    import resource
except ImportError:  # Windows sets no such limits
    resource = None  # type: ignore[assignment]

_CGROUP = Path("/sys/fs/cgroup")


def free_memory() -> int:
    """Return the bytes that this process can still take: of the machine, its container and its own limit."""
    return int(max(0, min(psutil.virtual_memory().available, _left_in_cgroup(), _left_of_limit())))


def free_disk(folder: Path) -> int:
    """Return the bytes that a folder's disk can still take."""
    return shutil.disk_usage(folder).free


def _left_of_limit() -> float:
    """Address space that ``ulimit -v`` leaves."""
    if resource is None:
        return float("inf")
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return float("inf") if limit == resource.RLIM_INFINITY else limit - psutil.Process().memory_info().vms


def _left_in_cgroup() -> float:
    """Memory that a container or a batch job leaves (cgroup v2, its own group)."""
    try:
        own = Path("/proc/self/cgroup").read_text(encoding="ascii").rpartition("::/")[2].strip()
        group = _CGROUP / own
        limit, used = ((group / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current"))
    except OSError:  # no Linux, or another version of cgroups
        return float("inf")
    return float("inf") if limit == "max" else float(int(limit) - int(used))
