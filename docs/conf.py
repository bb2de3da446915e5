"""The documentation site: sphinx-build -W --keep-going docs build/site."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

from pydantic import BaseModel
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "Sarcomere"
author = "The Sarcomere developers"
copyright = author
release = metadata.version("sarcomere")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_nb",
    "sphinxcontrib.bibtex",
    "citations",
    "command_line",
    "notebook_figures",
]
exclude_patterns = ["build", "_build"]

# Pages are Markdown that reads well without the site; notebooks are Markdown too, executed anew by every build.
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_execution_in_temp = True
nb_merge_streams = True

bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"

autodoc_typehints = "none"  # numpydoc's tables have them in words
numpydoc_show_class_members = False
autosummary_generate = False  # the reference is a few long pages, which one search goes through

html_theme = "furo"
html_title = f"Sarcomere {release}"
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["site.css"]


def skip(app: object, what: str, name: str, member: object, skipped: bool, options: object) -> bool | None:
    """Fields of named tuples that nothing is said of but that they are fields."""
    return True if (getattr(member, "__doc__", None) or "").startswith("Alias for field") else None


def signature(
    app: object, what: str, name: str, member: object, options: object, arguments: str, returned: str
) -> tuple[str, str] | None:
    """None for scenarios, which are read from files and have dozens of fields with long defaults."""
    return ("", "") if isinstance(member, type) and issubclass(member, BaseModel) else None


def setup(app: Sphinx) -> None:
    """Connect the above."""
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-signature", signature)
