"""What the tests and docs/scripts/reflex.py measure on reflexes."""

from __future__ import annotations

from typing import Any

import numpy as np

from sarcomere.organs.reflex import fresh_reflex, pack_reflex, resting_signals
from sarcomere.parameters.reflex import ReflexParameters
from sarcomere_kernels import advance_reflex
from sarcomere_kernels.reflex import ReflexState, Signal
from sarcomere_kernels.types import F8, OK

OFF = {name: 0.0 for name in ("gain_ia", "gain_ii", "gain_ib", "gain_nociceptive", "gain_reciprocal")}
AT_ONCE = 1e-6  # ms, a filter that does nothing
SHORT, LONG = 0.75, 1.1  # L0


def at(force: float, length: float, **changes: Any) -> tuple[float, float]:
    """Excitation and inhibition in a muscle that has been so for long."""
    reflex = pack_reflex(ReflexParameters(**changes), 5)
    x_base, x_inhibition, none = np.zeros(1), np.zeros(1), np.zeros(0)
    state = fresh_reflex(reflex, force, length)
    assert advance_reflex(state, reflex, none, none, resting_signals(0), x_base, x_inhibition) == OK
    return float(x_base[0]), float(x_inhibition[0])


def run(
    p: ReflexParameters, force: F8, length: F8, signals: F8, windows: list[int] | None = None
) -> tuple[F8, F8, ReflexState]:
    """Inputs of every millisecond, from a muscle at rest as it is in the first."""
    windows = windows or [5] * (force.size // 5)
    assert sum(windows) == force.size
    reflex = pack_reflex(p, max(windows))
    state = fresh_reflex(reflex, float(force[0]), float(length[0]), float(signals[0, Signal.PASSIVE]))
    x_base, x_inhibition = np.full(force.size, np.nan), np.full(force.size, np.nan)
    begin, end = 0, 0
    for window in windows:
        coming = slice(end, end + window)
        past = slice(begin, end)
        status = advance_reflex(
            state, reflex, force[past], length[past], signals[past], x_base[coming], x_inhibition[coming]
        )
        assert status == OK
        begin, end = end, end + window
    return x_base, x_inhibition, state


def quiet(n: int) -> tuple[F8, F8, F8]:
    return np.full(n, 0.1), np.full(n, 1.0), resting_signals(n)


def stretch(ms: int, force: float = 0.3) -> dict[str, float]:
    """From the short to the long muscle in so many ms at constant force; net is excitation less inhibition."""
    n = ms - ms % 5 + 600
    _, length, signals = quiet(n)
    length[:] = np.interp(np.arange(n), [100, 100 + ms], [SHORT, LONG])
    held = np.full(n, force)
    bare = run(ReflexParameters(**(OFF | {"gain_ia": 0.001, "tau_ia_ms": AT_ONCE})), held, length, signals)[0]
    x_base, x_inhibition, _ = run(ReflexParameters(), held, length, signals)
    net = x_base - x_inhibition
    return {
        "peak Ia (Hz)": 15 + bare.max() / 0.001,
        "peak x_Ia": x_base.max(),
        "x_Ib before": x_inhibition[0],
        "x_Ib after": x_inhibition[-1],
        "peak net": net.max(),
        "ms excited": float((net > 0.0).sum()),
    }
