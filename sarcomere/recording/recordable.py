"""What a simulation must offer to be recorded."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from sarcomere.recording.variable import Block, Variable
from sarcomere.scenario.base import Scenario

if TYPE_CHECKING:
    import xarray as xr

DEFAULT_BLOCK = 1024  # samples


class Recordable(Protocol):
    """A simulation that can be written into a file, stopped, and gone on with."""

    samples_done: int
    watch: Any  # called with the simulation, unless None, while a block that takes long goes on

    @property
    def scenario(self) -> Scenario:
        """What is run."""

    def blocks(self, threads: int = 1, block: int = DEFAULT_BLOCK) -> Generator[Block, None, None]:
        """Advance to the end of the run, a block of samples at a time."""

    def dataset(self, *blocks: Block) -> xr.Dataset:
        """Label a run or its beginning."""

    def totals(self) -> dict[Variable, NDArray[Any]]:
        """Return the variables of the whole run without a time dimension, as known so far."""

    def state_arrays(self) -> dict[str, list[NDArray[Any]]]:
        """All that changes, by name: putting it back continues the same run."""

    def check_drive(self, part: str, kept: Mapping[str, Any]) -> None:
        """Refuse, with ``InputError``, to go on with a file that something else drove."""

    def check_state(self) -> None:
        """Refuse, with ``ValueError``, a state that no run of this scenario can have."""
