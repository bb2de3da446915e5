"""Whether a state read from a file can be one of a half-sarcomere: kernels index by it without looking."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sarcomere_kernels import types as k

HUGE = 1e15  # no amount, length, force or time of a run comes near


def require(holds: ArrayLike, name: str, meaning: str) -> None:
    """Refuse an array in which something does not hold.

    Parameters
    ----------
    holds : array_like of bool
        For each entry.
    name, meaning : str
        Which array it is, and what it is not.

    Raises
    ------
    ValueError
        Saying that ``name`` is not ``meaning``.
    """
    if not np.all(holds):
        raise ValueError(f"{name} in its checkpoint is not {meaning}")


def check_numbers(name: str, values: NDArray[np.floating], most: float = HUGE) -> None:
    """Refuse numbers that are not finite or larger than any that can occur.

    Raises
    ------
    ValueError
        Naming the array.
    """
    require((values >= -most) & (values <= most), name, f"all numbers up to {most:g}")


def check_whole(name: str, values: NDArray[np.integer], least: int, most: int) -> None:
    """Refuse whole numbers out of range.

    Raises
    ------
    ValueError
        Naming the array.
    """
    require((values >= least) & (values <= most), name, f"between {least} and {most}")


def check_stream(name: str, words: NDArray[np.unsignedinteger]) -> None:
    """Refuse a random stream that would only give zeros; its words lie along the first axis.

    Raises
    ------
    ValueError
        Naming the array.
    """
    require(words.any(axis=0), name, "a random stream")


def check_half_sarcomere(state: k.State, model: k.Model, tick: int, name: str = "") -> None:
    """Refuse a state in which an index leaves its array, a number is none, or parts contradict each other.

    Parameters
    ----------
    state : sarcomere_kernels.types.State
        Read from a file.
    model : sarcomere_kernels.types.Model
        Its half-sarcomere.
    tick : int
        Time that it must have reached.
    name : str
        Comes before the names of its arrays in what is said.

    Raises
    ------
    ValueError
        Naming the array.
    """
    length = model.lattice.reference_length
    check_whole(f"{name}head_state", state.head_state, 0, k.N_HEAD_STATES - 1)
    check_whole(f"{name}head_since", state.head_since, 0, tick)
    check_whole(f"{name}ru_calcium", state.ru_calcium, 0, model.regulation.n_calcium_sites)
    check_whole(f"{name}ru_open", state.ru_open, 0, 1)
    check_whole(f"{name}dwell", state.dwell, 0, int(HUGE))
    for field in ("thick_shift", "thin_shift", "strain"):
        check_numbers(f"{name}{field}", getattr(state, field), length)
    for field in ("calcium", "mechanics"):
        check_numbers(f"{name}{field}", getattr(state, field))
    check_stream(f"{name}stream", state.stream)
    check_stream(f"{name}lanes", state.lanes)
    _check_bound(state, model.lattice, name)
    _check_counters(state, tick, name)


def _check_bound(state: k.State, lattice: k.Lattice, name: str) -> None:
    """Check the list of attached heads against heads, sites and regulatory units."""
    n, heads, sites = int(state.counters[k.Count.N_BOUND]), state.head_state.size, lattice.site_s.size
    attached = np.flatnonzero(state.head_state >= k.HeadState.A1)
    require(n == attached.size, f"{name}counters", "the number of attached heads")
    check_whole(f"{name}bound_head", state.bound_head, 0, heads - 1)
    check_whole(f"{name}bound_site", state.bound_site, 0, sites - 1)
    check_whole(f"{name}bound_ru", state.bound_ru, 0, state.ru_heads.size - 1)
    check_whole(f"{name}bound_thick", state.bound_thick, 0, state.thick_shift.size - 1)
    check_whole(f"{name}bound_thin", state.bound_thin, 0, state.thin_shift.size - 1)
    for field in ("bound_weight", "bound_rest"):
        check_numbers(f"{name}{field}", getattr(state, field), lattice.reference_length)
    head, site = state.bound_head[:n], state.bound_site[:n]
    require(np.array_equal(np.sort(head), attached), f"{name}bound_head", "the list of attached heads")
    taken = np.bincount(site, minlength=sites)
    require(taken == state.site_taken, f"{name}site_taken", "where heads are attached")
    held = np.bincount(lattice.site_ru[site], minlength=state.ru_heads.size)
    require(held == state.ru_heads, f"{name}ru_heads", "the number of heads on each regulatory unit")
    of_lattice = {
        "bound_ru": lattice.site_ru[site],
        "bound_thick": lattice.head_node[head],
        "bound_thin": lattice.site_node[site],
        "bound_weight": lattice.site_weight[site],
        "bound_rest": lattice.reference_length - lattice.site_s[site] - lattice.head_z[head],
    }
    for field, expected in of_lattice.items():
        require(getattr(state, field)[:n] == expected, f"{name}{field}", "that of its site and head")


def _check_counters(state: k.State, tick: int, name: str) -> None:
    """Time and counts."""
    counters = state.counters
    require(counters[k.Count.TICK] == tick, f"{name}counters", "at the time of the last sample")
    check_whole(f"{name}counters", counters[k.Count.STEP], tick // k.TICKS_PER_STEP, tick)
    require(
        counters[k.Count.RU_CALCIUM] == state.ru_calcium.sum(dtype=np.int64), f"{name}counters", "the bound calcium"
    )
    least = np.zeros(counters.size, dtype=np.int64)
    least[k.Count.ATP_USED] = -state.head_state.size  # a head that binds without ATP gives one back beforehand
    require((counters >= least) & (counters <= HUGE), f"{name}counters", "all counts")
