"""What the kernels take: NamedTuples of arrays and floats, and the integer codes they use.

Units inside the kernels are nm, ms, pN, µM; energies are pN nm, rates are per ms.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
F4 = NDArray[np.float32]
I8 = NDArray[np.int64]
I4 = NDArray[np.int32]
I1 = NDArray[np.int8]
U1 = NDArray[np.uint8]
U8 = NDArray[np.uint64]
U4 = NDArray[np.uint32]


class HeadState(IntEnum):
    """State of a head; everything from A1 on is attached."""

    OFF = 0
    MT = 1
    MDP = 2
    A1 = 3
    A2 = 4
    A3 = 5
    RIGOR = 6


N_HEAD_STATES = len(HeadState)
N_ATTACHED = N_HEAD_STATES - HeadState.A1
STATE_NAMES = tuple(HeadState.__members__)


class Outcome(IntEnum):
    """Where an attached head is one step later: A1 to RIGOR as counted from A1, or detached."""

    A1 = 0
    A2 = 1
    A3 = 2
    RIGOR = 3
    MDP = 4
    MT = 5


N_OUTCOMES = len(Outcome)


class Exit(IntEnum):
    """How an attachment ended."""

    REVERSAL = 0
    ATP_CYCLE = 1


EXIT_NAMES = tuple(name.lower() for name in Exit.__members__)
DWELL_BINS_PER_DECADE = 10
N_DWELL_BINS = 60

MAX_SITES_CALCIUM = 2
MAX_COOPERATING = 7  # heads on one regulatory unit that add to cooperativity: one an actin

# Status of a run.
OK, NOT_BALANCED, NOT_FINITE = range(3)


class Pool(IntEnum):
    """Calcium of one fibre (state.calcium)."""

    CYTOSOL = 0  # free or on ATP
    FREE = 1
    SR = 2
    CSQ = 3
    GATE_1 = 4
    GATE_2 = 5
    AVAILABLE = 6  # release that the next impulse can have
    PUMPED = 7  # since the start
    RELEASED = 8


class Mechanical(IntEnum):
    """Lengths and forces (state.mechanics)."""

    HS_LENGTH = 0
    FORCE = 1
    TITIN_FORCE = 2
    RESIDUAL = 3
    IMPOSED_LENGTH = 4
    LOAD = 5


class Count(IntEnum):
    """Whole numbers that change (state.counters)."""

    STEP = 0
    TICK = 1
    NEXT_IMPULSE = 2
    ATP_USED = 3
    N_BOUND = 4
    SOLVER_ITERATIONS = 5
    RU_CALCIUM = 6


N_LANES = 16  # random streams side by side
# Entries of state.calcium, .mechanics, .counters and .stream, used or not: two cache lines, so that threads that
# advance neighbouring rows of a batch share none.
ROW_WORDS = 16

# Time is counted in ticks: the longest step is so many, shorter ones are whole parts of it.
TICKS_PER_STEP = 32


class Sample(IntEnum):
    """Columns of trace.series, named as in files."""

    FORCE = 0
    TITIN_FORCE = 1
    HS_LENGTH = 2
    CA = 3
    CA_SR = 4
    CA_RELEASED = 5
    CA_PUMPED = 6
    RU_OPEN_FRACTION = 7
    RU_CALCIUM_FRACTION = 8
    ATP_USED = 9
    RESIDUAL = 10
    SOLVER_ITERATIONS = 11


SERIES_NAMES = tuple(name.lower() for name in Sample.__members__)


class Lattice(NamedTuple):
    """Where everything sits; never changes during a run.  Node arrays are flat [node, filament]."""

    n_thick: int
    n_thin: int
    n_crown: int
    n_ru: int  # regulatory units per strand, also thin-filament nodes per filament
    node_length: float  # of one of them
    thin_begin: float  # from the Z-line to where thin filaments begin in the mean
    thin_stagger: float  # range of where they begin
    reference_length: float  # hs_length from which shifts are counted
    thin_reach: float  # from the Z-line to the tips of the thin filaments
    double_overlap: float  # factor on attachment where thin filaments of both halves lie side by side
    head_z: F8  # (head,) rest distance from the M-line
    head_node: I4  # (head,) thick node
    head_face: I4  # (head,) the face it looks at
    face_start: I4  # (face + 1,) first site of each face
    site_repeat: float  # after which the sites of a face come again
    cell_length: float  # of the index first_site
    first_site: I4  # (face, cell) first site at or beyond the beginning of a cell
    site_s: F8  # (site,) distance from the Z-line, rising within a face
    site_node: I4  # (site,) thin node on its Z side; row 0 is the Z-line
    site_weight: F8  # (site,) share of the node on its tip side
    site_ru: I4  # (site,) its regulatory unit


class Cycle(NamedTuple):
    """Rates of the head cycle at given ATP, ADP, Pi and temperature."""

    thermal_energy: float
    stiffness_head: float
    stroke_1: float
    stroke_2: float
    k_hydrolysis: float
    k_hydrolysis_reverse: float
    k_attach: float
    k_attach_reverse: float
    x_critical: float
    k_stroke: float
    stroke_cap: float
    stroke_split: float
    stroke_equilibrium: float  # K_P/[Pi]
    k_isomerise: float
    isomerise_cap: float
    isomerise_equilibrium: float
    k_adp_release: float
    k_adp_rebind: float  # k_D [ADP]/K_D
    k_atp_bind: float  # k_T [ATP]
    k_atp_reverse: float  # k_T/K_T0
    closed_attachment: float  # share of the rate of binding that is left at a unit that is not open
    closed_haste: float  # how many times faster A2, A3 and RIGOR interchange on a unit that is not open
    stiffness_radial: float
    spacing_at_reference: float  # thick-thin distance at Lattice.reference_length
    spacing_unstrained: float  # distance at which bridging costs nothing


class CycleTable(NamedTuple):
    """One-step transition probabilities of heads, per strain bin."""

    x_min: float
    bins_per_nm: float
    quiet: U4  # (closed, from, bin): draws, as words of 32 bits, below which the state is the same a step later
    transition: F8  # (closed, bin, from, outcome): P(stay), then cumulative over the other outcomes
    landing: F8  # (closed, entry A1 or RIGOR, bin, outcome): cumulative, where an attaching head is at the step's end
    attach: F8  # (bin,) MDP -> A1 per site
    rebind: F8  # (bin,) MT -> RIGOR per site
    reach: float  # nm either side of the unstrained site at which sites are tried
    fastest: F8  # (head state): upper bound of the rate at which a detached head changes
    first_order: F8  # (head state): what of it, in MT and MDP, no site is needed for
    unstrained: F8  # (MDP or MT): strain at which the head is relaxed as it binds
    near: U1  # (MDP or MT, face, cell of a repeat): upper bound of the summed rate of attaching there, in near_unit
    near_unit: F8  # (head state): 1/ms; 0 for OFF
    farthest: float  # nm from such a place to any site that counts


class Regulation(NamedTuple):
    """Regulatory units of the thin filament."""

    regulated: int  # 0 holds every unit open
    n_calcium_sites: int
    k_calcium_on: float
    k_calcium_off_closed: float
    k_calcium_off_open: float
    k_open: F8  # (calcium bound, neighbours + 2, heads bound)
    k_close: F8  # likewise
    stay: F8  # (calcium bound, open, neighbours + 2, heads bound), flat: chance not to open or close in one step


class ThickFilament(NamedTuple):
    """OFF state: heads folded on the backbone, recruited by its tension."""

    k_off_exit: float
    k_off_exit_force: float
    k_off_return: float
    isometric_force: float
    max_relative_force: float


class Mechanics(NamedTuple):
    """Elastic elements and what the experimenter holds."""

    stiffness_thick: float  # one crown-to-crown segment
    stiffness_bare_zone: float
    stiffness_thin: float  # one node-to-node segment
    titin_amplitude: float  # per thick filament
    titin_exponent: float
    titin_slack: float  # Z-line to thick-filament tip
    thick_tip: float
    contact: float  # Z-line to thick-filament tip at which the filament meets the Z-disc
    stiffness_contact: float  # per thick filament
    free_end: int  # 0: the Z-line is held at the imposed length; 1: it hangs on a spring from there and on a load
    stiffness_series: float  # per thick filament
    tolerance: float
    max_iterations: int


class Fibre(NamedTuple):
    """Calcium handling of one fibre; amounts per volume of myoplasm."""

    clamped: int  # 1 holds free calcium at calcium[Pool.FREE]
    substeps: int
    release: float
    tau_release: float
    inactivation: float
    tau_recovery: float
    sr_rest: float
    v_pump: float
    k_pump: float
    pump_reverse: float  # e^(dG/RT) of ATP: ([Ca]/[Ca_SR])^2 at which the pump stalls
    k_leak: float
    atp_total: float
    k_atp_calcium: float
    csq_total: float
    csq_on: float
    csq_off: float
    sr_volume: float
    ru_concentration: float  # of one regulatory unit of this lattice


class Drive(NamedTuple):
    """What the experimenter and the nerve do; entry i of the courses holds during step i of one call of ``advance``."""

    impulse_tick: I8  # (impulse,) when impulses arrive
    imposed_length: F8  # (step,) nm, where the far end is held
    load: F8  # (step,) pN per thick filament, pulling on a free end
    ca: F8  # (step,) free calcium, µM, where it is clamped


class Sampling(NamedTuple):
    """Step length, and how often what is kept."""

    step: float  # ms
    ticks: int  # of one step
    every: int  # ticks between samples
    snapshot_every: int  # ticks; 0: never


class State(NamedTuple):
    """All that changes; saving it and coming back continues the same run.

    Attached heads are kept in a list without order, counters[Count.N_BOUND] long: the bound_* arrays and ``strain``.
    """

    head_state: I1
    head_since: I4  # tick of the step in which it last bound or came loose
    bound_head: I4
    bound_site: I4
    bound_ru: I4  # regulatory unit of the site
    bound_thick: U4  # thick node of the head; unsigned, so that no index is checked for being negative
    bound_thin: U4  # thin node on the Z side of the site
    bound_weight: F8  # share of the node on its tip side
    bound_rest: F8  # strain with no filament shifted
    strain: F8
    site_taken: I1
    ru_calcium: I1
    ru_open: I1
    ru_heads: I1
    thick_shift: F8  # toward the Z-line
    thin_shift: F8  # toward the M-line
    calcium: F8
    mechanics: F8
    counters: I8
    dwell: I8  # (exit path, dwell bin)
    stream: U8  # xoshiro256++, single draws
    lanes: U4  # (word, lane): xoshiro128++, draws by the thousand


class Scratch(NamedTuple):
    """Work space of one step; nothing in it outlives the step."""

    draw: U4  # words of 32 bits
    flag: U1
    listed: I4  # those to which something may happen
    ru_kind: U1  # (unit,) its row of ru_quiet
    ru_quiet: U4  # rows as Regulation.stay: draws below which nothing happens in this step
    found_site: I4  # sites that a head may bind
    found_strain: F8
    found_sum: F8  # sum of the rates up to each
    bound_load: F8  # (place): strain with no filament shifted, and stroke
    thick_diag: F8
    thick_pivot: F8
    thick_work: F8
    thin_diag: F8
    thin_off: F8
    thin_pivot: F8
    thin_r: F8
    thin_z: F8
    thin_p: F8
    thin_q: F8
    thin_response: F8
    tip_slope: F8  # stiffness of titin and contact at each thick tip
    tip_load: F8
    off_exit_rate: F8
    open_near: U1  # (thin filament, row): 1 if a unit there or next to it is open
    attempt: F8  # (part, head state): upper bound of the chance that a detached head changes in this step or half of it
    steepest: F8  # (part, head state): likewise, of rate over chance of leaving


class Trace(NamedTuple):
    """Samples of one chunk; row r is one sample time."""

    series: F8  # (row, Sample)
    head_state_fraction: F8  # (row, head state)
    snapshot_state: I1  # (snapshot, head)
    snapshot_strain: F4  # (snapshot, head)


class Model(NamedTuple):
    """Everything constant in a run of one half-sarcomere."""

    lattice: Lattice
    cycle: Cycle
    table: CycleTable
    regulation: Regulation
    thick: ThickFilament
    mechanics: Mechanics
    fibre: Fibre
    sampling: Sampling
