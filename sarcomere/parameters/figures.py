"""Kinds of figure that a scenario can ask for; ``sarcomere.plot`` draws each of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from sarcomere.errors import nearest, quoted

FIGURES = (
    "overview",
    "force-pca",
    "force-length",
    "force-velocity",
    "slack-test",
    "ktr",
    "quick-release",
    "stretch",
    "rigor",
    "atp-series",
    "adp-series",
    "phosphate-series",
    "temperature-series",
    "twitch",
    "tetanus",
    "relaxation",
    "fatigue-corner",
    "cramp",
)


def _known(name: str) -> str:
    if name not in FIGURES:
        raise ValueError(f"{quoted(name)} is no kind of figure; {nearest(name, FIGURES)}")
    return name


FigureName = Annotated[str, AfterValidator(_known)]
