"""Random streams: all that chance decides in a run, derived from its seed in one place.

A stream is named by its key below the seed; streams of different keys are independent (``numpy.random.SeedSequence``):

- ``(replicate, run.stream + place)``: a half-sarcomere under a protocol, ``place`` that of its motor unit; a condition
  of a series adds its number to ``run.stream``, a counterfactual run its member of ``Offset``;
- ``(replicate, Person)``: parts of the closed loop, motor units and groups below them in their order;
- ``(Pool,)`` below the seed that ``Person.NERVE`` gives, or below that of a pool run alone.

Points of a Sobol design draw from the seed itself. Where two runs are to differ in nothing but what is imposed, they
share a key (common random numbers): the points of a sweep replicate by replicate, the two releases of a stiffness
probe, and the conditions of a series whose ``run.stream`` is varied together with what else varies.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sarcomere.parameters.experiment import RunParameters


class Person(IntEnum):
    """Parts of the closed loop that draw random numbers."""

    NERVE = 0  # seed of the pool
    JUNCTIONS = 1  # release at every motor unit's junctions, failure of its fibre action potentials
    LATTICES = 2  # heads and regulatory units of every group


class Pool(IntEnum):
    """What the seed of a pool of motoneurons is used for."""

    CELLS = 0  # how they differ, and which axons a stimulus excites
    NOISE = 1  # synaptic noise
    TERMINALS = 2  # thresholds of axon terminals, and their impulses


class Offset(IntEnum):
    """What is added to ``run.stream`` where a run is explained by others; the run itself is replayed as it was.

    What is done to the run is done to its control with the same offset.  Its control draws from the next stream, so
    that uses are two apart.
    """

    CONTROL = 1
    STOPPED = 3  # the drive stopped early
    PROBED = 5  # both releases of a stiffness probe
    STRETCHED = 7
    ABLATED = 10  # the first ablation
    STEADY = 100  # the first condition of the series at held calcium
    REFERENCE = 200  # a fused contraction of the control


def of_ablation(number: int) -> int:
    """Return what is added to ``run.stream`` for an ablation, by its place among all."""
    return Offset.ABLATED + 2 * number


def of_half_sarcomere(run: RunParameters, replicate: int, place: int) -> np.random.SeedSequence:
    """Return the seed of a half-sarcomere under a protocol.

    Parameters
    ----------
    run : RunParameters
        Of its condition: the seed, and the stream of the first motor unit.
    replicate : int
        Number of the replicate.
    place : int
        Of its motor unit, from 0.

    Returns
    -------
    numpy.random.SeedSequence
    """
    return np.random.SeedSequence(run.seed, spawn_key=(replicate, run.stream + place))


def of_person(seed: int, replicate: int, part: Person) -> np.random.SeedSequence:
    """Return the seed of a part of the closed loop."""
    return np.random.SeedSequence(seed, spawn_key=(replicate, part))


def of_pool(seed: int, use: Pool) -> np.random.SeedSequence:
    """Return the seed of what a pool of motoneurons draws."""
    return np.random.SeedSequence(seed, spawn_key=(use,))


def words(seed: np.random.SeedSequence) -> NDArray[np.uint64]:
    """Return the first state of the generator that kernels draw from."""
    return np.asarray(seed.generate_state(4, np.uint64), dtype=np.uint64)
