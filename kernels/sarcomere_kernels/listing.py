"""Lists of what may change in a step, made without a branch on any draw.

Most draws change nothing.  A branch on each would be mispredicted as often as something changes, at the cost of ten
draws (benchmarks/NOTES.md); so draws are compared with a bound first, and only what passes is looked at one by one.
"""

import numpy as np

from sarcomere_kernels.compiled import inner
from sarcomere_kernels.types import I4, U1


@inner
def list_flagged(flag: U1, n: int, listed: I4) -> int:
    """List the first n places whose flag is set; returns how many.

    Every place is written at the end of the list and only some make it longer.
    """
    size = np.uint64(0)
    for place in range(n):
        listed[size] = place
        size += np.uint64(flag[place])
    return int(size)


@inner
def keep_flagged(flag: U1, n: int, listed: I4) -> int:
    """Keep of a list of n the entries whose flag is set; returns how many."""
    size = np.uint64(0)
    for i in range(n):
        listed[size] = listed[i]
        size += np.uint64(flag[i])
    return int(size)
