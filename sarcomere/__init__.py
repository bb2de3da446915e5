"""Sarcomere: from the discharges of motor units to every myosin head."""

import sys
import types

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # the stub is the one list of public names


class _Package(types.ModuleType):
    """Keep a public function from being replaced by the folder of its name when that is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "record" and isinstance(value, types.ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that ``sarcomere --help`` answers at once."""
    if name == "__version__":
        from importlib.metadata import version

        return version("sarcomere")
    return _load(name)
