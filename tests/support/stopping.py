"""Ending a run from within, as if somebody pulled the plug."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class StoppedError(Exception):
    """Somebody pulled the plug."""


def stop_after(samples: int) -> Callable[[Any], None]:
    """A watcher that ends the run once so many samples are on disk."""

    def watch(simulation: Any) -> None:
        if simulation.samples_done >= samples:
            raise StoppedError

    return watch
