"""What all kinds of experiment have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from sarcomere.errors import InputError, nearest
from sarcomere.parameters import (
    FIBRE_TYPES,
    FibreParameters,
    LatticeNumerics,
    LatticeParameters,
    Parameters,
    fibre_table,
)
from sarcomere.parameters.base import Line, Prose
from sarcomere.parameters.experiment import Repetitions
from sarcomere.parameters.fibre import FibreType
from sarcomere.parameters.figures import FigureName
from sarcomere.parameters.tables import merge
from sarcomere.scenario.kinds import simulation_class
from sarcomere.scenario.showing import as_html, one_line

if TYPE_CHECKING:
    from sarcomere.scenario.series import Condition

_HEAD_STEPS_PER_S = 40e6  # benchmarks/NOTES.md


class Scenario(Parameters):
    """One experiment, whole: checked when it is made, and never changed.

    Attributes
    ----------
    kind : str
        Kind of run, a key of ``sarcomere.scenario.kinds.KINDS``.
    fibres : dict of str to FibreParameters
        Parameters of each fibre type: the shipped values with what the scenario replaces.
    source : str
        File it was read from; files it names are looked for beside it first.
    user_folder : str
        Where the user was; files are looked for there next.
    """

    kind: ClassVar[str]

    title: Line = Field(description="what the experiment is called")
    description: Prose = Field("", description="what it is for")
    figure: FigureName = Field("overview", description="kind of figure that sarcomere plot draws")
    run: Repetitions
    lattice: LatticeParameters
    fibres: dict[FibreType, FibreParameters]
    numerics: LatticeNumerics
    source: str = Field("", description="file it was read from")
    user_folder: str = Field("", description="folder that the user was in")

    @classmethod
    def fill(cls, table: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Put shipped values where a table gives none.

        Parameters
        ----------
        table : mapping
            As a TOML file gives it; ``fibres`` holds only what differs from the shipped fibre types.
        where : str
            What to call it in error messages.

        Returns
        -------
        dict

        Raises
        ------
        InputError
            If a table that must be filled is none.
        """
        fibres = table.get("fibres", {})
        if not isinstance(fibres, Mapping):
            raise InputError(f"{where}: fibres = {fibres!r} is not a table; write [fibres.slow.cycle] and the like.")
        for name in fibres:
            if name not in FIBRE_TYPES:
                raise InputError(f"{where}: fibres.{name} is not a fibre type; {nearest(name, FIBRE_TYPES)}")
        return {**table, "fibres": merge({name: fibre_table(name) for name in FIBRE_TYPES}, fibres)}

    def shipped(self) -> dict[str, Any]:
        """Return the shipped values that its tables were filled with."""
        return self.fill({}, "")

    def __repr__(self) -> str:
        return one_line(self)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return as_html(self)

    @property
    @abstractmethod
    def n_samples(self) -> int:
        """Samples after the one at time zero."""

    @property
    @abstractmethod
    def sample_interval_s(self) -> float:
        """Time between samples, s."""

    @property
    def condition_tables(self) -> list[tuple[Condition, dict[str, Any]]]:
        """Plain table of every condition of a series, not checked yet."""
        return []

    def check_together(self) -> None:
        """Refuse what is right by itself but not side by side.

        Raises
        ------
        ValueError
            Naming the key.
        """

    def check_parts(self) -> None:
        """Refuse what only the parts of its simulation know to be wrong, without making any.

        Raises
        ------
        InputError
            Naming the file, the value and the remedy.
        """
        simulation_class(self.kind).check_parts(self)

    def notes(self) -> Iterator[str]:
        """Name, in a sentence each, what looks like a mistake in what is imposed."""
        return iter(())

    @abstractmethod
    def cost_s(self) -> float:
        """Estimate the CPU seconds that one replicate takes; the same on every machine."""

    def reserved_names(self) -> set[str]:
        """Names of dimensions, coordinates and variables in the file of a run."""
        names: set[str] = simulation_class(self.kind).reserved_names(self)
        return names

    def varied_keys(self) -> set[str]:
        """Dotted keys that the scenario itself varies."""
        return set()

    def content_hashes(self) -> Iterator[str]:
        """Hash the content of every file that drives the run."""
        return iter(())

    def _stepping_s(self) -> float:
        """CPU seconds that one lattice takes."""
        steps, p = self.run.duration_s * 1e3 / self.numerics.step_ms, self.lattice
        return p.n_thick * p.n_crown * p.n_dimer * p.n_head * steps / _HEAD_STEPS_PER_S
