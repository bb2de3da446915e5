"""The explicit half-sarcomeres of an episode: their models at any chemistry, and how one goes through a window."""

from __future__ import annotations

import math
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.errors import SolverError, check_status
from sarcomere.half_sarcomere import initial_state as start
from sarcomere.half_sarcomere import pack
from sarcomere.half_sarcomere.acidosis import Mixture, acidified, at_rest
from sarcomere.parameters import Chemistry
from sarcomere.parameters.lattice import thin_filament_length
from sarcomere.scenario.loop import LoopScenario
from sarcomere_kernels import advance
from sarcomere_kernels import types as k

TICKS = k.TICKS_PER_STEP
_KEPT_MODELS = 64  # of one fibre type, about 1 MB each
_MOST_HALVINGS = 5  # a step is so many ticks: 32 = 2**5
_LEAST_MM = 1e-7  # of ATP, ADP and Pi, so that logarithms are finite


class FibreModels:
    """What the kernels take, for every chemistry and step length of one fibre type.

    Parameters
    ----------
    episode : LoopScenario
        What is run.
    fibre : str
        Fibre type.
    """

    def __init__(self, episode: LoopScenario, fibre: str) -> None:
        self._episode, self.fibre = episode, episode.fibres[fibre]  # type: ignore[index]
        self._lock, self._kept = Lock(), dict[tuple[Mixture, int], k.Model]()
        numerics = episode.numerics
        self.base = pack.pack_model(
            self.fibre,
            episode.lattice,
            episode.mechanics,
            self._bath(*at_rest(episode)[:3]),
            numerics,
            episode.mtu_length * episode.muscle.optimal_hs_length,
            regulated=True,
            clamped=False,
            sample_every=round(1.0 / numerics.step_ms),
            snapshot_every=0,
        )

    def on_grid(self, chemistry: NDArray[np.float64]) -> Mixture:
        """The nearest chemistry for which rates are tabulated: a grid in logarithms, so that few are needed."""
        grid = self._episode.numerics.chemistry_tolerance
        *pools, ph = chemistry
        rounded = (math.exp(round(math.log(max(value, _LEAST_MM)) / grid) * grid) for value in pools)
        atp, adp, pi = rounded
        return atp, adp, pi, round(ph / grid) * grid

    def model(self, chemistry: Mixture, halvings: int) -> k.Model:
        """The model at a chemistry of the grid, its step halved so often."""
        key = (chemistry, halvings)
        with self._lock:  # groups and replicates share what is made once
            if key not in self._kept:
                if len(self._kept) >= _KEPT_MODELS:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = self._build(chemistry, halvings)
            return self._kept[key]

    def _bath(self, atp: float, adp: float, pi: float) -> Chemistry:
        return Chemistry(atp_mM=atp, adp_uM=adp, pi_mM=pi, **self._episode.chemistry.model_dump())

    def _build(self, chemistry: Mixture, halvings: int) -> k.Model:
        e, base = self._episode, self.base
        atp, adp, pi, ph = chemistry
        bath = self._bath(atp, adp, pi)
        numerics = e.numerics.model_copy(update={"step_ms": e.numerics.step_ms / 2**halvings})
        fibre, length = acidified(self.fibre, e, ph), base.lattice.reference_length
        off = pack.pack_off_state(fibre.off_state.at(bath.temperature_C))
        cycle = pack.pack_cycle(fibre.cycle, fibre.regulation.crossbridge_cooperativity, bath, e.lattice, length)
        calcium = pack.pack_fibre(fibre.calcium, bath, e.lattice, length, numerics, clamped=False)
        return base._replace(
            cycle=cycle,
            table=pack.pack_table(cycle, off, base.lattice, numerics),
            thick=off,
            fibre=calcium._replace(k_leak=base.fibre.k_leak),  # the membrane leaks as before
            regulation=pack.pack_regulation(fibre.regulation, True, numerics.step_ms),
            sampling=base.sampling._replace(step=float(numerics.step_ms), ticks=TICKS >> halvings),
        )


class Turnover(NamedTuple):
    """What a fibre used in a window, mmol per litre of fibre water."""

    atp: float  # by its heads
    calcium: float  # taken up by its pump


class HalfSarcomere:
    """The lattice of one representative.

    Parameters
    ----------
    models : FibreModels
        Of its fibre type.
    seed : numpy.random.SeedSequence
        Fixes every random draw.
    room_ms : int
        Milliseconds of the longest window.

    Attributes
    ----------
    state : sarcomere_kernels.types.State
        All that changes in the kernels.
    chemistry : ndarray, shape (4,)
        ATP (mM), ADP (uM), Pi (mM) and pH at which its rates stand.
    """

    def __init__(self, models: FibreModels, episode: LoopScenario, seed: np.random.SeedSequence, room_ms: int) -> None:
        self._models, self._episode = models, episode
        lattice, numerics = models.base.lattice, episode.numerics
        self._shortest = episode.lattice.thick_half_length
        self._longest = self._shortest + thin_filament_length(episode.lattice)
        self._optimum = episode.muscle.optimal_hs_length
        self._step_ms, self._steps_per_ms = numerics.step_ms, round(1.0 / numerics.step_ms)
        calcium = models.fibre.calcium
        self.state = start.fresh_state(models.base, calcium, calcium.ca_rest_uM, seed)
        self.scratch = start.scratch_for(models.base)
        self._trace = start.trace_for(lattice, room_ms + 1, 0)  # one more for time zero
        self._heads = pack.ru_concentration(episode.lattice, lattice.reference_length) * 1e-3 * lattice.head_z.size
        self.chemistry = np.array(at_rest(episode))
        self.series = self._trace.series
        self.states = self._trace.head_state_fraction
        self.at_start = self.series[0], self.states[0]  # once the first window has balanced it

    def bathe(self, chemistry: NDArray[np.float64]) -> None:
        """Take over a chemistry, if it has moved from the one at which the rates stand."""
        tolerance = self._episode.numerics.chemistry_tolerance
        pools, held = np.maximum(chemistry[:3], _LEAST_MM), np.maximum(self.chemistry[:3], _LEAST_MM)
        moved = np.abs(np.log(pools / held)).max()
        if max(moved, abs(chemistry[3] - self.chemistry[3])) > tolerance:
            self.chemistry[:] = self._models.on_grid(chemistry)

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
        limit = self._episode.numerics.length_step_nm
        halvings = min(_MOST_HALVINGS, max(0, math.ceil(math.log2(per_step / limit)))) if per_step > 0 else 0
        model = self._models.model(tuple(self.chemistry), halvings)
        n = (n_ms * self._steps_per_ms) << halvings
        # at the beginning of the step in which it falls: later, the window's last impulse would come too late for it
        impulse_tick = TICKS * np.floor(impulse_step * (step_ms / self._step_ms) + 1e-9).astype(np.int64)
        drive = pack.pack_drive(impulse_tick, n, 0.0, 0.0)
        drive.imposed_length[:] = (
            np.interp(np.arange(1, n + 1) * (n_ms / n), np.arange(n_ms + 1), length) * self._optimum
        )
        fresh = int(counters[k.STEP] == 0)
        used, pumped = int(counters[k.ATP_USED]), float(self.state.calcium[k.CA_PUMPED])
        counters[k.NEXT_IMPULSE] = 0
        status = advance(self.state, model, drive, self.scratch, self._trace, n)
        if fresh:
            self.at_start = self._trace.series[0].copy(), self._trace.head_state_fraction[0].copy()
        self.series = self._trace.series[fresh : fresh + n_ms]
        self.states = self._trace.head_state_fraction[fresh : fresh + n_ms]
        self._check(status, model)
        heads = self.state.head_state.size
        atp = (int(counters[k.ATP_USED]) - used) / heads * self._heads
        return Turnover(atp, (float(self.state.calcium[k.CA_PUMPED]) - pumped) * 1e-3)

    def _check(self, status: int, model: k.Model) -> None:
        time_ms = self.state.counters[k.TICK] / TICKS * self._step_ms
        length = float(self.state.mechanics[k.HS_LENGTH])
        if not self._shortest < length < self._longest:
            raise SolverError(
                f"The half-sarcomere is {length:.4g} nm long at {time_ms:.1f} ms, outside its filaments' "
                f"{self._shortest:g} to {self._longest:g}; lower mechanics.series_compliance or choose another length."
            )
        check_status(
            status,
            time_ms=time_ms,
            residual=self.state.mechanics[k.RESIDUAL],
            tolerance=model.mechanics.tolerance,
            iterations=model.mechanics.max_iterations,
        )
