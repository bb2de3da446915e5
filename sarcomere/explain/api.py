"""From a recorded run to its explanation."""

from __future__ import annotations

from dataclasses import replace

import xarray as xr

from sarcomere.analysis import cramp_episode
from sarcomere.analysis.select.points import need_run
from sarcomere.analysis.select.reading import reading
from sarcomere.errors import InputError
from sarcomere.explain import counterfactuals
from sarcomere.explain.explanation import Explanation
from sarcomere.explain.investigation import Inquiry
from sarcomere.explain.observables import Bench, Progress, drive_of
from sarcomere.explain.sentences import sentences
from sarcomere.explain.verdict import contrast, held_by
from sarcomere.recording.replay import of_cramp_run, of_lattice_run
from sarcomere.scenario.fibre import FibreScenario
from sarcomere.scenario.kinds import function_for

REPLICATES, QUICK_REPLICATES = 4, 2
QUICK_THICK = 4


def explain(
    ds: xr.Dataset,
    *,
    unit: int | None = None,
    command_end: float | None = None,
    quick: bool = False,
    threads: int = 1,
    progress: Progress | None = None,
) -> Explanation:
    """Say what held the fibres of a motor unit and what let them go.

    The run is replayed beside its matched control; where it holds more force than that, ablations tell why.

    Parameters
    ----------
    ds : xarray.Dataset
        A run driven by impulses, as ``open_run`` gives it.
    unit : int, optional
        Motor unit (or condition of a series); by default the one of the largest active force.
    command_end : float, optional
        When the voluntary command or the stimulation ended, s: impulses after it are involuntary. By default, in a
        run of the whole loop, the end of the last effort or train before the cramp; a lattice run does not tell.
    quick : bool
        Two replicates and at most four thick filaments.
    threads : int
        Half-sarcomeres advanced at once.
    progress : callable, optional
        Takes what is being run and the share of all work done.

    Returns
    -------
    Explanation

    Raises
    ------
    InputError
        If the run cannot be explained: it lacks what is read, there is no such unit, a command ends outside the record,
        calcium or load is imposed, or it is a whole sweep.
    """
    need_run(ds)
    with reading(ds):
        recorded, command_end = _recorded(ds, unit, command_end)
    replicates = QUICK_REPLICATES if quick else max(REPLICATES, recorded.run.replicates)
    n_thick = min(QUICK_THICK, recorded.lattice.n_thick) if quick else recorded.lattice.n_thick
    scenario = counterfactuals.prepared(recorded, replicates, n_thick)
    inquiry = Inquiry(scenario, Bench(threads, progress))
    found = Explanation(
        title=scenario.title,
        unit=scenario.motor_units[0].id,
        fibre=scenario.motor_units[0].fibre,
        drive=drive_of(scenario, command_end),
        excess=inquiry.excess,
        excess_driven=inquiry.excess_driven,
        attributions=inquiry.attributions(),
        stop=inquiry.stop(),
        stretch=inquiry.stretch(),
        observed=inquiry.observed(),
        reference=inquiry.reference(),
        unlike_shipped=counterfactuals.unlike_shipped(scenario),
    )
    found = replace(found, held_by=held_by(found))
    found = replace(found, contrast=contrast(found))
    return replace(found, sentences=tuple(sentences(found)))


def _recorded(ds: xr.Dataset, unit: int | None, command_end: float | None) -> tuple[FibreScenario, float | None]:
    """Return what was run, and when commands ended if that is known."""
    end = float(ds.time[-1])
    if command_end is not None and not 0 <= command_end <= end:
        raise InputError(
            f"--command-ends {command_end:g}: is outside the record, which ends at {end:g} s; give seconds."
        )
    found: tuple[FibreScenario, float | None] = function_for(ds.attrs, "explain")(ds, unit, command_end)
    return found


def representative_of_loop(
    ds: xr.Dataset, unit: int | None, command_end: float | None
) -> tuple[FibreScenario, float | None]:
    """Replay the representative of a group of motor units; commands end with the last thing imposed.

    Parameters
    ----------
    ds : xarray.Dataset
        A run of the closed loop.
    unit : int, optional
        Motor unit that represents the group.
    command_end : float, optional
        When commands end, s.

    Returns
    -------
    FibreScenario, float
    """
    if command_end is None:
        command_end = float(cramp_episode(ds.isel(replicate=[0])).imposed_end[0])
    return of_cramp_run(ds, unit, command_end), command_end


def replayed_fibre(ds: xr.Dataset, unit: int | None, command_end: float | None) -> tuple[FibreScenario, float | None]:
    """Replay one motor unit or condition, refusing what a counterfactual cannot be made of.

    Parameters
    ----------
    ds : xarray.Dataset
        A run of half-sarcomeres.
    unit : int, optional
        Its id or the number of the condition.
    command_end : float, optional
        When commands end, s.

    Returns
    -------
    FibreScenario, float or None
    """
    recorded = of_lattice_run(ds, unit)
    _refuse_imposed(recorded)
    return recorded, command_end


def _refuse_imposed(scenario: FibreScenario) -> None:
    """Refuse imposed calcium or load, which leave nothing to explain."""
    for imposed, name in ((scenario.drive.pCa, "pCa"), (scenario.protocol.load, "load")):
        if imposed is not None:
            raise InputError(
                f"This run imposes {name}, so what held it is the experimenter: explain a run driven by impulses, at "
                f"an imposed length."
            )
