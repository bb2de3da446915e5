"""Half-sarcomeres to be clocked: isometric, filaments compliant, calcium held, heads attached as they will be."""

from __future__ import annotations

import contextlib
import math
from concurrent.futures import Executor

from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.simulation.fibre import FibreSimulation

_LONG_ENOUGH_S = 1e4  # no round comes to the end of it


def warm_batch(
    fibre: str, pca: float, n_thick: int, *, rows: int, round_steps: int, warm_up_ms: float, step_ms: float = 0.1
) -> FibreSimulation:
    """Make a batch and advance it until about as many heads are attached as will be.

    Parameters
    ----------
    fibre : {"slow", "fast"}
        Fibre type.
    pca : float
        Calcium, held.
    n_thick : int
        Thick filaments of each half-sarcomere.
    rows : int
        Half-sarcomeres.
    round_steps : int
        Steps of a round; the batch is sampled once a round.
    warm_up_ms : float
        Simulated time before the first round, at least.
    step_ms : float
        Step.

    Returns
    -------
    FibreSimulation

    Raises
    ------
    InputError
        If the step is too long for a fibre.
    """
    scenario = from_dict(
        {
            "title": "bench",
            "run": {"duration_s": _LONG_ENOUGH_S, "replicates": rows},
            "drive": {"pCa": pca},
            "motor_units": [{"id": 1, "fibre": fibre}],
            "lattice": {"n_thick": n_thick},
            "numerics": {"step_ms": step_ms},
            "record": {"sample_interval_ms": round_steps * step_ms},
        }
    )
    assert isinstance(scenario, FibreScenario)
    simulation = FibreSimulation(scenario)
    rounds = math.ceil(warm_up_ms / (round_steps * step_ms) - 1e-9)
    with contextlib.closing(simulation.blocks(block=rounds + 1)) as blocks:  # with the sample at time zero
        next(blocks)
    return simulation


def go_on(simulation: FibreSimulation, pool: Executor | None = None) -> None:
    """Advance a batch by a round.

    Parameters
    ----------
    simulation : FibreSimulation
        From ``warm_batch``.
    pool : concurrent.futures.Executor, optional
        Threads that share the half-sarcomeres; one after the other if not given.
    """
    steps = simulation.scenario.sample_every
    for _ in (pool.map if pool else map)(lambda hs: hs.advance(steps, 1, 0), simulation.batch):
        pass
