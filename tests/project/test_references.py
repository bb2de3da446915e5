"""A source behind every number: citations resolve, every parameter has a source, and what has none is listed."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pybtex.database import parse_file

import sarcomere.parameters
import sarcomere.scenario
from sarcomere.parameters import Parameters, describe
from sarcomere.parameters.citations import cite, keys_in, plain
from sarcomere.validate.targets import Target, read_targets

ROOT = Path(__file__).parents[2]
TEXTS = {".bib", ".csv", ".md", ".py", ".toml"}
BIBLIOGRAPHY = parse_file(str(ROOT / "docs" / "references.bib")).entries
# Marks and names of documents that are not part of the project, put together here so that this file has none.
FORBIDDEN = re.compile(
    "|".join(
        (
            r"\[[MD" + r"N]\]",
            r"\[C" + r"\d+\]",
            "PHYSIO" + "LOGY",
            "CRAMP" + r"(\.md| [A-H]\b)",
            r"\b[Ss]" + r"heet('s)?\b",
            "from " + "memory",
        )
    )
)
NAME = re.compile(r"\bCRA" + r"MP\b")  # of a document, in what is no code
NOT_CODE = {".bib", ".csv", ".md", ".toml"}
SOURCE = re.compile(r"\[@|^choice: \S|^unsourced: \S|\bfitted\b.* by ((?:data|docs)/\S+\.py)")


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the project that git knows."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in done.stdout.splitlines():
        path = ROOT / name
        if path.suffix in TEXTS and path.exists():
            yield name, path.read_text(encoding="utf-8")


def parameters() -> Iterator[tuple[str, dict[str, str]]]:
    """Every quantity with the group it is in."""
    for package in (sarcomere.parameters, sarcomere.scenario):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    groups = [Parameters]
    for group in groups:
        groups += group.__subclasses__()
    for group in dict.fromkeys(groups):
        if group.__module__.startswith("sarcomere."):  # not those that tests declare
            for row in describe(group):
                yield group.__name__, row


def targets() -> list[Target]:
    return [target for table in ("muscle", "cramp") for target in read_targets(table=table)]


def test_every_citation_has_an_entry_and_every_entry_is_cited() -> None:
    cited: dict[str, str] = {}
    for name, text in texts():
        if name not in ("tests/project/test_references.py", "sarcomere/parameters/citations.py"):
            cited |= dict.fromkeys(keys_in(text), name)
    assert {key: name for key, name in cited.items() if key not in BIBLIOGRAPHY} == {}
    assert [key for key in BIBLIOGRAPHY if key not in cited] == []


def test_entries_are_complete_and_their_dois_well_formed() -> None:
    for key, entry in BIBLIOGRAPHY.items():
        assert {"author", "title", "journal", "year"} <= entry.fields.keys() | entry.persons.keys(), key
        assert key.rstrip("abc").endswith(entry.fields["year"]), key
        assert re.fullmatch(r"10\.\d{4,}/\S+", entry.fields.get("doi", "10.1000/none")), key
    dois = [entry.fields["doi"].lower() for entry in BIBLIOGRAPHY.values() if "doi" in entry.fields]
    assert len(dois) == len(set(dois)) >= 0.9 * len(BIBLIOGRAPHY)


def test_every_parameter_says_where_its_number_comes_from() -> None:
    rows = list(parameters())
    assert len(rows) > 350
    for group, row in rows:
        found = SOURCE.search(row["source"])
        assert found, (group, row["name"], row["source"])
        if script := found[1]:
            assert (ROOT / script).is_file(), (group, row["name"], script)


def test_every_target_has_a_source() -> None:
    for target in targets():
        stands = re.search(r"\[@|choice|unsourced|thermodynamics|no count|no measurement", target.source)
        assert stands, (target.row, target.line, target.source)


def test_what_is_unsourced_is_listed_and_nothing_else() -> None:
    page = (ROOT / "docs" / "unsourced.md").read_text(encoding="utf-8")
    listed_parameters = {
        name for cell in re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    listed_lines = {
        (int(row), line)
        for row, cell in re.findall(r"^\| (\d+) \| (.*?) \|", page, re.MULTILINE)
        for line in re.findall(r"`(\w+)`", cell)
    }
    assert listed_parameters == {row["name"] for _, row in parameters() if "unsourced" in row["source"]}
    assert listed_lines == {(target.row, target.line) for target in targets() if "unsourced" in target.source}


def test_no_document_outside_the_project_is_named() -> None:
    found = [
        (name, number, line.strip())
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if FORBIDDEN.search(line) or (Path(name).suffix in NOT_CODE and NAME.search(line))
    ]
    assert found == []


@pytest.mark.parametrize(
    "mark", ["1.3 [M" + "]", "as PHYSIO" + "LOGY A2 has it", "the sh" + "eet's", "1 (from " + "memory)"]
)
def test_a_mark_would_be_found(mark: str) -> None:
    assert FORBIDDEN.search(mark)
    assert NAME.search("as CRA" + "MP has it")
    assert not NAME.search("cramp")


def test_a_citation_is_read_and_written() -> None:
    text = "0.3 [@Linari2007], Ki [@Cooke-Pate1985; @Miller2010b] [0, 1] me@x.org"
    assert keys_in(text) == ["Linari2007", "Cooke-Pate1985", "Miller2010b"]
    assert plain(text) == "0.3 (Linari 2007), Ki (Cooke & Pate 1985; Miller 2010b) [0, 1] me@x.org"
    assert cite("[@Linari2007]", "+".join) == "Linari2007"
