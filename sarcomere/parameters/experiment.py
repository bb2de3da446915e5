"""What an experiment is set by, but for the muscle itself: drive, motor units, run, numerics, record."""

from __future__ import annotations

from itertools import pairwise

from pydantic import Field, field_validator, model_validator

from sarcomere.parameters.base import Line, Parameters, quantity
from sarcomere.parameters.fibre import FibreType

MAX_STEP_MS = 0.5  # beyond, errors of force exceed 1 % (docs/accuracy.md)
MIN_STEP_MS = 1e-3  # below, nothing that is modelled happens
MAX_TIME_S = 1e6  # a fortnight; no run is a tenth as long
MAX_TIMES = 1_000_000  # of impulses or points of a course
DRIVES = ("discharge_file", "train", "impulses_s", "pCa")


class Train(Parameters):
    """Equally spaced impulses to every motor unit."""

    frequency_Hz: float = quantity("Hz", "impulses per second", "choice: set by the experiment", gt=0, le=300)
    start_s: float = quantity("s", "time of the first impulse", "choice: set by the experiment", 0.05, ge=0, le=1e5)
    count: int = quantity("1", "number of impulses", "choice: set by the experiment", ge=1, le=1_000_000)


class Clock(Parameters):
    """In what a file counts time."""

    clock_Hz: float | None = Field(
        None,
        ge=1,
        le=1e6,
        description="how many units of the file's times make a second: 1000 for milliseconds, the sampling rate for "
        "samples; by default what the file says",
    )


class DriveParameters(Clock):
    """What excites the fibres; exactly one of discharge_file, train, impulses_s and pCa."""

    discharge_file: Line | None = Field(
        None,
        description="table with motor_unit,time_s or openhdemg JSON; beside the scenario, where one is, or shipped",
    )
    start_s: float = quantity(
        "s", "time in the discharge file at which the run begins", "choice: set by the experiment", 0.0, ge=0, le=1e6
    )
    latency_ms: float = quantity(
        "ms",
        "discharge to calcium release: nerve, junction, fibre",
        "choice: 0, as discharges are seen in the muscle's EMG",
        0.0,
        ge=0,
        le=1000,
    )
    train: Train | None = Field(None, description="equally spaced impulses to every motor unit")
    impulses_s: list[float] | None = Field(
        None, max_length=MAX_TIMES, description="times at which impulses reach every motor unit, s; [] for none"
    )
    pCa: float | None = Field(None, description="-log10 of free calcium in mol/L, held constant", ge=2.0, le=10.0)

    @field_validator("impulses_s", mode="after")
    @classmethod
    def _in_order(cls, times: list[float] | None) -> list[float] | None:
        for before, after in pairwise([0.0, *(times or [])]):
            if not before <= after <= MAX_TIME_S:
                raise ValueError(f"has {after:g} after {before:g}; give times from 0 on, sorted, to {MAX_TIME_S:g} s")
        return times

    @model_validator(mode="after")
    def _one_drive(self) -> DriveParameters:
        given = [name for name in DRIVES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"has {' and '.join(given) or 'none'}; give exactly one of {', '.join(DRIVES[:-1])} and {DRIVES[-1]}"
            )
        return self


class MotorUnit(Parameters):
    """One motor unit: a fibre type, and how many fibres pull together."""

    id: int = quantity(
        "1", "number of the unit in the discharge file", "choice: set by the experiment", ge=0, le=1_000_000
    )
    fibre: FibreType = Field("slow", description="fibre type")
    n_fibres: int = quantity(
        "1", "muscle fibres of the unit", "choice: hundreds in human limb muscle", 300, ge=1, le=1_000_000
    )


class Repetitions(Parameters):
    """How long, from which seed, how often."""

    duration_s: float = quantity("s", "simulated time", "choice: set by the experiment", gt=0, le=1e5)
    seed: int = quantity("1", "the whole seed of the run", "choice: set by the experiment", 1, ge=0, le=2**63 - 1)
    replicates: int = quantity(
        "1",
        "independent repetitions; of the whole loop, persons with pools of their own",
        "choice: set by the experiment",
        1,
        ge=1,
        le=10**6,
    )
    first_replicate: int = quantity(
        "1",
        "number of the first repetition, which has the bits that it has in a run from 0 on",
        "choice: a large ensemble runs in parts",
        0,
        ge=0,
        le=10**6,
    )

    @property
    def numbers(self) -> range:
        """Numbers of the repetitions; with the seed they fix every random draw."""
        return range(self.first_replicate, self.first_replicate + self.replicates)


class RunParameters(Repetitions):
    """How long, from which seed, how often, and where half-sarcomeres are held."""

    hs_length: float = quantity(
        "nm",
        "half-sarcomere length at which the muscle is held",
        "2.64-2.81 um is the optimum of human fibres [@Gollapudi-Lin2009]; choice: at its lower edge",
        1300.0,
        ge=100,
        le=2200,
    )
    regulated: bool = Field(True, description="false holds the thin filament open")
    stream: int = quantity(
        "1",
        "which of the seed's random streams the first motor unit draws from; a series adds the number of the condition",
        "choice: conditions draw independent chances",
        0,
        ge=0,
        le=2**31,
    )


class LatticeNumerics(Parameters):
    """Steps and tolerances of a half-sarcomere."""

    step_ms: float = quantity(
        "ms", "time step", "choice: within 0.4 % of 0.0125 ms (docs/accuracy.md)", 0.1, ge=MIN_STEP_MS, le=MAX_STEP_MS
    )
    length_step_nm: float = quantity(
        "nm",
        "farthest that an imposed length may move in a step; steps are halved until it does",
        "choice: 1/20 of a working stroke",
        0.25,
        ge=1e-3,
        le=100,
    )
    calcium_substep_ms: float = quantity(
        "ms", "longest substep of the calcium equations", "choice: converged (tests/theory)", 0.025, ge=1e-4, le=1
    )
    force_tolerance_pN: float = quantity(
        "pN", "largest force out of balance at any node", "choice: a thousandth of a head's force", 0.01, ge=1e-9, le=10
    )
    max_iterations: int = quantity(
        "1", "conjugate-gradient iterations a step may take", "choice: 3-5 are usual", 200, ge=1, le=100_000
    )
    strain_bin_nm: float = quantity(
        "nm", "strain resolution of the transition table", "choice: converged (tests/theory)", 0.05, ge=0.005, le=0.5
    )


class Numerics(LatticeNumerics):
    """Step length and tolerances."""

    fine_step_ms: float = quantity(
        "ms",
        "longest step under force control and just after a jump of length or load",
        "choice: shortening velocity against load has converged (docs/protocols.md)",
        0.025,
        ge=MIN_STEP_MS,
        le=MAX_STEP_MS,
    )
    settle_ms: float = quantity(
        "ms",
        "how long after a jump of length or load steps stay fine",
        "choice: the quick recovery of force is over",
        5.0,
        ge=0,
        le=1e4,
    )
    chemistry_interval_ms: float = quantity(
        "ms",
        "how often rates follow a ramp of nucleotides, phosphate or temperature; jumps are followed at once",
        "choice: well within an ATPase cycle",
        5.0,
        ge=MIN_STEP_MS,
        le=1e4,
    )


class RecordParameters(Parameters):
    """What is kept and how often."""

    sample_interval_ms: float = quantity(
        "ms", "time between samples", "choice: finer than a twitch", 1.0, ge=MIN_STEP_MS, le=1e5
    )
    snapshot_interval_ms: float = quantity(
        "ms", "time between head-by-head snapshots; 0 keeps none", "choice: snapshots are large", 0.0, ge=0, le=1e6
    )
