"""Half-sarcomeres to be clocked: isometric, filaments compliant, calcium held, heads attached as they will be."""

from __future__ import annotations

import contextlib

from sarcomere.scenario.checking import from_dict
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.simulation.fibre import FibreSimulation

_LONG_ENOUGH_S = 1e4  # no round comes to the end of it


def warm_batch(
    fibre: str, pca: float, n_thick: int, *, rows: int, round_ms: float, warm_up_ms: float, step_ms: float = 0.1
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
    round_ms : float
        Simulated time of a round, a whole number of steps; the batch is sampled once a round.
    warm_up_ms : float
        Simulated time before the first round.
    step_ms : float
        Step.

    Returns
    -------
    FibreSimulation

    Raises
    ------
    InputError
        If the step is too long for a fibre, or rounds are no whole number of steps.
    """
    scenario = from_dict(
        {
            "title": "bench",
            "run": {"duration_s": _LONG_ENOUGH_S, "replicates": rows},
            "drive": {"pCa": pca},
            "motor_units": [{"id": 1, "fibre": fibre}],
            "lattice": {"n_thick": n_thick},
            "numerics": {"step_ms": step_ms},
            "record": {"sample_interval_ms": round_ms},
        }
    )
    assert isinstance(scenario, FibreScenario)
    simulation = FibreSimulation(scenario)
    go_on(simulation, samples=max(1, round(warm_up_ms / round_ms)) + 1)  # with the sample at time zero
    return simulation


def go_on(simulation: FibreSimulation, *, threads: int = 1, samples: int = 1) -> None:
    """Advance a batch by rounds.

    Parameters
    ----------
    simulation : FibreSimulation
        From ``warm_batch``.
    threads : int
        Half-sarcomeres advanced at once.
    samples : int
        Rounds.
    """
    with contextlib.closing(simulation.blocks(threads, samples)) as blocks:
        next(blocks)
