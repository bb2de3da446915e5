"""A batch: rows that share nothing that changes, and models that are made once."""

from __future__ import annotations

import numpy as np

from sarcomere.half_sarcomere.control import fibre_models, preparations
from sarcomere.half_sarcomere.models import Conditions, scaled
from sarcomere.parameters import load_fibre
from sarcomere.parameters.metabolism import EnergyParameters
from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.impulses import columns, impulse_times

PER_MS = 10  # steps


def scenario() -> FibreScenario:
    return from_dict(
        {
            "title": "batch",
            "run": {"duration_s": 0.02, "replicates": 2},
            "drive": {"pCa": 4.5},
            "motor_units": [{"id": 1, "fibre": "fast"}, {"id": 2, "fibre": "slow"}],
            "lattice": {"n_thick": 1},
        }
    )


def test_rows_are_views_and_do_not_disturb_each_other() -> None:
    s = scenario()
    rows = preparations(s.run.numbers, columns(s), impulse_times(s))
    before = [[array.copy() for array in hs.state] for hs in rows]
    rows[2].advance(5 * PER_MS, 6, 0)
    for i, (hs, old) in enumerate(zip(rows, before, strict=True)):
        same = all(np.array_equal(a, b) for a, b in zip(hs.state, old, strict=True))
        assert same is (i != 2)
        assert hs.state.strain.base is rows[0].state.strain.base is not None  # one array for all rows
        assert all(array.flags.c_contiguous for array in hs.state)


def test_a_model_is_made_once_and_shared() -> None:
    models = fibre_models(scenario(), "fast")
    bath = scenario().chemistry
    assert models.model(Conditions(bath)) is models.base
    weak = Conditions(bath.model_copy(update={"pi_mM": 30.0}), force_control=True, halvings=2)
    assert models.model(weak) is models.model(weak)
    assert models.model(weak).sampling.step == models.base.sampling.step / 4
    assert models.model(weak).mechanics.free_end == 1


def test_cold_and_acid_scale_rates_once() -> None:
    fibre, energy = load_fibre("fast"), EnergyParameters()
    at_rest = scaled(fibre, 37.0, energy, energy.ph_rest)
    assert at_rest.cycle == fibre.cycle
    assert at_rest.regulation == fibre.regulation
    cold_and_acid, cooled = scaled(fibre, 27.0, energy, energy.acid_ph), fibre.cycle.at(27.0)
    assert np.isclose(cold_and_acid.cycle.k_attach, cooled.k_attach * energy.acid_attach)
    assert cold_and_acid.off_state == fibre.off_state.at(27.0) != fibre.off_state
    assert np.isclose(cold_and_acid.calcium.v_pump_mM_s, fibre.calcium.v_pump_mM_s * energy.acid_pump)
