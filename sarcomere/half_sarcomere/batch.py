"""Half-sarcomeres side by side: states with a leading axis, a row for each of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sarcomere.errors import check_status
from sarcomere.half_sarcomere.initial_state import fresh_state, scratch_for
from sarcomere.half_sarcomere.models import Models
from sarcomere_kernels import advance, row
from sarcomere_kernels import types as k


class Start(NamedTuple):
    """How one half-sarcomere begins."""

    models: Models
    ca_uM: float  # free calcium
    seed: np.random.SeedSequence


class Batch:
    """Half-sarcomeres of one lattice geometry, each with its own chemistry, ends and random numbers.

    Rows share nothing that changes, so threads may take them in any order.

    Parameters
    ----------
    starts : iterable of Start
        One a row.

    Attributes
    ----------
    states : sarcomere_kernels.types.State
        All that changes; every array has the rows on its first axis.
    """

    def __init__(self, starts: Iterable[Start]) -> None:
        starts = list(starts)
        fresh = [fresh_state(s.models.base, s.models.fibre.calcium, s.ca_uM, s.seed) for s in starts]
        self.states = k.State(*(np.stack(arrays) for arrays in zip(*fresh, strict=True)))
        self._scratch = [scratch_for(s.models.base) for s in starts]

    def state(self, i: int) -> k.State:
        """Return views of the state of row i."""
        return row(self.states, i)

    def advance(self, i: int, model: k.Model, drive: k.Drive, trace: k.Trace, n_steps: int) -> int:
        """Advance row i.

        Parameters
        ----------
        i : int
            The row.
        model, drive
            What holds in these steps.
        trace : sarcomere_kernels.types.Trace
            Filled from its first row on.
        n_steps : int
            How many steps of ``model.sampling``.

        Returns
        -------
        int
            A status code of the kernels.
        """
        return int(advance(self.state(i), model, drive, self._scratch[i], trace, n_steps))

    def check(self, i: int, model: k.Model, status: int, time_ms: float, load: float | None = None) -> None:
        """Turn a status of row i into a sentence.

        Parameters
        ----------
        i : int
            The row.
        model
            What it was advanced with.
        status : int
            What ``advance`` returned.
        time_ms : float
            Simulated time, ms.
        load : float, optional
            Load under force control, pN per thick filament.

        Raises
        ------
        SolverError
            If the forces could not be balanced, or a number is not finite.
        """
        check_status(
            status,
            time_ms=time_ms,
            residual=self.states.mechanics[i, k.Mechanical.RESIDUAL],
            tolerance=model.mechanics.tolerance,
            iterations=model.mechanics.max_iterations,
            load=load,
        )
