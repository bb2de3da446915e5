"""The documentation site: sphinx-build -W --keep-going docs build/site."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

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

autodoc_typehints = "none"  # numpydoc's tables have them in words
numpydoc_show_class_members = False
autosummary_generate = False  # the reference is a few long pages, which one search goes through

html_theme = "pydata_sphinx_theme"
html_title = f"Sarcomere {release}"
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": []}
