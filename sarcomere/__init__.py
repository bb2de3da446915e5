"""Sarcomere: from the discharges of motor units to every myosin head."""

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # the stub is the one list of public names


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that ``sarcomere --help`` answers at once."""
    if name == "__version__":
        from importlib.metadata import version

        return version("sarcomere")
    return _load(name)
