"""What a dotted key of a scenario leads to."""

from __future__ import annotations

from typing import Any, get_args

from sarcomere.parameters import FIBRE_TYPES, Parameters
from sarcomere.scenario import Scenario


def unit_of(key: str) -> str:
    """Unit of the parameter at a dotted key; empty if it has none.

    Parameters
    ----------
    key : str
        Such as ``chemistry.atp_mM`` or ``protocol.load.value``.

    Returns
    -------
    str
    """
    *parents, last = (word for word in key.split(".") if not word.isdigit())
    model = model_at(tuple(parents))
    field = getattr(model, "model_fields", {}).get(last)
    extra = field.json_schema_extra if field is not None else None
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def model_at(path: tuple[Any, ...], root: type[Parameters] = Scenario) -> Any:
    """The group of parameters that a path of keys leads to from ``root``, or None."""
    model: Any = root
    for part in path:
        if isinstance(part, int) or part in FIBRE_TYPES:
            continue
        field = model.model_fields.get(part)
        model = _group_in(field.annotation) if field is not None else None
        if model is None:
            return None
    return model


def _group_in(annotation: Any) -> Any:
    """The group of parameters inside an annotation such as ``list[MotorUnit]`` or ``Train | None``."""
    if isinstance(annotation, type) and issubclass(annotation, Parameters):
        return annotation
    return next((group for inner in get_args(annotation) if (group := _group_in(inner)) is not None), None)
