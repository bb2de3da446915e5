"""Kernel against slow twin: the same state and the same random stream must give the same trajectory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from sarcomere.half_sarcomere import initial_state as start
from sarcomere.half_sarcomere import lattice as geometry
from sarcomere.half_sarcomere import lattice as plan
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
from tests.oracle.parts import A1, MT, OFF, RIGOR, TO_MDP, Geometry, HeadCycle, Setup
from tests.oracle.twin import Twin

N_STEPS = 200
EXACT = ("head_state", "site_taken", "ru_calcium", "ru_open", "ru_heads")
AWAKE = {"off_state": {"k_off_exit": 400.0}}
USUAL, HELD = Chemistry(), MechanicsParameters()
TENDON = MechanicsParameters(series_compliance=0.2)
TIGHT = Numerics(force_tolerance_pN=1e-7)
ONE, TWO = LatticeParameters(n_thick=1), LatticeParameters(n_thick=2)


@dataclass(frozen=True)
class Case:
    """One walk; ``at_least`` says how much must have happened in it."""

    fibre: str
    pCa: float | None = None
    impulses: tuple[int, ...] = ()
    chemistry: Chemistry = USUAL
    mechanics: MechanicsParameters = HELD
    numerics: Numerics = TIGHT
    lattice: LatticeParameters = ONE
    hs_length: float = 1300.0
    warm_steps: int = 0
    steps: int = N_STEPS
    regulated: bool = True
    changes: dict[str, dict[str, float]] = field(default_factory=dict)
    at_least: dict[str, int] = field(default_factory=dict)


CASES = {
    "fast, held at pCa 4.5": Case(
        "fast",
        pCa=4.5,
        lattice=TWO,
        steps=120,
        changes=AWAKE,
        at_least={"attached": 40, "detached": 25, "rigor": 3, "woken": 60, "opened": 100, "closed": 15},
    ),
    "slow, held at pCa 4.5, low ATP, cool": Case(
        "slow",
        pCa=4.5,
        chemistry=Chemistry(atp_mM=0.02, adp_uM=5.0, pi_mM=1.0, temperature_C=30.0),
        lattice=TWO,
        warm_steps=800,
        steps=120,
        changes=AWAKE,
        at_least={"attached": 10, "detached": 5, "rigor": 10, "opened": 15, "calcium": 150},
    ),
    "fast, impulses": Case(
        "fast",
        impulses=(0, 3, 3, 60),
        changes=AWAKE,
        at_least={"attached": 15, "detached": 7, "woken": 80, "opened": 40, "closed": 30, "calcium": 800},
    ),
    "slow, impulses, free end": Case(
        "slow",
        impulses=(0, 30, 60),
        mechanics=TENDON,
        changes=AWAKE,
        at_least={"attached": 5, "woken": 100, "opened": 50, "closed": 40, "calcium": 1200},
    ),
    "fast, contracted, free end": Case(
        "fast",
        pCa=4.5,
        mechanics=TENDON,
        warm_steps=1501,
        at_least={"attached": 40, "detached": 40, "rebound": 1, "rigor": 7, "opened": 7, "closed": 7},
    ),
    "slow, contracted, short, low ATP": Case(
        "slow",
        pCa=5.0,
        chemistry=Chemistry(atp_mM=0.02),
        hs_length=1000.0,
        warm_steps=3000,
        steps=160,
        at_least={"attached": 5, "detached": 3, "rigor": 5, "opened": 15, "closed": 15},
    ),
    "slow, relaxing, long": Case(
        "slow",
        impulses=tuple(range(0, 1000, 100)),
        hs_length=1500.0,
        warm_steps=1300,
        lattice=TWO,
        steps=120,
        at_least={"attached": 7, "detached": 7, "opened": 25, "closed": 25, "calcium": 400},
    ),
    "fast, short, filaments crossing and pressed": Case(
        "fast",
        pCa=4.5,
        hs_length=790.0,
        warm_steps=400,
        steps=280,
        at_least={"attached": 5, "detached": 3},
    ),
    "slow, short, shortening onto the Z-disc": Case(
        "slow",
        pCa=4.5,
        mechanics=MechanicsParameters(series_compliance=0.5, stiffness_contact=50.0),
        hs_length=853.0,
        warm_steps=10,
        steps=100,
        at_least={"attached": 5},
    ),
    "fast, no calcium, no ATP": Case(
        "fast",
        pCa=9.0,
        chemistry=Chemistry(atp_mM=1e-4),
        lattice=TWO,
        warm_steps=300,
        steps=240,
        changes=AWAKE,
        at_least={"attached": 7, "rigor": 7, "opened": 7, "closed": 7},
    ),
    "fast, never closed": Case("fast", pCa=7.0, regulated=False, steps=60, changes=AWAKE, at_least={"attached": 20}),
}
MUTANTS = {
    "ADP release 10 % faster": {"cycle": {"k_adp_release": 1.1}},
    "stroke 1 % longer": {"cycle": {"stroke_1": 1.01}},
    "units close 10 % faster": {"regulation": {"k_close": 1.1}},
    "weaker crossbridge cooperativity": {"regulation": {"crossbridge_cooperativity": 1.2}},
    "heads rest twice as often": {"off_state": {"k_off_return": 2.0}},
    "the pump binds 1 % less": {"calcium": {"k_pump_uM": 1.01}},
    "the pump binds ADP 1 % less": {"calcium": {"k_pump_adp_uM": 1.01}},
}
RIGOR_MUTANTS = {
    "heads bind closed units half as fast": {"regulation": {"closed_attachment": 0.5}},
    "heads hurry half as much on closed units": {"regulation": {"closed_haste": 0.5}},
}


# Units that switch and exchange calcium faster than the shipped ones, so that a short walk holds many events.
LIVELY = {
    "fast": {"k_close": 2000.0, "k_off_open_uM": 0.3, "opening_equilibrium": 0.02},
    "slow": {"k_close": 1500.0, "k_off_open_uM": 0.15, "opening_equilibrium": 0.06},
}


def fibre_of(case: Case) -> FibreParameters:
    """Shipped parameters, units made lively, with the changes of a case."""
    fibre = load_fibre(case.fibre)
    changes = {**case.changes, "regulation": {**LIVELY[case.fibre], **case.changes.get("regulation", {})}}
    groups = {name: getattr(fibre, name).model_copy(update=new) for name, new in changes.items()}
    return fibre.model_copy(update=groups)


class Kernel:
    """The compiled half-sarcomere, one step at a time."""

    def __init__(self, case: Case) -> None:
        fibre = fibre_of(case)
        self.model = pack.pack_model(
            pack.Parts(scaled(fibre, case.chemistry.temperature_C), case.lattice, case.mechanics, case.numerics),
            case.chemistry,
            case.hs_length,
            pack.Sampled(1),
            regulated=case.regulated,
            clamped=case.pCa is not None,
        )
        ca = fibre.calcium.ca_rest_uM if case.pCa is None else 10.0 ** (6.0 - case.pCa)
        self.state = start.fresh_state(self.model, fibre.calcium, ca, np.random.SeedSequence(7))
        self.impulse_tick, self.ca = k.TICKS_PER_STEP * np.array(case.impulses, dtype=np.int64), ca
        self.scratch = start.scratch_for(self.model)
        tight, loose = self.model, self.model.mechanics._replace(tolerance=0.01)
        self.model = tight._replace(mechanics=loose)  # see test_balance_without_heads
        self.walk(case.warm_steps)
        self.model = tight

    def walk(self, steps: int) -> k.Trace:
        """Advance; the trace's row 0 is the fresh state if this is the first walk, else the first step."""
        trace = start.trace_for(self.model.lattice, steps + 2, 1)
        drive = pack.pack_drive(self.impulse_tick, steps, self.model.lattice.reference_length, self.ca)
        assert advance(self.state, self.model, drive, self.scratch, trace, steps) == k.OK
        return trace


def setup_of(case: Case) -> Setup:
    """What the twin takes."""
    return Setup(
        fibre_of(case),
        case.lattice,
        case.mechanics,
        case.chemistry,
        case.numerics,
        case.hs_length,
        case.pCa is not None,
        case.impulses,
        case.regulated,
    )


def differences(kernel: Kernel, twin: Twin) -> list[str]:
    """Names of all that is not the same."""
    state = kernel.state
    wrong = [name for name in EXACT if not np.array_equal(getattr(state, name), getattr(twin, name))]
    if [int(word) for word in state.stream[:4]] != twin.random.s:
        wrong.append("stream")
    if state.lanes.tolist() != twin.lanes.s:
        wrong.append("lanes")
    n_bound, bound = state.counters[k.Count.N_BOUND], twin.bound
    if state.bound_head[:n_bound].tolist() != bound or state.bound_site[:n_bound].tolist() != list(
        twin.head_site[bound]
    ):
        return [*wrong, "attached heads"]
    ca, moved = twin.calcium, twin.elastic
    n_thick, n_ru = twin.geometry.n_thick, twin.setup.lattice.n_ru
    thick = state.thick_shift.reshape(-1, n_thick).T.ravel()
    thin = state.thin_shift.reshape(n_ru + 1, -1)[1:].T.ravel()
    pools = [ca.total, ca.free, ca.sr, ca.csq, ca.gate_1, ca.gate_2, ca.available]
    pairs: list[tuple[str, Any, Any, Any]] = [
        ("steps", state.counters[k.Count.STEP], twin.n, 0.0),
        ("ATP", state.counters[k.Count.ATP_USED], twin.atp_used, 0.0),
        ("heads bound", n_bound, int((twin.head_state >= A1).sum()), 0.0),
        ("strain", state.strain[:n_bound], twin.strain[bound], 1e-6),
        ("thick shifts", thick, moved.shift[: thick.size], 1e-6),
        ("thin shifts", thin, moved.shift[thick.size : -1], 1e-6),
        ("force", state.mechanics[k.Mechanical.FORCE], moved.force(), 1e-5),
        ("titin", state.mechanics[k.Mechanical.TITIN_FORCE], moved.titin()[0].mean(), 1e-5),
        ("length", state.mechanics[k.Mechanical.HS_LENGTH], twin.hs_length, 1e-6),
        ("calcium", state.calcium[:7], np.array(pools), 1e-9 * np.maximum(1.0, np.abs(pools))),
    ]
    gaps = [(name, np.abs(a - b), close) for name, a, b, close in pairs]
    return wrong + [f"{name}, by {np.max(gap):.3g}" for name, gap, close in gaps if np.any(gap > close)]


def count(events: Counter[str], before: dict[str, Any], twin: Twin) -> None:
    """Count what happened in a step."""
    heads, now, site, new_site = before["head_state"], twin.head_state, before["head_site"], twin.head_site
    opened, bound = before["ru_open"], before["ru_calcium"]
    happened = {
        "attached": (site < 0) & (new_site >= 0),
        "detached": (site >= 0) & (new_site < 0),
        "rebound": (heads == MT) & (now == RIGOR),
        "rigor": (heads != RIGOR) & (now == RIGOR),
        "woken": (heads == OFF) & (now != OFF),
        "opened": twin.ru_open > opened,
        "closed": twin.ru_open < opened,
        "calcium": twin.ru_calcium != bound,
    }
    events.update({name: int(which.sum()) for name, which in happened.items()})


def first_difference(case: Case, twin_case: Case | None = None) -> tuple[int | None, list[str], Counter[str]]:
    """Walk both from the same state.

    Parameters
    ----------
    case : Case
        What the kernel walks.
    twin_case : Case, optional
        What the twin walks, if not the same.

    Returns
    -------
    step : int or None
        First step, from the start of the twin, after which they differ.
    names : list of str
        What differs then.
    events : Counter
        How often what happened.
    """
    kernel = Kernel(case)
    twin = Twin(setup_of(twin_case or case), kernel.state)
    events: Counter[str] = Counter()
    for step in range(case.steps):
        before = {name: getattr(twin, name).copy() for name in (*EXACT, "head_site")}
        kernel.walk(1)
        twin.step()
        count(events, before, twin)
        wrong = differences(kernel, twin)
        if wrong:
            return step, wrong, events
    return None, [], events


@pytest.mark.parametrize("name", CASES)
def test_same_trajectory(name: str) -> None:
    """Every head, unit, count, shift and random number, step by step; and enough of it all happens."""
    case = CASES[name]
    step, wrong, events = first_difference(case)
    assert step is None, f"after step {step}: {wrong}"
    assert {what: events[what] for what, least in case.at_least.items() if events[what] < least} == {}, dict(events)


@pytest.mark.parametrize("name", [*MUTANTS, *RIGOR_MUTANTS])
def test_mutant_is_told_apart(name: str) -> None:
    """Negative control: one number of the twin changed, and it walks elsewhere."""
    case = CASES["fast, no calcium, no ATP"]
    if name in MUTANTS:
        case = Case("fast", impulses=(0, 100, 200, 300, 700), warm_steps=600)
    fibre = load_fibre("fast")
    changes = {
        group: {key: getattr(getattr(fibre, group), key) * factor for key, factor in new.items()}
        for group, new in {**MUTANTS, **RIGOR_MUTANTS}[name].items()
    }
    assert first_difference(case, replace(case, changes={**case.changes, **changes}))[0] is not None


def test_mutant_order_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the halves of the thin filament in the other order."""
    plain = Twin._units

    def swapped(twin: Twin) -> None:
        twin.n += 1
        plain(twin)
        twin.n -= 1

    monkeypatch.setattr(Twin, "_units", swapped)
    assert first_difference(CASES["fast, held at pCa 4.5"])[0] is not None


def test_trace_in_one_go() -> None:
    """Samples of one long walk, the fresh state first, are the twin's."""
    case = Case("fast", impulses=(0, 20), mechanics=TENDON, changes=AWAKE)
    kernel, fresh, every = Kernel(case), Kernel(case), 10
    twin = Twin(setup_of(case), fresh.state)
    kernel.model = kernel.model._replace(sampling=kernel.model.sampling._replace(every=every * k.TICKS_PER_STEP))
    trace, sites = kernel.walk(100), 2 * twin.ru_open.size
    for row in range(11):
        calcium = twin.calcium
        expected = {
            "force": twin.elastic.force(),
            "titin_force": twin.elastic.titin()[0].mean(),
            "hs_length": twin.hs_length,
            "ca": calcium.free,
            "ca_sr": calcium.sr,
            "ru_open_fraction": twin.ru_open.mean(),
            "ru_calcium_fraction": twin.ru_calcium.sum() / sites,
            "head_state_fraction": np.bincount(twin.head_state, minlength=k.N_HEAD_STATES) / twin.head_state.size,
            "atp_used": twin.atp_used / twin.head_state.size,
        }
        for name, value in expected.items():
            one = name == "head_state_fraction"
            sample = trace.head_state_fraction[row] if one else trace.series[row, k.SERIES_NAMES.index(name)]
            np.testing.assert_allclose(sample, value, rtol=1e-7, atol=1e-7, err_msg=f"{name}, row {row}")
        for _ in range(every):
            twin.step()


@pytest.mark.parametrize("n_thick", [1, 2, 3, 4, 6, 12])
def test_same_lattice(n_thick: int) -> None:
    """Heads, faces and sites are numbered and placed alike."""
    p = LatticeParameters(n_thick=n_thick)
    packed, mine = pack.pack_lattice(p, plan.build(p), 1300.0), Geometry(p)
    np.testing.assert_array_equal(packed.head_face, mine.head_face)
    np.testing.assert_array_equal(packed.head_node, mine.head_crown * n_thick + mine.head_thick)
    np.testing.assert_array_equal(packed.face_start, mine.face_start)
    np.testing.assert_array_equal(packed.site_ru, mine.site_unit)
    np.testing.assert_array_equal(packed.site_node, mine.site_node * mine.n_thin + mine.site_thin)
    for name in ("head_z", "site_s", "site_weight"):
        np.testing.assert_allclose(getattr(packed, name), getattr(mine, name), atol=1e-9)


@pytest.mark.parametrize("name", ["slow", "fast"])
def test_same_table(name: str) -> None:
    """Transition probabilities of every third strain bin; the kernel may hold back exchanges far faster than a step."""
    fibre, chemistry, numerics = load_fibre(name), Chemistry(), Numerics()
    mine = HeadCycle(fibre, chemistry, numerics)
    there = scaled(fibre, chemistry.temperature_C)
    cycle = pack.pack_cycle(there.cycle, there.regulation, chemistry, LatticeParameters(), 1300.0)
    table = pack.pack_table(
        cycle,
        pack.pack_off_state(there.off_state),
        pack.pack_lattice(LatticeParameters(), geometry.build(LatticeParameters()), 1300.0),
        numerics,
    )
    np.testing.assert_allclose(table.attach, mine.attach, rtol=1e-11)
    np.testing.assert_allclose(table.rebind, mine.rebind, rtol=1e-11)
    for b in range(0, mine.n_bins, 3):
        calm = np.abs(mine.generator(b, 1)).max() < 1e5
        for closed in (0, 1):
            p, mean = mine.propagators(b, closed)
            expected = [np.cumsum([row[i], *np.delete(row, i)]) for i, row in enumerate(p[:TO_MDP])]
            np.testing.assert_allclose(table.transition[closed, b], expected, atol=1e-11 if calm else 1e-5)
            landing = np.cumsum(mean[[0, 3]], axis=1)
            np.testing.assert_allclose(table.landing[closed, :, b], landing, atol=1e-11 if calm else 1e-5)


@pytest.mark.parametrize("x", [-20.0, -7.0, 0.0, 3.0])
def test_twins_propagators(x: float) -> None:
    """The twin's P and its mean are scipy's expm of Q dt and of [[Q dt, 1], [0, 0]], where scipy's is good."""
    mine = HeadCycle(load_fibre("fast"), Chemistry(), Numerics())
    b = int(mine.bin(x))
    augmented = np.zeros((12, 12))
    augmented[:6, :6], augmented[:6, 6:] = mine.generator(b, 0) * mine.dt, np.eye(6)
    both = expm(augmented)
    np.testing.assert_allclose(mine.propagators(b, 0), (both[:6, :6], both[:6, 6:]), atol=1e-12)


@pytest.mark.parametrize(("hs_length", "tolerance"), [(1300.0, 1e-7), (2200.0, 0.01)])
def test_balance_without_heads(hs_length: float, tolerance: float) -> None:
    """Titin alone is balanced to any tolerance, at any length."""
    case = Case("fast", pCa=9.0, hs_length=hs_length)
    kernel = Kernel(replace(case, hs_length=1300.0))
    fibre = fibre_of(case)
    kernel.model = pack.pack_model(
        pack.Parts(
            scaled(fibre, case.chemistry.temperature_C),
            case.lattice,
            case.mechanics,
            Numerics(force_tolerance_pN=tolerance),
        ),
        case.chemistry,
        hs_length,
        pack.Sampled(1),
        regulated=True,
        clamped=True,
    )
    kernel.state = start.fresh_state(kernel.model, fibre.calcium, 1e-3, np.random.SeedSequence(7))
    kernel.walk(1)
    passive = Twin(setup_of(case), kernel.state).elastic.force()
    assert kernel.state.mechanics[k.Mechanical.FORCE] == pytest.approx(passive, abs=tolerance)
