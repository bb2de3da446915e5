"""Codes, tuples and sizes of the kernels that other rooms read."""

from sarcomere_kernels.types import DWELL_BINS_PER_DECADE as DWELL_BINS_PER_DECADE
from sarcomere_kernels.types import EXIT_NAMES as EXIT_NAMES
from sarcomere_kernels.types import N_ATTACHED as N_ATTACHED
from sarcomere_kernels.types import N_DWELL_BINS as N_DWELL_BINS
from sarcomere_kernels.types import N_HEAD_STATES as N_HEAD_STATES
from sarcomere_kernels.types import STATE_NAMES as STATE_NAMES
from sarcomere_kernels.types import TICKS_PER_STEP as TICKS_PER_STEP
from sarcomere_kernels.types import Count as Count
from sarcomere_kernels.types import HeadState as HeadState
from sarcomere_kernels.types import Lattice as Lattice
from sarcomere_kernels.types import Mechanical as Mechanical
from sarcomere_kernels.types import State as State
