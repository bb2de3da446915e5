"""Filaments as tridiagonal systems, flat arrays [node, filament], all filaments of a kind solved side by side.

Inner loops run over the filaments of one row, taken as slices: only then does the compiler vectorise them (2.4 times as
fast as indexing the flat array, benchmarks/NOTES.md).
"""

from sarcomere_kernels.compiled import inlined, inner, reducing
from sarcomere_kernels.types import F8, Lattice, Mechanics


@inner
def copy(a: F8, b: F8) -> None:
    """Copy a into b."""
    for i in range(a.size):
        b[i] = a[i]


@reducing
def total(a: F8, n: int) -> float:
    """Return the sum of the first n entries."""
    result = 0.0
    for i in range(n):
        result += a[i]
    return result


@reducing
def dot(a: F8, b: F8) -> float:
    """Return the inner product."""
    result = 0.0
    for i in range(a.size):
        result += a[i] * b[i]
    return result


@reducing
def largest(a: F8) -> float:
    """Return the largest absolute value; undefined with NaN."""
    result = 0.0
    for i in range(a.size):
        result = max(result, abs(a[i]))
    return result


@inlined
def factor_thick(lattice: Lattice, mechanics: Mechanics, diag: F8, pivot: F8) -> None:
    """Factor every thick filament into inverse pivots."""
    n, k2 = lattice.n_thick, mechanics.stiffness_thick**2
    for f in range(n):
        pivot[f] = 1.0 / diag[f]
    for row in range(n, diag.size, n):
        before, here, d = pivot[row - n : row], pivot[row : row + n], diag[row : row + n]
        for f in range(n):
            here[f] = 1.0 / (d[f] - k2 * before[f])


@inner
def solve_thick(lattice: Lattice, mechanics: Mechanics, pivot: F8, b: F8) -> None:
    """Solve every thick filament for the load b, in place."""
    n, k = lattice.n_thick, mechanics.stiffness_thick
    for row in range(n, b.size, n):
        before, here, p = b[row - n : row], b[row : row + n], pivot[row - n : row]
        for f in range(n):
            here[f] += k * p[f] * before[f]
    last, p = b[b.size - n :], pivot[b.size - n :]
    for f in range(n):
        last[f] *= p[f]
    for row in range(b.size - 2 * n, -1, -n):
        here, after, p = b[row : row + n], b[row + n : row + 2 * n], pivot[row : row + n]
        for f in range(n):
            here[f] = p[f] * (here[f] + k * after[f])


@inlined
def factor_thin(lattice: Lattice, diag: F8, off: F8, pivot: F8) -> None:
    """Factor every thin filament into inverse pivots, the Z-line held."""
    n = lattice.n_thin
    first, d = pivot[n : 2 * n], diag[n : 2 * n]
    for f in range(n):
        first[f] = 1.0 / d[f]
    for row in range(2 * n, diag.size, n):
        before, here = pivot[row - n : row], pivot[row : row + n]
        d, c = diag[row : row + n], off[row : row + n]
        for f in range(n):
            here[f] = 1.0 / (d[f] - c[f] * c[f] * before[f])


@inner
def solve_thin(lattice: Lattice, off: F8, pivot: F8, b: F8) -> None:
    """Solve every thin filament for the load b, in place, the Z-line held (row 0 is left alone)."""
    n = lattice.n_thin
    for row in range(2 * n, b.size, n):
        before, here = b[row - n : row], b[row : row + n]
        p, c = pivot[row - n : row], off[row : row + n]
        for f in range(n):
            here[f] -= c[f] * p[f] * before[f]
    last, p = b[b.size - n :], pivot[b.size - n :]
    for f in range(n):
        last[f] *= p[f]
    for row in range(b.size - 2 * n, n - 1, -n):
        here, after = b[row : row + n], b[row + n : row + 2 * n]
        p, c = pivot[row : row + n], off[row + n : row + 2 * n]
        for f in range(n):
            here[f] = p[f] * (here[f] - c[f] * after[f])
