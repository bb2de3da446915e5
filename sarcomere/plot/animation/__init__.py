"""Moving pictures of the heads of a run: replayed from its file, drawn along a filament pair or in space."""

from sarcomere.plot.animation.animating import animate

__all__ = ["animate"]
