"""Figures: axes-level functions, one file per kind of figure."""

from sarcomere.plot.overview import overview

__all__ = ["overview"]
