"""The table, as Markdown, CSV, JSON, and on the screen."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rich.table import Table

from sarcomere.validate.deficits import Remedy
from sarcomere.validate.targets import Finding, Role, row_verdict
from sarcomere.validate.tree import model_version

_COLOURS = {"inside": "green", "outside": "red", "no value": "yellow", "cannot run": "yellow"}
_HEADINGS = ("#", "target", "source", "band", "tier", "role", "ours ± s.e.m.", "verdict")
_VERDICTS = (
    "Verdicts in parentheses are less than two standard errors from the edge of the band. "
    "A row is inside only if all of its lines are; it has the tier of its first line."
)
_ROLES = (
    "*fitted* means that parameters were chosen with the line in view, or with both lines that it compares, *put in* "
    "that the number is itself a parameter: such lines show that the fit holds, not that the model predicts; "
    "*predicted* lines are those that no parameter was chosen from"
)


class Wording(NamedTuple):
    """What a table is called, and what is said above it."""

    heading: str
    scope: str  # what the values are of
    notes: str


MUSCLE = Wording(
    "Measured muscle and ours",
    "One parameter set per fibre type.",
    "Sources: docs/references.bib. *Unsourced* marks a number that has none (docs/unsourced.md), *choice* a band or "
    f"number that is ours. Roles: {_ROLES} (docs/calibration.md). {_VERDICTS}",
)
CRAMP = Wording(
    "Measured cramps and ours",
    "Standard errors are over persons: pools, junctions and chances of their own.",
    "Sources: docs/references.bib. *Unsourced* marks a number that has none (docs/unsourced.md), *choice* a band or "
    f"number that is ours. Roles: {_ROLES} (docs/cramp/fit.md). {_VERDICTS}",
)


class Report:
    """What validation found.

    Parameters
    ----------
    findings : list of Finding
        Every line.
    fixed : list of Remedy
        What the lattice does about the known deficits of the rigid-filament table.
    quick : bool
        Whether the small experiments were run.
    seconds : float
        Wall time.
    provenance : mapping
        Attributes of a record: versions, hash of the kernels, seed.
    wording : Wording
        Which table it is.
    """

    def __init__(
        self,
        findings: list[Finding],
        fixed: list[Remedy],
        *,
        quick: bool,
        seconds: float,
        provenance: Mapping[str, Any],
        wording: Wording = MUSCLE,
    ) -> None:
        self.findings, self.fixed = findings, fixed
        self.quick, self.seconds, self.provenance = quick, seconds, provenance
        self.wording = wording

    @property
    def by_row(self) -> dict[int, list[Finding]]:
        """Lines of each row."""
        rows: dict[int, list[Finding]] = {}
        for found in self.findings:
            rows.setdefault(found.target.row, []).append(found)
        return rows

    @property
    def verdicts(self) -> dict[int, str]:
        """Verdict on each row."""
        return {row: row_verdict(lines) for row, lines in self.by_row.items()}

    @property
    def summary(self) -> str:
        """Rows inside by tier, lines inside by role."""
        parts = []
        for tier in (1, 2, 3):
            of_tier = [v for row, v in self.verdicts.items() if self.by_row[row][0].target.tier == tier]
            if of_tier:
                parts.append(f"tier {tier}: {of_tier.count('inside')} of {len(of_tier)} rows inside")
        lines = [found.verdict for found in self.findings]
        parts.append(f"{lines.count('inside')} of {len(lines)} lines inside")
        return f"{'; '.join(parts)}: {', '.join(self._of_roles())}."

    def _of_roles(self) -> Iterator[str]:
        """Yield lines inside of each role that has lines."""
        for role in Role:
            lines = [found.verdict for found in self.findings if found.target.role is role]
            if lines:
                yield f"{lines.count('inside')} of {len(lines)} {role}"

    def table(self) -> Table:
        """Lay the table out for the screen."""
        table = Table(title=self.wording.heading, caption=self.summary)
        for heading in (_HEADINGS[0], "target", "band", "tier", "role", "ours ± s.e.m.", "verdict", "row"):
            table.add_column(heading, justify="right" if heading in ("#", "tier", "ours ± s.e.m.") else "left")
        for row, lines in self.by_row.items():
            verdict = self.verdicts[row]
            for i, found in enumerate(lines):
                t, first = found.target, i == 0
                title = f"[bold]{t.title}[/bold]: " if first else ""
                table.add_row(
                    str(row) if first else "",
                    f"{title}{t.quantity}",
                    f"{t.band} {t.unit if t.unit != '1' else ''}",
                    str(t.tier) if first else "",
                    t.role,
                    _value(found),
                    f"[{_COLOURS[found.verdict]}]{_verdict(found)}",
                    f"[{_COLOURS[verdict]}]{verdict}" if first else "",
                    end_section=found is lines[-1],
                )
        return table

    def markdown(self, command: str) -> str:
        """Write the table as Markdown.

        Parameters
        ----------
        command : str
            What made the table.

        Returns
        -------
        str
        """
        out = [
            f"# {self.wording.heading}\n",
            f"Made by `{command}` in {self.seconds / 60:.1f} minutes"
            f"{' with the small experiments of --quick (larger standard errors)' if self.quick else ''}: "
            f"{self.provenance['source']}, {model_version()}, seed {self.provenance['seed']}. "
            f"{self.wording.scope} {self.summary.capitalize()}\n",
            self.wording.notes + "\n",
            "| " + " | ".join(_HEADINGS) + " |\n|" + "---|" * len(_HEADINGS),
        ]
        for row, lines in self.by_row.items():
            title, tier = lines[0].target.title, lines[0].target.tier
            out.append(f"| **{row}** | **{title}** | | | {tier} | | | **{self.verdicts[row]}** |")
            source = ""
            for found in lines:
                t = found.target
                unit = f" {t.unit}" if t.unit not in ("", "1") else ""
                told = t.source if t.source != source else ""  # once for all lines that share it
                source = t.source
                out.append(
                    f"| | {t.quantity} | {told} | {t.band}{unit} | | {t.role} | {_value(found)} | {_verdict(found)} |"
                )
        out += ["", *self._deficits(), "## How each row is measured\n"]
        for row, lines in self.by_row.items():
            ways = dict.fromkeys(found.target.how for found in lines if found.target.how)
            for way in ways:
                of_way = [found.target.quantity for found in lines if found.target.how == way]
                which = f" ({'; '.join(of_way)})" if len(ways) > 1 else ""
                out.append(f"- **{row}**{which}: {way}")
        return "\n".join(out) + "\n"

    def _deficits(self) -> list[str]:
        if not self.fixed:
            return []
        out = [
            "## Known deficits of the rigid-filament table\n",
            "| deficit | rigid filaments | lattice | |\n|---|---|---|---|",
        ]
        for r in self.fixed:
            values = ", ".join(f"{name}: {_plus_minus(value, sem)}" for name, value, sem in r.values)
            out.append(f"| {r.name}, {r.fibre} | {r.rigid} | {values} ({r.units}) | {r.verdict} |")
        return [*out, ""]

    def csv(self) -> str:
        """Return one line for each line of the table."""
        text = io.StringIO()
        rows = [self._plain(found) for found in self.findings]
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def json(self) -> str:
        """Return the same for machines, with what made it."""
        whole = {
            "quick": self.quick,
            "seconds": round(self.seconds, 1),
            **{key: self.provenance[key] for key in ("source", "kernel_hash", "seed", "packages", "processor")},
            "rows": {str(row): verdict for row, verdict in self.verdicts.items()},
            "lines": [self._plain(found) for found in self.findings],
            "deficits": [r._asdict() for r in self.fixed],
        }
        return json.dumps(_finite(whole), indent=1, ensure_ascii=False, default=str) + "\n"

    def _plain(self, found: Finding) -> dict[str, Any]:
        return {
            **found.target._asdict(),
            "value": found.value,
            "sem": found.sem,
            "verdict": found.verdict,
            "sure": found.is_sure,
            "row_verdict": self.verdicts[found.target.row],
        }


def _finite(value: Any) -> Any:
    """Return numbers that JSON lacks as null."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _value(found: Finding) -> str:
    if found.target.needs:
        return found.target.needs
    return _plus_minus(found.value, found.sem)


def _plus_minus(value: float, sem: float) -> str:
    """Return the value to the second figure of its error."""
    if math.isnan(value):
        return "–"
    if not math.isfinite(sem) or sem <= 0:
        return f"{value:.3g}"
    digits = max(0, 1 - math.floor(math.log10(sem)))
    return f"{value:.{digits}f} ± {sem:.{digits}f}"


def _verdict(found: Finding) -> str:
    if found.verdict in ("inside", "outside") and not found.is_sure:
        return f"({found.verdict})"
    return found.verdict
