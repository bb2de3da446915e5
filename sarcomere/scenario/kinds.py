"""Kinds of run: the one list that says which classes describe and simulate each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sarcomere.errors import InputError

if TYPE_CHECKING:
    from sarcomere.scenario.base import Scenario

    S = TypeVar("S", bound=Scenario)


class Kind(NamedTuple):
    """One kind of run; its classes are named, not imported, so that a run loads only what it needs."""

    scenario: str
    simulation: str
    tables: frozenset[str] = frozenset()  # tables by which a TOML file is known to be of this kind
    heading: str = ""  # of its scenarios in a list
    functions: Mapping[str, str] = {}  # what is done with its runs where that differs from runs of fibres, by use


KINDS: dict[str, Kind] = {
    "loop": Kind(
        "sarcomere.scenario.loop:LoopScenario",
        "sarcomere.simulation.loop:LoopSimulation",
        frozenset({"pool", "interventions", "switches"}),
        "Nerve, muscle and blood in one loop",
        {
            "summary": "sarcomere.explain.cramp_summary:print_cramp_summary",
            "explain": "sarcomere.explain.api:representative_of_loop",
            "animate": "sarcomere.plot.animation.animating:representative_of_loop",
        },
    ),
    "fibre": Kind(
        "sarcomere.scenario.fibre:FibreScenario",
        "sarcomere.simulation.fibre:FibreSimulation",
        heading="Half-sarcomeres",
        functions={
            "summary": "sarcomere.explain.summary:print_fibre_summary",
            "explain": "sarcomere.explain.api:replayed_fibre",
            "animate": "sarcomere.plot.animation.animating:replayed_fibre",
        },
    ),
}
_OTHERWISE = "fibre"


def scenario_class(kind: str) -> type[Scenario]:
    """Load the class that describes runs of a kind."""
    found: type[Scenario] = resolve_name(KINDS[kind].scenario)
    return found


def scenario_classes() -> Iterator[type[Scenario]]:
    """Load the classes that describe runs, of every kind."""
    return map(scenario_class, KINDS)


def simulation_class(kind: str) -> Any:
    """Load the class that simulates runs of a kind."""
    return resolve_name(KINDS[kind].simulation)


def function_for(attributes: Mapping[str, Any], use: str) -> Any:
    """Load the function that does something with a run of a kind.

    Parameters
    ----------
    attributes : mapping
        Global attributes of the run, its ``kind`` among them.
    use : str
        What is to be done: ``summary``, ``explain`` or ``animate``.

    Returns
    -------
    callable
        That of fibres where the kind has none of its own.
    """
    usual = KINDS[_OTHERWISE]
    kind = KINDS.get(str(attributes.get("kind")), usual)
    return resolve_name(kind.functions.get(use, usual.functions[use]))


def class_for(table: Mapping[str, Any]) -> type[Scenario]:
    """Find the class of a scenario by the tables that mark its kind.

    Parameters
    ----------
    table : mapping
        As a TOML file gives it.

    Returns
    -------
    type of Scenario
    """
    marked = (name for name, kind in KINDS.items() if kind.tables & table.keys())
    return scenario_class(next(marked, _OTHERWISE))


def of_kind(scenario: Scenario, wanted: type[S]) -> S:
    """Refuse a scenario of another kind.

    Parameters
    ----------
    scenario : Scenario
        Any.
    wanted : type of Scenario
        What it must be.

    Returns
    -------
    Scenario
        The same.

    Raises
    ------
    InputError
        If it is of another kind.
    """
    if not isinstance(scenario, wanted):
        raise InputError(
            f"{scenario.source or scenario.title}: is a scenario of the kind {scenario.kind!r}, not {wanted.kind!r}; "
            f"'sarcomere scenarios' lists those of each."
        )
    return scenario
