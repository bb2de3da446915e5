"""What a dotted key of a scenario leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from sarcomere.parameters import FIBRE_TYPES, Parameters
from sarcomere.scenario.kinds import scenario_classes


def unit_of(key: str) -> str:
    """Return the unit of the parameter at a dotted key; empty if it has none.

    Parameters
    ----------
    key : str
        Such as ``chemistry.atp_mM`` or ``protocol.load.value``.

    Returns
    -------
    str
    """
    *parents, last = (word for word in key.split(".") if not word.isdigit())
    models = (model_at(tuple(parents), root) for root in scenario_classes())
    field = next((model.model_fields[last] for model in models if model and last in model.model_fields), None)
    extra = field.json_schema_extra if field is not None else None
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


# Units that no library knows, as they stand in files: what is left of them, and what the numbers are multiples of.
_RELATIVE = {
    "L0": ("1", "of L0"),
    "1/L0": ("1", "per L0"),
    "Hz/L0": ("Hz", "per L0"),
    "Hz/(L0/s)^a": ("Hz", "at 1 L0/s"),
    "F0": ("1", "of F0"),
    "1/F0": ("1", "per F0"),
    "rheobase": ("1", "in rheobases"),
    "rheobase/Hz": ("1/Hz", "in rheobases"),
    "kT": ("1", "in kT"),
}


def unit_in_file(unit: str) -> tuple[str, str]:
    """Return a parameter's unit as UDUNITS and pint read it, and what its numbers are multiples of besides.

    Parameters
    ----------
    unit : str
        As parameters are declared, such as ``Hz/L0``.

    Returns
    -------
    unit, multiple : str
        Such as ``Hz`` and ``per L0``; the second is empty for most.
    """
    return _RELATIVE.get(unit, (unit, ""))


def coordinate_attributes(key: str, name: str) -> dict[str, str]:
    """Return the attributes of a coordinate that holds the values of a parameter.

    Parameters
    ----------
    key : str
        Dotted key of the parameter.
    name : str
        What the coordinate is called.

    Returns
    -------
    dict
        ``long_name``, ``key`` and, of a quantity, ``units``.
    """
    unit, multiple = unit_in_file(unit_of(key))
    units = {"units": unit} if unit else {}
    return {"long_name": f"{name}, {multiple}" if multiple else name, "key": key, **units}


def model_at(path: tuple[Any, ...], root: type[Parameters]) -> Any:
    """Return the group of parameters that a path of keys leads to from ``root``, or None.

    Where entries of a list are told apart by their kind, the path has the kind after the entry's number.
    """
    options: list[type[Parameters]] = [root]
    for part in path:
        if isinstance(part, int) or part in FIBRE_TYPES:
            continue
        of_kind = [model for model in options if len(options) > 1 and kind_of(model) == part]
        if of_kind:
            options = of_kind
            continue
        field = options[0].model_fields.get(part)
        options = list(groups_in(field.annotation)) if field is not None else []
        if not options:
            return None
    return options[0]


def keys_of(root: type[Parameters]) -> Iterator[str]:
    """Dotted keys of the parameters in tables below ``root``, lists and fibre types left out."""
    for name, field in root.model_fields.items():
        groups = list(groups_in(field.annotation))
        if not groups:
            yield name
        elif len(groups) == 1 and get_origin(field.annotation) not in (list, dict):
            yield from (f"{name}.{key}" for key in keys_of(groups[0]))


def kind_of(model: type[Parameters]) -> str:
    """Return the value that the key ``kind`` of a group must have, or an empty text."""
    field = model.model_fields.get("kind")
    return str(get_args(field.annotation)[0]) if field is not None else ""


def groups_in(annotation: Any) -> Iterator[type[Parameters]]:
    """Yield the groups of parameters inside an annotation such as ``list[MotorUnit]`` or ``Train | None``.

    Parameters
    ----------
    annotation : type
        Of a field.

    Yields
    ------
    type of Parameters
    """
    if isinstance(annotation, type) and issubclass(annotation, Parameters):
        yield annotation
    for inner in get_args(annotation):
        yield from groups_in(inner)
