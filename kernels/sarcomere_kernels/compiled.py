"""How kernels are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

njit: Any = numba.njit  # its stubs do not know all options

# Without numba's run-time system (NRT) a function that allocates does not compile, so hot loops cannot; and
# arrays inside tuples are passed on without counting references, which made a step 4 times slower.
_HOW: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False, "error_model": "numpy"}
_NO_PYTHON_CALL: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

kernel: Callable[[F], F] = njit(**_HOW)
# Called from kernels only; without an entry from Python, compiling takes half as long.
inner: Callable[[F], F] = njit(**_HOW, **_NO_PYTHON_CALL)
inlined: Callable[[F], F] = njit(**_HOW, inline="always")
# Sums in any order, so that they vectorise; the order is fixed when compiled, never by threads or chunks.
reducing: Callable[[F], F] = njit(**_HOW, **_NO_PYTHON_CALL, fastmath={"reassoc", "nnan", "nsz"})
