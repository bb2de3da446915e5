"""What an episode keeps: the one table of its variables, their dimensions, units and names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sarcomere.half_sarcomere.variables import SERIES
from sarcomere.record.variable import Event, Variable

MUSCLE_DIMS = ("replicate", "time")
GROUP_DIMS = ("replicate", "group", "time")

MUSCLE = (
    Variable("muscle_force", MUSCLE_DIMS, "N", "force of the muscle, passive included"),
    Variable("passive_force", MUSCLE_DIMS, "N", "part of it that fibres carry at rest"),
    Variable("relative_force", MUSCLE_DIMS, "1", "active force of the muscle over its isometric maximum F0"),
    Variable("fascicle_length", MUSCLE_DIMS, "1", "length of the fascicles, of L0"),
    Variable("mtu_length", MUSCLE_DIMS, "1", "length of the muscle-tendon unit, of L0"),
    Variable("fibre_ap_rate", MUSCLE_DIMS, "1/s", "EMG surrogate: fibre action potentials by share of cross-section"),
    Variable("x_base", MUSCLE_DIMS, "1", "shared input to the motoneurons: rest, voluntary, afferents, in rheobases"),
    Variable("x_inhibition", MUSCLE_DIMS, "1", "inhibition of the motoneurons, Renshaw cells apart, in rheobases"),
    Variable("x_ia", MUSCLE_DIMS, "1", "input that spindles send off, on its way to the motoneurons, in rheobases"),
    Variable("x_ib", MUSCLE_DIMS, "1", "inhibition that tendon organs send off, in rheobases"),
    Variable("x_nociceptive", MUSCLE_DIMS, "1", "input that nociceptors send off, in rheobases"),
    Variable("fatigue", MUSCLE_DIMS, "1", "central fatigue, 0 to 1"),
    Variable("pressure", MUSCLE_DIMS, "mmHg", "pressure inside the muscle"),
    Variable("flow", MUSCLE_DIMS, "1", "blood flow, 1 at rest"),
    Variable("lactate", MUSCLE_DIMS, "mmol/L", "lactate between the fibres"),
    Variable("k_interstitial", MUSCLE_DIMS, "mmol/L", "potassium between the fibres"),
    Variable("nociception", MUSCLE_DIMS, "1", "drive of chemical nociceptors, 0 to 1"),
    Variable("pain", MUSCLE_DIMS, "1", "pain on a scale of 0 to 10"),
)
GROUPS = (
    Variable("atp_mM", GROUP_DIMS, "mmol/L", "ATP"),
    Variable("adp_uM", GROUP_DIMS, "umol/L", "free ADP"),
    Variable("pi_mM", GROUP_DIMS, "mmol/L", "inorganic phosphate"),
    Variable("ph", GROUP_DIMS, "1", "pH of the fibres"),
    Variable("pcr_mM", GROUP_DIMS, "mmol/L", "phosphocreatine"),
    Variable("lactate_mM", GROUP_DIMS, "mmol/L", "lactate in the fibres"),
    Variable("atp_made", GROUP_DIMS, "mmol/L", "ATP made since the start", "f8"),
    Variable("atp_spent", GROUP_DIMS, "mmol/L", "ATP used since the start", "f8"),
    Variable("atp_lacking", GROUP_DIMS, "mmol/L", "ATP asked for since the start that was not there", "f8"),
    Variable("k_tubule_mM", GROUP_DIMS, "mmol/L", "potassium in the tubules, mean of the group"),
    Variable("activation", GROUP_DIMS, "1", "activation by the twitch model, mean of the group, 0 to 1"),
)
_NOT_HERE = {"residual", "solver_iterations"}
# Of the representatives' lattices, where there are any.
LATTICE = (
    *(
        variable._replace(dims=tuple("group" if dim == "motor_unit" else dim for dim in variable.dims))
        for variable in SERIES
        if variable.name not in _NOT_HERE
    ),
    Variable("imposed_length", GROUP_DIMS, "nm", "where the far end of the half-sarcomere is held", "f8"),
)


_WHO_AND_WHEN = (
    ("replicate", "1", "repetition", "i4"),
    ("unit", "1", "motor unit", "i4"),
    ("time", "s", "time", "f8"),
)
_ANTIDROMIC = ("antidromic", "1", "1 if it ran back from a stimulated axon", "i1")
EVENTS = (
    Event("spike", "spikes of the motoneurons", (*_WHO_AND_WHEN, _ANTIDROMIC)),
    Event("impulse", "action potentials that reach the release sites of a unit's fibres", _WHO_AND_WHEN),
    Event("terminal", "impulses born at axon terminals", _WHO_AND_WHEN),
)


class EpisodeBlock(NamedTuple):
    """Samples of all replicates over a stretch of time, and the events in it."""

    time: NDArray[np.float64]
    values: dict[str, NDArray]  # (replicate, …, time, …), as the variables say
    events: dict[str, NDArray]  # by column, such as spike_time

    @property
    def growth(self) -> dict[str, int]:
        """Rows by which each unlimited dimension grows."""
        return {"time": self.time.size} | {event.name: self.events[f"{event.name}_time"].size for event in EVENTS}

    @property
    def columns(self) -> dict[str, NDArray]:
        """All that grows, by name."""
        return {"time": self.time, **self.values, **self.events}


def recorded(n_explicit: int) -> tuple[Variable, ...]:
    """Variables that an episode keeps against time."""
    return MUSCLE + GROUPS + (LATTICE if n_explicit else ())
