"""Frozen groups of parameters: every number with unit, meaning and source."""

from sarcomere.parameters.base import Parameters, describe
from sarcomere.parameters.calcium import CalciumParameters
from sarcomere.parameters.crossbridge import Chemistry, CycleParameters, OffStateParameters
from sarcomere.parameters.experiment import (
    DRIVES,
    DriveParameters,
    MotorUnit,
    Numerics,
    RecordParameters,
    RunParameters,
    Train,
)
from sarcomere.parameters.fibre import FIBRE_TYPES, FibreParameters, fibre_table, load_fibre
from sarcomere.parameters.lattice import LatticeParameters
from sarcomere.parameters.mechanics import MechanicsParameters
from sarcomere.parameters.thin_filament import RegulationParameters

__all__ = [
    "DRIVES",
    "FIBRE_TYPES",
    "CalciumParameters",
    "Chemistry",
    "CycleParameters",
    "DriveParameters",
    "FibreParameters",
    "LatticeParameters",
    "MechanicsParameters",
    "MotorUnit",
    "Numerics",
    "OffStateParameters",
    "Parameters",
    "RecordParameters",
    "RegulationParameters",
    "RunParameters",
    "Train",
    "describe",
    "fibre_table",
    "load_fibre",
]
