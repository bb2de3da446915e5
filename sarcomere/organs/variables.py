"""What is recorded of the closed loop: variables, their dimensions, units, names, and where they are read."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from sarcomere.half_sarcomere.variables import HEAD_STATES, LIGANDS, MUSCLE_FORCE, SERIES
from sarcomere.recording.variable import TIME, Event, Variable
from sarcomere_kernels.blood import Blood
from sarcomere_kernels.reflex import Pathway

MUSCLE_DIMS = ("replicate", "time")
GROUP_DIMS = ("replicate", "group", "time")


Read = str | Callable[[Any], Any]  # an attribute of the loop of one replicate, or a function of it


def _variable(name: str, dims: tuple[str, ...], units: str, long_name: str, read: Read, dtype: str) -> Variable:
    return Variable(name, dims, units, long_name, dtype, attrgetter(read) if isinstance(read, str) else read)


def _muscle(name: str, units: str, long_name: str, read: Read) -> Variable:
    return _variable(name, MUSCLE_DIMS, units, long_name, read, "f4")


def _group(name: str, units: str, long_name: str, read: Read, dtype: str = "f4") -> Variable:
    return _variable(name, GROUP_DIMS, units, long_name, read, dtype)


def _of_group(variable: Variable, read: str | None = None) -> Variable:
    """Return a variable of half-sarcomeres along groups, read from the loop where that is said."""
    dims = tuple("group" if dim == "motor_unit" else dim for dim in variable.dims)
    return variable._replace(dims=dims, read=attrgetter(read) if read else variable.read)


def _blood(code: int) -> Callable[[Any], float]:
    return lambda loop: float(loop.metabolism.blood[code])


def _signal(code: int) -> Callable[[Any], float]:
    return lambda loop: float(loop.reflex.level[code])


MUSCLE = (
    MUSCLE_FORCE._replace(read=attrgetter("muscle_force_N")),
    _muscle("passive_force", "N", "part of it that fibres carry at rest", "passive_force_N"),
    _muscle("relative_force", "1", "active force of the muscle over its isometric maximum F0", "active_force"),
    _muscle("fascicle_length", "1", "length of the fascicles, of L0", "fascicle_length"),
    _muscle("mtu_length", "1", "length of the muscle-tendon unit, of L0", "mtu_length"),
    _muscle("fibre_ap_rate", "1/s", "EMG surrogate: fibre action potentials by share of area", "fibre_ap_rate"),
    _muscle("x_base", "1", "shared input to the motoneurons: rest, voluntary, afferents, in rheobases", "x_base"),
    _muscle("x_inhibition", "1", "inhibition of the motoneurons, Renshaw cells apart, in rheobases", "x_inhibition"),
    _muscle("x_ia", "1", "input that spindles send to the motoneurons, in rheobases", _signal(Pathway.IA)),
    _muscle("x_ib", "1", "inhibition that tendon organs send off, in rheobases", _signal(Pathway.IB)),
    _muscle("x_nociceptive", "1", "input that nociceptors send off, in rheobases", _signal(Pathway.NOCICEPTIVE)),
    _muscle("fatigue", "1", "central fatigue, 0 to 1", "fatigue"),
    _muscle("pressure", "mmHg", "pressure inside the muscle", _blood(Blood.PRESSURE)),
    _muscle("flow", "1", "blood flow, 1 at rest", _blood(Blood.FLOW)),
    _muscle("lactate", "mmol/L", "lactate between the fibres", _blood(Blood.LACTATE)),
    _muscle("k_interstitial", "mmol/L", "potassium between the fibres", "excitation.k_interstitial"),
    _muscle("nociception", "1", "drive of chemical nociceptors, 0 to 1", _blood(Blood.METABOLIC_NOCICEPTION)),
    _muscle("pain", "1", "pain on a scale of 0 to 10", _blood(Blood.PAIN)),
)
_LIGANDS = ("metabolism.atp", "adp_uM", "metabolism.pi")  # where the loop holds them
GROUPS = (
    *(_of_group(variable, read) for variable, read in zip(LIGANDS, _LIGANDS, strict=True)),
    _group("ph", "1", "pH of the fibres", "metabolism.ph"),
    _group("pcr_mM", "mmol/L", "phosphocreatine", "metabolism.pcr"),
    _group("lactate_mM", "mmol/L", "lactate in the fibres", "metabolism.lactate"),
    _group("atp_made", "mmol/L", "ATP made since the start", "metabolism.made", "f8"),
    _group("atp_spent", "mmol/L", "ATP used since the start", "metabolism.used", "f8"),
    _group("atp_lacking", "mmol/L", "ATP asked for since the start that was not there", "metabolism.shortfall", "f8"),
    _group("k_tubule_mM", "mmol/L", "potassium in the tubules, mean of the group", "k_tubule_mM"),
    _group("activation", "1", "activation by the twitch model, mean of the group, 0 to 1", "trace.group_active"),
)
_NOT_HERE = {"residual", "solver_iterations"}
# Of the representatives' lattices, where there are any.
LATTICE = tuple(_of_group(variable) for variable in SERIES if variable.name not in _NOT_HERE)
LATTICE_STATES = _of_group(HEAD_STATES)
IMPOSED_LENGTH = Variable("imposed_length", GROUP_DIMS, "nm", "where the far end of the half-sarcomere is held", "f8")

_WHO_AND_WHEN = (
    ("replicate", "1", "repetition", "i4"),
    ("unit", "1", "motor unit", "i4"),
    ("time", "s", "time", "f8"),
)
_ANTIDROMIC = ("antidromic", "1", "1 if it ran back from a stimulated axon", "i1")
EVENTS = (
    Event("spike", "spikes of the motoneurons", (*_WHO_AND_WHEN, _ANTIDROMIC)),
    Event("fibre_ap", "fibre action potentials that reach the release sites of a unit", _WHO_AND_WHEN),
    Event("terminal", "impulses born at axon terminals", _WHO_AND_WHEN),
)


def recorded(n_explicit: int) -> tuple[Variable, ...]:
    """List what a run keeps, lattices only where there are any.

    Parameters
    ----------
    n_explicit : int
        Motor units with a lattice.

    Returns
    -------
    tuple of Variable
    """
    lattices = (*LATTICE, LATTICE_STATES, IMPOSED_LENGTH) if n_explicit else ()
    return (TIME, *MUSCLE, *GROUPS, *lattices, *(v for event in EVENTS for v in event.variables))
