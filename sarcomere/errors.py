"""Our exceptions and notices: each is one sentence that says what, where, the value and the remedy."""

from __future__ import annotations

import difflib
import re
import reprlib
from collections.abc import Iterable
from typing import Any


class SarcomereError(Exception):
    """Base of every error a user can cause or mend."""


class InputError(SarcomereError):
    """A file, key or value that cannot be used."""


class StoreError(SarcomereError):
    """A result that cannot be written or read."""


class SolverError(SarcomereError):
    """A step that found no force balance."""


class Notice(UserWarning):
    """What a user should know before the work begins, or while it waits."""


MAX_QUOTED = 80  # characters of a value in a sentence
_MAX_OPTIONS = 20
# C0 and C1 controls, line and paragraph separators, overrides of the direction of writing, lone surrogates.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class _Short(reprlib.Repr):
    """``repr`` that stops at a depth, a number of entries and a length."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother = 4, MAX_QUOTED, MAX_QUOTED
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = _MAX_OPTIONS

    def repr_int(self, x: int, level: int) -> str:
        """Return the digits of a whole number, or how many there are."""
        digits = max(1, int(x.bit_length() * 0.30103))
        return repr(x) if digits < MAX_QUOTED else f"a number of about {digits} digits"


_short = _Short().repr


def printable(text: str) -> str:
    """Escape control characters, which a terminal would obey.

    Parameters
    ----------
    text : str
        From a file or a command line.

    Returns
    -------
    str
        The same text if it holds none.
    """
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def quoted(value: Any, limit: int = MAX_QUOTED) -> str:
    """Quote a value in a sentence, shortened and with control characters escaped.

    Parameters
    ----------
    value : any
        What was given.
    limit : int
        Longest text, in characters.

    Returns
    -------
    str
        As ``repr``; what is cut out stands as dots.
    """
    shown = printable(_short(value))
    return shown if len(shown) <= limit else f"{shown[: limit - 2]}…{shown[-1]}"


def nearest(word: str, choices: Iterable[str]) -> str:
    """Remedy for a misspelt word: the nearest valid one, or all of them.

    Parameters
    ----------
    word : str
        What was given.
    choices : iterable of str
        What would have been valid.

    Returns
    -------
    str
        A clause such as ``did you mean 'n_thick'?``.
    """
    options = sorted(choices)
    close = difflib.get_close_matches(word[:MAX_QUOTED], options, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    more = f", … ({len(options)} in all)" if len(options) > _MAX_OPTIONS else ""
    return f"use one of: {', '.join(options[:_MAX_OPTIONS])}{more}."


def check_status(
    status: int, *, time_ms: float, residual: float, tolerance: float, iterations: int, load: float | None = None
) -> None:
    """Turn a kernel's status code into a sentence.

    Parameters
    ----------
    status : int
        Code from ``sarcomere_kernels.types``.
    time_ms, residual, tolerance, iterations : float, float, float, int
        Simulated time (ms) of the step, its largest unbalanced force (pN), and what was allowed.
    load : float, optional
        Load (pN per thick filament) under force control.

    Raises
    ------
    SolverError
        If the status is not OK.
    """
    from sarcomere_kernels.types import NOT_BALANCED, NOT_FINITE, OK  # a second, which --help need not wait for

    if status == OK:
        return
    under = "" if load is None else f" under a load of {load:.4g} pN per thick filament"
    if status == NOT_BALANCED:
        raise SolverError(
            f"Force balance left {residual:.3g} pN at {time_ms:.1f} ms{under}, above numerics.force_tolerance_pN = "
            f"{tolerance:g} after {iterations} iterations: raise numerics.max_iterations or the tolerance."
        )
    if status == NOT_FINITE:
        raise SolverError(
            f"The force at {time_ms:.1f} ms{under} is not a finite number: check the stiffnesses in [mechanics] and "
            f"shorten numerics.step_ms."
        )
    raise SolverError(f"The kernel stopped at {time_ms:.1f} ms with unknown status {status}: report this.")
