"""What a simulation must offer to be recorded."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.loop import LoopScenario

if TYPE_CHECKING:
    import xarray as xr

DEFAULT_BLOCK = 1024  # samples


class Piece(Protocol):
    """Samples of all that ran over a stretch of time, and the events in it."""

    time: NDArray[Any]

    @property
    def growth(self) -> dict[str, int]:
        """Rows by which each unlimited dimension grows."""

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """All that grows, by name."""


class Recordable(Protocol):
    """A simulation that can be written into a file, stopped, and gone on with."""

    samples_done: int
    watch: Any  # called with the simulation, unless None, while a block that takes long goes on

    @property
    def scenario(self) -> FibreScenario | LoopScenario:
        """What is run."""

    def blocks(self, threads: int = 1, block: int = DEFAULT_BLOCK) -> Generator[Any, None, None]:
        """Advance to the end of the run, a ``Piece`` at a time."""

    def dataset(self, block: Any) -> xr.Dataset:
        """Label the first piece, as a file begins."""

    def so_far(self) -> dict[str, NDArray]:
        """What a file holds of the whole run, not against time."""

    def changing(self) -> dict[str, list[NDArray]]:
        """All that changes, by name: putting it back continues the same run."""

    def check_drive(self, part: str, kept: Mapping[str, Any]) -> None:
        """Refuse, with ``InputError``, to go on with a file that something else drove."""

    def check_state(self) -> None:
        """Refuse, with ``ValueError``, a state that no run of this scenario can have."""
