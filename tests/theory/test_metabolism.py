"""Energy, acid and blood: equilibrium, books, steady state, rates of recovery and exhaustion, flow, pain."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sarcomere.half_sarcomere.acidosis import acid_factors
from sarcomere.organs.metabolism import fresh_metabolism, pack_metabolism
from sarcomere.parameters.fibre_wave import PotassiumParameters
from sarcomere.parameters.metabolism import BloodParameters, EnergyParameters
from sarcomere_kernels import advance_metabolism
from sarcomere_kernels.blood import Blood
from sarcomere_kernels.types import NOT_FINITE, OK

BLOOD = BloodParameters()
BONDS_AT_REST = 33.0 + 2 * 8.2


class Muscle:
    """Groups of one weight; inputs per second of fibre water, the same for all."""

    def __init__(self, n_groups: int = 1, dilation: float = BLOOD.dilation, **energy: float) -> None:
        self.parameters = EnergyParameters(**energy)
        blood = BloodParameters(dilation=dilation)
        self.constants = pack_metabolism(self.parameters, blood, PotassiumParameters())
        self.state = fresh_metabolism(self.parameters, blood, n_groups)
        self.weight = np.full(n_groups, 1 / n_groups)

    def window(self, dt: float, heads: Any = 0.0, calcium: Any = 0.0, hz: Any = 0.0, **rest: Any) -> int:
        inputs = [np.full(self.weight.size, np.asarray(rate) * dt * 1e-3) for rate in (heads, calcium, hz)]
        pumping = np.array(rest.get("pumping", (0.0, 0.0)))
        force, cuff = rest.get("force", 0.0), rest.get("cuff", 1.0)
        return advance_metabolism(self.state, *self.constants, *inputs, self.weight, force, cuff, pumping, dt)

    def go(self, seconds: float, dt: float = 5.0, read: Callable[[Any], float] | None = None, **inputs: Any) -> Any:
        """Advance; what ``read`` finds in the state after every window."""
        found = []
        for _ in range(round(seconds * 1e3 / dt)):
            assert self.window(dt, **inputs) == OK
            found.append(read(self.state) if read else 0.0)
        return np.array(found)


def walk(muscle: Muscle, seconds: float, read: Callable[[Any], float]) -> Any:
    """Steps at 1 Hz: 90 mmHg for 0.4 s of each, vessels at 8 times rest; mean flow 4.8."""
    found = []
    for _ in range(int(seconds)):
        found.append(muscle.go(0.4, read=read, pumping=(90.0, 8.0)))
        found.append(muscle.go(0.6, read=read, pumping=(0.0, 8.0)))
    return np.concatenate(found)


def pcr(state: Any) -> float:
    return float(state.pcr[0])


def vessel(index: int) -> Callable[[Any], float]:
    return lambda state: float(state.blood[index])


def half_time(course: Any, rest: float, dt_s: float = 0.005) -> float:
    """When the first value has come half way to rest."""
    return float(np.argmax(course < rest + 0.5 * (course[0] - rest)) * dt_s)


def test_enzymes_are_in_equilibrium_whatever_is_left() -> None:
    energy, adenylate, lactate = np.meshgrid(
        [1e-5, 1e-3, 0.1, 1.0, 5.0, 20.0, 40.0], [0.5, 4.0, 8.2], [1.0, 15.0, 30.0]
    )
    muscle = Muscle(energy.size)
    s, p = muscle.state, muscle.parameters
    for array, values in ((s.energy, energy), (s.adenylate, adenylate), (s.lactate, lactate)):
        array[:] = values.ravel()
    muscle.window(1e-9)
    assert s.pcr + 2 * s.atp + s.adp == pytest.approx(s.energy, rel=1e-10)
    assert s.atp + s.adp + s.amp == pytest.approx(s.adenylate, rel=1e-12)
    assert s.atp * s.amp == pytest.approx(p.k_adenylate_kinase * s.adp**2, rel=1e-9)
    ck = s.atp * (p.creatine_mM - s.pcr) / (s.adp * s.pcr * 10.0**-s.ph)
    assert ck == pytest.approx(p.k_creatine_kinase, rel=1e-9)
    ph = 7.05 - (s.lactate - 1 - p.pcr_protons * (33 - s.pcr)) / p.buffering_mM
    assert s.ph == pytest.approx(ph, rel=1e-12)
    assert min(s.pcr.min(), s.atp.min(), s.adp.min(), s.amp.min()) > 0


def test_adp_at_rest_and_in_the_corner_of_fatigue() -> None:
    muscle = Muscle(pcr_protons=0.0)
    s = muscle.state
    assert s.adp[0] * 1e3 == pytest.approx(16, rel=0.07)  # 15.1 with 42 mM creatine
    s.energy[0], s.lactate[0] = 5.0 + 2 * 8.03 + 0.18, 1.0 + 0.35 * muscle.parameters.buffering_mM
    muscle.window(1e-9)
    assert s.ph[0] == pytest.approx(6.7, abs=1e-6)
    assert s.pcr[0] == pytest.approx(5.0, abs=0.02)
    assert s.adp[0] * 1e3 == pytest.approx(180, rel=0.03)


def test_rest_is_a_steady_state() -> None:
    muscle = Muscle(3)
    before = copy.deepcopy(muscle.state)
    muscle.go(600.0, dt=1000.0)
    for name in set(before._fields) - {"made", "used"}:
        assert getattr(muscle.state, name) == pytest.approx(getattr(before, name), rel=1e-9), name
    assert muscle.state.made == pytest.approx(0.01 * 600)


def random_course(muscle: Muscle, seconds: float, dt: float, seed: int = 5) -> dict[str, np.ndarray]:
    """Ten stretches of work, cuff and walking at random; returns what each group was asked for, mM ATP."""
    rng = np.random.default_rng(seed)
    n = muscle.weight.size
    asked = {"heads": np.zeros(n), "calcium": np.zeros(n), "impulses": np.zeros(n), "basal": np.full(n, 0.01 * seconds)}
    for _ in range(10):
        heads, calcium, hz = (rng.uniform(0, top, n) for top in (1.0, 0.6, 30.0))
        outside = {
            "force": rng.uniform(0, 0.7),
            "cuff": float(rng.random() > 0.2),
            "pumping": (rng.uniform(0, 30), 3.0),
        }
        muscle.go(seconds / 10, dt, heads=heads, calcium=calcium, hz=hz, **outside)
        for name, rate in (("heads", heads), ("calcium", calcium / 2), ("impulses", hz * 0.025 * 0.15 / 2)):
            asked[name] += seconds / 10 * rate
    return asked


def test_books_balance_and_would_miss_a_flux_left_out() -> None:
    muscle = Muscle(4)
    s = muscle.state
    before = s.energy.copy()
    asked = random_course(muscle, 300.0, 5.0)
    assert s.energy.min() > 1.0
    assert np.ptp(s.energy) > 1.0
    assert s.made - s.used == pytest.approx(s.energy - before, rel=1e-6)
    assert s.pi + s.energy == pytest.approx(4.5 + before, rel=1e-12)
    whole = sum(asked.values())
    assert s.used + s.shortfall == pytest.approx(whole, rel=1e-9)
    for name, flux in asked.items():
        assert s.made - (whole - flux - s.shortfall) != pytest.approx(s.energy - before, rel=1e-6), name


def test_half_the_step_and_other_windows_give_the_same() -> None:
    coarse, fine, wide = Muscle(3), Muscle(3, step_ms=2.5), Muscle(3)
    for muscle, dt in ((coarse, 5.0), (fine, 5.0), (wide, 50.0)):
        random_course(muscle, 100.0, dt)
    assert coarse.state.energy.min() > 1.0
    for name in coarse.state._fields:
        ours, theirs = getattr(coarse.state, name), getattr(fine.state, name)
        assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-9), name
        assert ours == pytest.approx(getattr(wide.state, name), rel=1e-8, abs=1e-9), name


def test_phosphocreatine_recovers_with_flow_and_not_without() -> None:
    muscle = Muscle(dilation=0.0)
    muscle.go(20.0, heads=1.2, hz=14.0)
    muscle.go(10.0, cuff=0.0)  # glycolysis ends with the impulses
    held = muscle.go(60.0, read=pcr, cuff=0.0)
    assert held[0] - 0.7 < held[-1] < held[0]
    muscle.go(15.0)
    course = 33 - muscle.go(60.0, read=pcr)
    tau = -1.0 / np.polyfit(np.arange(course.size) * 0.005, np.log(course), 1)[0]
    assert 34.7 < tau < 39.0


def test_phosphocreatine_lasts_a_quarter_of_a_minute_without_flow_and_glycolysis() -> None:
    course = Muscle(glycolysis=0.0).go(20.0, read=pcr, heads=2.0, cuff=0.0)
    assert 15.0 < np.argmax(course < 3.3) * 0.005 < 17.0
    with_glycolysis = Muscle().go(20.0, read=pcr, heads=2.0, cuff=0.0, hz=20.0)
    assert with_glycolysis.min() > 5.0


def test_without_glycolysis_and_flow_atp_runs_out_and_use_is_limited() -> None:
    muscle = Muscle(glycolysis=0.0)
    s = muscle.state
    muscle.go(60.0, heads=2.0, cuff=0.0, hz=20.0)
    assert 0.0 < s.atp[0] < 0.1
    assert s.lactate[0] == pytest.approx(1.0)
    assert s.used[0] == pytest.approx(BONDS_AT_REST + s.made[0], rel=1e-3)
    asked = 60.0 * (2.0 + 0.01 + 20 * 0.025 * 0.15 / 2)
    assert s.used[0] + s.shortfall[0] == pytest.approx(asked, rel=1e-9)
    assert 4.0 < s.adenylate[0] < 8.0
    muscle.go(600.0, dt=100.0)
    assert s.pcr[0] == pytest.approx(33.0, rel=1e-3)
    assert s.atp[0] == pytest.approx(s.adenylate[0], rel=0.01)


def test_lactate_is_where_glycolysis_put_it() -> None:
    muscle = Muscle(2)
    s = muscle.state
    muscle.go(20.0, heads=[2.0, 0.5], hz=[20.0, 5.0], cuff=0.0)
    oxidised = Muscle(2, glycolysis=0.0)
    oxidised.go(20.0, heads=[2.0, 0.5], hz=[20.0, 5.0], cuff=0.0)
    held = s.lactate.mean() - 1 + 0.15 * (s.blood[Blood.LACTATE] - 1)
    from_blood = oxidised.state.made.mean()  # the oxygen left in the muscle; a little more with less PCr
    assert held * 1.5 == pytest.approx(s.made.mean() - from_blood, rel=0.05)
    s.made[:] = 0.0
    before = held
    muscle.go(5.0, heads=[2.0, 0.5], hz=[20.0, 5.0], cuff=0.0)
    held = s.lactate.mean() - 1 + 0.15 * (s.blood[Blood.LACTATE] - 1)
    assert (held - before) * 1.5 == pytest.approx(s.made.mean(), rel=1e-3)


def test_force_stops_its_own_flow() -> None:
    flow = []
    for force in (0.0, 0.2, 0.55, 0.58, 0.9):
        muscle = Muscle()
        flow.append(muscle.go(0.05, read=vessel(Blood.FLOW), force=force)[-1])
    assert flow[0] == pytest.approx(1.0, rel=0.01)
    assert flow[1] == pytest.approx((95 - 40) / 85, rel=0.01)
    assert flow[2] > 0.02
    assert flow[3:] == [0.0, 0.0]
    assert muscle.state.blood[Blood.PAIN] > 9.0
    assert Muscle().go(0.05, read=vessel(Blood.FLOW), cuff=0.0)[-1] == 0.0


def test_walking_halves_the_half_times_of_lactate_and_pain() -> None:
    cramped = Muscle()
    cramped.go(40.0, heads=1.2, hz=14.0, force=0.4)
    assert 8.0 < cramped.state.blood[Blood.LACTATE] < 16.0
    for index, rest in ((Blood.LACTATE, 1.0), (Blood.PAIN, 0.0)):
        course = copy.deepcopy(cramped).go(120.0, read=vessel(index))
        walked = walk(copy.deepcopy(cramped), 120.0, vessel(index))
        assert half_time(course[1:], rest) > 2.0 * half_time(walked[1:], rest)


def test_acid_slows_heads_and_pump() -> None:
    energy = EnergyParameters()
    assert [float(f) for f in acid_factors(energy, 7.05)] == [1.0, 1.0, 1.0]
    assert [float(f) for f in acid_factors(energy, 6.5)] == pytest.approx([0.8, 0.6, 0.7])
    assert (np.diff(acid_factors(energy, [6.2, 6.6, 7.0, 7.3]).pump) > 0).all()


def test_a_number_that_is_none_is_told() -> None:
    assert Muscle().window(5.0, heads=float("nan")) == NOT_FINITE
