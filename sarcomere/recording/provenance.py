"""What made a file: versions, kernel hash, seed, parameters."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import Any

import numba
from llvmlite import binding

from sarcomere.errors import quoted
from sarcomere.scenario.base import Scenario
from sarcomere_kernels import KERNEL_HASH as KERNEL_HASH

PACKAGES = ("numpy", "numba", "llvmlite", "h5py", "h5netcdf", "xarray")


@cache
def version(name: str = "sarcomere") -> str:
    """Version of an installed package; asking takes milliseconds, which a thousand files would feel."""
    return metadata.version(name)


@cache
def cpu() -> str:
    """Processor for which kernels are compiled: the one here, or the one that numba was told, such as ``generic``."""
    config: Any = numba.config
    return str(config.CPU_NAME or binding.get_host_cpu_name())


def newer_than_this(attributes: Mapping[str, Any]) -> str:
    """Say so if a newer version than this wrote a file, which may not know what is in it.

    Parameters
    ----------
    attributes : mapping
        Of the file.

    Returns
    -------
    str
        Empty if it did not.
    """
    theirs = str(attributes.get("sarcomere_version", ""))
    if _ordered(theirs) <= _ordered(version()):
        return ""
    return f"was written by sarcomere {quoted(theirs)}, which is newer than this {version()}; update sarcomere"


def _ordered(release: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d{1,9}", release)[:3]]


def made_by() -> dict[str, str]:
    """Return what determines the bits of a run besides its scenario, as attributes of its file."""
    versions = {f"{name}_version": version(name) for name in ("numba", "llvmlite", "numpy")}
    return {"kernel_hash": KERNEL_HASH, **versions, "cpu": cpu()}


def attributes(scenario: Scenario) -> dict[str, str | int]:
    """Global attributes of a run file.

    Parameters
    ----------
    scenario : Scenario
        What was run.

    Returns
    -------
    dict
        CF attributes, versions, kernel hash, seed, and all parameters as JSON.
    """
    return {
        "Conventions": "CF-1.11",
        "title": scenario.title,
        "figure": scenario.figure,
        "source": f"sarcomere {version('sarcomere')}",
        "sarcomere_version": version(),
        **made_by(),
        "seed": scenario.run.seed,
        "parameters": parameters_json(scenario),
        "python": platform.python_version(),
        "processor": platform.machine(),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def parameters_json(scenario: Scenario) -> str:
    """All parameters of a scenario as JSON; equal text means the same experiment."""
    return json.dumps(scenario.model_dump(mode="json", exclude={"source", "user_folder"}), sort_keys=True)
