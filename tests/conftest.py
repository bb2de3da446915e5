"""Fixtures that several tests need, and what each folder's tests are marked with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sarcomere.scenario.kinds import KINDS as KINDS_OF_RUN
from sarcomere.simulation.warm_up import load_kernels
from tests.support.kinds import KINDS, Kind
from tests.support.refusal import GOOD, SMALL

HERE = Path(__file__).parent
MARKED = {  # folders, and files that start, kill or compile in processes of their own
    "oracle/": "theory",
    "theory/": "theory",
    "physiology/": "physiology",
    "project/": "project",
    "kernels/": "project",
    "unit/recording/test_reliability.py": "project",
    "unit/simulation/test_interrupted.py": "project",
    "unit/ensemble/test_sweep_dask.py": "project",
    "unit/ensemble/test_sweep_kill.py": "project",
}
# What needs no kernels is before all else, as another worker compiles them meanwhile.
LONGEST_FIRST = (
    "project/test_project.py",
    "project/",
    "physiology/",
    "theory/",
    "oracle/",
    "kernels/",
    "unit/recording/test_reliability.py",
    "unit/ensemble/",
    "unit/simulation/",
)


def pytest_configure(config: pytest.Config) -> None:
    """Leave slow tests out unless ``-m`` speaks of them."""
    wanted = config.option.markexpr
    if "slow" not in wanted:
        config.option.markexpr = f"({wanted}) and not slow" if wanted else "not slow"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker tests that stand together, which share fixtures; one that has done its own takes from others."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder; those of long files come first, so that at the end no core waits for one."""
    ours = {item: item.path.relative_to(HERE).as_posix() for item in items if item.path.is_relative_to(HERE)}
    for item, path in ours.items():
        for begin, mark in MARKED.items():
            if path.startswith(begin):
                item.add_marker(mark)
    items.sort(key=lambda item: _turn(ours.get(item, "")))


def _turn(path: str) -> int:
    """Number of the first folder of LONGEST_FIRST that a path lies in."""
    return next((i for i, folder in enumerate(LONGEST_FIRST) if path.startswith(folder)), len(LONGEST_FIRST))


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of run in turn."""
    return request.param


@pytest.fixture(scope="session")
def kernels() -> None:
    """Kernels that need no compiling, of which the command line would tell."""
    for kind in KINDS_OF_RUN:
        load_kernels(kind)


@pytest.fixture
def folder(kernels: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in that holds a good scenario and a good discharge file."""
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(SMALL)
    Path("mine.csv").write_text(GOOD)
    return tmp_path
