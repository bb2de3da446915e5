"""What ``import sarcomere`` offers: exactly the public names, at once, each the thing it says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

import sarcomere

PUBLIC = [
    "FibreScenario",
    "InputError",
    "LoopScenario",
    "MotoneuronPool",
    "PoolInputs",
    "SarcomereError",
    "Scenario",
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


def test_no_function_shares_its_name_with_a_folder() -> None:
    """Importing the folder would replace the function."""
    folders = {path.name for path in Path(sarcomere.__file__).parent.iterdir() if path.is_dir()}
    assert folders & set(PUBLIC) == {"analysis", "explain", "plot"}


def test_the_version_is_that_of_the_distribution() -> None:
    assert sarcomere.__version__ == metadata.version("sarcomere")
    done = subprocess.run([sys.executable, "-m", "sarcomere", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"sarcomere, version {sarcomere.__version__}\n"


def test_nothing_is_loaded_before_it_is_used() -> None:
    """Neither ``import sarcomere`` nor ``sarcomere --help`` waits for numpy, pydantic or numba."""
    heavy = "('numpy', 'pydantic', 'numba')"
    program = f"import sys, sarcomere.cli; print([m for m in {heavy} if m in sys.modules])"
    assert fresh(program) == "[]\n"


SMALL = {"run.duration_s": 0.003, "run.replicates": 1, "lattice.n_thick": 1}


def test_a_scenario_can_be_given_by_its_name(tmp_path: Path) -> None:
    expected = sarcomere.run(sarcomere.read("twitch", SMALL))
    assert sarcomere.run("twitch", settings=SMALL).identical(expected)
    path = sarcomere.record("twitch", tmp_path / "twitch.h5", settings=SMALL)
    with sarcomere.open_run(path) as written:
        assert written.force.load().identical(expected.force)


@pytest.mark.parametrize("function", [sarcomere.run, lambda name: sarcomere.record(name, "out.h5")])
def test_an_unknown_name_is_refused(function: Callable[[str], object]) -> None:
    with pytest.raises(sarcomere.InputError, match=r"^twich: no scenario of that name; did you mean 'twitch'\?$"):
        function("twich")


def test_values_of_a_scenario_that_is_read_are_not_replaced() -> None:
    with pytest.raises(
        sarcomere.InputError, match=r"^settings: run\.seed cannot be replaced .*give it to sarcomere\.read"
    ):
        sarcomere.run(sarcomere.read("twitch", SMALL), settings={"run.seed": 2})
