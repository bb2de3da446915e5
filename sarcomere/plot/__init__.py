"""Figures: axes-level functions, one file per kind of figure."""

from sarcomere.plot.figure import FIGURES, figure_for
from sarcomere.plot.overview import overview

__all__ = ["FIGURES", "figure_for", "overview"]
