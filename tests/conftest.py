"""Fixtures that several tests need."""

from __future__ import annotations

from pathlib import Path

import pytest

from sarcomere.simulation.warm_up import load_kernels
from tests.support.kinds import KINDS, Kind
from tests.support.refusal import GOOD, SMALL


@pytest.fixture(scope="session", params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of run in turn."""
    return request.param


@pytest.fixture(scope="session")
def kernels() -> None:
    """Kernels that need no compiling, of which the command line would tell."""
    load_kernels()


@pytest.fixture
def folder(kernels: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in that holds a good scenario and a good discharge file."""
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(SMALL)
    Path("mine.csv").write_text(GOOD)
    return tmp_path
