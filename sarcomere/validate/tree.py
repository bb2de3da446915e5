"""What a table of validation stands for: kernels and shipped parameters; and where the documentation keeps it."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sarcomere.errors import InputError
from sarcomere.parameters.shipped import data_path
from sarcomere.recording.provenance import KERNEL_HASH
from sarcomere.scenario.kinds import scenario_classes

PAGES = {"muscle": "validation.md", "cramp": "cramp-validation.md"}


def model_version() -> str:
    """Return what the values of a table depend on, such as ``kernels c8377a367632283b, parameters 1f0c2b7a9d3e4f56``.

    Returns
    -------
    str
        Hash of the kernels, and of the values of all shipped parameters: files of ``data/parameters`` and defaults.
    """
    files = sorted(data_path("parameters").glob("*.toml"))
    values: list[Any] = [(file.name, tomllib.loads(file.read_text(encoding="utf-8"))) for file in files]
    values += [list(_defaults(scenario.model_json_schema())) for scenario in scenario_classes()]
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    return f"kernels {KERNEL_HASH}, parameters {digest[:16]}"


def _defaults(schema: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Walk a JSON schema and yield each default with its place."""
    if isinstance(schema, dict):
        if "default" in schema:
            yield where, schema["default"]
        for key, inner in schema.items():
            yield from _defaults(inner, f"{where}/{key}")


def documented(table: str) -> Path:
    """Return the page of the documentation that shows a table.

    Parameters
    ----------
    table : {"muscle", "cramp"}
        Which table.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    InputError
        If the package does not stand in its source tree.
    """
    page = data_path("measurements").parents[1] / "docs" / PAGES[table]
    if not page.parent.is_dir():
        raise InputError(
            f"--update-docs: there is no folder {page.parent}; install the source tree with pip install -e."
        )
    return page
