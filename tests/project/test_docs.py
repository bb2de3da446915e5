"""The documentation site: builds without a warning, every notebook executed, every link within it found."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "docs" / "notebooks").glob("*.md") if path.stem != "index")


def build_site(folder: Path) -> Path:
    """Build the site, which takes a minute, as it runs all notebooks."""
    build = Path(sys.executable).parent / "sphinx-build"
    command = [str(build), "-W", "--keep-going", "-q", "-d", str(folder / "doctrees"), "docs", str(folder / "html")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


def test_the_site_builds_with_its_notebooks_and_lists_every_public_name(tmp_path: Path) -> None:
    """One test, so that workers that share the tests do not each build it."""
    site = build_site(tmp_path)
    check_notebooks(site)
    check_reference(site)


def check_notebooks(site: Path) -> None:
    """Every notebook shows a figure and no error, under a title of its own."""
    assert len(NOTEBOOKS) == 6
    titles = []
    for name in NOTEBOOKS:
        page = (site / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
        assert re.search(r'<img [^>]*src="\.\./_images/', page), name
        assert "Traceback" not in page, name
        titles += re.findall(r"<h1>([^<]+)<", page)
    assert len(titles) == len(set(titles)) == len(NOTEBOOKS), titles
    gallery = (site / "gallery.html").read_text(encoding="utf-8")
    assert all(f'href="notebooks/{name}.html"><img' in re.sub(r"\s+", " ", gallery) for name in NOTEBOOKS)


def check_reference(site: Path) -> None:
    """The reference has an entry for every public function."""
    import sarcomere
    from sarcomere import analysis

    text = "".join(page.read_text(encoding="utf-8") for page in (site / "reference").glob("*.html"))
    for module in (sarcomere, analysis):
        functions = [name for name in module.__all__ if callable(getattr(module, name))]
        assert [name for name in functions if f'id="{module.__name__}.{name}"' not in text] == []


def test_notebooks_are_text() -> None:
    assert not list((ROOT / "docs").rglob("*.ipynb"))
