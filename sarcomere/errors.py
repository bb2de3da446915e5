"""Our exceptions: each message is one sentence that says what, where, the value and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sarcomere_kernels.types import NOT_BALANCED, NOT_FINITE, OK


class SarcomereError(Exception):
    """Base of every error a user can cause or mend."""


class InputError(SarcomereError):
    """A file, key or value that cannot be used."""


class StoreError(SarcomereError):
    """A result that cannot be written or read."""


class SolverError(SarcomereError):
    """A step that found no force balance."""


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
    close = difflib.get_close_matches(word, options, n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else f"use one of: {', '.join(options)}."


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
