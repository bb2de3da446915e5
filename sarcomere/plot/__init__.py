"""Figures: axes-level functions, one file per kind of figure; ``animation`` replays a run as a moving picture."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
