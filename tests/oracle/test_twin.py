"""Kernel against slow twin: the same state and the same random stream must give the same trajectory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from sarcomere import lattice as plan
from sarcomere import pack
from sarcomere.parameters import Chemistry, FibreParameters, LatticeParameters, MechanicsParameters, load_fibre
from sarcomere.scenario import Numerics
from sarcomere_kernels import advance
from sarcomere_kernels import types as k
from tests.oracle.parts import A1, MT, OFF, RIGOR, TO_MDP, Geometry, HeadCycle, Setup
from tests.oracle.twin import Twin

N_STEPS = 200
EXACT = ("head_state", "head_site", "site_taken", "ru_calcium", "ru_open", "ru_heads")
AWAKE = {"off_state": {"k_wake": 400.0}}
TIGHT = Numerics(force_tolerance_pN=1e-6)
STARTED = {"attached": 30, "detached": 10, "opened": 50, "closed": 5, "calcium": 100}
WARM = {"attached": 60, "detached": 60, "opened": 3, "calcium": 20}


@dataclass(frozen=True)
class Case:
    """One walk; ``at_least`` says how much must have happened in it."""

    fibre: str
    pCa: float | None = None
    impulses: tuple[int, ...] = ()
    chemistry: Chemistry = Chemistry()
    mechanics: MechanicsParameters = MechanicsParameters()
    numerics: Numerics = TIGHT
    lattice: LatticeParameters = LatticeParameters(n_thick=1)
    hs_length: float = 1300.0
    warm_steps: int = 0
    steps: int = N_STEPS
    changes: dict[str, dict[str, float]] = field(default_factory=lambda: AWAKE)
    at_least: dict[str, int] = field(default_factory=lambda: STARTED)


CASES = {
    "fast, clamped": Case("fast", pCa=4.5, lattice=LatticeParameters(n_thick=2)),
    "slow, clamped, low ATP, cool": Case(
        "slow", pCa=4.5, chemistry=Chemistry(atp_mM=0.05, adp_uM=5.0, pi_mM=1.0, temperature_C=30.0), steps=300,
        at_least={"attached": 30, "detached": 5, "opened": 50, "calcium": 50, "rigor": 20},
    ),
    "fast, impulses, clamped off": Case("fast", impulses=(0, 3, 3, 60)),
    "slow, impulses, free end": Case(
        "slow", impulses=(0, 30, 60), mechanics=MechanicsParameters(series_compliance=0.2), steps=300,
        at_least={"attached": 10, "opened": 30, "calcium": 50},
    ),
    "fast, contracted, free end": Case(
        "fast", pCa=4.5, mechanics=MechanicsParameters(series_compliance=0.2), warm_steps=1501, changes={}, at_least=WARM
    ),
    "slow, contracted, short, low ATP": Case(
        "slow", pCa=5.0, chemistry=Chemistry(atp_mM=0.02), hs_length=1000.0, warm_steps=3000, changes={},
        at_least={"attached": 20, "detached": 20, "rigor": 100, "rebound": 1},
    ),
    "fast, relaxing": Case(
        "fast", impulses=tuple(range(0, 1000, 100)), warm_steps=1300, at_least={"detached": 20, "closed": 50, "calcium": 100}
    ),
}


def fibre_of(case: Case) -> FibreParameters:
    """Shipped parameters with the changes of a case."""
    fibre = load_fibre(case.fibre)
    return fibre.model_copy(update={name: getattr(fibre, name).model_copy(update=new) for name, new in case.changes.items()})


class Kernel:
    """The compiled half-sarcomere, one step at a time."""

    def __init__(self, case: Case) -> None:
        fibre = fibre_of(case)
        self.model = pack.pack_model(
            fibre, case.lattice, case.mechanics, case.chemistry, case.numerics, case.hs_length,
            regulated=True, clamped=case.pCa is not None, sample_every=1, snapshot_every=0,
        )
        ca = fibre.calcium.ca_rest_uM if case.pCa is None else 10.0 ** (6.0 - case.pCa)
        self.state = pack.fresh_state(self.model, fibre.calcium, ca, np.random.SeedSequence(7))
        self.drive = k.Drive(impulse_step=np.array(case.impulses, dtype=np.int64))
        self.scratch = pack.scratch_for(self.model.lattice)

    def walk(self, steps: int) -> k.Trace:
        """Advance; the trace's row 0 is the fresh state if this is the first walk, else the first step."""
        trace = pack.trace_for(self.model.lattice, steps + 2, 1)
        assert advance(self.state, self.model, self.drive, self.scratch, trace, steps) == k.OK
        return trace


def setup_of(case: Case) -> Setup:
    """What the twin takes."""
    return Setup(
        fibre_of(case), case.lattice, case.mechanics, case.chemistry, case.numerics, case.hs_length,
        case.pCa is not None, case.impulses,
    )


def differences(kernel: Kernel, twin: Twin) -> list[str]:
    """Names of all that is not the same, with the kernel's value and the twin's."""
    state = kernel.state
    wrong = [name for name in EXACT if not np.array_equal(getattr(state, name), getattr(twin, name))]
    if [int(word) for word in state.stream] != twin.random.s:
        wrong.append("stream")
    ca, moved, attached = twin.calcium, twin.elastic, state.head_state >= A1
    n_thick, n_ru = twin.geometry.n_thick, twin.setup.lattice.n_ru
    thick = state.thick_shift.reshape(-1, n_thick).T.ravel()
    thin = state.thin_shift.reshape(n_ru + 1, -1)[1:].T.ravel()
    pools = [ca.total, ca.free, ca.sr, ca.csq, ca.gate_1, ca.gate_2, ca.available]
    pairs: list[tuple[str, Any, Any, float]] = [
        ("steps", state.count[k.STEP], twin.n, 0.0),
        ("ATP", state.count[k.ATP_USED], twin.atp_used, 0.0),
        ("heads bound", state.count[k.N_BOUND], int((twin.head_state >= A1).sum()), 0.0),
        ("strain", state.strain[attached], twin.strain[attached], 1e-6),
        ("thick shifts", thick, moved.shift[: thick.size], 1e-6),
        ("thin shifts", thin, moved.shift[thick.size : -1], 1e-6),
        ("force", state.mechanics[k.FORCE], moved.force(), 1e-5),
        ("titin", state.mechanics[k.TITIN_FORCE], moved.titin()[0].mean(), 1e-5),
        ("length", state.mechanics[k.HS_LENGTH], twin.hs_length, 1e-6),
        ("calcium", state.calcium[:7], np.array(pools), 1e-9 * np.maximum(1.0, np.abs(pools))),
    ]
    return wrong + [f"{name}: {a} is not {b}" for name, a, b, close in pairs if np.any(np.abs(a - b) > close)]


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
        First step after which they differ, -1 for the start.
    names : list of str
        What differs then.
    events : Counter
        How often what happened.
    """
    kernel, events = Kernel(case), Counter()
    kernel.walk(case.warm_steps)
    twin = Twin(setup_of(twin_case or case), kernel.state)
    for step in range(case.steps):
        heads, site, opened, bound = (getattr(twin, x).copy() for x in ("head_state", "head_site", "ru_open", "ru_calcium"))
        kernel.walk(1)
        twin.step()
        wrong = differences(kernel, twin)
        if wrong:
            return step, wrong, events
        now = twin.head_state
        events["attached"] += int(((site < 0) & (twin.head_site >= 0)).sum())
        events["detached"] += int(((site >= 0) & (twin.head_site < 0)).sum())
        events["rebound"] += int(((heads == MT) & (now == RIGOR)).sum())
        events["rigor"] += int(((now == RIGOR) & (heads != RIGOR)).sum())
        events["woken"] += int(((heads == OFF) & (now != OFF)).sum())
        events["opened"] += int((twin.ru_open > opened).sum())
        events["closed"] += int((twin.ru_open < opened).sum())
        events["calcium"] += int((twin.ru_calcium != bound).sum())
    return None, [], events
