"""Motor axons between spinal cord and muscle."""

from __future__ import annotations

from pydantic import model_validator

from sarcomere.parameters.base import Parameters, quantity

REMOTO = "0.8 m, 44-53 m/s in the public code of ReMoto [@Cisi-Kohn2008]"


class AxonParameters(Parameters):
    """Lengths of the nerve, and conduction velocity by size."""

    length_m: float = quantity("m", "from the motoneuron to the muscle", REMOTO, 0.8, gt=0, le=2)
    distal_m: float = quantity(
        "m",
        "from the place of stimulation, at knee or ankle, to the muscle",
        "choice: a hand's breadth",
        0.1,
        ge=0,
        le=2,
    )
    velocity_smallest_m_s: float = quantity("m/s", "velocity of the smallest axon", REMOTO, 44.0, ge=5, le=150)
    velocity_largest_m_s: float = quantity("m/s", "velocity of the largest axon", REMOTO, 53.0, ge=5, le=150)

    @model_validator(mode="after")
    def _agree(self) -> AxonParameters:
        if self.distal_m > self.length_m:
            raise ValueError(f"distal_m = {self.distal_m:g} is above length_m = {self.length_m:g}; shorten it")
        if self.velocity_smallest_m_s > self.velocity_largest_m_s:
            raise ValueError(
                f"velocity_smallest_m_s = {self.velocity_smallest_m_s:g} is above velocity_largest_m_s = "
                f"{self.velocity_largest_m_s:g}; swap them"
            )
        return self
