"""What a run of any kind gives: blocks of samples, and all that a file of it holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from numpy.typing import NDArray

from sarcomere.half_sarcomere.state_checks import check_numbers
from sarcomere.recording.recordable import DEFAULT_BLOCK
from sarcomere.recording.variable import Block, Variable, block_of
from sarcomere.scenario.base import Scenario
from sarcomere.simulation.size import Size, rows_that_fit

if TYPE_CHECKING:
    import xarray as xr  # loading it takes a quarter of a second, which the first step need not wait for

S = TypeVar("S", bound=Scenario)


class Simulation(ABC, Generic[S]):
    """A run in memory.

    Parameters
    ----------
    scenario : Scenario
        What to run.

    Attributes
    ----------
    samples_done : int
        Samples after the one at time zero; -1 before that.
    watch : callable, optional
        Takes the simulation, now and then within a block.
    """

    smallest: ClassVar[Mapping[str, Any]]  # table of the shortest run that needs every kernel of its kind
    labels: ClassVar[frozenset[str]]  # dimensions and coordinates of a file besides its variables

    def __init__(self, scenario: S) -> None:
        self.scenario = scenario
        self.samples_done = -1
        self.watch: Callable[[Simulation[S]], None] | None = None

    @classmethod
    @abstractmethod
    def check_parts(cls, scenario: S) -> None:
        """Refuse what only the parts of the simulation know to be wrong, without making any."""

    @classmethod
    @abstractmethod
    def size_of(cls, scenario: S) -> Size:
        """Predict how many bytes a run takes."""

    @classmethod
    @abstractmethod
    def variables_of(cls, scenario: S) -> tuple[Variable, ...]:
        """List what a run keeps against time or event by event, as it stands in its file."""

    @classmethod
    def totals_of(cls, scenario: S) -> tuple[Variable, ...]:
        """List what a run keeps that does not grow with time."""
        return ()

    @classmethod
    def reserved_names(cls, scenario: S) -> set[str]:
        """Names of dimensions, coordinates and variables in the file of a run."""
        variables = (*cls.variables_of(scenario), *cls.totals_of(scenario))
        return {*cls.labels, *(v.name for v in variables), *(dim for v in variables for dim in v.dims)}

    @property
    def time_done_s(self) -> float:
        """How far the run is, s."""
        return max(self.samples_done, 0) * self.scenario.sample_interval_s

    @property
    def news(self) -> str:
        """What there is to tell besides how far it is."""
        return ""

    @property
    @abstractmethod
    def growing(self) -> tuple[str, ...]:
        """Unlimited dimensions of its file."""

    @property
    @abstractmethod
    def n_heads(self) -> int:
        """Heads in all half-sarcomeres together."""

    def blocks(self, threads: int = 1, block: int = DEFAULT_BLOCK) -> Generator[Block, None, None]:
        """Advance to the end of the run, a block of samples at a time.

        Parameters
        ----------
        threads : int
            Rows advanced at once; changes no bit of the result.
        block : int
            Samples per block, fewer where they would take too much memory; changes no bit of the result.

        Yields
        ------
        Block
            The next samples; the first block begins with time zero.

        Raises
        ------
        SarcomereError
            If a step finds no force balance or a part cannot go on.
        """
        n, block = self.scenario.n_samples, min(block, rows_that_fit(self.scenario))
        with ThreadPoolExecutor(max_workers=threads) as pool:
            while self.samples_done < n:
                first = self.samples_done + 1
                # the first block takes at least one step, so that time zero is sampled once
                count = min(max(block, 2) if first == 0 else block, n - self.samples_done)
                columns = self._advance(first, count, pool, threads)
                self.samples_done += count
                yield block_of(self.variables_of(self.scenario), columns, self.growing)

    @abstractmethod
    def _advance(self, first: int, count: int, pool: Executor, threads: int) -> dict[str, NDArray[Any]]:
        """Take so many samples from sample ``first`` on; returns columns by variable."""

    @abstractmethod
    def coordinates(self) -> dict[str, xr.Variable]:
        """Label what does not grow."""

    def totals(self) -> dict[Variable, NDArray[Any]]:
        """Return the variables of the whole run without a time dimension, as known so far."""
        return {}

    def attributes(self) -> dict[str, Any]:
        """Global attributes of the file besides provenance."""
        return {}

    @abstractmethod
    def state_arrays(self) -> dict[str, list[NDArray[Any]]]:
        """All that changes in a run, by name: one array for every row."""

    def check_state(self) -> None:
        """Refuse a state that no run of this scenario can have; by default, numbers that are not finite.

        Raises
        ------
        ValueError
            Naming what is out of range.
        """
        for name, arrays in self.state_arrays().items():
            for array in arrays:
                if array.dtype.kind != "u":  # words of random streams may be any
                    check_numbers(name, array)

    def check_drive(self, part: str, kept: Mapping[str, NDArray[Any]]) -> None:
        """Refuse to go on with a file that something else drove.

        Parameters
        ----------
        part : str
            The file.
        kept : mapping of str to ndarray
            Its variables.

        Raises
        ------
        InputError
            If what drove it is not what drives this run.
        """

    def dataset(self, *blocks: Block) -> xr.Dataset:
        """Label a run or its beginning.

        Parameters
        ----------
        *blocks : Block
            Samples from time zero on, in order.

        Returns
        -------
        xarray.Dataset
        """
        from sarcomere.recording import provenance
        from sarcomere.recording.dataset import dataset

        made_by = {**provenance.attributes(self.scenario), "kind": self.scenario.kind, **self.attributes()}
        variables = self.variables_of(self.scenario)
        return dataset(blocks, variables, self.totals(), self.coordinates(), made_by)
