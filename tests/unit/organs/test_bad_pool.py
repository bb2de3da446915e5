"""Every bad number given to the motoneuron pool ends in one sentence: what, which value, what to do."""

from __future__ import annotations

import pytest

from sarcomere.organs.nerve.inputs import PoolInputs, stimulation
from sarcomere.organs.nerve.pool import MotoneuronPool, load_pool, run_pool
from tests.support.refusal import refused

NAN, INF = float("nan"), float("inf")

PARAMETERS = {
    "misspelt key": ({"kapa": 1.0}, "kapa = 1.0", "'kappa'"),
    "misspelt key in a group": ({"pic.tau": 50.0}, "pic.tau = 50.0", "tau_ms"),
    "negative kappa": ({"kappa": -1.0}, "kappa = -1.0", "persistent current", "at least 0"),
    "kappa not a number": ({"kappa": NAN}, "kappa = nan", "finite"),
    "kappa as text": ({"kappa": "high"}, "kappa = 'high'", "without quotes"),
    "no units": ({"n_units": 0}, "n_units = 0", "at least 1"),
    "half a unit": ({"n_units": 1.5}, "n_units = 1.5", "whole number"),
    "a cell type": ({"types.S.r_soma": -1.0}, "types.S.r_soma = -1.0", "greater than 0"),
    "types out of order": ({"types.S.label_nA": 30.0}, "label_nA", "order them by size"),
    "ends of the pool": ({"smallest_label_nA": 30.0}, "smallest_label_nA = 30", "swap them"),
    "long step": ({"step_ms": 1.0}, "step_ms = 1.0", "at most 0.2"),
    "odd step": ({"step_ms": 0.07}, "0.07 ms", "change step_ms"),
    "share": ({"synapses.antidromic_share": 2.0}, "antidromic_share = 2.0", "at most 1"),
    "through a value": ({"kappa.soma": 1.0}, "kappa.soma", "shorten the key"),
}


@pytest.mark.parametrize("case", PARAMETERS.values(), ids=PARAMETERS)
def test_a_bad_parameter_is_refused(case: tuple) -> None:
    overrides, *words = case
    refused(tuple(words), lambda: load_pool("open_loop_prone", overrides))


def test_a_misspelt_preset_is_refused() -> None:
    refused(("'helthy'", "'healthy'"), lambda: load_pool("helthy"))


INPUTS = {
    "text": ({"x_base": "much"}, "x_base = 'much'", "give a number"),
    "nan": ({"x_inhibition": NAN}, "x_inhibition = nan", "finite"),
    "infinite point": ({"x_even": [(0.0, 0.0), (1.0, INF)]}, "x_even", "finite"),
    "negative inhibition": ({"x_inhibition": -0.1}, "x_inhibition = -0.1", "use 0 to 10"),
    "no potassium": ({"potassium_mM": 0.0}, "potassium_mM = 0", "use 0.5 to 50"),
    "unsorted": ({"x_even": [(1.0, 0.0), (0.5, 1.0)]}, "0.5 s comes after 1 s", "sort the points"),
    "three columns": ({"modulation": [(0.0, 1.0, 2.0)]}, "modulation", "points (time in s, value)"),
    "no points": ({"modulation": []}, "modulation", "points (time in s, value)"),
    "ragged": ({"modulation": [(0.0, 1.0), (1.0,)]}, "modulation", "points (time in s, value)"),
    "negative stimulus": ({"stimuli_s": [-1.0]}, "stimuli_s", "0 or later"),
    "two stimuli at once": ({"stimuli_s": [0.5, 0.5]}, "0.5 s is not after 0.5 s", "sort the times"),
}


@pytest.mark.parametrize("case", INPUTS.values(), ids=INPUTS)
def test_a_bad_input_is_refused(case: tuple) -> None:
    given, *words = case
    refused(tuple(words), lambda: MotoneuronPool(load_pool("open_loop_prone"), PoolInputs(**given)))


@pytest.mark.parametrize("given", [{"duration_s": 0.0}, {"duration_s": NAN}, {"bin_s": -1.0}, {"chunk_s": INF}])
def test_a_bad_duration_is_refused(given: dict[str, float]) -> None:
    name, value = next(iter(given.items()))
    call = {"duration_s": 0.1, **given}
    refused((f"{name} = {value}", "give seconds"), lambda: run_pool(load_pool("open_loop_prone"), PoolInputs(), **call))


def test_a_bad_seed_and_a_bad_frequency_are_refused() -> None:
    refused(("seed = -1", "whole number"), lambda: MotoneuronPool(load_pool("open_loop_prone"), PoolInputs(), -1))
    refused(("frequency_Hz = 0", "above 0"), lambda: stimulation(0.0, 10, 0.0))
