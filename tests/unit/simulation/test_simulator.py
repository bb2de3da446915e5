"""The model as a function of a few numbers."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import sarcomere
from sarcomere import simulator
from tests.support.refusal import SMALL

KEYS = ["lattice.d10", "motor_units.0.n_fibres"]


def muscle_force(ds: xr.Dataset) -> xr.DataArray:
    return ds.muscle_force.mean("replicate")


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL.replace('discharge_file = "mine.csv"', "pCa = 5.0").replace("0.002", "0.03"))
    return str(path)


def test_the_result_is_that_of_a_run(small: str) -> None:
    simulate = simulator(small, KEYS[:1], muscle_force, settings={"run.replicates": 2})
    found = simulate([36.0], seed=5)
    settings = {"lattice.d10": 36.0, "run.replicates": 2, "run.seed": 5}
    expected = muscle_force(sarcomere.run(sarcomere.read(small, settings)))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(simulate(np.array(36.0), 5), found)
    assert not np.array_equal(simulate([36.0], seed=6), found)
    assert not np.array_equal(simulate([38.0], seed=5), found)


def test_it_can_be_sent_to_another_process(small: str) -> None:
    simulate = simulator(small, KEYS[:1], muscle_force)
    again = pickle.loads(pickle.dumps(simulate))
    np.testing.assert_array_equal(again([37.0], 1), simulate([37.0], 1))


def test_a_table_in_the_settings_is_left_as_it_is(small: str) -> None:
    settings = {"chemistry": {"pi_mM": 3.0}}
    one, other = (
        simulator(small, [key], muscle_force, settings=settings) for key in ("chemistry.atp_mM", "chemistry.adp_uM")
    )
    before = other([20.0], 1)
    one([1.0], 1)
    np.testing.assert_array_equal(other([20.0], 1), before)
    assert settings == {"chemistry": {"pi_mM": 3.0}}


@pytest.mark.parametrize(
    ("scenario", "keys", "settings", "words"),
    [
        ("small", ["lattice.d11"], {}, "unknown key lattice.d11; did you mean 'd10'"),
        ("small", ["latice.d10"], {}, "unknown key latice.d10; did you mean 'lattice'"),
        ("small", ["fibres.fat.cycle.k_attach"], {}, "did you mean 'fast'"),
        ("small", ["motor_units.7.n_fibres"], {}, "unknown key motor_units.7.n_fibres"),
        ("small", [], {}, "is not a list of dotted keys"),
        ("small", "lattice.d10", {}, "'lattice.d10' is not a list"),
        ("small", ["lattice.d10"] * 2, {}, "lattice.d10 is set twice"),
        ("small", ["lattice.d10"], {"lattice.d10": 37.0}, "lattice.d10 is set twice"),
        ("small", ["run.seed"], {}, "run.seed is set twice"),
        ("small", ["lattice.d10"], {"run.seed": 5}, "run.seed is set twice, also by each call"),
        ("small", ["lattice.d10"], {"lattice.n_thik": 2}, "unknown key lattice.n_thik"),
        ("nowhere", ["lattice.d10"], {}, "nowhere: no scenario of that name"),
    ],
)
def test_bad_keys_are_refused(small: str, scenario: str, keys: list[str], settings: dict, words: str) -> None:
    with pytest.raises(sarcomere.InputError, match=rf"{words}.*[.?]$"):
        simulator(small if scenario == "small" else scenario, keys, muscle_force, settings=settings)


def test_an_outcome_that_cannot_be_called_is_refused(small: str) -> None:
    with pytest.raises(sarcomere.InputError, match=r"outcome = 'force' cannot be called; .*\.$"):
        simulator(small, ["lattice.d10"], "force")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("theta", "words"),
    [
        ([], r"theta of shape \(0,\) has not one value for each of the 1 keys"),
        ([1.0, 2.0], r"theta of shape \(2,\)"),
        ([-5.0], "lattice.d10 = -5.0 is out of range"),
        ([np.nan], "lattice.d10 = nan"),
    ],
)
def test_bad_theta_is_refused(small: str, theta: list[float], words: str) -> None:
    with pytest.raises(sarcomere.InputError, match=words):
        simulator(small, ["lattice.d10"], muscle_force)(theta, 1)
