"""The explanation in plain words: every sentence carries the number it rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sarcomere.explain.counterfactuals import HOLD_S, STRETCH, STRETCH_SPEED
from sarcomere.explain.explanation import Explanation
from sarcomere.explain.verdict import HALF, IRREGULAR_CV, NORMAL_RATIO, involuntary, is_excess

_MECHANISM = {
    "calcium": "calcium that stayed up: its removal was slow",
    "rigor_am": "heads that lack the ATP to let go (rigor_am) and hardly cycle",
    "adp_retained": "heads that keep ADP (adp_retained)",
    "cooperative_hold": "the thin filament held open by its own attached heads or neighbours (cooperative_hold)",
    "off_state": "heads that the OFF state no longer took out of play",
    "unexplained": "something that no single ablation takes away",
}


def sentences(found: Explanation) -> Iterator[str]:
    """Say what drove, what held, what let go.

    Parameters
    ----------
    found : Explanation
        Its numbers and verdict.

    Yields
    ------
    str
    """
    yield _drive(found)
    if not found.held_by:
        yield f"There was no contraction to explain: {found.observed.held:.0f} pN per thick filament was held."
        return
    yield _force(found)
    yield from _verdict(found)
    yield from _heads(found)
    yield _relaxation(found)
    if found.stretch is not None:
        yield _stretch(found)


def _drive(found: Explanation) -> str:
    d = found.drive
    if d.impulses == 0:
        return f"No impulse reached the {found.fibre} fibres of unit {found.unit}."
    if d.impulses < 3:
        times = f"{d.first:.2f}" if d.impulses == 1 else f"{d.first:.2f} and {d.last:.2f}"
        return f"Impulses reached the {found.fibre} fibres of unit {found.unit} at {times} s and no more."
    span = f"from {d.first:.2f} to {d.last:.2f} s, {d.rate:.1f} per second"
    line = (
        f"{d.impulses} impulses reached the {found.fibre} fibres of unit {found.unit} {span}, with a coefficient of "
        f"variation of their intervals of {d.cv:.2f}"
    )
    if d.after_command is not None:
        kind = "involuntary, as in a cramp" if involuntary(found) else "so they were voluntary or evoked"
        return f"{line}; they went on for {d.after_command:.2f} s after the command had ended, {kind}."
    if involuntary(found):
        return (
            f"{line}: as irregular as in cramps (0.45 ± 0.10; steady voluntary discharge 0.1 to 0.2), which is a hint "
            f"and no proof, as long as it is not told when the command ended."
        )
    return f"{line}, below the {IRREGULAR_CV:g} beyond which discharge looks like that of a cramp."


def _force(found: Explanation) -> str:
    normal = "its matched control" if found.drive.impulses else "a normal fused contraction of the same fibre"
    held = 100 * found.excess.mean
    beyond = f"{found.excess.mean * found.reference.force:.0f} pN beyond its control, {held:.0f} % of the normal force"
    outcome = "a hold" if is_excess(found.excess) else "no hold"
    span = f"in the {HOLD_S:g} s after the last impulse" if found.drive.impulses else "in the last third of the record"
    driven = ""
    if found.drive.impulses:
        driven = f"While driven it pulled {found.observed.force:.0f} pN per thick filament ({normal}: "
        driven += f"{found.reference.force:.0f} pN), and "
    line = f"{driven}{span} it pulled {beyond} (± {100 * found.excess.sem:.1f} %): {outcome}."
    return line[0].upper() + line[1:]


def _verdict(found: Explanation) -> Iterator[str]:
    if found.stop is not None:
        half, control = _seconds(found.stop.half_time), _seconds(found.stop.control_half_time)
        yield (
            f"With the impulses stopped early, at {found.stop.at:.2f} s, the half-time of force is {half} (control "
            f"{control}; up to {NORMAL_RATIO:g} times that is normal)."
        )
    if found.held_by == ("drive",):
        yield (
            f"No latch: the force was drive-maintained, by impulses, calcium and cycling heads, and ended when the "
            f"impulses did ({found.excess.mean:.2f} of the normal force was left beyond the control's)."
        )
        return
    for attribution in found.attributions:
        share = attribution.removed
        if math.isnan(share.mean):
            yield f"Ablation, {attribution.text}: leaves too little contraction to tell (less than 10 % of normal)."
            continue
        does = "removes" if share.mean >= 0 else "adds"
        part = "accounts for it" if share.mean >= HALF else "does not account for it"
        change = f"{does} {100 * abs(share.mean):.0f} ± {100 * share.sem:.0f} % of the excess"
        yield f"Ablation, {attribution.text}: {change}, {part}."
    for name, (ours, shipped) in found.unlike_shipped.items():
        yield f"The fibre differs from the shipped one: {name} is {ours:g}, not {shipped:g}."
    if not found.attributions:
        yield (
            f"It let go slowly, but the {found.excess.mean:.2f} of the normal force that was left beyond the control's "
            "is too little for ablations to tell why."
        )
        return
    what = ", together with ".join(_MECHANISM[mechanism] for mechanism in found.held_by)
    yield f"What held, {found.excess.mean:.2f} of the normal force, was {what}."


def _heads(found: Explanation) -> Iterator[str]:
    o, y = found.observed, found.reference
    span = "held" if is_excess(found.excess) else "driven"
    yield (
        f"While {span}, {100 * o.attached:.0f} % of the heads were attached ({100 * y.attached:.0f} % in a normal "
        f"contraction); of those, {100 * o.rigor_am:.1f} % had no nucleotide (rigor_am; {100 * y.rigor_am:.1f} %), and "
        f"{100 * o.adp_retained:.1f} % kept ADP for longer than 99 % of the normal attachments (adp_retained; "
        f"{100 * y.adp_retained:.1f} %)."
    )
    yield (
        f"An attachment took {o.mean_attachment_ms:.0f} ms of head time ({y.mean_attachment_ms:.0f} ms), "
        f"{100 * o.prolonged:.1f} % of those that ended were prolonged (1 % expected), and holding cost {o.cost:.2g} "
        f"ATP per pN s ({y.cost:.2g}), at a stiffness of {o.stiffness_to_force:.3f} per nm of its force "
        f"({y.stiffness_to_force:.3f})."
    )
    when = "After the drive" if found.drive.impulses else "In the last third"
    yield (
        f"{when} {o.ca_unexplained:.0f} pN were more than calcium explains at resting chemistry "
        f"(ca_unexplained_force; {y.ca_unexplained:.0f} pN in a normal relaxation, which lags calcium)."
    )


def _relaxation(found: Explanation) -> str:
    o, y = found.observed, found.reference
    if found.drive.impulses == 0:
        return f"Nothing let it go: {o.held:.0f} pN were there in the last third of the record."
    if math.isnan(o.from_impulse):
        return (
            f"Nothing let it go within the record: {o.held:.0f} pN stayed on average in the {HOLD_S:g} s after the "
            f"last impulse, calcium {_gone(o.calcium_below)}."
        )
    since = left = ""
    if not math.isnan(o.calcium_below):
        since = f"; calcium was below 0.5 µM after {_seconds(o.calcium_below)} (control {_seconds(y.calcium_below)})"
    if not math.isnan(o.residual_100ms):
        left = f", and 100 ms later {100 * o.residual_100ms:.0f} % of the heads still held on"
    return (
        f"It let go: half of the force was gone {_seconds(o.from_impulse)} after the last impulse (control "
        f"{_seconds(y.from_impulse)}){since}{left}."
    )


def _stretch(found: Explanation) -> str:
    s = found.stretch
    assert s is not None
    line = (
        f"One second after a stretch by {100 * STRETCH:g} % at {STRETCH_SPEED:g} lengths/s without impulses, "
        f"{s.force_after:.0f} of {s.force_before:.0f} pN and {100 * s.attached_after:.0f} of "
        f"{100 * s.attached_before:.0f} % of the heads were left"
    )
    without = f"unstretched {s.force_unstretched:.0f} pN"
    if not s.releases:
        return f"{line} ({without}): stretch did not release it."
    alone = s.force_unstretched < 0.5 * s.force_before
    return (
        f"{line} ({without}): it let go, {'as it did without stretch' if alone else 'and without stretch it did not'}."
    )


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if math.isfinite(value) else "beyond the record"


def _gone(value: float) -> str:
    return f"below 0.5 µM {value:.2f} s after it" if math.isfinite(value) else "above 0.5 µM to the end"
