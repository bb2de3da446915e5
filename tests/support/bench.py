"""A small bench for tests: one half-sarcomere, advanced from Python."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sarcomere.errors import check_status
from sarcomere.half_sarcomere import initial_state as start
from sarcomere.half_sarcomere import pack
from sarcomere.half_sarcomere.models import scaled
from sarcomere.parameters import (
    Chemistry,
    FibreParameters,
    LatticeParameters,
    MechanicsParameters,
    Numerics,
    load_fibre,
)
from sarcomere_kernels import advance
from sarcomere_kernels import types as k

RIGID = MechanicsParameters(stiffness_thick=1e6, modulus_thin_nN=1e5, titin_force=0.0)


def fibre(name: str, **groups: dict[str, Any]) -> FibreParameters:
    """A shipped fibre type with some values replaced."""
    base = load_fibre(name)
    return base.model_copy(
        update={group: getattr(base, group).model_copy(update=values) for group, values in groups.items()}
    )


class Samples(NamedTuple):
    """What tests look at, a row per sample."""

    force: k.F8
    ca: k.F8
    ru_open_fraction: k.F8
    atp_used: k.F8
    head_state_fraction: k.F8


class Bench(NamedTuple):
    """A half-sarcomere ready to go."""

    model: k.Model
    state: k.State
    scratch: k.Scratch
    impulse_tick: k.I8
    ca: float

    def run(self, duration_ms: float) -> Samples:
        """Advance; the trace has one row per sample, without the one at time zero."""
        sampling = self.model.sampling
        steps = round(duration_ms / sampling.step)
        extra = int(self.state.counters[k.Count.STEP] == 0)
        trace = start.trace_for(self.model.lattice, steps * sampling.ticks // sampling.every + extra, 0)
        drive = pack.pack_drive(self.impulse_tick, steps, self.model.lattice.reference_length, self.ca)
        status = advance(self.state, self.model, drive, self.scratch, trace, steps)
        check_status(status, time_ms=0, residual=self.state.mechanics[k.Mechanical.RESIDUAL], tolerance=0, iterations=0)
        columns = {name: trace.series[extra:, k.SERIES_NAMES.index(name)] for name in Samples._fields[:-1]}
        return Samples(**columns, head_state_fraction=trace.head_state_fraction[extra:])


def bench(
    what: FibreParameters,
    *,
    lattice: LatticeParameters | None = None,
    mechanics: MechanicsParameters | None = None,
    chemistry: Chemistry | None = None,
    numerics: Numerics | None = None,
    hs_length: float = 1300.0,
    pca: float = 4.5,
    regulated: bool = True,
    clamped: bool = True,
    impulses: tuple[int, ...] = (),
    seed: int = 1,
    sample_ms: float = 1.0,
) -> Bench:
    """Set up a half-sarcomere at constant calcium, or driven by impulses if not clamped."""
    lattice, numerics = lattice or LatticeParameters(n_thick=4), numerics or Numerics()
    chemistry = chemistry or Chemistry()
    model = pack.pack_model(
        pack.Parts(scaled(what, chemistry.temperature_C), lattice, mechanics or MechanicsParameters(), numerics),
        chemistry,
        hs_length,
        pack.Sampled(round(sample_ms / numerics.step_ms)),
        regulated=regulated,
        clamped=clamped,
    )
    ca = 10.0 ** (6 - pca) if clamped else what.calcium.ca_rest_uM
    state = start.fresh_state(model, what.calcium, ca, np.random.SeedSequence(seed))
    ticks = np.array(impulses, dtype=np.int64) * k.TICKS_PER_STEP
    return Bench(model, state, start.scratch_for(model), ticks, ca)


def steady_states(
    what: FibreParameters, pca: float, step: float, duration: float, seeds: range, **other: Any
) -> np.ndarray:
    """Force, bound and open fraction, ATPase (/s) of isometric half-sarcomeres, a row for each seed."""
    rows = []
    for seed in seeds:
        lattice, numerics = LatticeParameters(n_thick=8), Numerics(step_ms=step)
        b = bench(what, lattice=lattice, numerics=numerics, pca=pca, seed=seed, sample_ms=2.0, **other)
        b.run(400.0)
        t = b.run(duration)
        bound = t.head_state_fraction[:, k.HeadState.A1 :].sum(axis=1)
        rows.append([t.force.mean(), bound.mean(), t.ru_open_fraction.mean(), np.diff(t.atp_used).mean() * 500.0])
    return np.array(rows)


def batch_mean(values: np.ndarray, batches: int = 20) -> tuple[float, float]:
    """Mean of a stationary series and its standard error from batch means."""
    means = np.array([part.mean() for part in np.array_split(np.asarray(values), batches)])
    return float(means.mean()), float(means.std(ddof=1) / np.sqrt(batches))
