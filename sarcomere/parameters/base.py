"""What a parameter is: a number with a unit, a meaning, a source and a range."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sarcomere.errors import CONTROL, quoted

BOLTZMANN = 1.380649e-2  # pN nm / K, exact (SI)
GAS_CONSTANT = 8.314462618  # J / (mol K), exact (SI)
AVOGADRO = 6.02214076e23  # 1 / mol, exact (SI)
ZERO_CELSIUS = 273.15  # K

REQUIRED: Any = ...


def _without_controls(text: str, allowed: str = "") -> str:
    found = next((c for c in CONTROL.findall(text) if c not in allowed), None)
    if found is not None:
        raise ValueError(f"holds the control character {quoted(found)} at place {text.index(found) + 1}; take it out")
    return text


# Text that is shown: on one line, and on several.
Line = Annotated[str, AfterValidator(_without_controls)]
Prose = Annotated[str, AfterValidator(lambda text: _without_controls(text, "\n\t"))]


class Parameters(BaseModel):
    """A frozen group of parameters that refuses unknown keys, wrong types, inf and nan."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


def quantity(unit: str, meaning: str, source: str, default: Any = REQUIRED, **bounds: float) -> Any:
    """Declare a parameter.

    Parameters
    ----------
    unit, meaning, source : str
        What the number is in, what it says, and where it comes from: citations (``[@Kemp2007]``); "fitted to ... by"
        a script of this project; "choice:" and why; or "unsourced:", where it stands in docs/unsourced.md too.
    default : float or int, optional
        Value if it is the same for every fibre type; otherwise it stands in ``data/parameters``.
    **bounds : float
        ``gt``, ``ge``, ``lt``, ``le`` as in pydantic.

    Returns
    -------
    pydantic.fields.FieldInfo
        The field, its unit and source in the JSON schema too.
    """
    extra: Any = {"unit": unit, "source": source}
    limits: Any = bounds
    return Field(default, description=meaning, json_schema_extra=extra, **limits)


def describe(model: type[BaseModel]) -> list[dict[str, str]]:
    """List unit, meaning and source of every parameter of a group.

    Parameters
    ----------
    model : type of Parameters
        The group.

    Returns
    -------
    list of dict
        One row a parameter, keys ``name``, ``unit``, ``meaning``, ``source``.
    """
    rows = []
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and "unit" in extra:
            rows.append(
                {
                    "name": name,
                    "unit": str(extra["unit"]),
                    "meaning": field.description or "",
                    "source": str(extra["source"]),
                }
            )
    return rows
