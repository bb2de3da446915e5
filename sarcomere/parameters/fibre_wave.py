"""The action potential along a muscle fibre, and the potassium that it leaves in the tubules and between the fibres."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

DESIGN = "design (CRAMP D)"


class FibreApParameters(Parameters):
    """Refractoriness, failure by tubular potassium, and how long the action potential takes to the release sites."""

    refractory_ms: float = quantity(
        "ms",
        "an action potential starts only this long after the last",
        "2-4 ms (from memory); design",
        3.0,
        ge=0,
        le=50,
    )
    k_tubule_impulse_mM: float = quantity(
        "mmol/L", "potassium that an action potential adds to the tubules", DESIGN, 0.2, ge=0, le=10
    )
    tau_tubule_s: float = quantity(
        "s", "exchange of the tubules with the interstitium", f"{DESIGN}; 0.35 s (Shorten 2007)", 0.5, gt=0, le=1000
    )
    k_half_mM: float = quantity(
        "mmol/L",
        "tubular potassium at which half of the action potentials fail",
        f"{DESIGN}, after force of resting rat soleus at 10-11 mM",
        11.0,
        gt=0,
        le=100,
    )
    k_slope_mM: float = quantity("mmol/L", "slope of that failure", DESIGN, 0.6, gt=0, le=20)
    velocity_m_s: float = quantity(
        "m/s",
        "speed of the action potential",
        "3.7-4.1 in human biceps (review of fibre conduction velocity)",
        4.0,
        ge=1e-3,
        le=20,
    )
    fibre_length_mm: float = quantity(
        "mm", "length of a fibre, its end plate in the middle", "medial gastrocnemius, 47.4 +- 2.7", 47.0, gt=0, le=600
    )
    junction_delay_ms: float = quantity(
        "ms",
        "from the impulse in the terminal to the start of the action potential",
        "1 (CRAMP C, design)",
        1.0,
        ge=0,
        le=20,
    )

    @property
    def release_delay_ms(self) -> float:
        """From the impulse in the terminal to calcium release, mean over the fibre, ms."""
        return self.junction_delay_ms + self.fibre_length_mm / 4.0 / self.velocity_m_s


class PotassiumParameters(Parameters):
    """Potassium between the fibres, the same for the whole muscle."""

    per_ap_mM: float = quantity(
        "mmol/L",
        "added by an action potential of every fibre",
        f"{DESIGN}: all fibres at 15 Hz without flow settle 3 mM higher",
        0.025,
        ge=0,
        le=1,
    )
    tau_uptake_s: float = quantity("s", "return into the fibres", DESIGN, 8.0, gt=0, le=1e4)
    tau_washout_s: float = quantity("s", "washing out by resting flow", DESIGN, 30.0, gt=0, le=1e4)
