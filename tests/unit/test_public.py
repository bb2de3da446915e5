"""What ``import sarcomere`` offers: exactly the public names, at once, each the thing it says."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from types import ModuleType

import sarcomere

PUBLIC = [
    "FibreScenario",
    "InputError",
    "LoopScenario",
    "MotoneuronPool",
    "PoolInputs",
    "SarcomereError",
    "SolverError",
    "StoreError",
    "Sweep",
    "analysis",
    "each_point",
    "explain",
    "load_pool",
    "merge",
    "open_ensemble",
    "open_run",
    "plot",
    "read",
    "record",
    "run",
    "run_pool",
    "select_run",
    "shipped_scenarios",
    "simulator",
    "stimulation",
    "sweep",
]


def fresh(program: str) -> str:
    """What a new process prints."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_dir_lists_the_public_names() -> None:
    assert dir(sarcomere) == PUBLIC == sarcomere.__all__
    assert {name for name in PUBLIC if isinstance(getattr(sarcomere, name), ModuleType)} == {
        "analysis",
        "explain",
        "plot",
    }


def test_every_public_name_is_described() -> None:
    assert [name for name in PUBLIC if not getattr(sarcomere, name).__doc__] == []


def test_a_function_keeps_its_name_from_the_folder_that_shares_it() -> None:
    assert fresh("import sarcomere.record.opening; print(callable(sarcomere.record))") == "True\n"


def test_the_version_is_that_of_the_distribution() -> None:
    assert sarcomere.__version__ == metadata.version("sarcomere")
    done = subprocess.run([sys.executable, "-m", "sarcomere", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"sarcomere, version {sarcomere.__version__}\n"


def test_nothing_is_loaded_before_it_is_used() -> None:
    """Neither ``import sarcomere`` nor ``sarcomere --help`` waits for numpy, pydantic or numba."""
    heavy = "('numpy', 'pydantic', 'numba')"
    program = f"import sys, sarcomere.cli; print([m for m in {heavy} if m in sys.modules])"
    assert fresh(program) == "[]\n"
