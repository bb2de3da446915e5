"""From the end of an axon to the release sites: junctions, fibre action potentials, potassium outside the fibres."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sarcomere.organs import junction
from sarcomere.organs.impulse_queue import Queue
from sarcomere.scenario.loop import LoopScenario
from sarcomere_kernels import advance_potassium, carry_impulses, relax_tubules

Units = NDArray[np.int32]
Steps = NDArray[np.int64]

_UNDER_WAY = 16  # action potentials of one unit between junction and release sites


class Excitation:
    """Junctions and fibres of all units.

    Parameters
    ----------
    scenario : LoopScenario
        What is run.
    seed : numpy.random.SeedSequence
        Fixes what junctions release and which action potentials fail.

    Attributes
    ----------
    junctions : sarcomere_kernels.fibre_wave.JunctionState
        All that changes in the kernels.
    """

    def __init__(self, scenario: LoopScenario, seed: np.random.SeedSequence) -> None:
        self._scenario, step_ms, n_units = scenario, scenario.pool.step_ms, scenario.pool.n_units
        frozen = {} if scenario.switches.potassium else {"k_tubule_impulse_mM": 0.0}
        fibre_ap = scenario.fibre_ap.model_copy(update=frozen)
        self._constants = junction.pack_junctions(scenario.junction, fibre_ap, step_ms)
        self._potassium = junction.pack_potassium(scenario.potassium)
        self._outside = np.array([scenario.electrolytes.potassium_mM])
        self.junctions = junction.fresh_junctions(self._constants, n_units, self.k_interstitial, seed)
        self._delay = round(fibre_ap.release_delay_ms / step_ms)
        self._aps = Queue(_UNDER_WAY * n_units)

    @property
    def k_interstitial(self) -> float:
        """Potassium between the fibres, mM."""
        return float(self._outside[0])

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that changes, by name."""
        aps = {f"aps_{name}": array for name, array in self._aps.arrays.items()}
        return {**self.junctions._asdict(), **aps, "k_interstitial": self._outside}

    def carry(self, unit: Units, step: Steps, calcium_mM: float, magnesium_mM: float, end: int) -> tuple[Units, Steps]:
        """Take impulses over the junctions and along the fibres.

        Parameters
        ----------
        unit, step : ndarray, shape (impulse,)
            Whose impulse arrives at its junction, and in which step; in order of time.
        calcium_mM, magnesium_mM : float
            Free, around the junctions.
        end : int
            Step at which the window ends.

        Returns
        -------
        unit, step : ndarray, shape (ap,)
            Action potentials that reach release sites before the end, in order of time.
        """
        carried = np.ones(unit.size, dtype=np.int8)
        if self._scenario.switches.junction:
            factor = junction.release_factor(self._scenario.junction, calcium_mM, magnesium_mM)
            carry_impulses(self.junctions, self._constants, unit, step, factor, self.k_interstitial, carried)
        aps = carried == 1
        self._aps.put(unit[aps], step[aps] + self._delay)
        return self._aps.take(end)

    def leave_potassium(self, plasma_mM: float, aps_per_ms: float, flow: float, end: int, duration_ms: float) -> None:
        """Advance interstitial potassium over a window: release by action potentials, uptake and washout.

        Parameters
        ----------
        plasma_mM : float
            Potassium in plasma.
        aps_per_ms : float
            Of a fibre, mean over the muscle.
        flow : float
            Blood flow, 1 at rest.
        end : int
            Step at which the window ends.
        duration_ms : float
            Its length.
        """
        if not self._scenario.switches.potassium:
            return
        relax_tubules(self.junctions, self._constants, end, self.k_interstitial)
        self._outside[0] = advance_potassium(
            self.k_interstitial, self._potassium, plasma_mM, aps_per_ms, flow, duration_ms
        )
