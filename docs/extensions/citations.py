"""Citations ``[@Key]`` of pages, tables and docstrings become references to the bibliography."""

from __future__ import annotations

from sphinx.application import Sphinx

from sarcomere.parameters.citations import cite


def in_page(app: Sphinx, name: str, text: list[str]) -> None:
    """Those of a Markdown page, notebooks too."""
    text[0] = cite(text[0], lambda keys: f"{{cite:p}}`{','.join(keys)}`")


def in_docstring(app: Sphinx, what: str, name: str, member: object, options: object, lines: list[str]) -> None:
    """Those of a docstring."""
    lines[:] = [cite(line, lambda keys: f":cite:p:`{','.join(keys)}`") for line in lines]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above."""
    app.connect("source-read", in_page)
    app.connect("autodoc-process-docstring", in_docstring)
    return {"parallel_read_safe": True}
