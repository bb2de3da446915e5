"""Central fatigue: how long contraction changes what reflexes weigh."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity


class FatigueParameters(Parameters):
    """Fatigue grows with force and fades at rest; what it does to reflexes is switched in [reflex]."""

    rise_s: float = quantity(
        "s",
        "time of full force in which it comes to 63 %",
        "choice: 0.69 after 10 min of 60 % of maximum, 0.80 after 20",
        240.0,
        gt=0,
        le=1e5,
    )
    recovery_s: float = quantity("s", "time constant of recovery", "choice: half an hour", 1800.0, gt=0, le=1e6)
    start: float = quantity("1", "fatigue at the beginning", "choice: set by the experiment", 0.0, ge=0, le=1)
