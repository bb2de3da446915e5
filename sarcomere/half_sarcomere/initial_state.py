"""A fresh half-sarcomere: its state at rest, its work space, and room for its samples."""

from __future__ import annotations

import numpy as np

from sarcomere.parameters import CalciumParameters
from sarcomere.scenario import random_streams
from sarcomere_kernels import types as k


def fresh_state(model: k.Model, calcium: CalciumParameters, ca_uM: float, seed: np.random.SeedSequence) -> k.State:
    """Return a resting half-sarcomere: heads detached and units closed, each drawn from its equilibrium.

    Parameters
    ----------
    model : sarcomere_kernels.types.Model
        What is constant.
    calcium : CalciumParameters
        For the calcium stores at rest.
    ca_uM : float
        Free calcium to start from, uM.
    seed : numpy.random.SeedSequence
        Seed of this half-sarcomere; fixes every later draw.

    Returns
    -------
    sarcomere_kernels.types.State
    """
    lattice, regulation, fibre = model.lattice, model.regulation, model.fibre
    start, stream, lanes = seed.spawn(3)
    rng = np.random.default_rng(start)
    n_heads, n_units = lattice.head_z.size, lattice.n_thin * 2 * lattice.n_ru
    off_exit = model.thick.k_off_exit + model.thick.k_off_exit_force * _passive_tension(model)
    weights = np.array(
        [
            model.thick.k_off_return / off_exit if off_exit > 0 else 0.0,
            model.cycle.k_hydrolysis_reverse / max(model.cycle.k_hydrolysis, 1e-300),
            1.0,
        ]
    )
    occupancy = ca_uM / (ca_uM + regulation.k_calcium_off_closed / regulation.k_calcium_on)
    ru_calcium = rng.binomial(regulation.n_calcium_sites, occupancy, n_units).astype(np.int8)
    pools = np.zeros(k.ROW_WORDS)
    pools[k.Pool.FREE] = ca_uM
    pools[k.Pool.CYTOSOL] = ca_uM * (1.0 + fibre.atp_total / (fibre.k_atp_calcium + ca_uM))
    pools[k.Pool.SR] = fibre.sr_rest
    affinity = fibre.csq_off / fibre.csq_on if fibre.csq_on > 0 else np.inf
    pools[k.Pool.CSQ] = fibre.csq_total * fibre.sr_rest / (fibre.sr_rest + affinity)
    pools[k.Pool.AVAILABLE] = 1.0
    counts = np.zeros(k.ROW_WORDS, dtype=np.int64)
    counts[k.Count.RU_CALCIUM] = ru_calcium.sum()
    mechanics = np.zeros(k.ROW_WORDS)
    mechanics[k.Mechanical.HS_LENGTH] = mechanics[k.Mechanical.IMPOSED_LENGTH] = lattice.reference_length
    return k.State(
        head_state=rng.choice(3, n_heads, p=weights / weights.sum()).astype(np.int8),
        head_since=np.zeros(n_heads, dtype=np.int32),
        bound_head=np.zeros(n_heads, dtype=np.int32),
        bound_site=np.zeros(n_heads, dtype=np.int32),
        bound_ru=np.zeros(n_heads, dtype=np.int32),
        bound_thick=np.zeros(n_heads, dtype=np.uint32),
        bound_thin=np.zeros(n_heads, dtype=np.uint32),
        bound_weight=np.zeros(n_heads),
        bound_rest=np.zeros(n_heads),
        strain=np.zeros(n_heads),
        site_taken=np.zeros(lattice.site_s.size, dtype=np.int8),
        ru_calcium=ru_calcium,
        ru_open=np.full(n_units, 1 - regulation.regulated, dtype=np.int8),
        ru_heads=np.zeros(n_units, dtype=np.int8),
        thick_shift=np.zeros(lattice.n_thick * lattice.n_crown),
        thin_shift=np.zeros(lattice.n_thin * (lattice.n_ru + 1)),
        calcium=pools,
        mechanics=mechanics,
        counters=counts,
        dwell=np.zeros((len(k.EXIT_NAMES), k.N_DWELL_BINS), dtype=np.int64),
        stream=np.pad(random_streams.words(stream), (0, k.ROW_WORDS - 4)),
        lanes=np.asarray(lanes.generate_state(4 * k.N_LANES, np.uint32), dtype=np.uint32).reshape(4, k.N_LANES),
    )


def _passive_tension(model: k.Model) -> float:
    """Return the pull of titin on a resting thick filament, relative to isometric; a tendon's give is neglected."""
    m = model.mechanics
    extension = max(model.lattice.reference_length - m.thick_tip - m.titin_slack, 0.0)
    force = m.titin_amplitude * np.expm1(m.titin_exponent * extension)
    return float(min(force / model.thick.isometric_force, model.thick.max_relative_force))


def scratch_for(model: k.Model) -> k.Scratch:
    """Allocate work space for one half-sarcomere."""
    lattice = model.lattice
    heads, thick = lattice.head_z.size, lattice.n_thick * lattice.n_crown
    thin = lattice.n_thin * (lattice.n_ru + 1)
    per_face = int(np.diff(lattice.face_start).max()) + 1
    units = lattice.n_thin * 2 * lattice.n_ru
    return k.Scratch(
        draw=np.zeros(max(heads, units) + k.N_LANES, dtype=np.uint32),
        flag=np.zeros(max(heads, units), dtype=np.uint8),
        listed=np.zeros(max(heads, units), dtype=np.int32),
        ru_kind=np.zeros(units, dtype=np.uint8),
        ru_quiet=np.zeros(model.regulation.stay.size, dtype=np.uint32),
        found_site=np.zeros(per_face, dtype=np.int32),
        found_strain=np.zeros(per_face),
        found_sum=np.zeros(per_face),
        bound_load=np.zeros(heads),
        **{name: np.zeros(thick) for name in ("thick_diag", "thick_pivot", "thick_work", "off_exit_rate")},
        **{name: np.zeros(thin) for name in k.Scratch._fields if name.startswith("thin_")},
        open_near=np.zeros(lattice.n_thin * lattice.n_ru, dtype=np.uint8),
        attempt=np.zeros((2, k.N_HEAD_STATES)),
        steepest=np.zeros((2, k.N_HEAD_STATES)),
        tip_slope=np.zeros(lattice.n_thick),
        tip_load=np.zeros(lattice.n_thick),
    )


def trace_for(lattice: k.Lattice, rows: int, snapshots: int) -> k.Trace:
    """Allocate the samples of one chunk."""
    heads = lattice.head_z.size
    return k.Trace(
        series=np.zeros((rows, len(k.SERIES_NAMES))),
        head_state_fraction=np.zeros((rows, k.N_HEAD_STATES)),
        snapshot_state=np.zeros((snapshots, heads), dtype=np.int8),
        snapshot_strain=np.zeros((snapshots, heads), dtype=np.float32),
    )
