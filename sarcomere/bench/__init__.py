"""How fast a machine is: what ``sarcomere bench`` measures, its figures, and their tables."""

from sarcomere.bench.figures import Case, Figures, Machine, Phases, SmallRows, Speed
from sarcomere.bench.measuring import FULL, QUICK, Plan, measure
from sarcomere.bench.table import tables

__all__ = [
    "FULL",
    "QUICK",
    "Case",
    "Figures",
    "Machine",
    "Phases",
    "Plan",
    "SmallRows",
    "Speed",
    "measure",
    "tables",
]
