"""What happens to a person during a run: entries of a protocol, each at a time."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sarcomere.parameters.base import Parameters, quantity

PROTOCOL = "choice: set by the experiment"
_LONGEST_S = 1e5
_END = math.floor(_LONGEST_S)


class _AtTime(Parameters):
    """Anything that begins at a time."""

    at_s: float = quantity("s", "when it begins", PROTOCOL, ge=0, le=_LONGEST_S)


class _ForAWhile(_AtTime):
    """Anything that also ends, or else lasts to the end of the run."""

    duration_s: float | None = Field(
        None,
        description="how long it lasts, s; to the end of the run if left out",
        gt=0,
        le=_LONGEST_S,
        json_schema_extra={"unit": "s", "source": PROTOCOL},
    )

    @property
    def until_s(self) -> float:
        """When it ends, s."""
        return _END if self.duration_s is None else self.at_s + self.duration_s


class Effort(_AtTime):
    """Voluntary drive: rises, holds, falls; once or again and again."""

    kind: Literal["effort"]
    x: float = quantity("rheobase", "descending input while it holds", PROTOCOL, gt=0, le=10)
    rise_s: float = quantity("s", "how long it rises", PROTOCOL, 0.1, ge=0, le=1000)
    hold_s: float = quantity("s", "how long it holds", PROTOCOL, ge=0, le=_LONGEST_S)
    fall_s: float = quantity("s", "how long it falls", PROTOCOL, 0.1, ge=0, le=1000)
    count: int = quantity("1", "how often", PROTOCOL, 1, ge=1, le=10_000)
    every_s: float = quantity("s", "time between the beginnings of two", PROTOCOL, 10.0, gt=0, le=_LONGEST_S)

    @model_validator(mode="after")
    def _apart(self) -> Effort:
        lasts = self.rise_s + self.hold_s + self.fall_s
        if self.count > 1 and lasts > self.every_s:
            raise ValueError(f"every_s = {self.every_s:g} is shorter than one effort of {lasts:g} s; make it longer")
        return self

    @property
    def ends_s(self) -> float:
        """When the last one has fallen, s."""
        return self.at_s + (self.count - 1) * self.every_s + self.rise_s + self.hold_s + self.fall_s


class Stimulation(_AtTime):
    """A train of stimuli to the nerve: impulses run to the muscle and back to the motoneurons, afferents volley."""

    kind: Literal["stimulation"]
    frequency_Hz: float = quantity("Hz", "stimuli per second", PROTOCOL, gt=0, le=200)
    count: int = quantity("1", "how many", "150 [@Minetto2011]", 150, ge=1, le=100_000)

    @property
    def ends_s(self) -> float:
        """When the last stimulus comes, s."""
        return self.at_s + (self.count - 1) / self.frequency_Hz


class Stretch(_AtTime):
    """The joint is turned until the muscle has a new length, and held there."""

    kind: Literal["stretch"]
    mtu_length: float = quantity("L0", "length of muscle and tendon that it comes to", PROTOCOL, ge=0.65, le=1.4)
    over_s: float = quantity("s", "how long the movement takes", PROTOCOL, 2.0, gt=0, le=1000)


class Walking(_ForAWhile):
    """Gait: the calf lengthens in stance, its veins are pumped, its antagonist pulls in swing."""

    kind: Literal["walking"]
    cadence_Hz: float = quantity("Hz", "strides per second", "choice: a slow walk", 1.0, gt=0.1, le=3)
    swing_length: float = quantity("L0", "shortest length in a stride", "choice: the optimum", 1.0, ge=0.65, le=1.4)
    stance_length: float = quantity(
        "L0", "longest length in a stride", "choice: the foot is bent up in stance", 1.1, ge=0.65, le=1.4
    )
    pressure_mmHg: float = quantity(
        "mmHg",
        "peak of the pressure added in stance",
        "choice: half of the peaks of soleus in walking, 181 +- 69 [@Ballard1998]",
        90.0,
        ge=0,
        le=400,
    )
    conductance: float = quantity(
        "1",
        "conductance of the vessels while walking, at least; 1 at rest",
        "choice: mean flow of about 3 times that of rest (docs/cramp/steps.md)",
        6.5,
        ge=0,
        le=20,
    )
    antagonist_Hz: float = quantity(
        "Hz",
        "Ia rate of the antagonist in swing",
        "choice: reciprocal inhibition of 0.15 rheobases",
        100.0,
        ge=0,
        le=500,
    )
    antagonist_s: float = quantity(
        "s", "how long the antagonist pulls in a stride", "choice: swing of a stride", 0.4, ge=0, le=5
    )


class Antagonist(_ForAWhile):
    """The person pulls the foot up: reciprocal inhibition."""

    kind: Literal["antagonist"]
    rate_Hz: float = quantity("Hz", "Ia rate of the antagonist", "choice: strong contraction", 100.0, gt=0, le=500)


class NerveBlock(_ForAWhile):
    """Anaesthetised nerve: nothing passes between cord and muscle, stimuli below the block still reach the muscle."""

    kind: Literal["nerve_block"]


class Cuff(_ForAWhile):
    """A cuff stops the flow of blood."""

    kind: Literal["cuff"]
    flow: float = quantity("1", "share of the flow that is left", PROTOCOL, 0.0, ge=0, le=1)


class Drink(_AtTime):
    """A drink after sweating: the motoneurons' resting drive shifts as it is absorbed."""

    kind: Literal["drink"]
    fluid: Literal["water", "electrolytes"] = Field(description="what is drunk: 'water' or 'electrolytes'")
    shift: float = quantity(
        "rheobase",
        "size of the shift of resting drive: up for water, down for electrolytes",
        "choice: from -4.3 and +3.7 Hz of threshold frequency in healthy men [@Lau2019], not reached in the loop "
        "(docs/cramp/fit.md); cause unknown",
        0.02,
        ge=0,
        le=1,
    )
    absorption_s: float = quantity(
        "s", "time constant", "choice: effect at 30 and 60 min [@Lau2019]", 900.0, gt=0, le=1e5
    )


class Oropharyngeal(_ForAWhile):
    """A pungent taste (pickle juice): inhibition from the mouth, plasma unchanged."""

    kind: Literal["oropharyngeal"]
    inhibition: float = quantity(
        "rheobase",
        "inhibition of the pool",
        "choice: cramps of 85 against 134 s [@Miller2010]",
        0.08,
        ge=0,
        le=5,
    )
    latency_s: float = quantity("s", "from the mouth to the pool", "35 s by report [@Miller2010]", 35.0, ge=0, le=1000)


def _plasma(ion: str, normal: str, least: float, most: float) -> Any:
    """Declare a plasma concentration that an intervention sets or leaves as it is."""
    return Field(
        None,
        description=f"{ion}; as it is if left out",
        ge=least,
        le=most,
        json_schema_extra={"unit": "mmol/L", "source": f"choice: set by the experiment; {normal} is normal"},
    )


class Electrolytes(_AtTime):
    """Plasma changes; nerve, cord and interstitium follow by their coupling."""

    kind: Literal["electrolytes"]
    potassium_mM: float | None = _plasma("plasma potassium", "4.2", 0.5, 15)
    sodium_mM: float | None = _plasma("plasma sodium", "140", 80, 200)
    calcium_mM: float | None = _plasma("free plasma calcium", "1.2", 0.2, 5)
    magnesium_mM: float | None = _plasma("free plasma magnesium", "0.55", 0.01, 10)
    over_s: float = quantity("s", "how long the change takes", PROTOCOL, 1.0, gt=0, le=1e5)

    @model_validator(mode="after")
    def _of_an_ion(self) -> Electrolytes:
        if self.potassium_mM is self.sodium_mM is self.calcium_mM is self.magnesium_mM is None:
            raise ValueError("electrolytes: no ion changes; give potassium_mM, sodium_mM, calcium_mM or magnesium_mM")
        return self


class TendonStimulation(_AtTime):
    """Electrical stimuli to tendon afferents: inhibition, more of it in a long muscle."""

    kind: Literal["tendon_stimulation"]
    strength: float = quantity("1", "share of the strongest", PROTOCOL, 1.0, gt=0, le=1)
    count: int = quantity("1", "how many", PROTOCOL, 1, ge=1, le=10_000)
    every_s: float = quantity("s", "time between two", PROTOCOL, 1.0, ge=0.3, le=1000)


class Neuromodulation(_AtTime):
    """Serotonin and noradrenaline scale the persistent inward current."""

    kind: Literal["neuromodulation"]
    factor: float = quantity("1", "factor on the persistent current", PROTOCOL, ge=0, le=3)
    over_s: float = quantity("s", "how long the change takes", PROTOCOL, 1.0, gt=0, le=1e5)


Intervention = Annotated[
    Effort
    | Stimulation
    | Stretch
    | Walking
    | Antagonist
    | NerveBlock
    | Cuff
    | Drink
    | Oropharyngeal
    | Electrolytes
    | TendonStimulation
    | Neuromodulation,
    Field(discriminator="kind"),
]
INTERVENTIONS: tuple[type[_AtTime], ...] = (
    Effort,
    Stimulation,
    Stretch,
    Walking,
    Antagonist,
    NerveBlock,
    Cuff,
    Drink,
    Oropharyngeal,
    Electrolytes,
    TendonStimulation,
    Neuromodulation,
)
