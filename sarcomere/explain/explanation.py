"""What an explanation holds: numbers first, sentences made of them."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from sarcomere.scenario.showing import html_table


class Observed(NamedTuple):
    """One run in numbers; times in s, forces in pN per thick filament, NaN where it does not happen or apply."""

    force: float  # active, in the window of the drive
    held: float  # active, in the window of the hold
    attached: float  # share of heads, in the window that is compared
    rigor_am: float  # of the attached heads, nucleotide-free
    adp_retained: float  # of the attached heads, with ADP beyond the control's 99th percentile
    prolonged: float  # of the attachments that ended, beyond the control's 99th percentile
    attached_beyond: float  # the same of the heads attached at a time
    mean_attachment_ms: float
    cost: float  # ATP per pN s
    stiffness_to_force: float  # 1/nm
    ca_unexplained: float  # pN, mean over the hold
    from_impulse: float  # to half the force
    from_calcium: float
    calcium_below: float  # after the last impulse
    residual_50ms: float  # of the most heads attached after the last impulse, 50 ms after calcium has gone
    residual_100ms: float
    residual_200ms: float


class Measured(NamedTuple):
    """A number and its standard error between replicates."""

    mean: float
    sem: float


class Attribution(NamedTuple):
    """How much of the excess an ablation removes."""

    name: str
    mechanism: str
    text: str
    removed: Measured  # NaN where the ablation leaves no contraction to compare


class Drive(NamedTuple):
    """Impulses that reached the fibres."""

    impulses: int
    first: float  # s
    last: float
    rate: float  # 1/s, of intervals below 0.5 s
    cv: float  # coefficient of variation of those intervals
    after_command: float | None  # s that impulses went on after the command ended, if that is known


class Stop(NamedTuple):
    """Impulses stopped while they still came."""

    at: float
    half_time: float  # s
    control_half_time: float

    @property
    def ratio(self) -> float:
        """Half-time against the control's; infinite where force never halves."""
        return self.half_time / self.control_half_time if math.isfinite(self.half_time) else math.inf


class Stretch(NamedTuple):
    """Impulses stopped, stretched by 5 %, and looked at one second later."""

    at: float
    force_before: float
    force_after: float
    attached_before: float
    attached_after: float
    force_unstretched: float  # at the same time in the run itself
    attached_unstretched: float

    @property
    def releases(self) -> bool:
        """Whether less than half of the force and of the attached heads is left."""
        return self.force_after < 0.5 * self.force_before and self.attached_after < 0.5 * self.attached_before


@dataclass(frozen=True, repr=False)
class Explanation:
    """What held one motor unit's fibres and what let them go.

    Attributes
    ----------
    title, unit, fibre : str, int, str
        What was explained.
    drive : Drive
        Impulses.
    observed, reference : Observed
        The run and what it is compared with: its matched control, or without impulses a fused contraction of it.
    excess : Measured
        Active force beyond the control's after the last impulse, as a share of ``reference.force``.
    excess_driven : Measured
        The same during the last second of impulses; NaN without impulses.
    stop : Stop or None
        Drive stopped early; None without a train.
    stretch : Stretch or None
        None where there is no force to release.
    attributions : tuple of Attribution
        One for each ablation that was run.
    unlike_shipped : dict
        Parameters of the fibre that differ from the shipped ones: value here and there.
    held_by : tuple of str
        ``drive``, ``calcium``, ``rigor_am``, ``adp_retained``, ``cooperative_hold``, ``off_state`` or ``unexplained``.
    contrast : str
        The kind of contraction that this amounts to.
    sentences : tuple of str
        In plain words, each with its numbers.
    """

    title: str
    unit: int
    fibre: str
    drive: Drive
    observed: Observed
    reference: Observed
    excess: Measured
    excess_driven: Measured
    stop: Stop | None
    stretch: Stretch | None
    attributions: tuple[Attribution, ...]
    unlike_shipped: dict[str, tuple[float, float]]
    held_by: tuple[str, ...] = ()
    contrast: str = ""
    sentences: tuple[str, ...] = ()

    def __repr__(self) -> str:
        held = f", held by {', '.join(self.held_by)}" if self.held_by else ""
        return f"<Explanation {self.title!r}, unit {self.unit}, {self.fibre}: {self.contrast}{held}>"

    def _repr_html_(self) -> str:
        rows = [(sentence,) for sentence in self.sentences]
        unlike = [(f"{key} = {ours:g}, shipped {theirs:g}",) for key, (ours, theirs) in self.unlike_shipped.items()]
        return html_table(repr(self)[1:-1], ("what the runs say",), rows + unlike)

    def to_json(self) -> str:
        """Return everything, for machines; what is not a number is null."""
        return json.dumps(_plain(asdict(self)), indent=2)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
