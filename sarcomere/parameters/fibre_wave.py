"""The action potential along a muscle fibre, and the potassium that it leaves in the tubules and between the fibres."""

from __future__ import annotations

from sarcomere.parameters.base import Parameters, quantity

CHOICE = "choice: muscle potassium after exercise [@Green1999]"


class FibreApParameters(Parameters):
    """Refractoriness, failure by tubular potassium, and how long the action potential takes to the release sites."""

    refractory_ms: float = quantity(
        "ms",
        "an action potential starts only this long after the last",
        "choice: above the shortest intervals of motoneurons",
        3.0,
        ge=0,
        le=50,
    )
    k_tubule_impulse_mM: float = quantity(
        "mmol/L",
        "potassium that an action potential adds to the tubules",
        "choice: tubules hold little water",
        0.2,
        ge=0,
        le=10,
    )
    tau_tubule_s: float = quantity(
        "s", "exchange of the tubules with the interstitium", "choice: near 0.35 s [@Shorten2007]", 0.5, gt=0, le=1000
    )
    k_half_mM: float = quantity(
        "mmol/L",
        "tubular potassium at which half of the action potentials fail",
        "choice: force of resting rat soleus is lost at 11 mmol/L [@Nielsen2001]",
        11.0,
        gt=0,
        le=100,
    )
    k_slope_mM: float = quantity(
        "mmol/L",
        "slope of that failure",
        "choice: force falls steeply with depolarisation [@Cairns2022]",
        0.6,
        gt=0,
        le=20,
    )
    velocity_m_s: float = quantity(
        "m/s",
        "speed of the action potential",
        "3.7 in human tibialis anterior [@Andreassen-ArendtNielsen1987]",
        4.0,
        ge=1e-3,
        le=20,
    )
    fibre_length_mm: float = quantity(
        "mm",
        "length of a fibre, its end plate in the middle",
        "51 in human medial gastrocnemius [@Ward2009]; choice: a little below",
        47.0,
        gt=0,
        le=600,
    )
    junction_delay_ms: float = quantity(
        "ms",
        "from the impulse in the terminal to the start of the action potential",
        "choice: about 1",
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
        f"{CHOICE}; all fibres at 15 Hz without flow settle 3 mmol/L higher",
        0.025,
        ge=0,
        le=1,
    )
    tau_uptake_s: float = quantity("s", "return into the fibres", CHOICE, 8.0, gt=0, le=1e4)
    tau_washout_s: float = quantity("s", "washing out by resting flow", CHOICE, 30.0, gt=0, le=1e4)
