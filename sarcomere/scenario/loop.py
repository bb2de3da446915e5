"""One person's nerve, muscle and blood, and what happens to them; checked and frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import Field, model_validator

from sarcomere.parameters import (
    Bath,
    LatticeNumerics,
    MechanicsParameters,
    Parameters,
)
from sarcomere.parameters.axon import AxonParameters
from sarcomere.parameters.base import Line, quantity
from sarcomere.parameters.electrolytes import ElectrolyteParameters
from sarcomere.parameters.experiment import MIN_STEP_MS, Repetitions
from sarcomere.parameters.fatigue import FatigueParameters
from sarcomere.parameters.fibre_wave import FibreApParameters, PotassiumParameters
from sarcomere.parameters.figures import FigureName
from sarcomere.parameters.intervention import Intervention, Stretch, Walking
from sarcomere.parameters.junction import JunctionParameters
from sarcomere.parameters.lattice import longest_length, shortest_length
from sarcomere.parameters.metabolism import BloodParameters, EnergyParameters
from sarcomere.parameters.motoneuron import PoolParameters
from sarcomere.parameters.muscle import MuscleParameters
from sarcomere.parameters.reflex import ReflexParameters
from sarcomere.parameters.tables import merge
from sarcomere.parameters.terminal import TerminalParameters
from sarcomere.scenario.base import Scenario
from sarcomere.scenario.checks import check_crowns, check_step
from sarcomere.scenario.presets import pool_with_preset, shipped_loop

_SETTING_UP_S = 0.03  # CPU time of one person; benchmarks/NOTES.md
_WINDOW_S = 0.8e-3  # CPU time of an exchange of the loop's parts without lattices


class LoopPool(PoolParameters):
    """The motoneurons, and from which preset they come."""

    preset: Line = Field("prone", description="preset whose values hold where none is given")


class Switches(Parameters):
    """Parts of the loop that can be switched off."""

    terminals: bool = Field(True, description="axon terminals may fire by themselves")
    junction: bool = Field(
        True, description="false: every impulse starts an action potential in the fibre, and none fails"
    )
    potassium: bool = Field(True, description="false: potassium between fibres and in tubules stays where it is")
    chemistry: bool = Field(True, description="false: heads and pumps bathe in the chemistry of rest; books are kept")
    reflexes: bool = Field(True, description="false: afferents reach no motoneuron")


class LoopNumerics(LatticeNumerics):
    """Steps of the lattices, and how often the parts of the loop hear of each other."""

    step_ms: float = quantity(
        "ms", "time step of the lattices", "choice: as with 0.1 ms (docs/cramp.md)", 0.2, ge=MIN_STEP_MS, le=0.5
    )
    strain_bin_nm: float = quantity(
        "nm", "strain resolution of the transition table", "choice: converged (tests/theory)", 0.1, ge=0.005, le=0.5
    )
    exchange_ms: int = quantity(
        "ms",
        "how often the parts of the loop exchange what they made; nerve delays are longer, so none comes late",
        "choice: halving it changes nothing beyond chance (docs/cramp.md)",
        5,
        ge=1,
        le=20,
    )
    chemistry_tolerance: float = quantity(
        "1",
        "relative change of ATP, ADP or Pi, or change of pH, at which rates of the heads are tabulated anew",
        "choice: well within what force notices",
        0.05,
        gt=0,
        le=0.5,
    )


class LoopRecord(Parameters):
    """How often is kept what the loop does; every impulse is kept."""

    sample_interval_ms: int = quantity(
        "ms", "time between samples", "choice: a tenth of a second holds ten", 10, ge=1, le=10_000
    )


class LoopScenario(Scenario):
    """One experiment on a person: nerve, muscle, blood and reflexes in a closed loop."""

    kind: ClassVar[str] = "loop"

    figure: FigureName = Field("cramp", description="kind of figure that sarcomere plot draws")
    run: Repetitions = Field(description="table [run]: how long, from which seed, how often")
    mtu_length: float = quantity(
        "L0",
        "length of muscle and tendon that the joint imposes",
        "choice: set by the experiment",
        1.0,
        ge=0.65,
        le=1.4,
    )
    pool: LoopPool = Field(description="table [pool]: preset, and values that differ from it")
    switches: Switches = Switches()
    axon: AxonParameters = AxonParameters()
    terminals: TerminalParameters = TerminalParameters()
    junction: JunctionParameters = JunctionParameters()
    fibre_ap: FibreApParameters = FibreApParameters()
    potassium: PotassiumParameters = PotassiumParameters()
    electrolytes: ElectrolyteParameters = ElectrolyteParameters()
    muscle: MuscleParameters
    energy: EnergyParameters = EnergyParameters()
    blood: BloodParameters = BloodParameters()
    reflex: ReflexParameters = ReflexParameters()
    fatigue: FatigueParameters = FatigueParameters()
    mechanics: MechanicsParameters
    chemistry: Bath = Bath()
    numerics: LoopNumerics = LoopNumerics()
    record: LoopRecord = LoopRecord()
    interventions: list[Intervention] = Field(
        [],
        max_length=1000,
        description="one table [[interventions]] for each: its kind, at_s, and what that kind takes",
    )

    @model_validator(mode="after")
    def _consistent(self) -> LoopScenario:
        exchange = self.numerics.exchange_ms
        if self.record.sample_interval_ms % exchange:
            raise ValueError(
                f"record.sample_interval_ms = {self.record.sample_interval_ms} is no multiple of "
                f"numerics.exchange_ms = {exchange}; use {-(-self.record.sample_interval_ms // exchange) * exchange}"
            )
        for key, step in (("numerics.step_ms", self.numerics.step_ms), ("pool.step_ms", self.pool.step_ms)):
            if abs(round(1.0 / step) * step - 1.0) > 1e-9:
                raise ValueError(f"{key} = {step:g} does not divide a millisecond; use 0.05, 0.1 or 0.2")
        if self.run.duration_s * 1e3 < self.record.sample_interval_ms:
            raise ValueError(
                f"run.duration_s = {self.run.duration_s:g} is shorter than one record.sample_interval_ms = "
                f"{self.record.sample_interval_ms}; run for longer"
            )
        check_crowns(self.lattice)
        for name, fibre in self.fibres.items():
            check_step(name, fibre, self.numerics.step_ms)
        _check_lengths(self)
        return self

    @classmethod
    def fill(cls, table: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Put shipped values where a table gives none; ``pool`` holds its preset and what differs from it."""
        shipped = {"muscle": {}, "lattice": shipped_loop()["lattice"], "mechanics": shipped_loop()["mechanics"]}
        pool = pool_with_preset(table.get("pool"), where)
        return {**super().fill(merge(shipped, table), where), "pool": pool}

    def shipped(self) -> dict[str, Any]:
        """Return the shipped values that its tables were filled with: of the pool, those of its preset."""
        filled = self.fill({"pool": {"preset": self.pool.preset}}, "")
        del filled["pool"]["preset"]  # which is chosen, and shown
        return filled

    @property
    def n_samples(self) -> int:
        """Samples after the one at time zero."""
        return int(self.run.duration_s * 1e3 / self.record.sample_interval_ms + 1e-9)

    @property
    def sample_interval_s(self) -> float:
        """Time between samples, s."""
        return self.record.sample_interval_ms * 1e-3

    def notes(self) -> Iterator[str]:
        """Name, in a sentence each, what looks like a mistake in what is imposed."""
        end = self.run.duration_s
        for entry in self.interventions:
            if entry.at_s >= end:
                kind = entry.kind.replace("_", " ")
                yield f"the {kind} at {entry.at_s:g} s comes after the end of the run ({end:g} s)."

    def cost_s(self) -> float:
        """Estimate the CPU seconds that one replicate takes; the same on every machine."""
        windows = self.run.duration_s * 1e3 / self.numerics.exchange_ms
        return _SETTING_UP_S + windows * _WINDOW_S + self.muscle.explicit_units * self._stepping_s()

    @property
    def windows_per_sample(self) -> int:
        """Exchanges between samples."""
        return self.record.sample_interval_ms // self.numerics.exchange_ms


def _check_lengths(s: LoopScenario) -> None:
    """Refuse lengths at which no head has a site."""
    shortest, longest = shortest_length(s.lattice), longest_length(s.lattice)
    optimum = s.muscle.optimal_hs_length
    reached = [("mtu_length", s.mtu_length)]
    for i, entry in enumerate(s.interventions):
        if isinstance(entry, Stretch):
            reached.append((f"interventions.{i}.mtu_length", entry.mtu_length))
        if isinstance(entry, Walking):
            reached += [(f"interventions.{i}.{key}", getattr(entry, key)) for key in ("swing_length", "stance_length")]
    for key, length in reached:
        if not shortest < length * optimum < longest:
            raise ValueError(
                f"{key} = {length:g} L0 is a half-sarcomere of {length * optimum:g} nm, outside its filaments' "
                f"{shortest:g} to {longest:g}; choose a length between {shortest / optimum:.2f} and "
                f"{longest / optimum:.2f}"
            )
