"""The explicit half-sarcomeres of a loop: how each is advanced through a window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import SolverError
from sarcomere.half_sarcomere import initial_state as start
from sarcomere.half_sarcomere import pack
from sarcomere.half_sarcomere.acidosis import Mixture, at_rest
from sarcomere.half_sarcomere.batch import Batch, Start
from sarcomere.half_sarcomere.clock import TICKS, halvings, tick_of
from sarcomere.half_sarcomere.models import Conditions, Models
from sarcomere.half_sarcomere.pack import Parts, Sampled
from sarcomere.parameters import Chemistry
from sarcomere.parameters.fibre import FibreType
from sarcomere.parameters.lattice import longest_length, shortest_length
from sarcomere.scenario.loop import LoopScenario
from sarcomere_kernels import types as k

_LEAST_MM = 1e-7  # of ATP, ADP and Pi, so that logarithms are finite


def loop_models(scenario: LoopScenario, fibre: FibreType) -> Models:
    """Return the models of one fibre type of a loop.

    Parameters
    ----------
    scenario : LoopScenario
        What is run.
    fibre : str
        Fibre type.

    Returns
    -------
    Models
    """
    return Models(
        Parts(scenario.fibres[fibre], scenario.lattice, scenario.mechanics, scenario.numerics),
        _bath(scenario, at_rest(scenario.energy)),
        scenario.mtu_length * scenario.muscle.optimal_hs_length,
        Sampled(round(1.0 / scenario.numerics.step_ms)),
        energy=scenario.energy,
    )


def _bath(scenario: LoopScenario, mixture: Mixture) -> Chemistry:
    atp, adp, pi, _ = mixture
    return Chemistry(atp_mM=atp, adp_uM=adp, pi_mM=pi, **scenario.chemistry.model_dump())


def half_sarcomeres(
    scenario: LoopScenario, models: Sequence[Models], seeds: Sequence[np.random.SeedSequence]
) -> list[HalfSarcomere]:
    """Put the representatives of one replicate into one batch.

    Parameters
    ----------
    scenario : LoopScenario
        What is run.
    models : sequence of Models
        Of the fibre type of each.
    seeds : sequence of numpy.random.SeedSequence
        Fix every random draw of each.

    Returns
    -------
    list of HalfSarcomere
    """
    if not models:
        return []
    starts = zip(models, seeds, strict=True)
    batch = Batch(Start(of, of.fibre.calcium.ca_rest_uM, seed) for of, seed in starts)
    return [HalfSarcomere(batch, row, of, scenario) for row, of in enumerate(models)]


class Turnover(NamedTuple):
    """What a fibre used in a window, mmol per litre of fibre water."""

    atp: float  # by its heads
    calcium: float  # taken up by its pump


class HalfSarcomere:
    """One row of a batch, the lattice of one representative.

    Parameters
    ----------
    batch : Batch
        Holds its state.
    row : int
        Its place there.
    models : Models
        Of its fibre type.
    scenario : LoopScenario
        What is run.

    Attributes
    ----------
    state : sarcomere_kernels.types.State
        Views of all that changes in the kernels.
    chemistry : ndarray, shape (4,)
        ATP (mM), ADP (uM), Pi (mM) and pH at which its rates stand.
    series, states : ndarray
        Samples of the last window, a row for each millisecond.
    at_start : tuple of ndarray
        Sample at time zero; the first window balances it.
    """

    def __init__(self, batch: Batch, row: int, models: Models, scenario: LoopScenario) -> None:
        self._batch, self._row, self._models, self._scenario = batch, row, models, scenario
        lattice, numerics = models.base.lattice, scenario.numerics
        self._shortest, self._longest = shortest_length(scenario.lattice), longest_length(scenario.lattice)
        self._optimum = scenario.muscle.optimal_hs_length
        self._step_ms, self._steps_per_ms = numerics.step_ms, round(1.0 / numerics.step_ms)
        self.state = batch.state(row)
        self._trace = start.trace_for(lattice, numerics.exchange_ms + 1, 0)  # one more for time zero
        self._heads = pack.ru_concentration(scenario.lattice, lattice.reference_length) * 1e-3 * lattice.head_z.size
        self.chemistry = np.array(at_rest(scenario.energy))
        self.series = self._trace.series
        self.states = self._trace.head_state_fraction
        self.at_start = self.series[0], self.states[0]

    @property
    def base(self) -> k.Model:
        """What is constant, at rest."""
        return self._models.base

    def bathe(self, chemistry: NDArray[np.float64]) -> None:
        """Take over a chemistry, if it has moved from the one at which the rates stand."""
        tolerance = self._scenario.numerics.chemistry_tolerance
        pools, held = np.maximum(chemistry[:3], _LEAST_MM), np.maximum(self.chemistry[:3], _LEAST_MM)
        moved = np.abs(np.log(pools / held)).max()
        if max(moved, abs(chemistry[3] - self.chemistry[3])) > tolerance:
            self.chemistry[:] = self._on_grid(chemistry)

    def _on_grid(self, chemistry: NDArray[np.float64]) -> Mixture:
        """Round a chemistry to a grid in logarithms (in units for pH), so that few models are needed."""
        grid = self._scenario.numerics.chemistry_tolerance
        *pools, ph = chemistry
        rounded = (math.exp(round(math.log(max(value, _LEAST_MM)) / grid) * grid) for value in pools)
        atp, adp, pi = rounded
        return atp, adp, pi, round(ph / grid) * grid

    def advance(self, impulse_step: NDArray[np.int64], step_ms: float, length: NDArray[np.float64]) -> Turnover:
        """Go through a window.

        Parameters
        ----------
        impulse_step : ndarray of int64, shape (impulse,)
            Steps of ``step_ms`` at which impulses reach the release sites, rising.
        step_ms : float
            Step in which they are counted.
        length : ndarray, shape (ms + 1,)
            Where the far end is held at the beginning of the window and at the end of each millisecond, L0.

        Returns
        -------
        Turnover
            ``series`` and ``states`` then hold a row for each millisecond.

        Raises
        ------
        SolverError
            If a step finds no force balance or the filaments run out of room.
        """
        n_ms, counters = length.size - 1, self.state.counters
        per_step = np.abs(np.diff(length)).max() * self._optimum / self._steps_per_ms
        halved = halvings(per_step / self._scenario.numerics.length_step_nm)
        atp, adp, pi, ph = self.chemistry.tolist()
        bath = _bath(self._scenario, (atp, adp, pi, ph))
        model = self._models.model(Conditions(bath, ph, halvings=halved))
        n = (n_ms * self._steps_per_ms) << halved
        drive = pack.pack_drive(tick_of(impulse_step * (step_ms / self._step_ms)), n, 0.0, 0.0)
        drive.imposed_length[:] = (
            np.interp(np.arange(1, n + 1) * (n_ms / n), np.arange(n_ms + 1), length) * self._optimum
        )
        fresh = int(counters[k.Count.STEP] == 0)
        used, pumped = int(counters[k.Count.ATP_USED]), float(self.state.calcium[k.Pool.PUMPED])
        counters[k.Count.NEXT_IMPULSE] = 0
        status = self._batch.advance(self._row, model, drive, self._trace, n)
        self.series = self._trace.series[fresh : fresh + n_ms]
        self.states = self._trace.head_state_fraction[fresh : fresh + n_ms]
        if fresh:
            self.at_start = self._trace.series[0].copy(), self._trace.head_state_fraction[0].copy()
        self._check(status, model)
        heads = self.state.head_state.size
        atp = (int(counters[k.Count.ATP_USED]) - used) / heads * self._heads
        return Turnover(atp, (float(self.state.calcium[k.Pool.PUMPED]) - pumped) * 1e-3)

    def _check(self, status: int, model: k.Model) -> None:
        time_ms = self.state.counters[k.Count.TICK] / TICKS * self._step_ms
        length = float(self.state.mechanics[k.Mechanical.HS_LENGTH])
        if not self._shortest < length < self._longest:
            raise SolverError(
                f"The half-sarcomere is {length:.4g} nm long at {time_ms:.1f} ms, outside its filaments' "
                f"{self._shortest:g} to {self._longest:g}; lower mechanics.series_compliance or choose another length."
            )
        self._batch.check(self._row, model, status, time_ms)
