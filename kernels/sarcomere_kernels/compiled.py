"""How kernels are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from sarcomere_kernels.cache import KernelCache

F = TypeVar("F", bound=Callable[..., Any])

njit: Any = numba.njit  # its stubs do not know all options

# Without numba's run-time system (NRT) a function that allocates does not compile, so hot loops cannot; and
# arrays inside tuples are passed on without counting references, which made a step 4 times slower.
_HOW: dict[str, Any] = {"nogil": True, "_nrt": False, "error_model": "numpy"}
_NO_PYTHON_CALL: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def _kept(**how: Any) -> Callable[[F], F]:
    """Compile a function so, and keep what comes of it."""

    def decorate(function: F) -> F:
        compiled: Any = njit(**how)(function)
        if compiled is not function:  # NUMBA_DISABLE_JIT leaves it as it is
            compiled._cache = KernelCache(function)
        return compiled  # type: ignore[no-any-return]

    return decorate


kernel: Callable[[F], F] = _kept(**_HOW)
# Called from kernels only; without an entry from Python, compiling takes half as long.
inner: Callable[[F], F] = _kept(**_HOW, **_NO_PYTHON_CALL)
inlined: Callable[[F], F] = _kept(**_HOW, inline="always")
# Sums in any order, so that they vectorise; the order is fixed when compiled, never by threads or chunks.
reducing: Callable[[F], F] = _kept(**_HOW, **_NO_PYTHON_CALL, fastmath={"reassoc", "nnan", "nsz"})
