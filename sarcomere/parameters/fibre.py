"""One fibre type: everything that differs between slow and fast, read from ``data/parameters``."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any, Literal, get_args

from sarcomere.parameters.base import Parameters, quantity
from sarcomere.parameters.calcium import CalciumParameters
from sarcomere.parameters.crossbridge import CycleParameters, OffStateParameters
from sarcomere.parameters.shipped import data_path
from sarcomere.parameters.thin_filament import RegulationParameters

FibreType = Literal["slow", "fast"]
FIBRE_TYPES: tuple[FibreType, ...] = get_args(FibreType)


class FibreParameters(Parameters):
    """A fibre type: head cycle, OFF state, regulation, calcium, and the size of a fibre."""

    cycle: CycleParameters
    off_state: OffStateParameters
    regulation: RegulationParameters
    calcium: CalciumParameters
    area_um2: float = quantity(
        "um^2", "cross-section of one fibre", "unsourced: 4000-6000 in human vastus lateralis", 5000.0, gt=0, le=1e5
    )


@cache
def fibre_table(name: str) -> dict[str, dict[str, Any]]:
    """Plain values of a shipped fibre type, before any override.

    Parameters
    ----------
    name : {"slow", "fast"}
        Fibre type.

    Returns
    -------
    dict
        Tables as in ``data/parameters/<name>.toml``.
    """
    return tomllib.loads(data_path(f"parameters/{name}.toml").read_text())


def load_fibre(name: str) -> FibreParameters:
    """Shipped parameters of a fibre type.

    Parameters
    ----------
    name : {"slow", "fast"}
        Fibre type.

    Returns
    -------
    FibreParameters
    """
    return FibreParameters.model_validate(fibre_table(name))
