"""From numbers to what held: rules only, no runs."""

from __future__ import annotations

from sarcomere.explain.explanation import Explanation, Measured

LEAST_EXCESS = 0.05  # of the normal force; a half-time 1.5 times the control's makes about as much; choice
LEAST_FORCE = 0.1  # of the normal force; with less there is no contraction to explain; choice
SIGNIFICANT = 3.0  # standard errors
NORMAL_RATIO = 1.5  # of half-times: up to here stopping the drive releases normally; choice
HALF = 0.5  # of the excess: what removes so much accounts for it
RIGOR_SHARE = 0.1  # of the attached heads: that of about 0.1 mM ATP is 0.04-0.07, a control's below 0.01
HARDLY_CYCLE = 0.3  # of the control's ATP per force and time; with less heads hardly cycle; choice
IRREGULAR_CV = 0.3  # between voluntary discharge [@Moritz2005] and cramp, 0.446 +- 0.097 [@Minetto2009]
WENT_ON_S = 0.5  # impulses this long after the command are not its tail; choice


def is_excess(found: Measured) -> bool:
    """Whether an excess is both large and beyond its error.

    Parameters
    ----------
    found : Measured
        Relative to the normal force.

    Returns
    -------
    bool
    """
    return found.mean >= LEAST_EXCESS and not found.mean < SIGNIFICANT * found.sem


def held_by(found: Explanation) -> tuple[str, ...]:
    """Find what held the force.

    An ablation that removes half of the excess or more accounts for it. Low ATP acts on the calcium pump too: where
    clamping calcium releases as well, few heads are without nucleotide and the others cycle, calcium is what held.

    Parameters
    ----------
    found : Explanation
        Its numbers.

    Returns
    -------
    tuple of str
        Empty if there was no force.
    """
    if not is_excess(found.excess):
        weak = not found.observed.force >= LEAST_FORCE * found.reference.force
        slow = found.stop is not None and found.stop.ratio > NORMAL_RATIO
        return () if weak else ("unexplained",) if slow else ("drive",)
    removers = {a.mechanism for a in found.attributions if a.removed.mean >= HALF}
    cycling = not found.observed.cost < HARDLY_CYCLE * found.reference.cost
    if "calcium" in removers and found.observed.rigor_am < RIGOR_SHARE and cycling:
        removers.discard("rigor_am")
    order = ("rigor_am", "calcium", "adp_retained", "cooperative_hold", "off_state")
    return tuple(name for name in order if name in removers) or ("unexplained",)


def involuntary(found: Explanation) -> bool:
    """Whether the impulses are those of a cramp: they outlast the command or, if that is not known, are irregular.

    Parameters
    ----------
    found : Explanation
        Its drive.

    Returns
    -------
    bool
    """
    if found.drive.after_command is not None:
        return found.drive.after_command > WENT_ON_S
    return found.drive.cv > IRREGULAR_CV  # not so without intervals


def contrast(found: Explanation) -> str:
    """Return the kind of contraction.

    Parameters
    ----------
    found : Explanation
        With ``held_by``.

    Returns
    -------
    str
    """
    if not found.held_by:
        return "no contraction"
    if found.held_by == ("drive",):
        return "cramp" if involuntary(found) else "voluntary or evoked contraction"
    if "rigor_am" in found.held_by:
        return "rigor contracture"
    names = {
        "calcium": "slow removal of calcium",
        "adp_retained": "heads that retain ADP",
        "cooperative_hold": "cooperative hold",
        "off_state": "heads kept ON",
        "unexplained": "unexplained hold",
    }
    return " and ".join(names[name] for name in found.held_by)
