"""The tables of validation in the documentation are those of this tree."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sarcomere.parameters.shipped import data_path
from sarcomere.validate import tree
from sarcomere.validate.tree import PAGES, documented, model_version


def versions(page: str) -> list[str]:
    """What a table names as what it was made with; of old tables, kernels alone."""
    return re.findall(r"kernels [0-9a-f]{16}(?:, parameters [0-9a-f]{16})?", page)


def is_current(page: str) -> bool:
    """Whether all of a table was made with the kernels and parameters of this tree."""
    return versions(page) == [model_version()]


NOT_REMADE = pytest.mark.xfail(strict=True, reason="cramps were last validated with the fibres before")


@pytest.mark.parametrize("table", ["muscle", pytest.param("cramp", marks=NOT_REMADE)])
def test_tables_of_the_documentation_are_of_this_tree(table: str) -> None:
    page = documented(table).read_text(encoding="utf-8")
    assert is_current(page), (
        f"docs/{PAGES[table]} is of {versions(page)}, the tree has {model_version()}: "
        f"run `sarcomere validate --update-docs`."
    )


def test_a_table_of_other_parameters_or_kernels_is_not_current(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = f"Made by `sarcomere validate` in 9 minutes: sarcomere 0.1.0, {model_version()}, seed 2026."
    assert is_current(page)
    assert not is_current(page + f" Rows 7 and 8: {model_version().replace('kernels ', 'kernels f')[:-1]}")
    with monkeypatch.context() as patch:
        patch.setattr(tree, "KERNEL_HASH", "0" * 16)
        assert not is_current(page)
    shutil.copytree(data_path("parameters"), tmp_path / "parameters")
    monkeypatch.setattr(tree, "data_path", lambda name: tmp_path / name)
    assert is_current(page)
    slow = tmp_path / "parameters/slow.toml"
    text = slow.read_text(encoding="utf-8")
    slow.write_text(re.sub(r"(?m)^ca_rest_uM = .*$", "ca_rest_uM = 0.06", text), encoding="utf-8")
    assert not is_current(page)
