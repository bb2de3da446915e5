"""The project itself: lint, types, import contracts, documents, and the wheel."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def run(*command: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports",),
    ],
    ids=" ".join,
)
def test_static_checks(command: tuple[str, ...]) -> None:
    done = run(str(BIN / command[0]), *command[1:], cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["parameters", "file-format"])
def test_generated_documents_are_current(name: str) -> None:
    program = f"import generate; print(generate.{name.replace('-', '_')}(), end='')"
    done = run(sys.executable, "-c", program, cwd=ROOT / "docs" / "scripts")
    assert done.stdout == (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8"), "run docs/scripts/generate.py"


def test_the_page_of_speeds_shows_what_was_measured() -> None:
    figures = "Figures.model_validate_json(FIGURES.read_text())"
    program = f"from speed import *; print(page(PAGE.read_text(), {figures}), end='')"
    done = run(sys.executable, "-c", program, cwd=ROOT / "docs" / "scripts")
    assert done.stdout == (ROOT / "docs" / "speed.md").read_text(encoding="utf-8"), "run docs/scripts/speed.py"
    assert "µs a step" in done.stdout


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 600


def test_wheel_works_from_an_empty_folder(tmp_path: Path) -> None:
    """Parameters, scenarios and measurements travel inside the wheel, as do kernels (those compiled here run)."""
    wheels, site, empty = (tmp_path / name for name in ("wheels", "site", "empty"))
    empty.mkdir()
    pip = (sys.executable, "-m", "pip", "--quiet")
    built = run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(ROOT))
    assert built.returncode == 0, built.stderr
    installed = run(*pip, "install", "--no-deps", "--target", str(site), *map(str, wheels.iterdir()))
    assert installed.returncode == 0, installed.stderr
    kernels = [sorted((root / "sarcomere_kernels").glob("*.py")) for root in (site, ROOT / "kernels")]
    assert kernels[0]
    inside, here = ({path.name: path.read_bytes() for path in paths} for paths in kernels)
    assert inside == here
    program = "import sarcomere.cli as c, sarcomere; print(sarcomere.__file__); c.main()"
    done = run(
        sys.executable, "-c", program, "run", "voluntary-contraction", "--set", "run.duration_s=3.0",
        cwd=empty, env={**os.environ, "PYTHONPATH": f"{ROOT / 'kernels'}{os.pathsep}{site}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert str(site) in done.stdout.splitlines()[0]
    assert {path.name for path in empty.iterdir()} == {"voluntary-contraction.h5", "voluntary-contraction.png"}


def test_readme_commands_work(tmp_path: Path) -> None:
    """Every `sarcomere …` line of the README, in order, in an empty folder, and there its Python."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^sarcomere .*$", readme, flags=re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        done = run(str(BIN / "sarcomere"), *shlex.split(line)[1:], cwd=tmp_path)
        assert done.returncode == 0, (line, done.stderr)
    assert {"low-atp.h5", "low-atp.png"} <= {path.name for path in tmp_path.iterdir()}
    (python,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    done = run(sys.executable, "-c", python, cwd=tmp_path, env={**os.environ, "MPLBACKEND": "agg"})
    assert done.returncode == 0, done.stderr
