"""Long attachments, rigor, retained ADP, unexplained force and letting go, on data with known answers."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from sarcomere import analysis
from tests.support.synthetic import LATTICE, series

EDGES = 0.1 * 10 ** (np.arange(60) / 10)
N_THICK = 2


def dwelling(mean_ms: float, seed: int, count: int = 200_000) -> xr.Dataset:
    """Attachments of exponential duration, half of them ending by each path, in two replicates."""
    rng = np.random.default_rng(seed)
    edges = np.append(EDGES, np.inf)
    counts = [[[np.histogram(rng.exponential(mean_ms, count) + 0.1, edges)[0]] * 2] for _ in range(2)]
    dims = ("replicate", "motor_unit", "exit_path", "dwell")
    fraction = np.zeros((2, 1, 11, 7))
    fraction[..., 5] = 0.25
    return xr.Dataset(
        {
            "dwell_count": (dims, np.array(counts)),
            "head_state_fraction": (("replicate", "motor_unit", "time", "head_state"), fraction),
        },
        coords={
            "dwell": EDGES,
            "exit_path": ["reversal", "atp_cycle"],
            "time": np.linspace(0, 1, 11),
            "head_state": ["OFF", "MT", "MDP", "A1", "A2", "A3", "RIGOR"],
        },
        attrs={"parameters": json.dumps({"lattice": {**LATTICE, "n_thick": N_THICK}})},
    )


def test_prolonged_attachments_of_exponential_dwells() -> None:
    """A tenth of a bin is 2 % of a duration; the share beyond p99 is known to 1 % of itself, 5 % allowed."""
    control = dwelling(20.0, 1)
    assert float(analysis.prolonged_threshold(control)[0]) == pytest.approx(20.0 * np.log(100), rel=0.03)
    null = analysis.prolonged_attachment(dwelling(20.0, 2), control)
    assert float(null.prolonged.sel(exit_path="all")[0]) == pytest.approx(0.01, rel=0.1)
    longer = analysis.prolonged_attachment(dwelling(60.0, 3), control)
    assert float(longer.prolonged.sel(exit_path="reversal")[0]) == pytest.approx(100 ** (-1 / 3), rel=0.05)
    assert float(longer.excess.sel(exit_path="all")[0]) == pytest.approx(100 ** (-1 / 3) - 0.01, rel=0.05)
    heads, ended = 49 * 3 * 2 * N_THICK * 2, 800_000  # Little: head time over departures
    assert float(longer.mean_attachment[0]) == pytest.approx(0.25 * heads * 1e3 / ended, rel=1e-6)
    assert float(longer.standing[0]) == pytest.approx(0.25 * heads / ended, rel=1e-6)


def test_standing_heads_are_counted_by_age_and_ligand() -> None:
    counts = np.zeros((4, EDGES.size))
    counts[0, 5], counts[1, 20], counts[2, 40], counts[3, 40] = 40, 30, 20, 10  # A1, A2, A3, RIGOR
    standing = xr.DataArray(
        counts, dims=("head_state", "dwell"), coords={"head_state": analysis.ATTACHED, "dwell": EDGES}
    )
    between = float(EDGES[30])
    assert float(analysis.attached_beyond(standing, between)) == pytest.approx(0.3)
    assert float(analysis.adp_retained(standing, between)) == pytest.approx(0.2)
    assert np.isnan(float(analysis.adp_retained(0 * standing, between)))


def test_rigor_share_is_of_the_attached_heads() -> None:
    ds = dwelling(20.0, 1)
    ds.head_state_fraction[..., 6] = 0.75
    ds.head_state_fraction[..., 5] = 0.25
    assert float(analysis.rigor_am(ds)["mean"][0]) == pytest.approx(0.75)


def test_force_that_follows_calcium_is_explained_and_delayed_force_is_not() -> None:
    time = np.arange(0, 1, 0.001)
    pCa = 5.0 + 2.0 * time
    table = xr.DataArray([200.0, 100.0, 0.0], dims="pCa", coords={"pCa": [5.0, 6.0, 7.0]})
    follows = series([{"fibre": "slow"}], time, force=lambda t, c: 200 - 200 * t, ca=lambda t, c: 10 ** (6 - pCa))
    lags = series([{"fibre": "slow"}], time, force=lambda t, c: 200 - 100 * t, ca=lambda t, c: 10 ** (6 - pCa))
    found = [
        float(analysis.force_time(analysis.ca_unexplained_force(ds, table), 0.0, 1.0).mean()) for ds in (follows, lags)
    ]
    assert found[0] == pytest.approx(0.0, abs=0.5)  # noise of 5 pN, memory of 3 ms, 1 s, 4 replicates: 0.2 pN s
    assert found[1] == pytest.approx(50.0, abs=0.5)


def test_relaxation_after_impulses_of_an_exponential_relaxation() -> None:
    """Half-time of exp(-t/0.2): 139 ms from the impulse; calcium passes 0.5 uM after 50 ms of exp(-t/0.03)."""
    time = np.arange(0, 2.5, 0.001)
    since = np.maximum(time - 1.0, 0.0)
    ds = series(
        [{"fibre": "slow"}],
        time,
        force=lambda t, c: 200 * np.exp(-since / 0.2),
        ca=lambda t, c: 0.1 + 2.1 * np.exp(-since / 0.03),
        impulses=lambda c: [0.2, 1.0],
        noise_pN=0.5,
    )
    found = analysis.relaxation_after_impulses(ds).isel(condition=0)
    gone = 0.03 * np.log(2.1 / 0.4)
    assert float(found.from_impulse) == pytest.approx(0.2 * np.log(2), abs=0.006)
    assert float(found.calcium_below) == pytest.approx(gone, abs=0.0015)
    assert float(found.from_calcium) == pytest.approx(0.2 * np.log(2), abs=0.006)
    assert float(found.residual.sel(since=0.1)) == pytest.approx(np.exp(-(gone + 0.1) / 0.2), rel=0.03)
    held = ds.assign(force=ds.force * 0 + 200.0, ca=ds.ca * 0 + 1.0)
    never = analysis.relaxation_after_impulses(held).isel(condition=0)
    assert np.isnan([float(never[name]) for name in ("from_impulse", "from_calcium", "calcium_below")]).all()


def test_excess_and_what_is_removed_of_it() -> None:
    time = np.arange(0, 1, 0.001)
    runs = [series([{"fibre": "slow"}], time, force=lambda t, c, f=f: f, noise_pN=2.0) for f in (150.0, 50.0, 75.0)]
    whole = analysis.excess_force(runs[0], runs[1], 0.5, 1.0)
    left = analysis.excess_force(runs[2], runs[1], 0.5, 1.0)
    assert float(whole["mean"][0]) == pytest.approx(100.0, abs=1.0)
    share = analysis.fraction_removed(whole, left)
    assert float(share["mean"][0]) == pytest.approx(0.75, abs=0.02)
    assert 0 < float(share["sem"][0]) < 0.02


def test_stiffness_per_force_of_a_known_spring() -> None:
    time = np.arange(0, 1, 0.0001)
    parted = np.where(time > 0.5, 1.0, 0.0)  # a jump at 0.5 s is made by the step after it
    fluctuation = 20 * np.sin(1e3 * time)
    held, released = (
        series(
            [{"fibre": "slow"}],
            time,
            force=lambda t, c, n=n: 200 + fluctuation - 40 * n * parted,
            length=lambda t, c, n=n: 1300 - n * parted,
            noise_pN=0.0,
        )
        for n in (0.0, 1.0)
    )
    found = analysis.stiffness_to_force(released, held, 0.5)
    assert float(found["mean"][0]) == pytest.approx(40 / 200, rel=0.01)


def test_hysteresis_of_force_that_lags_by_a_known_time() -> None:
    """Force linear in pCa, 100 pN per unit, lagging by d: the loop is 200 * rate * d wide and 2 long."""
    time = np.arange(0, 4, 0.001)
    found = []
    for rate in (1.0, 2.0):
        half = 2.0 / rate

        def course(t: np.ndarray, rate: float = rate, half: float = half) -> np.ndarray:
            return 7.0 - rate * np.clip(half - np.abs(t - half), 0.0, None)

        ds = series(
            [{"fibre": "slow"}],
            time,
            force=lambda t, c, course=course: 100 * (7.0 - course(t - 0.02)),
            ca=lambda t, c, course=course: 10 ** (6 - course(t)),
            noise_pN=0.0,
        )
        loop = analysis.hysteresis_area(ds, half)
        assert float(loop.rate[0]) == pytest.approx(rate, rel=0.01)
        found.append(float(loop.area[0]))
        assert found[-1] == pytest.approx(2.0 * 100 * 2 * rate * 0.02, rel=0.05)
    assert 2 * found[0] - found[1] == pytest.approx(0.0, abs=0.5)  # nothing is left at rate zero
