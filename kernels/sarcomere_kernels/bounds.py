"""Upper bounds of what a detached head may do in a step: a head whose draw is above need not be looked at.

Three bounds, each closer and dearer than the one before: that of its state; that of its place along its thin filament;
its own exits.  The first two only spare work: a head that they pass over would not have moved.
"""

import math

import numpy as np

from sarcomere_kernels.compiled import inlined, inner, reducing
from sarcomere_kernels.listing import keep_flagged, list_flagged
from sarcomere_kernels.rng import to_unit, word_up_to
from sarcomere_kernels.types import (
    F8,
    I1,
    MAX_COOPERATING,
    U1,
    U4,
    Cycle,
    CycleTable,
    HeadState,
    Lattice,
    Scratch,
    State,
    ThickFilament,
)

MARGIN = 0.3  # nm: how far off the shift of a site may be that is read where its head would not be strained
_NEGLIGIBLE = 1e-9  # of the largest rate
_CELL = 0.5  # nm, at most: of the places that are told apart
_ABOVE = 1.0 + 1e-9  # more than rounding takes away


def fastest_exits(cycle: Cycle, off: ThickFilament, table: CycleTable, site_s: F8) -> F8:
    """Bound the rate at which an OFF, MT or MDP head changes, per ms; not compiled."""
    off_rate = off.k_off_exit + off.k_off_exit_force * off.max_relative_force
    apart = _closest_sites(site_s)
    mt_rate = cycle.k_hydrolysis + _worst_sum(table.rebind, table.bins_per_nm, apart)
    mdp_rate = cycle.k_hydrolysis_reverse + off.k_off_return + _worst_sum(table.attach, table.bins_per_nm, apart)
    return np.array([off_rate, mt_rate, mdp_rate])


def _closest_sites(site_s: F8) -> float:
    """Return the smallest distance (nm) of neighbouring sites of one face, less 10 % for what filaments may shorten."""
    gaps = np.diff(site_s)
    within = gaps[gaps > 0]  # a new face starts again near the Z-line
    return 0.9 * float(within.min()) if within.size else np.inf


def _worst_sum(rate: F8, bins_per_nm: float, apart: float) -> float:
    """Return the largest sum of site rates that any offset of a head to sites ``apart`` nm apart can give, plus 5 %."""
    stride = max(1, min(int(apart * bins_per_nm), rate.size)) if np.isfinite(apart) else rate.size
    within = np.where(rate >= _NEGLIGIBLE * rate.max(), rate, 0.0)
    return float(max(within[first::stride].sum() for first in range(stride))) * 1.05


def nearby_rates(table: CycleTable, lattice: Lattice) -> tuple[U1, F8, float]:
    """Bound the summed rate of attaching from every place along every face, all sites free and open; not compiled.

    Returns
    -------
    near : ndarray of uint8, shape (2, face, cell)
        For MDP and for MT, in ``unit``, by where a site would have to be for the head to be unstrained as it binds, if
        the shift of the thin filament is known to ``MARGIN``.  The sites of a face repeat with the helix: the cells
        share out one repeat, the first begins at multiples of it.
    unit : ndarray of float, shape (2,)
        1/ms.
    farthest : float
        From such a place to any site that counts, nm.
    """
    rise, cells = lattice.node_length / (2 * MAX_COOPERATING), int(np.ceil(lattice.site_repeat / _CELL))
    cell_length = lattice.site_repeat / cells
    faces = lattice.face_start.size - 1
    face = np.repeat(np.arange(faces), np.diff(lattice.face_start))
    actin = np.round((lattice.site_s - lattice.site_s[lattice.face_start[face]]) / rise).astype(np.int64)
    _, one = np.unique(face * 1000 + actin % round(lattice.site_repeat / rise), return_index=True)  # site of each kind
    near, unit, farthest = np.zeros((2, faces, cells), dtype=np.uint8), np.zeros(2), 0.0
    for plane, (rate, unstrained) in enumerate(zip((table.attach, table.rebind), table.unstrained, strict=True)):
        counts = table.x_min - unstrained + np.flatnonzero(rate >= _NEGLIGIBLE * rate.max()) / table.bins_per_nm
        low, high = counts[0], counts[-1] + 1.0 / table.bins_per_nm  # of a head's place less that of its site
        farthest = max(farthest, -low, high)
        bins = int(np.ceil((cell_length + 2.0 * MARGIN) * table.bins_per_nm)) + 3  # that a head in one cell may see
        highest = np.lib.stride_tricks.sliding_window_view(np.pad(rate, bins, mode="edge"), bins).max(axis=1)
        s = lattice.site_s[one][:, None]
        span = np.arange(int(np.ceil((high - low + 2.0 * MARGIN) / cell_length)) + 3)
        cell = np.floor((s + low - MARGIN) / cell_length).astype(np.int64) - 1 + span
        strain = cell * cell_length - s + unstrained - MARGIN - table.x_min  # the least in a cell, above x_min
        lowest = np.floor(strain * table.bins_per_nm).astype(np.int64) - 1
        most = highest[np.clip(lowest + bins, 0, highest.size - 1)]
        flat = face[one][:, None] * cells + cell % cells
        total = np.bincount(flat.ravel(), weights=most.ravel(), minlength=faces * cells)
        unit[plane] = max(float(total.max()), 1e-300) / 254.0
        near[plane] = np.ceil(total / unit[plane] + 1e-3).reshape(faces, cells)
    return near, unit, farthest + 0.5 * lattice.thin_stagger + 1.0


@inner
def mark_open(opened: I1, n_ru: int, near: U1) -> None:
    """Mark the rows of every thin filament at which or next to which a unit is open; filaments one after the other."""
    for begin in range(0, opened.size, 2 * n_ru):
        a, b = opened[begin : begin + n_ru], opened[begin + n_ru : begin + 2 * n_ru]  # its strands
        row, last = near[begin // 2 : begin // 2 + n_ru], n_ru - 1
        for r in range(1, last):
            row[r] = (a[r - 1] | a[r] | a[r + 1]) | (b[r - 1] | b[r] | b[r + 1])
        row[0] = (a[0] | a[1]) | (b[0] | b[1])
        row[last] = (a[last - 1] | a[last]) | (b[last - 1] | b[last])


@reducing
def _largest_stretch(shift: F8, n_thin: int) -> float:
    """Return by how much the most stretched segment of a thin filament is longer or shorter than at rest."""
    result = 0.0
    for node in range(shift.size - n_thin):
        result = max(result, abs(shift[node + n_thin] - shift[node]))
    return result


@reducing
def _largest_give(shift: F8) -> float:
    """Return by how much the shift of a thin node most differs from that of the Z-line."""
    result = 0.0
    for node in range(shift.size):
        result = max(result, abs(shift[node] - shift[0]))
    return result


@inlined
def places_tell(state: State, lattice: Lattice, table: CycleTable) -> bool:
    """Tell whether thin filaments are stretched so little that bounds by place hold."""
    away = table.farthest + _largest_give(state.thin_shift)
    error = away / lattice.node_length * _largest_stretch(state.thin_shift, lattice.n_thin)
    return bool(error <= MARGIN and away <= lattice.node_length)


@inlined
def bound_by_state(table: CycleTable, dt: float, scratch: Scratch) -> None:
    """Bound what an OFF, MT or MDP head may do in this step (row 0) and in half of it (row 1).

    With K the sum of the rates of its exits, the chance that it leaves is C = 1 - exp(-K dt): ``attempt`` is the most
    that C can be, and ``steepest`` the most that K/C can, which grows with K too.
    """
    for code in range(HeadState.A1):
        fastest = table.fastest[code]
        if code == HeadState.OFF:  # as the tension of the backbone lets it now
            fastest = 0.0
            for node in range(scratch.off_exit_rate.size):
                fastest = max(fastest, scratch.off_exit_rate[node])
        for part in range(2):
            span = dt if part == 0 else 0.5 * dt
            attempt = 1.0 - math.exp(-fastest * span)
            scratch.attempt[part, code] = attempt
            scratch.steepest[part, code] = _ABOVE * (fastest / attempt if attempt > 0.0 else 1.0 / span)


@inner
def _flag_by_state(head_state: I1, draw: U4, attempt: F8, flag: U1) -> None:
    """Flag the detached heads whose draw is not above the most that a head of their state can do.

    An attached one whose draw is zero is flagged too: all its exits as a detached head are nought.
    """
    off, mt = word_up_to(attempt[HeadState.OFF]), word_up_to(attempt[HeadState.MT])
    mdp = word_up_to(attempt[HeadState.MDP])
    none = np.uint32(0)
    for head in range(head_state.size):
        now = head_state[head]
        most = off if now == HeadState.OFF else mt if now == HeadState.MT else mdp if now == HeadState.MDP else none
        flag[head] = draw[head] <= most


@inlined
def bound_by_place(
    state: State,
    lattice: Lattice,
    cycle: Cycle,
    table: CycleTable,
    scratch: Scratch,
    weight: float,
    head: np.uint32,
) -> float:
    """Return the most that all exits of a detached head can come to at its place, per ms."""
    now = np.uint8(state.head_state[head])
    node, face = np.uint32(lattice.head_node[head]), np.uint32(lattice.head_face[head])
    thin, n_thin = face // np.uint32(3), np.uint32(lattice.n_thin)
    plane = np.uint8(now & np.uint8(1))
    place = lattice.reference_length - lattice.head_z[head] - state.thick_shift[node] - table.unstrained[plane]
    along = (place - state.thin_shift[0] - lattice.thin_begin) * (1.0 / lattice.node_length)
    row = np.uint32(max(0.0, min(along, lattice.n_ru - 1.0)))
    part, low = max(0.0, min(along - row, 1.0)), row * n_thin + thin
    place -= (1.0 - part) * state.thin_shift[low] + part * state.thin_shift[low + n_thin]
    turns = place * (1.0 / lattice.site_repeat)
    cell = np.uint32((turns - math.floor(turns)) * (table.near.shape[2] * (1.0 - 1e-15)))
    is_open = scratch.open_near[thin * np.uint32(lattice.n_ru) + row]  # nought or one; no branch hangs on it
    ease = cycle.closed_attachment + (1.0 - cycle.closed_attachment) * is_open
    off_exit, first_order = scratch.off_exit_rate[node], table.first_order[now]  # both read: no branch here either
    plain = off_exit if now == HeadState.OFF else first_order
    return float(plain + weight * ease * table.near_unit[now] * table.near[plane, face, cell])


@inner
def list_tries(
    state: State,
    lattice: Lattice,
    cycle: Cycle,
    table: CycleTable,
    dt: float,
    weight: float,
    scratch: Scratch,
) -> int:
    """List the detached heads, in their order, whose draw is below the bounds of state and place; returns how many."""
    draw, flag, listed = scratch.draw, scratch.flag, scratch.listed
    _flag_by_state(state.head_state, draw, scratch.attempt[0], flag)
    n = list_flagged(flag, state.head_state.size, listed)
    if not places_tell(state, lattice, table):
        return n
    mark_open(state.ru_open, lattice.n_ru, scratch.open_near)
    for i in range(n):
        head = np.uint32(listed[i])
        most = bound_by_place(state, lattice, cycle, table, scratch, weight, head)
        flag[i] = to_unit(draw[head]) < most * dt * _ABOVE
    return keep_flagged(flag, n, listed)
