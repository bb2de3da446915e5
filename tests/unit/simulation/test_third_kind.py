"""A kind of run is two classes and one line: a third one runs, is recorded, resumed, opened and swept."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from numpy.typing import NDArray

import sarcomere
from sarcomere.cli import main
from sarcomere.parameters import LatticeNumerics, LatticeParameters, Parameters
from sarcomere.parameters.base import quantity
from sarcomere.parameters.experiment import Numerics, Repetitions
from sarcomere.recording.variable import TIME, Variable
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.kinds import KINDS, Kind
from sarcomere.simulation.base import Simulation
from sarcomere.simulation.size import Size
from tests.support.stopping import StoppedError, stop_after

TEXT = 'title = "decay"\n[decay]\nrate_per_s = 3.0\n[run]\nduration_s = 1.0\nreplicates = 2\n'


class Decay(Parameters):
    """A quantity that decays."""

    rate_per_s: float = quantity("1/s", "rate of decay", "design", gt=0, le=100)


class DecayScenario(Scenario):
    """The smallest scenario."""

    kind: ClassVar[str] = "decay"
    run: Repetitions
    decay: Decay
    lattice: LatticeParameters = LatticeParameters(n_thick=1)
    numerics: LatticeNumerics = Numerics()

    @property
    def n_samples(self) -> int:
        return round(self.run.duration_s / self.sample_interval_s)

    @property
    def sample_interval_s(self) -> float:
        return 0.01

    def cost_s(self) -> float:
        return 1e-3


class DecaySimulation(Simulation[DecayScenario]):
    """The smallest simulation."""

    smallest: ClassVar[Mapping[str, Any]] = {"title": "decay", "decay": {"rate_per_s": 1.0}, "run": {"duration_s": 0.1}}
    labels = frozenset({"replicate"})

    def __init__(self, scenario: DecayScenario) -> None:
        super().__init__(scenario)
        self.left = [np.array([1.0 + number]) for number in scenario.run.numbers]

    @property
    def growing(self) -> tuple[str, ...]:
        return ("time",)

    @classmethod
    def check_parts(cls, scenario: DecayScenario) -> None:
        pass

    @classmethod
    def size_of(cls, scenario: DecayScenario) -> Size:
        return Size(8, 8, 0, 8 * scenario.n_samples, "run.replicates")

    @classmethod
    def variables_of(cls, scenario: DecayScenario) -> tuple[Variable, ...]:
        return TIME, Variable("left", ("replicate", "time"), "1", "what is left", "f8")

    @property
    def n_heads(self) -> int:
        return 0

    def _advance(self, first: int, count: int, pool: Executor, threads: int) -> dict[str, NDArray[Any]]:
        rows = np.empty((len(self.left), count))
        for row, left in zip(rows, self.left, strict=True):
            for sample in range(count):
                row[sample] = left[0]
                left *= np.exp(-self.scenario.decay.rate_per_s * self.scenario.sample_interval_s)
        return {"time": np.arange(first, first + count) * self.scenario.sample_interval_s, "left": rows}

    def coordinates(self) -> dict[str, xr.Variable]:
        return {"replicate": xr.Variable("replicate", list(self.scenario.run.numbers))}

    def state_arrays(self) -> dict[str, list[NDArray[Any]]]:
        return {"left": self.left, "stream": [np.full(4, 2**64 - 1, dtype=np.uint64) for _ in self.left]}


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = __name__
    kind = Kind(f"{here}:DecayScenario", f"{here}:DecaySimulation", frozenset({"decay"}), "Decay")
    monkeypatch.setitem(KINDS, "decay", kind)
    monkeypatch.chdir(tmp_path)
    Path("decay.toml").write_text(TEXT)


def test_it_runs_and_knows_its_kind() -> None:
    ds = sarcomere.run("decay.toml", settings={"decay.rate_per_s": 2.0})
    assert ds.attrs["kind"] == "decay"
    assert dict(ds.sizes) == {"replicate": 2, "time": 101}
    expected = np.exp(-2.0 * ds.time.values) * np.array([[1.0], [2.0]])
    assert ds.left.values == pytest.approx(expected, rel=1e-9)


def test_it_is_recorded_resumed_and_opened() -> None:
    whole = sarcomere.run("decay.toml")
    with pytest.raises(StoppedError):
        sarcomere.record("decay.toml", "run.h5", block=30, progress=stop_after(40))
    assert Path("run.h5.part").exists()
    sarcomere.record("decay.toml", "run.h5", resume=True)
    with sarcomere.open_run("run.h5") as ds:
        assert ds.attrs["kind"] == "decay"
        assert np.array_equal(ds.left.values, whole.left.values)


def test_a_misspelt_key_and_a_value_out_of_range_are_refused() -> None:
    with pytest.raises(sarcomere.InputError, match=r"did you mean 'rate_per_s'"):
        sarcomere.read("decay.toml", {"decay.rate_per_ss": 1.0})
    with pytest.raises(sarcomere.InputError, match=r"at most 100"):
        sarcomere.read("decay.toml", {"decay.rate_per_s": 200.0})


def test_the_command_line_and_a_sweep_take_it() -> None:
    result = CliRunner().invoke(main, ["scenarios"])
    assert "Decay:" in result.stdout
    result = CliRunner().invoke(
        main, ["sweep", "decay.toml", "--vary", "decay.rate_per_s=1,2", "--workers", "1", "-o", "f"]
    )
    assert result.exit_code == 0, result.stderr
    with sarcomere.open_ensemble("f") as ds:
        assert ds.sizes["rate_per_s"] == 2
