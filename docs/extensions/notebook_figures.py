"""Directive ``notebook-figures``: every figure of the executed notebooks, each with a link to where it is made."""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx


class Figures(nodes.General, nodes.Element):
    """Where the figures go once all notebooks have been executed."""


class NotebookFigures(Directive):
    """Takes nothing; looks at all pages under ``notebooks/``."""

    def run(self) -> list[nodes.Node]:
        """Leave a mark."""
        return [Figures()]


def fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the notebooks' figures in place of the mark."""
    for mark in list(doctree.findall(Figures)):
        found: list[nodes.Node] = []
        for notebook in sorted(name for name in app.env.found_docs if name.startswith("notebooks/")):
            images = list(app.env.get_doctree(notebook).findall(nodes.image))
            if images:
                uri = app.builder.get_relative_uri(page, notebook)
                title = app.env.titles[notebook].astext()
                found.append(nodes.paragraph("", "", nodes.strong("", "", nodes.reference("", title, refuri=uri))))
                links = [nodes.reference("", "", image.deepcopy(), refuri=uri) for image in images]
                found.append(nodes.container("", *links, classes=["notebook-figures"]))
        mark.replace_self(found)


def name_images(app: Sphinx, doctree: nodes.document) -> None:
    """Give a notebook's figures a text for those who cannot see them."""
    page = app.env.docname
    if page.startswith("notebooks/"):
        for number, image in enumerate(doctree.findall(nodes.image), start=1):
            image.setdefault("alt", f"Figure {number} of the notebook {doctree.next_node(nodes.title).astext()}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_node(Figures)
    app.add_directive("notebook-figures", NotebookFigures)
    app.connect("doctree-read", name_images)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
