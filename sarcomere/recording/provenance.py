"""What made a file: versions, kernel hash, seed, parameters."""

from __future__ import annotations

import json
import platform
from functools import cache
from importlib import metadata

import sarcomere_kernels
from sarcomere.scenario.base import Scenario

PACKAGES = ("numpy", "numba", "llvmlite", "h5py", "h5netcdf", "xarray")


@cache
def version(name: str = "sarcomere") -> str:
    """Version of an installed package; asking takes milliseconds, which a thousand files would feel."""
    return metadata.version(name)


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
        "kernel_hash": sarcomere_kernels.KERNEL_HASH,
        "seed": scenario.run.seed,
        "parameters": parameters_json(scenario),
        "python": platform.python_version(),
        "processor": platform.machine(),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def parameters_json(scenario: Scenario) -> str:
    """All parameters of a scenario as JSON; equal text means the same experiment."""
    return json.dumps(scenario.model_dump(mode="json", exclude={"source"}), sort_keys=True)
